#[doc(hidden)]
#[non_exhaustive]
enum AddPolicy {}
impl AddPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        const SCOPES: Requirement = Requirement::All(
            &[Requirement::Scope("read:notes"), Requirement::Scope("write:notes")],
        );
        Policy::new(&[Clause::ApiKey(SCOPES), Clause::OAuthToken(SCOPES)])
    };
}
impl ::clerk_auth::Guarded for AddPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity<
        ::clerk_auth::identity::Never,
        ::clerk_auth::OAuthToken,
        ::clerk_auth::identity::Never,
        ::clerk_auth::ApiKey,
    >;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `api_key` with `scopes = "read:notes write:notes"`, or `oauth_token` with `scopes = "read:notes write:notes"`.
async fn add(guard: ::clerk_auth::Guard<AddPolicy>, Json(note): Json<Note>) {
    let token_type: TokenType = guard.token_type();
    {}
}
