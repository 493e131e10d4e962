//! The site in a real browser: sign-in, a session that outlives its token, tabs, the back button, and
//! how it looks on three widths and in two color schemes.
//!
//! `cargo test -p pages --test chromium -- --ignored`, with Debian's packages `chromium` and
//! `chromium-driver`. With `SCREENSHOTS=folder` it also writes a picture of each screen there. With
//! `UPDATE_SCREENSHOT=1` it writes the picture of the guide.

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

use std::time::Duration;

use axum::{
    Router,
    response::{Html, Redirect},
    routing::{get, post},
};
use clerk_auth::{
    Subject, clerk_auth,
    pages::PagesLayer,
    testing::{Answer, DevIssuer, Endpoint, TestClock},
};
use pages::site_on_issuer;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::browser::Browser;

const SCREENS: [(u32, u32, &str); 6] = [
    (320, 640, "light"),
    (320, 640, "dark"),
    (390, 844, "light"),
    (390, 844, "dark"),
    (1280, 800, "light"),
    (1280, 800, "dark"),
];

struct World {
    clock: TestClock,
    issuer: DevIssuer,
    origin: String,
}

impl World {
    async fn start() -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self::start_with(|issuer, origin| site_on_issuer(issuer, origin, client).unwrap()).await
    }

    async fn start_with(site: impl FnOnce(&DevIssuer, &str) -> Router) -> Self {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://app.localhost:{}", listener.local_addr().unwrap().port());
        let site = site(&issuer, &origin);
        tokio::spawn(async move { axum::serve(listener, site).await.unwrap() });
        Self { clock, issuer, origin }
    }

    async fn open(&self, browser: &Browser, path: &str) {
        browser.open(&format!("{}{path}", self.origin)).await;
    }

    /// Opens a guarded page and picks an account on the way.
    async fn sign_in(&self, browser: &Browser, path: &str, account: &str) {
        self.open(browser, path).await;
        click(browser, &format!("button[value='{account}']")).await;
    }
}

async fn click(browser: &Browser, selector: &str) {
    browser.find(selector).await;
    browser.run(&format!("document.querySelector(\"{selector}\").click()")).await;
}

