#[doc(hidden)]
#[allow(non_camel_case_types)]
enum edit {}
impl edit {
    /// Accepts `oauth_token` with scope `admin` or (`read:notes` and `write:notes`).
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
async fn edit(_guard: ::clerk_auth::Guard<edit>) {}
