#[doc(hidden)]
#[non_exhaustive]
enum WhoamiPolicy {}

impl WhoamiPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::SessionToken(Requirement::None),
                Clause::OAuthToken(Requirement::None),
                Clause::M2mToken(Requirement::None),
                Clause::ApiKey(Requirement::None),
            ],
        )
    };
}

impl ::clerk_auth::Guarded for WhoamiPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Anybody with a token learns what it says.
///
/// Requires `session_token`, or `oauth_token`, or `m2m_token`, or `api_key`.
async fn whoami(guard: ::clerk_auth::Guard<WhoamiPolicy>) -> Json<Caller> {
    let subject: Subject = guard.subject().clone();
    let token_type: TokenType = guard.token_type();
    let scopes: Option<Scopes> = guard.maybe_scopes().cloned();
    {
        Json(Caller {
            subject,
            token_type,
            scopes,
        })
    }
}
