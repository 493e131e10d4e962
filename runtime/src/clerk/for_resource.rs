//! The URL of a protected resource in, the resource out, or a verifier that names it.

use std::sync::Arc;

use reqwest::Url;

use super::{Clerk, ConfigError, Inner, redact::quote, settings};
use crate::response::{rejection::RejectionSettings, resource::Resource};

const VARIABLE: &str = "CLERK_RESOURCE";

/// Metadata of a resource names the issuer, so both must be known.
pub(super) fn check(
    identifier: Option<&str>,
    issuer: Option<&str>,
    error: &mut ConfigError,
) -> Option<Resource> {
    let identifier = identifier?;
    let url = error.check(VARIABLE, Some(identifier), settings::resource)?;
    let Some(issuer) = issuer else {
        let wrong = "its metadata names the issuer, which is not known; set \
                     CLERK_PUBLISHABLE_KEY or CLERK_ISSUER too";
        error.add(VARIABLE, wrong);
        return None;
    };
    let issuer_url = error.check("CLERK_ISSUER", Some(issuer), |issuer| {
        Url::parse(issuer).map_err(|cause| format!("{} is not a URL ({cause})", quote(issuer)))
    })?;
    // A proxy of the Frontend API has a path, and can be on the host of the API.
    if issuer_url.path() == "/" && url.origin() == issuer_url.origin() || settings::is_clerks(&url)
    {
        let wrong =
            "is a URL of Clerk, not of this API; write the URL that clients of this server use";
        error.add(VARIABLE, format!("{} {wrong}", quote(identifier)));
        return None;
    }
    Some(Resource::new(identifier, &url, issuer, &issuer_url))
}

/// The same verifier for another resource: what it verifies is shared, what it names is new.
pub(super) fn derive(clerk: &Clerk, identifier: &str) -> Result<Clerk, ConfigError> {
    let mut error = ConfigError::default();
    let Inner { verifier, cookies, appearance, has, sessions, frontend_api } = clerk.0.as_ref();
    let issuer = verifier.rules.issuers.first().map(String::as_str);
    let Some(resource) = check(Some(identifier), issuer, &mut error) else { return Err(error) };
    let appearance =
        RejectionSettings { resource: Some(resource), ..RejectionSettings::clone(appearance) };
    Ok(Clerk(Arc::new(Inner {
        verifier: Arc::clone(verifier),
        cookies: Arc::clone(cookies),
        appearance: Arc::new(appearance),
        has: *has,
        sessions: Arc::clone(sessions),
        frontend_api: frontend_api.clone(),
    })))
}
