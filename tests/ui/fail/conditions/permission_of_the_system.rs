use clerk_auth::clerk_auth;

#[clerk_auth(permission = "org:sys_memberships:manage")]
async fn handler() {}

fn main() {}
