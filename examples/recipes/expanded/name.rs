#[doc(hidden)]
#[non_exhaustive]
enum NamePolicy {}

impl NamePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

impl ::clerk_auth::Guarded for NamePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Requires `session_token`.
async fn name(
    guard: ::clerk_auth::Guard<NamePolicy>,
    State(backend): State<Arc<Configuration>>,
) -> Result<String, StatusCode> {
    let user_id: UserId = guard.user_id().clone();
    {
        let user = get_user(&backend, user_id.as_str())
            .await
            .map_err(|_| StatusCode::BAD_GATEWAY)?;
        Ok(user.first_name.unwrap_or_default())
    }
}
