//! The fields by which a proxy tells host and scheme.

use clerk_auth::pages::PagesBuilder;
use http::Method;

use crate::site::{DOCUMENT, NOW, ORIGIN, SAME_ORIGIN, Site, session_cookies};

#[tokio::test]
async fn forwarded_field_counts_only_if_it_is_trusted_and_exact() {
    let trusting = Site::production_with(PagesBuilder::trust_forwarded).await;
    let plain = Site::production().await;
    for (fields, trusted, untrusted) in [
        (&[("host", "internal:8080"), ("x-forwarded-host", "app.example.com")][..], true, false),
        (&[("x-forwarded-host", "evil.example")], false, true),
        (&[("x-forwarded-host", "app.example.com, evil.example")], false, true),
        (&[("x-forwarded-host", "app.example.com"), ("x-forwarded-host", "b")], false, true),
        (&[("x-forwarded-host", "app.example.com/x")], false, true),
        (&[("x-forwarded-host", "")], false, true),
        (&[("x-forwarded-proto", "https")], true, true),
        (&[("x-forwarded-proto", "http")], false, true),
        (&[("x-forwarded-proto", "https, http")], false, true),
        (&[("x-forwarded-proto", "javascript")], false, true),
        (&[("forwarded", "host=evil.example")], true, true),
    ] {
        for (site, is_ours) in [(&trusting, trusted), (&plain, untrusted)] {
            let fields: Vec<_> = [DOCUMENT].iter().chain(fields).copied().collect();
            let reply = site.send(Method::GET, "/dashboard", &fields).await;
            if is_ours {
                assert_eq!(reply.parameter("redirect_url"), format!("{ORIGIN}/dashboard"));
            } else {
                assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{fields:?}");
            }
        }
    }
}

#[tokio::test]
async fn clerk_is_told_the_address_only_by_a_trusted_proxy() {
    for trusts in [false, true] {
        let site =
            Site::production_with(|pages| if trusts { pages.trust_forwarded() } else { pages });
        let site = site.await;
        let mut browser = site.browser().signed_in("user_ada", 90);
        site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
        let fields = [SAME_ORIGIN, ("x-forwarded-for", "203.0.113.7"), ("accept-language", "de")];
        assert_eq!(browser.send(Method::POST, "/dashboard", &fields).await.status, 200);
        let told = site.api.calls()[0].body["request_headers"].clone();
        assert_eq!(told["accept-language"][0], "de");
        assert_eq!(told.get("x-forwarded-for").is_some(), trusts);
        assert!(told.get("cookie").is_none());
    }
}
