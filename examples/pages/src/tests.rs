//! The site as a browser uses it, over sockets and with a cookie jar for each host.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    time::Duration,
};

use clerk_auth::testing::{Answer, DevIssuer, Endpoint, TestClock};
use reqwest::{Client, Method, Url, redirect::Policy};
use tokio::net::TcpListener;

use crate::site_on_issuer;

struct World {
    clock: TestClock,
    issuer: DevIssuer,
    origin: String,
}

impl World {
    async fn start() -> Self {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://app.localhost:{}", listener.local_addr().unwrap().port());
        let client = Client::builder().no_proxy().build().unwrap();
        let site = site_on_issuer(&issuer, &origin, client).unwrap();
        tokio::spawn(async move { axum::serve(listener, site).await.unwrap() });
        Self { clock, issuer, origin }
    }

    fn browser(&self) -> Browser<'_> {
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .resolve("app.localhost", here)
            .resolve("clerk.localhost", here);
        let client = client.build().unwrap();
        Browser { world: self, client, jar: HashMap::new(), at: Url::parse(&self.origin).unwrap() }
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// A browser that follows redirects, and knows which page it shows.
struct Browser<'w> {
    world: &'w World,
    client: Client,
    jar: HashMap<String, BTreeMap<String, String>>,
    at: Url,
}

impl Browser<'_> {
    /// Opens a page of the site. Returns the status and the body where it ends.
    async fn open(&mut self, path: &str) -> (u16, String) {
        let url = Url::parse(&self.world.origin).unwrap().join(path).unwrap();
        self.go(Method::GET, url, "none", &[]).await
    }

    /// Sends a form of the page that is shown.
    async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> (u16, String) {
        let url = self.at.join(path).unwrap();
        self.go(Method::POST, url, "same-origin", form).await
    }

    async fn go(
        &mut self,
        mut method: Method,
        mut url: Url,
        mut site: &str,
        form: &[(&str, &str)],
    ) -> (u16, String) {
        let start = self.at.origin();
        for _ in 0..10 {
            let host = url.host_str().unwrap().to_owned();
            let jar = self.jar.entry(host).or_default();
            let cookies: Vec<_> = jar.iter().map(|(name, it)| format!("{name}={it}")).collect();
            let mut request = self
                .client
                .request(method.clone(), url.clone())
                .header("accept", "text/html")
                .header("sec-fetch-dest", "document")
                .header("sec-fetch-mode", "navigate")
                .header("sec-fetch-site", site)
                .header("cookie", cookies.join("; "));
            if method == Method::POST {
                let mut body = Url::parse("http://x/").unwrap();
                body.query_pairs_mut().extend_pairs(form);
                request = request
                    .header("origin", start.ascii_serialization())
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body.query().unwrap_or_default().to_owned());
            }
            let response = request.send().await.unwrap();
            for cookie in response.headers().get_all("set-cookie") {
                let cookie = cookie.to_str().unwrap();
                let (name, rest) = cookie.split_once('=').unwrap();
                let value = rest.split(';').next().unwrap();
                if value.is_empty() || cookie.contains("Max-Age=0") {
                    jar.remove(name);
                } else {
                    jar.insert(name.to_owned(), value.to_owned());
                }
            }
            let status = response.status();
            if !status.is_redirection() {
                self.at = url;
                return (status.as_u16(), response.text().await.unwrap());
            }
            let location = response.headers()["location"].to_str().unwrap();
            let next = url.join(location).unwrap();
            if next.origin() != url.origin() {
                site = "cross-site";
            }
            if status == 303 {
                method = Method::GET;
            }
            url = next;
        }
        panic!("the redirects do not end: {url}");
    }

    /// Picks an account on the sign-in page that is shown.
    async fn pick(&mut self, account: &str) -> (u16, String) {
        self.pick_with(account, false).await
    }

    async fn pick_with(&mut self, account: &str, pending: bool) -> (u16, String) {
        assert_eq!(self.at.path(), "/sign-in");
        let parameter = |name: &str| {
            let mut pairs = self.at.query_pairs();
            pairs.find(|(it, _)| it == name).map_or_else(String::new, |(_, it)| it.into_owned())
        };
        let (page, dev_browser) = (parameter("redirect_url"), parameter("__clerk_db_jwt"));
        let token = self.jar["clerk.localhost"]["__form"].clone();
        let form = [
            ("form_token", &*token),
            ("account", account),
            ("pending", if pending { "true" } else { "false" }),
            ("redirect_url", &page),
            ("__clerk_db_jwt", &dev_browser),
        ];
        self.submit("/sign-in", &form).await
    }
}

