//! What the published SDK decided for each vector, against what a guard here decides. A difference
//! stands in `stricter.toml`, or it is a mistake.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod app;
mod differences;
mod page;
mod pages;
mod policies;
mod vectors;

use crate::{
    app::Apps,
    differences::{Allowed, Difference},
    policies::accepting,
    vectors::{Vector, Vectors},
};

#[tokio::test]
async fn each_vector_is_decided_like_the_sdk_or_listed() {
    let vectors = Vectors::read();
    assert!(vectors.requests.len() >= 1_500, "{}", vectors.requests.len());
    let mut apps = Apps::start(&vectors).await;
    let mut allowed = Allowed::read();
    let mut unlisted = Vec::new();
    for vector in &vectors.requests {
        let ours = apps.decide(vector).await;
        let differences = Difference::between(&vector.expected, &ours);
        unlisted.extend(
            differences
                .into_iter()
                .filter(|difference| !allowed.covers(&vector.name, difference))
                .map(|difference| format!("{}: {difference}", vector.name)),
        );
    }
    assert!(unlisted.is_empty(), "{} unlisted:\n{}", unlisted.len(), unlisted.join("\n"));
    let unused = allowed.unused();
    assert!(unused.is_empty(), "listed, and not found any more: {unused:?}");
}

/// The SDK's `treatPendingAsSignedOut: false`: the vectors say `session-pending` of exactly the
/// sessions that are signed in to the SDK, and pending.
#[tokio::test]
async fn pending_session_enters_where_the_policy_allows_it() {
    let vectors = Vectors::read();
    let mut apps = Apps::start(&vectors).await;
    let is_pending = |vector: &&Vector| {
        vector.within.is_none() && vector.expected.reason.as_deref() == Some("session-pending")
    };
    let pending: Vec<&Vector> = vectors.requests.iter().filter(is_pending).collect();
    assert!(pending.len() >= 10, "{}", pending.len());
    for vector in pending {
        let policy = accepting(&vector.accepts).allow_pending();
        let ours = apps.decide_by(vector, policy).await;
        assert!(ours.enters, "{}: {ours:?}", vector.name);
    }
}
