use clerk_auth::clerk_auth;

struct Notes;

impl Notes {
    #[clerk_auth]
    async fn list() -> String {
        Self::all()
    }

    fn all() -> String {
        String::new()
    }
}

fn main() {}
