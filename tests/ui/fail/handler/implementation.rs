use clerk_auth::clerk_auth;

struct Notes;

#[clerk_auth]
impl Notes {
    async fn list() {}
}

fn main() {}
