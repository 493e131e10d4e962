//! Any permission claims of a session: what a session has is what another decoder finds.

use axum::body::to_bytes;
use http::{HeaderValue, header::AUTHORIZATION};
use serde_json::json;

use super::{Inline, each};

impl Inline {
    /// The permissions of a session with these claims; `None` if it is rejected.
    fn permissions(&self, features: &str, names: &str, masks: &str) -> Option<Vec<String>> {
        let organization = json!({"id": "org_a", "rol": "a", "per": names, "fpm": masks});
        let session = self.issuer.session("user_ada").claim("v", 2).claim("fea", features);
        let token = session.claim("o", organization).jwt();
        let field = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        let answer = self.answer("/permissions", AUTHORIZATION, field);
        if answer.status() == 401 {
            return None;
        }
        assert_eq!(answer.status(), 200, "{features} {names} {masks}");
        let body = self.runtime.block_on(to_bytes(answer.into_body(), usize::MAX)).unwrap();
        Some(serde_json::from_slice(&body).unwrap())
    }
}

/// Halves the decimal number of a mask once for each name: slow, and of another kind than the
/// decoder.
fn naive(features: &str, names: &str, masks: &str) -> Option<Vec<String>> {
    let items: Vec<&str> = features.split(',').map(str::trim).collect();
    if !features.is_empty() && items.iter().any(|item| !item.contains(':')) {
        return None;
    }
    if [features, names, masks].contains(&"") {
        return Some(Vec::new());
    }
    let of_organization = items.iter().filter_map(|item| {
        let (scope, feature) = item.split_once(':').unwrap();
        ["o", "ou", "uo"].contains(&scope).then_some(feature)
    });
    let mut found = Vec::new();
    for (feature, mask) in of_organization.zip(masks.split(',')) {
        let mut digits =
            mask.trim().bytes().map(|byte| byte.wrapping_sub(b'0')).collect::<Vec<_>>();
        if digits.is_empty() || digits.iter().any(|digit| *digit > 9) {
            continue;
        }
        for name in names.split(',').map(str::trim) {
            let mut rest = 0;
            for digit in &mut digits {
                let value = rest * 10 + *digit;
                *digit = value / 2;
                rest = value % 2;
            }
            if rest == 1 {
                found.push(format!("org:{feature}:{name}"));
            }
        }
    }
    Some(found)
}

#[test]
fn a_session_has_the_permissions_that_another_decoder_finds() {
    let app = Inline::start();
    let claims = (
        "(( ?(o|u|ou|uo|x):[a-c]{0,2}:?),){0,4}(o|u|ou|uo):[a-c]|[a-c:,]{0,6}",
        "([a-d]{1,2}, ?){0,40}[a-d]|[a-d,]{0,4}",
        "(( ?[0-9]{0,14}|[0-9]{20,30}),){0,5}[0-9]{1,3}|[0-9a-fx.,+-]{0,8}",
    );
    let (some, none) = (std::cell::Cell::new(0_u32), std::cell::Cell::new(0_u32));
    each(600, claims, |(features, names, masks)| {
        let found = app.permissions(&features, &names, &masks);
        assert_eq!(found, naive(&features, &names, &masks), "{features} {names} {masks}");
        none.set(none.get() + u32::from(found.is_none()));
        some.set(some.get() + u32::from(found.is_some_and(|found| !found.is_empty())));
    });
    // Some have any, and some are rejected, or it shows nothing.
    assert!(some.get() > 100 && none.get() > 50, "{some:?} {none:?}");
}
