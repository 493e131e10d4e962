use clerk_auth::clerk_auth;

#[clerk_auth(oauth_token(scopes = "read:notes"))]
struct ReadNotes;

#[clerk_auth]
struct Active;

#[clerk_auth(policy = ReadNotes, api_key(scopes = "read:notes"))]
async fn another_type() {}

#[clerk_auth(policy = ReadNotes, optional)]
async fn without_a_credential() {}

#[clerk_auth(policy = ReadNotes, oauth_token(scopes = "read:notes"))]
async fn nothing_new() {}

#[clerk_auth(role = "org:admin")]
struct Admin;

#[clerk_auth(policy = Admin, session_token(role = "org:member"))]
async fn two_roles() {}

#[clerk_auth(policy = Active, session_token(allow_pending))]
async fn pending() {}

fn main() {}
