use clerk_auth::clerk_auth;

#[clerk_auth(sesion_token(role = "org:admin"))]
async fn handler() {}

fn main() {}
