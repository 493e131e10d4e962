::core::compile_error! {
    "unknown argument `scope`\nhelp: did you mean `scopes`?"
}
pub(crate) struct ReadNotes;
impl ReadNotes {
    /// The policy, for a layer, a tool or `require`.
    pub(crate) const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
impl ::clerk_auth::Guarded for ReadNotes {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Organization = ::clerk_auth::OrgId;
}
