use clerk_auth::{Policy, clerk_auth, policy};

#[allow(non_upper_case_globals)]
const ReadNotes: Policy = policy!(oauth_token(scopes = "read:notes"));

#[clerk_auth(policy = ReadNotes, oauth_token(scopes = "write:notes"))]
async fn edit_note() {}

fn main() {}
