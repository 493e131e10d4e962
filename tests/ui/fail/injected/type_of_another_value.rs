use clerk_auth::{Subject, clerk_auth};

#[clerk_auth]
async fn handler(user_id: Subject) {
    drop(user_id);
}

fn main() {}
