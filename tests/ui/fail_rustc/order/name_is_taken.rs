use clerk_auth::clerk_auth;

struct ListNotesPolicy;

#[clerk_auth]
async fn list_notes() {}

fn main() {}
