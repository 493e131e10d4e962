use clerk_auth::clerk_auth;

struct Notes;

impl Notes {
    #[clerk_auth]
    async fn list() {}
}

fn main() {}
