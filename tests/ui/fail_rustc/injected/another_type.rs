//! Types that an injected value does not have.

use clerk_auth::{Subject, clerk_auth};

#[clerk_auth]
async fn text(subject: String) -> String {
    subject
}

#[clerk_auth]
async fn another_value(user_id: Subject) -> String {
    user_id.to_string()
}

#[clerk_auth(optional)]
async fn number_that_may_be_missing(user_id: Option<u64>) -> String {
    format!("{user_id:?}")
}

#[clerk_auth]
async fn any_type(subject: impl ToString) -> String {
    subject.to_string()
}

fn main() {}
