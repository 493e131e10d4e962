#[doc(hidden)]
#[allow(non_camel_case_types)]
enum add {}
impl add {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        const SCOPES: Requirement = Requirement::All(
            &[Requirement::Scope("read:notes"), Requirement::Scope("write:notes")],
        );
        Policy::new(&[Clause::ApiKey(SCOPES), Clause::OAuthToken(SCOPES)])
    };
}
impl ::clerk_auth::Guarded for add {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity<
        ::clerk_auth::identity::Never,
        ::clerk_auth::OAuthToken,
        ::clerk_auth::identity::Never,
        ::clerk_auth::ApiKey,
    >;
    type Claims = ();
}
/// Requires `api_key` with `scopes = "read:notes write:notes"`, or `oauth_token` with `scopes = "read:notes write:notes"`.
async fn add(guard: ::clerk_auth::Guard<add>, Json(note): Json<Note>) {
    let token_type: TokenType = guard.token_type();
    {}
}
