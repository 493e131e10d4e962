//! The page in a real browser: by keyboard, by mouse, on three widths and in two color schemes.
//!
//! `cargo test -p notes --test playground -- --ignored`, with curl and Debian's packages `chromium` and
//! `chromium-driver`. With `UPDATE_SCREENSHOT=1` it also writes the picture of the README; the
//! packages `fonts-inter` and `fonts-jetbrains-mono` make it look as it does there.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod browser;

use std::process::Command;

use clerk_auth::testing::DevIssuer;
use notes::{AppState, Notes, playground, routes};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime, task::spawn_blocking};

use self::browser::{Browser, DOWN, ENTER, TAB};

/// It appears when the page has fetched its routes.
const LAST_ROUTE: &str = "#route-6";

/// What the reader does from the top of the page on, and what the page then shows: the status, a
/// part of the challenge, and the reason of a rejection.
const VISITS: &[(&str, &[&str], &str, &str, &str)] = &[
    ("the first route, a good token", &[TAB, ENTER], "200 OK", "none", ""),
    ("a note is written", &[TAB, DOWN, ENTER], "201 Created", "none", ""),
    (
        "a token of another type",
        &[TAB, DOWN, DOWN, ENTER],
        "401 Unauthorized",
        "error=\"invalid_token\"",
        "token-type-mismatch",
    ),
    (
        "an editor who was verified just now",
        &[TAB, DOWN, DOWN, DOWN, TAB, TAB, "ses", TAB, TAB, ENTER],
        "200 OK",
        "none",
        "",
    ),
    (
        "an editor who was verified an hour ago",
        &[TAB, DOWN, DOWN, DOWN, TAB, TAB, "ses", TAB, TAB, TAB, TAB, "an", TAB, ENTER],
        "403 Forbidden",
        "none",
        "reverification-error",
    ),
    (
        "a member with another role",
        &[TAB, DOWN, DOWN, DOWN, TAB, TAB, "ses", TAB, TAB, "org:viewer", ENTER],
        "403 Forbidden",
        "none",
        "permission-missing",
    ),
    (
        "no token, chosen by its first letters",
        &[TAB, TAB, TAB, "no", TAB, ENTER],
        "401 Unauthorized",
        "scope=\"read:notes\"",
        "no token to explain",
    ),
    (
        "an expired token",
        &[TAB, TAB, TAB, TAB, "exp", TAB, ENTER],
        "401 Unauthorized",
        "error=\"invalid_token\"",
        "expired",
    ),
    (
        "a token of another instance",
        &[TAB, TAB, TAB, TAB, "of", TAB, ENTER],
        "401 Unauthorized",
        "error=\"invalid_token\"",
        "another Clerk instance",
    ),
    (
        "too few scopes",
        &[TAB, TAB, TAB, TAB, TAB, "profile", ENTER],
        "403 Forbidden",
        "error=\"insufficient_scope\", scope=\"read:notes\"",
        "scope-missing",
    ),
];

