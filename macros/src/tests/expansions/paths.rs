#[doc(hidden)]
#[allow(non_camel_case_types)]
enum edit {}
impl edit {
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
/// Requires `api_key` with `scopes = any(scope::ADMIN, crate::scope::READ_NOTES, "write:notes")`.
async fn edit(_guard: ::clerk_auth::Guard<edit>) {}
