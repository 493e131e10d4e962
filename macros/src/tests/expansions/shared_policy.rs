/// Reads notes.
#[cfg(unix)]
#[derive(Debug)]
///
/// Requires `oauth_token` with `scopes = "read:notes"`, or `session_token` with `permission = "org:notes:read"`.
pub struct ReadNotes;
#[cfg(unix)]
impl ReadNotes {
    /// The policy, for a layer, a tool or `require`.
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::OAuthToken(Requirement::Scope("read:notes")),
                Clause::SessionToken(Requirement::Permission("org:notes:read")),
            ],
        )
    };
}
#[cfg(unix)]
impl ::clerk_auth::Guarded for ReadNotes {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity<
        ::clerk_auth::SessionToken,
        ::clerk_auth::OAuthToken,
        ::clerk_auth::identity::Never,
        ::clerk_auth::identity::Never,
    >;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
