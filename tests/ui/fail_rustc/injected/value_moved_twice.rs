use clerk_auth::{Subject, clerk_auth};

#[clerk_auth]
async fn handler(subject: Subject) -> Subject {
    drop(subject);
    subject
}

fn main() {}
