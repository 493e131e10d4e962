use clerk_auth::clerk_auth;

#[allow(non_camel_case_types)]
struct list_notes;

#[clerk_auth]
async fn list_notes() {}

fn main() {}
