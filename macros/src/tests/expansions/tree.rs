#[doc(hidden)]
#[allow(non_camel_case_types)]
enum edit {}
impl edit {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::OAuthToken(
                    Requirement::Any(
                        &[
                            Requirement::Scope("admin"),
                            Requirement::All(
                                &[
                                    Requirement::Scope("read:notes"),
                                    Requirement::Scope("write:notes"),
                                ],
                            ),
                        ],
                    ),
                ),
            ],
        )
    };
}
impl ::clerk_auth::Guarded for edit {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Claims = ();
}
/// Requires `oauth_token` with `scopes = any("admin", all("read:notes", "write:notes"))`.
async fn edit(_guard: ::clerk_auth::Guard<edit>) {}
