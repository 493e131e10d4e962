//! Finds settings that can be used and are probably not meant so. They are logged at start.

use super::ClerkBuilder;

pub(super) fn of(builder: &ClerkBuilder, production: bool) -> Vec<String> {
    let mut advice: Vec<String> =
        builder.similar.iter().map(|it| format!("{}: {}", it.ours, it.advice())).collect();
    if builder.reveal_reasons && production {
        advice.push("callers are told why they are refused; remove `reveal_reasons`".into());
    }
    if builder.resource.is_some() && builder.audience.is_none() {
        advice.push(
            "CLERK_RESOURCE: it is not an audience, so OAuth tokens for other resources are \
             accepted too; set CLERK_AUDIENCE to the same URL"
                .into(),
        );
    }
    advice
}
