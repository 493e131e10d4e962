use clerk_auth::clerk_auth;

#[clerk_auth(role = all(any("org:admin", "org:editor"), any("org:member", "org:guest")))]
async fn two_roles_at_once() {}

#[clerk_auth(role = any("org:admin", all("org:editor", any("org:member", "org:guest"))))]
async fn a_branch_without_callers() {}

fn main() {}
