#[doc(hidden)]
#[allow(non_camel_case_types)]
enum edit {}
impl edit {
    /// Accepts `api_key` with scope `scope::ADMIN` or `crate::scope::READ_NOTES` or `write:notes`.
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::ApiKey(
                    Requirement::Any(
                        &[
                            Requirement::of_scope(scope::ADMIN),
                            Requirement::of_scope(crate::scope::READ_NOTES),
                            Requirement::Scope("write:notes"),
                        ],
                    ),
                ),
            ],
        )
    };
}
impl ::clerk_auth::Guarded for edit {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::ApiKey;
    type Claims = ();
}
async fn edit(_guard: ::clerk_auth::Guard<edit>) {}
