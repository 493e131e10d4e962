use clerk_auth::{Subject, clerk_auth};

#[clerk_auth(optional)]
async fn handler(subject: Option<Option<Subject>>) {
    drop(subject);
}

fn main() {}
