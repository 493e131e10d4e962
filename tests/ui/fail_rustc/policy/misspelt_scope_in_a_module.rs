use clerk_auth::clerk_auth;

mod scope {
    use clerk_auth::Scope;

    pub const READ_NOTES: Scope = Scope::new("read:notes");
}

#[clerk_auth(accepts = "oauth_token", scopes = any("admin", scope::READ_NOTE))]
async fn handler() {}

fn main() {
    println!("{}", scope::READ_NOTES);
}
