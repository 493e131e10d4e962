//! The page in a real browser, used by keyboard alone.
//!
//! `cargo test -p notes --test playground -- --ignored`, with Debian's packages `chromium` and
//! `chromium-driver`. With `UPDATE_SCREENSHOT=1` it also writes the picture of the README.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod browser;

use clerk_auth::testing::DevIssuer;
use notes::{AppState, Notes, playground, routes};
use tokio::net::TcpListener;

use self::browser::{Browser, DOWN, ENTER, TAB};

/// It is there when the page has asked for its routes.
const LAST_ROUTE: &str = "#route-5";

/// What the reader does from the top of the page on, and what the page then shows: the status, a
/// part of the challenge, and the end of the explanation.
const VISITS: &[(&str, &[&str], &str, &str, &str)] = &[
    ("the first route, a good token", &[TAB, ENTER], "200 OK", "none", "It is accepted."),
    ("a note is written", &[TAB, DOWN, ENTER], "201 Created", "none", "It is accepted."),
    (
        "a token of another type",
        &[TAB, DOWN, DOWN, ENTER],
        "401 Unauthorized",
        "error=\"invalid_token\"",
        "The route accepts: session_token.",
    ),
    (
        "no token, chosen by its first letters",
        &[TAB, TAB, TAB, "no", TAB, ENTER],
        "401 Unauthorized",
        "scope=\"read:notes\"",
        "There is no token to explain.",
    ),
    (
        "an expired token",
        &[TAB, TAB, TAB, TAB, "exp", TAB, ENTER],
        "401 Unauthorized",
        "error=\"invalid_token\"",
        "session tokens live for 60 seconds.",
    ),
    (
        "a token of another instance",
        &[TAB, TAB, TAB, TAB, "of", TAB, ENTER],
        "401 Unauthorized",
        "error=\"invalid_token\"",
        "must all be of the instance that your front end or client uses.",
    ),
    (
        "too few scopes",
        &[TAB, TAB, TAB, TAB, TAB, "profile", ENTER],
        "403 Forbidden",
        "error=\"insufficient_scope\", scope=\"read:notes\"",
        "The route accepts: oauth_token with scope read:notes.",
    ),
];

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn a_reader_without_a_mouse_sees_the_answer_the_challenge_and_the_reason() {
    let address = serve().await;
    let browser = Browser::start().await;
    for &(visit, keys, status, challenge, explanation) in VISITS {
        browser.open(&address).await;
        browser.find(LAST_ROUTE).await;
        for key in keys {
            browser.press(key).await;
        }
        browser.find("#answer[data-count='1']").await;
        assert_eq!(browser.text("#status").await, status, "{visit}");
        let shown = browser.text("#challenge").await;
        assert!(shown.contains(challenge), "{visit}: {shown}");
        let shown = browser.text("#explanation").await;
        assert!(shown.ends_with(explanation), "{visit}: {shown}");
    }
    // The last visit is the one in the picture.
    if std::env::var_os("UPDATE_SCREENSHOT").is_some() {
        let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/playground/page.png");
        std::fs::write(picture, browser.screenshot().await).unwrap();
    }
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn the_page_lists_each_route_with_its_policy() {
    let address = serve().await;
    let browser = Browser::start().await;
    browser.open(&address).await;
    browser.find(LAST_ROUTE).await;
    let shown = browser.text("#routes").await;
    let (_, table) = routes();
    let rows = table
        .rows()
        .map(|row| format!("{} {} {}", row.method().unwrap(), row.path(), row.requirement()));
    assert_eq!(shown.lines().map(str::trim).collect::<Vec<_>>(), rows.collect::<Vec<_>>());
    browser.stop().await;
}

/// The example as it runs without Clerk keys.
async fn serve() -> String {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let (router, table) = routes();
    let page = playground::router(issuer, clerk.clone(), table).await.unwrap();
    let app = router.with_state(AppState { clerk, notes: Notes::default() }).merge(page);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
