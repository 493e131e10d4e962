use clerk_auth::{Guard, clerk_auth};

#[clerk_auth(accepts = "api_key")]
async fn admin(guard: Guard) {
    audit(&guard);
}

#[clerk_auth(accepts = "api_key")]
async fn notes() {}

fn audit(guard: &Guard<NotesPolicy>) {
    drop(guard.subject());
}

fn main() {}
