//! Reads settings from environment variables.

use std::env;

use super::{ClerkBuilder, similar::Similar};

/// A variable is set to bytes that are not UTF-8.
pub(super) struct NotText;

impl ClerkBuilder {
    /// Takes over what the environment sets; see [`Clerk::from_env`](crate::Clerk::from_env) for the variables. Further
    /// calls change it.
    ///
    /// ```no_run
    /// use clerk_auth::ClerkBuilder;
    ///
    /// let clerk = ClerkBuilder::from_env().realm("notes").build()?;
    /// # Ok::<(), clerk_auth::ConfigError>(())
    /// ```
    pub fn from_env() -> Self {
        let set = env::vars_os().filter(|(_, value)| !value.is_empty());
        let set = set.filter_map(|(name, _)| name.into_string().ok());
        Self::from_variables(set.collect(), |name| match env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => Err(NotText),
        })
    }

    /// The names of all variables that are set, and the environment as a function, so that it can
    /// be tested.
    pub(super) fn from_variables(
        mut set: Vec<String>,
        read: impl Fn(&str) -> Result<Option<String>, NotText>,
    ) -> Self {
        let mut builder = Self::default();
        let mut unreadable = Vec::new();
        let mut variable = |name: &'static str| {
            let value = read(name).unwrap_or_else(|NotText| {
                unreadable.push(name);
                None
            });
            value.filter(|value| !value.is_empty())
        };
        let list = |value: String| list(&value);
        builder.secret_key = variable("CLERK_SECRET_KEY").map(Into::into);
        builder.machine_secret_key = variable("CLERK_MACHINE_SECRET_KEY").map(Into::into);
        builder.machine_id = variable("CLERK_MACHINE_ID");
        builder.publishable_key = variable("CLERK_PUBLISHABLE_KEY");
        builder.jwt_key = variable("CLERK_JWT_KEY");
        builder.api_url = variable("CLERK_API_URL");
        builder.api_version = variable("CLERK_API_VERSION");
        builder.issuers = variable("CLERK_ISSUER").map(list);
        builder.any_machine = variable("CLERK_ANY_MACHINE");
        builder.audience = variable("CLERK_AUDIENCE").map(list);
        builder.session_audience = variable("CLERK_SESSION_AUDIENCE").map(list);
        builder.authorized_parties = variable("CLERK_AUTHORIZED_PARTIES").map(list);
        builder.parties_for_cookies_only = variable("CLERK_PARTIES_FOR_COOKIES_ONLY");
        builder.resource = variable("CLERK_RESOURCE");
        let fleet = (variable("CLERK_FLEET_URL"), variable("CLERK_FLEET_REPLICAS"));
        #[cfg(feature = "redis")]
        {
            builder.fleet = super::Fleet::from_variables(fleet.0, fleet.1);
        }
        #[cfg(not(feature = "redis"))]
        {
            builder.lacks_fleet = fleet.0.is_some();
        }
        builder.unreadable = unreadable;
        set.sort_unstable();
        builder.similar = Similar::find(&set);
        builder
    }
}

/// The entries of a list. One that is set and names nothing stays an empty list, and JSON or a
/// quoted text stays whole: `build` rejects both.
pub(super) fn list(value: &str) -> Vec<String> {
    let whole = value.trim();
    if whole.starts_with(['[', '{', '"', '\'']) {
        return vec![whole.to_owned()];
    }
    let entries = whole.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(Into::into).collect()
}
