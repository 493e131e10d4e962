//! What the published SDK decided for each request of a page, against what pages decide here.

mod differences;
mod outcome;
mod site;
mod vectors;

pub(crate) use self::differences::{PageDifference, PageEntry};
use self::{
    outcome::Outcome,
    site::{Guarding, Sites},
    vectors::PageVectors,
};
use crate::differences::Allowed;

/// How many requests the SDK was given. Each is opened behind two guards here.
pub(crate) fn count() -> usize {
    let vectors = PageVectors::read();
    vectors.requests.len() * vectors.kinds.len()
}

#[tokio::test]
async fn each_page_is_decided_like_the_sdk_or_listed() {
    let vectors = PageVectors::read();
    assert!(count() >= 5_000, "{}", count());
    let mut sites = Sites::start(&vectors).await;
    let mut allowed = Allowed::read();
    let mut unlisted = Vec::new();
    for request in &vectors.requests {
        for (kind, expected) in vectors.kinds.iter().zip(&request.expected) {
            for guarding in [Guarding::Required, Guarding::Optional] {
                let name = format!("{}/{guarding}/{}/{}", request.site, kind.name, request.row);
                let theirs = Outcome::of_decision(&vectors.decisions[*expected], guarding);
                let ours = sites.open(request, kind, guarding).await;
                for difference in PageDifference::between(&theirs, &ours) {
                    if !allowed.covers_page(&name, &difference) {
                        unlisted.push(format!("{name}: {difference}"));
                    }
                }
            }
        }
    }
    assert!(unlisted.is_empty(), "{} unlisted:\n{}", unlisted.len(), unlisted.join("\n"));
    let unused = allowed.unused_pages();
    assert!(unused.is_empty(), "listed, and not found any more: {unused:#?}");
}