async fn address(browser: &Browser) -> String {
    browser.run("return location.href").await.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn session_outlives_its_token_for_pages_and_forms() {
    let world = World::start().await;
    let browser = Browser::start().await;
    world.open(&browser, "/").await;
    assert_eq!(browser.text("#greeting").await, "Hello");
    // A deep link that was asked for before the sign-in.
    world.sign_in(&browser, "/organization?tab=2", "user_ada org_notes").await;
    assert_eq!(browser.text("#organization").await, "org_notes");
    assert_eq!(address(&browser).await, format!("{}/organization?tab=2", world.origin));

    world.clock.advance(Duration::from_secs(70));
    world.open(&browser, "/dashboard").await;
    assert_eq!(browser.text("#user").await, "Ada Lovelace");
    let typed = "document.querySelector('#text').value = 'typed for a while'";
    browser.run(typed).await;
    world.clock.advance(Duration::from_secs(70));
    click(&browser, "#save").await;
    assert_eq!(browser.text("#notes").await, "typed for a while");
    assert_eq!(world.issuer.calls().session_refresh, 2);
    browser.stop().await;
}

/// A page with a form, and the script of the guide.
#[clerk_auth]
async fn form_with_script(subject: Subject) -> Html<String> {
    let guide = include_str!("../../../runtime/docs/pages.md");
    let (_, script) = guide.split_once("```js\n").unwrap();
    let (script, _) = script.split_once("```").unwrap();
    let form = format!("<form method=post action=/save data-user={subject}>");
    Html(format!(
        "{form}<input id=text name=text><button></button></form><script>{script}</script>"
    ))
}

#[clerk_auth]
async fn save(subject: Subject, body: String) -> Redirect {
    Redirect::to(&format!("/saved?by={subject}&{body}"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn form_is_sent_once_more_if_its_session_is_not_refreshed() {
    let world = World::start_with(|issuer, origin| {
        let clerk = issuer.clerk().build().unwrap();
        let pages = PagesLayer::builder(clerk.clone()).origins([origin]);
        Router::new()
            .route("/form", get(form_with_script))
            .route("/save", post(save))
            .route("/saved", get(async || Html("<p id=saved>saved</p>")))
            .layer(pages.sign_in_url(issuer.sign_in_url()).build().unwrap())
            .with_state(clerk)
    })
    .await;
    let browser = Browser::start().await;
    world.sign_in(&browser, "/form", "user_ada org_notes").await;
    for rejected in [0, 1] {
        world.open(&browser, "/form").await;
        browser.find("#text").await;
        browser.run("document.querySelector('#text').value = 'typed'").await;
        world.clock.advance(Duration::from_secs(70));
        if rejected == 1 {
            world.issuer.answer_with(Endpoint::SessionRefresh, Answer::status(503));
        }
        let handshakes = world.issuer.calls().handshake_payload;
        click(&browser, "button").await;
        browser.find("#saved").await;
        let saved = format!("{}/saved?by=user_ada&text=typed", world.origin);
        assert_eq!(address(&browser).await, saved);
        assert_eq!(world.issuer.calls().handshake_payload - handshakes, rejected);
    }
    browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn sign_out_in_another_tab_and_back_button_show_nothing_guarded() {
    let world = World::start().await;
    let browser = Browser::start().await;
    world.sign_in(&browser, "/dashboard", "user_ada org_notes").await;
    assert_eq!(browser.text("#user").await, "Ada Lovelace");
    let first = browser.tab().await;
    let second = browser.post("window/new", json!({ "type": "tab" })).await["handle"].take();
    browser.post("window", json!({ "handle": second.clone() })).await;
    world.open(&browser, "/dashboard").await;
    click(&browser, "#sign-out").await;
    assert_eq!(browser.text("#greeting").await, "Hello");
    for (tab, way) in [(second, "back"), (Value::from(first), "refresh")] {
        browser.post("window", json!({ "handle": tab })).await;
        browser.post(way, json!({})).await;
        browser.find("h1").await;
        let shown = browser.run("return document.body.textContent").await;
        assert!(!shown.as_str().unwrap().contains("Notes of"), "{way}: {shown}");
    }
    // Redirects count for thirty seconds, and the sign-in took three of them.
    let counter = json!({ "name": "__clerk_redirect_count", "url": world.origin });
    let command = json!({ "cmd": "Network.deleteCookies", "params": counter });
    browser.post("goog/cdp/execute", command).await;
    world.open(&browser, "/dashboard").await;
    assert!(address(&browser).await.starts_with(&world.issuer.sign_in_url()));
    browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn pages_fit_each_screen_and_are_readable_there() {
    let world = World::start().await;
    let browser = Browser::start().await;
    let sign_in = format!("{}?redirect_url={}/", world.issuer.sign_in_url(), world.origin);
    world.sign_in(&browser, "/dashboard", "user_ada org_notes").await;
    browser.find("#text").await;
    browser.run("document.querySelector('#text').value = 'Buy ink'").await;
    click(&browser, "#save").await;
    browser.find("#notes").await;
    if std::env::var_os("UPDATE_SCREENSHOT").is_some() {
        browser.show_as(1000, 640, "light").await;
        let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/page.png");
        std::fs::write(picture, browser.screenshot().await).unwrap();
    }
    for (width, height, scheme) in SCREENS {
        browser.show_as(width, height, scheme).await;
        for page in ["/", "/dashboard", "/organization", "/nothing", &sign_in] {
            let screen = format!("{page} at {width} px, {scheme}");
            if page.starts_with('/') {
                world.open(&browser, page).await;
            } else {
                browser.open(page).await;
            }
            let excess =
                "const page = document.documentElement; return page.scrollWidth - page.clientWidth";
            assert_eq!(browser.run(excess).await, 0, "{screen} scrolls sideways");
            let contrast = include_str!("../../notes/tests/browser/contrast.js");
            let contrast = browser.run(contrast).await;
            assert_eq!(contrast["faint"], Value::Array(vec![]), "{screen}");
            assert!(contrast["checked"].as_u64().unwrap() > 5, "{screen}: {contrast}");
            if let Some(folder) = std::env::var_os("SCREENSHOTS") {
                let name = page.split('?').next().unwrap().replace(['/', ':'], "_");
                let file = format!("{name}-{width}-{scheme}.png");
                let file = std::path::Path::new(&folder).join(file);
                std::fs::write(file, browser.screenshot().await).unwrap();
            }
        }
    }
    browser.stop().await;
}
