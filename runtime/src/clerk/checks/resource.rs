//! Checks the resource against the issuer that its metadata names.

use reqwest::Url;

use crate::{
    clerk::{ConfigError, redact::quote, settings},
    response::resource::Resource,
};

/// Metadata of a resource names the issuer, so both must be known.
pub(super) fn check(
    identifier: Option<&str>,
    issuer: Option<&str>,
    error: &mut ConfigError,
) -> Option<Resource> {
    let identifier = identifier?;
    let url = error.check("CLERK_RESOURCE", Some(identifier), settings::resource)?;
    let Some(issuer) = issuer else {
        let wrong = "its metadata names the issuer, which is not known; set \
                     CLERK_PUBLISHABLE_KEY or CLERK_ISSUER too";
        error.add("CLERK_RESOURCE", wrong);
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
        error.add("CLERK_RESOURCE", format!("{} {wrong}", quote(identifier)));
        return None;
    }
    Some(Resource::new(identifier, &url, issuer, &issuer_url))
}
