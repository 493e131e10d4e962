#[doc(hidden)]
#[non_exhaustive]
enum EditPolicy {}
impl EditPolicy {
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
impl ::clerk_auth::Guarded for EditPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::ApiKey;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `api_key` with `scopes = any(scope::ADMIN, crate::scope::READ_NOTES, "write:notes")`.
async fn edit(_guard: ::clerk_auth::Guard<EditPolicy>) {}