#[tokio::test]
async fn deep_link_is_where_one_arrives_after_sign_in() {
    let world = World::start().await;
    let mut browser = world.browser();
    let (status, body) = browser.open("/organization?tab=2").await;
    assert_eq!((status, browser.at.host_str()), (200, Some("clerk.localhost")), "{body}");
    let (status, body) = browser.pick("user_ada org_notes").await;
    assert_eq!(
        (status, browser.at.as_str()),
        (200, &*format!("{}/organization?tab=2", world.origin))
    );
    assert!(body.contains("org_notes"), "{body}");
    assert!(browser.open("/").await.1.contains("Hello, Ada Lovelace"));
}

#[tokio::test]
async fn session_survives_its_token_on_pages_and_forms() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/dashboard").await;
    browser.pick("user_ada org_notes").await;
    let handshakes = world.issuer.calls().handshake;
    world.advance(70);
    assert!(browser.open("/dashboard").await.1.contains("Ada Lovelace"));
    world.advance(70);
    let (status, body) = browser.submit("/notes", &[("text", "typed <slowly>")]).await;
    assert_eq!((status, browser.at.path()), (200, "/dashboard"));
    assert!(body.contains("typed &lt;slowly&gt;"), "{body}");
    let calls = world.issuer.calls();
    assert_eq!((calls.session_refresh, calls.handshake), (2, handshakes));
}

#[tokio::test]
async fn form_of_another_site_is_rejected() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/dashboard").await;
    browser.pick("user_ada ").await;
    for path in ["/notes", "/sign-out"] {
        let url = Url::parse(&world.origin).unwrap().join(path).unwrap();
        browser.at = Url::parse("http://evil.localhost").unwrap();
        let (status, _) = browser.go(Method::POST, url, "cross-site", &[("text", "evil")]).await;
        assert_eq!(status, 403, "{path}");
    }
    let (_, body) = browser.open("/dashboard").await;
    assert!(body.contains("No notes yet"), "{body}");
}

#[tokio::test]
async fn sign_out_ends_the_session_here_and_at_clerk() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/dashboard").await;
    browser.pick("user_ada ").await;
    let kept = browser.jar["app.localhost"].clone();
    let (status, body) = browser.submit("/sign-out", &[]).await;
    assert_eq!((status, browser.at.path()), (200, "/"));
    assert!(!body.contains("Ada"), "{body}");
    // A copy of the cookies is worth a minute at most.
    world.advance(70);
    browser.jar.insert("app.localhost".to_owned(), kept);
    browser.open("/dashboard").await;
    assert_eq!(browser.at.path(), "/sign-in");
}

#[tokio::test]
async fn sign_out_at_clerk_ends_the_session_within_a_minute() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/dashboard").await;
    browser.pick("user_ada ").await;
    let page = Url::parse(&format!("{}/sign-out", world.issuer.frontend_api_url())).unwrap();
    browser.go(Method::GET, page, "none", &[]).await;
    let token = browser.jar["clerk.localhost"]["__form"].clone();
    browser.submit("/sign-out", &[("form_token", &token)]).await;
    world.advance(70);
    browser.open("/dashboard").await;
    assert_eq!(browser.at.path(), "/sign-in");
}

#[tokio::test]
async fn missing_permission_gets_a_page_and_no_redirect() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/dashboard").await;
    browser.pick("user_grace org_notes").await;
    let (status, body) = browser.open("/organization").await;
    assert_eq!((status, browser.at.path()), (403, "/organization"));
    assert!(body.contains("Not permitted"), "{body}");
}

#[tokio::test]
async fn pending_session_gets_a_page_and_no_redirect() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/dashboard").await;
    let (status, body) = browser.pick_with("user_ada ", true).await;
    assert_eq!((status, browser.at.path()), (401, "/dashboard"));
    assert!(body.contains("Sign-in needed"), "{body}");
}

#[tokio::test]
async fn outage_of_the_refresh_falls_back_to_a_handshake() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/dashboard").await;
    browser.pick("user_ada ").await;
    world.issuer.answer_with(Endpoint::SessionRefresh, Answer::status(503));
    world.advance(70);
    let (status, body) = browser.open("/dashboard").await;
    assert_eq!((status, browser.at.path()), (200, "/dashboard"), "{body}");
    // A form cannot be redirected, and is not lost without a word.
    world.advance(70);
    assert_eq!(browser.submit("/notes", &[("text", "x")]).await.0, 401);
}

#[test]
fn guide_shows_the_program_that_is_compiled_here() {
    let guide = include_str!("../../../runtime/docs/pages.md");
    let program = include_str!("../examples/quickstart.rs");
    let (_, program) = program.split_once("\n\nuse ").unwrap();
    assert!(guide.contains(&format!("```rs\nuse {program}```\n")), "copy the program to the guide");
}
