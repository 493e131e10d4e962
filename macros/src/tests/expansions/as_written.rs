#[cfg(feature = "notes")]
#[cfg_attr(unix, cfg(feature = "a"), cfg_attr(test, cfg(feature = "b")))]
#[doc(hidden)]
#[non_exhaustive]
pub enum InPolicy {}
#[cfg(feature = "notes")]
#[cfg_attr(unix, cfg(feature = "a"), cfg_attr(test, cfg(feature = "b")))]
impl InPolicy {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::None)])
    };
}
#[cfg(feature = "notes")]
#[cfg_attr(unix, cfg(feature = "a"), cfg_attr(test, cfg(feature = "b")))]
impl ::clerk_auth::Guarded for InPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Lists.
#[cfg(feature = "notes")]
#[cfg_attr(debug_assertions, axum::debug_handler(state = S))]
#[cfg_attr(unix, cfg(feature = "a"), inline, cfg_attr(test, cfg(feature = "b"), cold))]
#[tracing::instrument(skip_all)]
///
/// Requires `oauth_token`.
pub async fn r#in<'a, S, const N: usize>(
    guard: ::clerk_auth::Guard<InPolicy>,
    Path(scopes): Path<[String; N]>,
    mut page: Page,
    State(state): State<S>,
) -> Result<impl IntoResponse + use<S, N>, Error<'a>>
where
    S: Store + 'a,
{
    #![allow(unused_mut)]
    //! Inner.
    #[cfg(feature = "subject")]
    let subject: Subject = guard.subject().clone();
    #[cfg(not(feature = "subject"))]
    let subject: Subject = guard.subject().clone();
    {
        page.of(subject)?;
    }
}
