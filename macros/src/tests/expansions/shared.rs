/// Requires the policy `policies::ReadNotes`.
pub async fn list(
    guard: ::clerk_auth::Guard<policies::ReadNotes>,
    Path(id): Path<u8>,
) -> Self {
    let subject: Subject = guard.subject().clone();
    let scopes: Option<Scopes> = guard.maybe_scopes().cloned();
    let identity: I = guard.identity().clone();
    {}
}
