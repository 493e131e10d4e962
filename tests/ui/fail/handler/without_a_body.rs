use clerk_auth::clerk_auth;

trait Notes {
    #[clerk_auth]
    async fn list();
}

fn main() {}
