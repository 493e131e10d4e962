//! The chat in a real browser, from a page of another origin.
//!
//! `cargo test -p sockets --test chromium -- --ignored`, with Debian's packages `chromium` and
//! `chromium-driver`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

#[path = "../../notes/tests/browser/mod.rs"]
#[allow(dead_code, reason = "the playground of the notes needs more of it")]
mod browser;

use axum::{Router, routing::get};
use clerk_auth::testing::DevIssuer;
use sockets::{api, page};
use tokio::net::TcpListener;

use self::browser::Browser;

async fn serve(listener: TcpListener, router: Router) {
    axum::serve(listener, router).await.unwrap();
}

/// The API is at one host, and the pages of `pages.localhost` are its front end.
async fn start() -> (DevIssuer, String, String, TcpListener) {
    let issuer = DevIssuer::start().await.unwrap();
    let api_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pages = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://pages.localhost:{}", pages.local_addr().unwrap().port());
    let socket_url = format!("ws://api.localhost:{}", api_listener.local_addr().unwrap().port());
    let clerk = issuer.clerk().authorized_parties([&origin]).build().unwrap();
    tokio::spawn(serve(api_listener, api(clerk)));
    (issuer, socket_url, origin, pages)
}

/// What the page shows once it says `state`, in the tab that `browser` is in.
async fn wait_for(browser: &Browser, state: &str) {
    let script = format!(
        "return new Promise(done => {{ const look = () => {{ const now = \
         document.querySelector('#state').textContent; \
         now.startsWith('{state}') ? done(now) : setTimeout(look, 50) }}; look() }})"
    );
    browser.run(&script).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn page_of_another_origin_chats_by_both_ways() {
    let (issuer, socket_url, origin, pages) = start().await;
    let token = issuer.session("user_ada").authorized_party(&origin).jwt();
    let forged = format!("{token}x");
    let pages_router = Router::new()
        .route(
            "/",
            get({
                let html = page(&socket_url, &token);
                async || html
            }),
        )
        .route(
            "/forged",
            get({
                let html = page(&socket_url, &forged);
                async || html
            }),
        );
    let port = pages.local_addr().unwrap().port();
    tokio::spawn(serve(pages, pages_router));
    let browser = Browser::start().await;

    for (hash, protocol) in [("", "bearer"), ("?again#first", "")] {
        browser.open(&format!("{origin}/{hash}")).await;
        wait_for(&browser, &format!("open, protocol \"{protocol}\"")).await;
        browser.run("socket.send('hello')").await;
        assert_eq!(browser.text("#lines li").await, "user_ada: hello");
    }
    // A page cannot see the status of a handshake, but it can see a close code.
    browser.open(&format!("{origin}/forged")).await;
    wait_for(&browser, "closed 1006").await;
    browser.open(&format!("{origin}/forged?again#first")).await;
    wait_for(&browser, "closed 4401 invalid-token").await;
    // The same page from an origin that is not a front end.
    browser.open(&format!("http://evil.localhost:{port}/")).await;
    wait_for(&browser, "closed 1006").await;
    browser.stop().await;
}
