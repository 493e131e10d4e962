use clerk_auth::clerk_auth;
use policies::NotesPolicy;

mod policies {
    pub struct NotesPolicy;
}

#[clerk_auth]
async fn notes() {}

fn main() {}
