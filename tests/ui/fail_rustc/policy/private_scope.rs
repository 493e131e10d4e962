use clerk_auth::clerk_auth;

mod scope {
    use clerk_auth::Scope;

    const READ_NOTES: Scope = Scope::new("read:notes");
}

#[clerk_auth(accepts = "oauth_token", scopes = scope::READ_NOTES)]
async fn handler() {}

fn main() {}
