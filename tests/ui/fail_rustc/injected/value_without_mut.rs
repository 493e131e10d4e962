use clerk_auth::{Scopes, Subject, clerk_auth};

#[clerk_auth(accepts = "api_key")]
async fn handler(subject: Subject, scopes: Scopes) {
    subject = subject.clone();
    drop((subject, scopes));
}

fn main() {}
