//! What the log says of pages that are redirected, and of those that are not.

use clerk_auth_tests::captured_log;

use crate::site::{NOW, Site, session_cookies};

#[tokio::test]
async fn redirected_page_is_one_event_that_says_where_it_leads() {
    let site = Site::production().await;
    let mut expired = site.browser();
    let token = site.token("user_ada");
    expired.store(session_cookies(&token, NOW).iter().map(String::as_str));
    let mut tired = site.browser();
    tired.store(["__clerk_redirect_count=3"]);
    site.advance(90);
    captured_log::start();
    for (browser, path, expected) in [
        (site.browser(), "/dashboard", r#"to="sign-in" reason="session-token-and-uat-missing""#),
        (expired.clone(), "/dashboard", r#"to="handshake" reason="session-token-expired""#),
        (expired.clone(), "/rendered/session", r#"to="handshake" reason="session-token-expired""#),
        (expired.clone(), "/streamed/session", r#"status=401 rejection="invalid-token""#),
        (expired, "/greeting", r#"to="handshake" reason="session-token-expired""#),
        (tired, "/dashboard", r#"status=401 rejection="missing-credential""#),
        (site.browser(), "/caught", r#"status=401 rejection="missing-credential""#),
    ] {
        let reply = browser.clone().open(path).await;
        let lines = captured_log::take();
        let is_told =
            |line: &&String| line.contains("page redirected") || line.contains("request rejected");
        let told: Vec<_> = lines.iter().filter(is_told).collect();
        assert_eq!(told.len(), 1, "{path}: {told:?}");
        let is_redirect = reply.status == 307;
        assert_eq!(told[0].contains("page redirected"), is_redirect, "{path}: {told:?}");
        assert!(told[0].contains(expected), "{path}: {told:?}");
        assert!(!told[0].contains(&token), "{path}");
    }
}
