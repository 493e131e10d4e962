#[doc(hidden)]
#[non_exhaustive]
pub enum ListNotes {}
impl ListNotes {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}
impl ::clerk_auth::Guarded for ListNotes {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `session_token`.
pub async fn list_notes(guard: ::clerk_auth::Guard<ListNotes>) -> Reply {
    let user_id: UserId = guard.user_id().clone();
    { reply(user_id) }
}
