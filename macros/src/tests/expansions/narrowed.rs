#[doc(hidden)]
#[non_exhaustive]
enum EditPolicy {}
impl EditPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::narrowed(
            &<ReadNotes as ::clerk_auth::Guarded>::POLICY
                .and(&[Clause::OAuthToken(Requirement::Scope("write:notes"))])
                .clauses(),
        )
    };
}
impl ::clerk_auth::Guarded for EditPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::__private::TokenOf<
        <ReadNotes as ::clerk_auth::Guarded>::Identity,
    >;
    type Organization = <ReadNotes as ::clerk_auth::Guarded>::Organization;
}
/// Requires the policy `ReadNotes`, and of `oauth_token` also `scopes = "write:notes"`.
async fn edit(guard: ::clerk_auth::Guard<EditPolicy>) {
    let scopes: Scopes = guard.scopes().clone();
    {}
}
