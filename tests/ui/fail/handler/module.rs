#[clerk_auth::clerk_auth]
mod notes {
    pub async fn list() {}
}

fn main() {}
