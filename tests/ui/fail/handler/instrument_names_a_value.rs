use clerk_auth::{Subject, clerk_auth};
use tracing::instrument;

#[clerk_auth]
#[instrument(skip(subject))]
async fn handler(subject: Subject) -> String {
    subject.to_string()
}

fn main() {}