/// A narrow phone, a phone and a wide screen, each in both color schemes.
const SCREENS: [(u32, u32, &str); 6] = [
    (320, 640, "light"),
    (320, 640, "dark"),
    (390, 844, "light"),
    (390, 844, "dark"),
    (1280, 1000, "light"),
    (1280, 1000, "dark"),
];

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn keyboard_alone_shows_status_challenge_and_reason() {
    let server = Server::start();
    let browser = Browser::start().await;
    for &(visit, keys, status, challenge, reason) in VISITS {
        open(&browser, &server).await;
        for key in keys {
            browser.press(key).await;
        }
        browser.find("#answer[data-count='1']").await;
        let explanation = browser.text("#explanation").await;
        assert_eq!(browser.text("#status").await, status, "{visit}: {explanation}");
        let shown = browser.text("#challenge").await;
        assert!(shown.contains(challenge), "{visit}: {shown}");
        assert!(explanation.contains(reason), "{visit}: {explanation}");
        // The explanation and the route decide alike.
        let is_explained = !status.starts_with('2') && !reason.starts_with("no token");
        let says_so = explanation.contains(&format!("status {}", &status[..3]));
        assert_eq!(says_so, is_explained, "{visit}: {explanation}");
    }
    // The last visit is the one in the picture.
    if std::env::var_os("UPDATE_SCREENSHOT").is_some() {
        browser.show_as(1280, 1000, "light").await;
        let height = browser.run("return document.documentElement.scrollHeight").await;
        let height = u32::try_from(height.as_u64().unwrap()).unwrap();
        browser.show_as(1280, height, "light").await;
        let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/playground/page.png");
        std::fs::write(picture, browser.screenshot().await).unwrap();
    }
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn page_fits_each_screen_and_is_readable_there() {
    let server = Server::start();
    let browser = Browser::start().await;
    for (width, height, scheme) in SCREENS {
        let screen = format!("{width} px, {scheme}");
        browser.show_as(width, height, scheme).await;
        open(&browser, &server).await;
        for kind in ["session", "oauth_jwt", "api_key", ""] {
            choose(&browser, "kind", kind).await;
            send(&browser).await;
            let excess =
                "const page = document.documentElement; return page.scrollWidth - page.clientWidth";
            assert_eq!(browser.run(excess).await, 0, "{screen}: {kind:?} scrolls sideways");
            let contrast = browser.run(include_str!("browser/contrast.js")).await;
            assert_eq!(contrast["faint"], Value::Array(vec![]), "{screen}: {kind:?}");
            assert!(contrast["checked"].as_u64().unwrap() > 40, "{screen}: {contrast}");
        }
        let beside =
            "const right = document.querySelector('#request').getBoundingClientRect().right;
            return document.querySelector('#answer').getBoundingClientRect().left > right";
        assert_eq!(browser.run(beside).await, width == 1280, "{screen}: columns");
        let typed = "const page = getComputedStyle(document.body);
            return [...document.querySelectorAll('.fields :is(input, select)')].map(getComputedStyle)
              .every(({ color, fontSize }) => color === page.color && fontSize === '16px')";
        assert_eq!(browser.run(typed).await, true, "{screen}: typed text");
    }
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn click_anywhere_in_a_row_selects_its_route() {
    let server = Server::start();
    let browser = Browser::start().await;
    for (width, height, scheme) in SCREENS {
        browser.show_as(width, height, scheme).await;
        open(&browser, &server).await;
        // Shares of the row's width and height.
        for (x, y) in [(0.01, 0.05), (0.5, 0.95), (0.99, 0.05), (0.99, 0.95), (0.3, 0.5)] {
            for row in [4, 0, 6] {
                let place = format!(
                    "const row = document.querySelector('#routes').children[{row}];
                     row.scrollIntoView({{ block: 'center' }});
                     const {{ left, top, width, height }} = row.getBoundingClientRect();
                     return [left + {x} * width, top + {y} * height]"
                );
                let place = browser.run(&place).await;
                browser.click_at(place[0].as_f64().unwrap(), place[1].as_f64().unwrap()).await;
                let checked = browser.run("return document.querySelector(':checked').id").await;
                assert_eq!(checked, format!("route-{row}"), "{width} px, {scheme}: {x}, {y}");
            }
        }
    }
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn page_lists_each_route_with_its_policy() {
    let server = Server::start();
    let browser = Browser::start().await;
    open(&browser, &server).await;
    let shown = browser.text("#routes").await;
    let (_, table) = routes();
    let rows = table.rows().flat_map(|row| {
        [row.method().unwrap().to_string(), row.path().to_owned(), row.requirement()]
    });
    assert_eq!(shown.lines().map(str::trim).collect::<Vec<_>>(), rows.collect::<Vec<_>>());
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn edited_path_is_explained_by_the_route_that_answers() {
    // What is typed over `/notes`, the status, and the route that the page names.
    let paths = [
        ("/whoami", "200 OK", "GET /whoami: "),
        ("/notes/../export", "401 Unauthorized", "GET /export: "),
        ("/notes?page=2", "200 OK", "GET /notes: "),
        ("/notes/1", "405 Method Not Allowed", "GET /notes/1: no route"),
        ("/nothing", "404 Not Found", "GET /nothing: no route"),
    ];
    let server = Server::start();
    let browser = Browser::start().await;
    for (path, status, route) in paths {
        open(&browser, &server).await;
        for key in [TAB, TAB, path, ENTER] {
            browser.press(key).await;
        }
        browser.find("#answer[data-count='1']").await;
        assert_eq!(browser.text("#status").await, status, "{path}");
        let shown = browser.text("#route").await;
        assert!(shown.starts_with(route), "{path}: {shown}");
    }
    // These are no paths of the server: the page says so and sends nothing.
    for path in ["notes", "//example.com/notes", "/\\example.com", "http://example.com/"] {
        open(&browser, &server).await;
        for key in [TAB, TAB, path, ENTER] {
            browser.press(key).await;
        }
        let message = browser.run("return document.querySelector('#path').validationMessage").await;
        assert!(message.as_str().unwrap().starts_with("Write a path"), "{path}: {message}");
        assert_eq!(browser.run("return document.querySelector('#answer').hidden").await, true);
    }
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn copied_curl_line_gets_the_same_status() {
    // Route, body, status, and a part of the response. The body must survive the shell and curl.
    let requests = [
        (0, "", "200", "[]"),
        (
            1,
            r#"{"text":"it's $HOME, \"`id`\" and @file"}"#,
            "201",
            r#"it's $HOME, \"`id`\" and @file"#,
        ),
        (1, "@Cargo.toml", "400", "at line 1 column 1"),
        (4, "", "401", "invalid-token"),
    ];
    let server = Server::start();
    let browser = Browser::start().await;
    for (route, body, status, words) in requests {
        open(&browser, &server).await;
        browser.run(&format!("document.querySelector('#route-{route}').click()")).await;
        let body = serde_json::to_string(body).unwrap();
        browser.run(&format!("document.querySelector('#body').value = {body}")).await;
        send(&browser).await;
        assert!(browser.text("#status").await.starts_with(status));
        let line = browser.run("return document.querySelector('#curl').textContent").await;
        let line = line.as_str().unwrap().replacen("curl ", "curl -s --noproxy '*' ", 1);
        let answer = spawn_blocking(|| Command::new("sh").arg("-c").arg(line).output());
        let answer = answer.await.unwrap().unwrap();
        let answer = String::from_utf8(answer.stdout).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains(words), "{answer}");

        browser.run("document.querySelector('#copy').click()").await;
        browser.find("#copied:not(:empty)").await;
    }
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn jwt_shows_its_claims_and_opaque_token_says_why_not() {
    let server = Server::start();
    let browser = Browser::start().await;
    open(&browser, &server).await;
    // Type, whether it has claims, and what they show.
    let tokens = [
        ("session", true, "fva [0,-1]"),
        ("oauth_jwt", true, "scope read:notes write:notes"),
        ("m2m_jwt", true, "sub mch_"),
        ("oauth_opaque", false, "opaque"),
        ("api_key", false, "opaque"),
    ];
    for (kind, has_claims, words) in tokens {
        choose(&browser, "kind", kind).await;
        send(&browser).await;
        let shown = browser.text(if has_claims { "#claims" } else { "#unreadable" }).await;
        assert!(shown.contains(words), "{kind}: {shown}");
        let readable = browser.run("return !document.querySelector('#readable').hidden").await;
        assert_eq!(readable, has_claims, "{kind}");
    }
    choose(&browser, "kind", "").await;
    send(&browser).await;
    assert_eq!(browser.run("return document.querySelector('#credential').hidden").await, true);
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn stopped_server_is_told_in_words() {
    let server = Server::start();
    let browser = Browser::start().await;
    open(&browser, &server).await;
    send(&browser).await;
    drop(server);
    send(&browser).await;
    assert_eq!(browser.text("#status").await, "No response");
    let shown = browser.text("#route").await;
    assert!(shown.contains("does not respond") && shown.contains("cargo run -p notes"), "{shown}");
    // The response of the earlier request is gone.
    assert_eq!(browser.run("return document.querySelector('#details').hidden").await, true);
    browser.stop().await;
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver: see the first lines of this file"]
async fn token_that_cannot_be_minted_is_told_in_words() {
    let server = Server::start();
    let browser = Browser::start().await;
    open(&browser, &server).await;
    choose(&browser, "kind", "session").await;
    for (field, words) in [("role", "need a role"), ("permissions", "")] {
        choose(&browser, field, "").await;
        send(&browser).await;
        let title = if words.is_empty() { "401 Unauthorized" } else { "Not sent" };
        assert_eq!(browser.text("#status").await, title);
        let shown = browser.text("#route").await;
        assert!(shown.contains(words), "{shown}");
    }
    browser.stop().await;
}

/// Opens the page anew and waits for its routes.
async fn open(browser: &Browser, server: &Server) {
    browser.open(&server.address).await;
    browser.find(LAST_ROUTE).await;
}

/// Sends the request and waits for the response.
async fn send(browser: &Browser) {
    let click = "const { count } = document.querySelector('#answer').dataset;
        document.querySelector('#request > button').click();
        return Number(count ?? 0) + 1";
    let count = browser.run(click).await;
    browser.find(&format!("#answer[data-count='{count}']")).await;
}

async fn choose(browser: &Browser, field: &str, value: &str) {
    let script = format!(
        "const field = document.querySelector('#{field}'); field.value = '{value}';
         field.dispatchEvent(new Event('change'))"
    );
    browser.run(&script).await;
}

/// The example as it runs without Clerk keys.
struct Server {
    address: String,
    /// Always there, until it is dropped.
    runtime: Option<Runtime>,
}

impl Server {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let issuer = DevIssuer::start().await.unwrap();
            let clerk = issuer.clerk().build().unwrap();
            let (router, table) = routes();
            let page = playground::router(issuer, clerk.clone(), table).await.unwrap();
            let app = router.with_state(AppState { clerk, notes: Notes::default() }).merge(page);
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
            axum::serve(listener, app).await
        });
        Self { address: receiver.recv().unwrap(), runtime: Some(runtime) }
    }
}

impl Drop for Server {
    /// Closes the port and every connection.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
