#[doc(hidden)]
#[non_exhaustive]
enum ListNotesPolicy {}
impl ListNotesPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::SessionToken(
                    Requirement::All(
                        &[
                            Requirement::Permission("org:notes:read"),
                            Requirement::Any(
                                &[
                                    Requirement::Role("org:admin"),
                                    Requirement::Role("org:editor"),
                                ],
                            ),
                        ],
                    ),
                ),
                Clause::OAuthToken(
                    Requirement::All(
                        &[
                            Requirement::Scope("read:notes"),
                            Requirement::Audience("https://notes.example"),
                            Requirement::Client(&["kPz8"]),
                        ],
                    ),
                ),
                Clause::M2mToken(Requirement::Machine(&["mch_a", "mch_b"])),
                Clause::ApiKey(Requirement::None),
            ],
        )
    };
}
impl ::clerk_auth::Guarded for ListNotesPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `session_token` with `permission = "org:notes:read", role = any("org:admin", "org:editor")`, or `oauth_token` with `scopes = "read:notes", audience = "https://notes.example", client = ["kPz8"]`, or `m2m_token` with `from = ["mch_a", "mch_b"]`, or `api_key`.
async fn list_notes(guard: ::clerk_auth::Guard<ListNotesPolicy>) {
    let subject: Subject = guard.subject().clone();
    let user_id: Option<UserId> = guard.maybe_user_id().cloned();
    {}
}
