use clerk_auth::clerk_auth;

#[clerk_auth(permission = permissions::READ)]
async fn handler() {}

fn main() {}
