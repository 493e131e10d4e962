//! `#[tracing::instrument]` above the attribute sees the value's name; below it, it must not name it.

use clerk_auth::{Subject, clerk_auth};
use tracing::instrument;

#[instrument(skip(subject), fields(caller = %subject))]
#[clerk_auth]
async fn names_the_value(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth]
#[instrument(skip_all)]
async fn names_nothing(subject: Subject) -> String {
    subject.to_string()
}

fn main() {}
