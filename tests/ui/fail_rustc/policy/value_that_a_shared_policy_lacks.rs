use clerk_auth::{OrgId, Scopes, Subject, clerk_auth};

#[clerk_auth(oauth_token(scopes = "read:notes"), session_token(permission = "org:notes:read"))]
struct ReadNotes;

#[clerk_auth(accepts = "api_key", optional)]
struct Feed;

#[clerk_auth(policy = ReadNotes)]
async fn scopes(scopes: Scopes) {}

#[clerk_auth(policy = ReadNotes)]
async fn organization(org_id: OrgId) {}

#[clerk_auth(policy = Feed)]
async fn subject(subject: Subject) {}

fn main() {}
