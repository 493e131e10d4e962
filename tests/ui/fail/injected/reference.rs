use clerk_auth::{Subject, clerk_auth};

#[clerk_auth]
async fn handler(subject: &Subject) {
    subject.to_string();
}

fn main() {}
