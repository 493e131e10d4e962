//! Finds settings that can be used and are probably not meant so. They are logged at start.

use super::ClerkBuilder;

pub(super) fn of(builder: &ClerkBuilder, production: bool) -> Vec<String> {
    let mut advice: Vec<String> =
        builder.similar.iter().map(|it| format!("{}: {}", it.ours, it.advice())).collect();
    if builder.reveal_reasons && production {
        advice.push("callers are told why they are rejected; remove `reveal_reasons`".into());
    }
    if builder.lacks_fleet {
        advice.push("CLERK_FLEET_URL: it is not used; turn on the feature `redis`".into());
    }
    advice.extend(of_resource(builder).map(Into::into));
    if builder.any_machine.as_deref() == Some("true") && builder.machine_id.is_some() {
        advice.push(
            "CLERK_ANY_MACHINE: M2M tokens for other machines than CLERK_MACHINE_ID are accepted; \
             remove one of the two"
                .into(),
        );
    }
    advice
}

pub(super) fn of_resource(builder: &ClerkBuilder) -> Option<&'static str> {
    match (&builder.resource, &builder.audience) {
        (Some(_), None) => Some(
            "CLERK_RESOURCE: it is not an audience, so OAuth tokens for other resources are \
             accepted too; set CLERK_AUDIENCE to the same URL",
        ),
        (Some(resource), Some(audience)) if !audience.contains(resource) => Some(
            "CLERK_RESOURCE: CLERK_AUDIENCE does not name it, so OAuth tokens that clients get for \
             this resource are rejected; add the same URL, letter by letter",
        ),
        _ => None,
    }
}
