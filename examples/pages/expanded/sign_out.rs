#[doc(hidden)]
#[non_exhaustive]
pub(crate) enum SignOutPolicy {}

impl SignOutPolicy {
    pub(crate) const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)]).optional()
    };
}

impl ::clerk_auth::Guarded for SignOutPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::core::option::Option<::clerk_auth::SessionToken>;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// The guard has rejected a form of another site, and refreshed an expired session.
///
/// Requires `session_token`, or no credential.
pub(crate) async fn sign_out(
    guard: ::clerk_auth::Guard<SignOutPolicy>,
    State(api): State<BackendApi>,
    headers: HeaderMap,
) -> Response {
    let session_id: Option<SessionId> = guard.maybe_session_id().cloned();
    {
        if let Some(session) = session_id {
            if api.end(&session).await.is_err() {
                return views::problem(StatusCode::SERVICE_UNAVAILABLE).into_response();
            }
        }
        let deleted = session_cookies(&headers)
            .map(|name| (header::SET_COOKIE, format!("{name}=; Path=/; Max-Age=0")));
        (AppendHeaders(deleted.collect::<Vec<_>>()), Redirect::to("/")).into_response()
    }
}
