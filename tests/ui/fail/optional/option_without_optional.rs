use clerk_auth::{Subject, clerk_auth};

#[clerk_auth]
async fn handler(subject: Option<Subject>) {
    drop(subject);
}

fn main() {}
