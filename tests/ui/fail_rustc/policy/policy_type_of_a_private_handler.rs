mod notes {
    #[clerk_auth::clerk_auth]
    async fn list() {}
}

fn main() {
    println!("{}", notes::ListPolicy::POLICY);
}
