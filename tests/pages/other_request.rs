//! What is renewed counts for one request, and for guards with the `Clerk` of the pages.

use axum::{Router, extract::State, routing::get};
use clerk_auth::{Clerk, Policy, Rejection, pages::PagesLayer, policy};
use clerk_auth_tests::Server;
use http::Method;

use crate::site::{DOCUMENT, HOST, NOW, ORIGIN, PUBLISHABLE_KEY, Site, session_cookies};

#[tokio::test]
async fn renewed_session_stays_with_its_request() {
    let site = Site::production().await;
    let bob = site.browser().signed_in("user_bob", 0).cookies();
    let ada = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let renewed = ada.clone().open("/carried").await;
    assert_eq!((renewed.status, renewed.body.as_str()), (200, "user_ada"));
    let own = ada.cookies();
    let others = [
        &[("x-cookies", bob.as_str())][..],
        // The same cookies with another request, which would not be renewed.
        &[("x-cookies", own.as_str()), ("x-method", "POST")],
    ];
    for other in others {
        let fields: Vec<_> = [DOCUMENT].iter().chain(other).copied().collect();
        let reply = ada.clone().send(Method::GET, "/carried", &fields).await;
        assert_eq!((reply.status, reply.body.as_str()), (401, "stays out"), "{fields:?}");
    }
    // Each was the refresh of the page itself.
    assert_eq!(site.api.count(), 3);
}

/// The pages of one instance around a guard of another.
#[tokio::test]
async fn rejection_of_another_clerk_is_left_alone() {
    const SESSIONS: Policy = policy!(accepts = "session_token");
    async fn guarded(
        State(clerk): State<Clerk>,
        request: axum::extract::Request,
    ) -> Result<&'static str, Rejection> {
        let (mut parts, _) = request.into_parts();
        clerk.authenticate(&mut parts, SESSIONS).await.map(|_| "known")
    }
    let site = Site::production().await;
    let clerk = || {
        Clerk::builder()
            .publishable_key(PUBLISHABLE_KEY)
            .secret_key("sk_live_x")
            .jwt_key(site.issuer.public_key_pem())
            .api_url(site.api.url())
            .clock(site.clock.clone())
            .build()
            .unwrap()
    };
    let (of_pages, of_guard) = (clerk(), clerk());
    let expired = site.browser().signed_in("user_ada", 90).cookies();
    for (of_guard, is_same) in [(of_pages.clone(), true), (of_guard, false)] {
        let pages = PagesLayer::builder(of_pages.clone()).origins([ORIGIN]).build().unwrap();
        let router = Router::new().route("/", get(guarded)).layer(pages).with_state(of_guard);
        let app = Server::start(router).await;
        let calls = site.api.count();
        for cookies in ["", &expired] {
            // Without a navigation, so that the client of the tests follows nothing.
            let fields = [("host", HOST), ("cookie", cookies), ("sec-fetch-site", "same-origin")];
            assert_eq!(app.send(Method::GET, "/", &fields).await.status, 401);
        }
        assert_eq!(site.api.count() - calls, usize::from(is_same));
        if !is_same {
            let reply = app.send(Method::GET, "/", &[("host", HOST), DOCUMENT]).await;
            assert_eq!(reply.status, 401);
        }
    }
}
