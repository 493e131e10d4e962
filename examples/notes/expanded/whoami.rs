#[doc(hidden)]
#[allow(non_camel_case_types)]
enum whoami {}

impl whoami {
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

impl ::clerk_auth::Guarded for whoami {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity;
    type Claims = ();
}

/// Anybody with a token learns what it says.
///
/// Requires `session_token`, or `oauth_token`, or `m2m_token`, or `api_key`.
async fn whoami(guard: ::clerk_auth::Guard<whoami>) -> Json<Caller> {
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
