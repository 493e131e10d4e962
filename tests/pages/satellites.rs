//! Satellite domains take over the session of their primary domain.

use clerk_auth::ClerkBuilder;
use http::Method;
use serde_json::json;

use crate::{
    browser::location_parameter,
    site::{DOCUMENT, NOW, PUBLISHABLE_KEY, SUFFIX, Site},
};

const SATELLITE: &str = "https://b.example";

async fn satellite() -> Site {
    satellite_at("b.example").await
}

async fn satellite_at(host: &str) -> Site {
    let settings = |clerk: ClerkBuilder, _: &_| {
        clerk
            .publishable_key(PUBLISHABLE_KEY)
            .secret_key("sk_live_x")
            .frontend_api_url("https://clerk.b.example")
            .issuers(["https://clerk.example.com", "https://clerk.b.example"])
    };
    Site::start(host, settings, |pages| {
        let pages = pages.origins([format!("https://{host}")]);
        pages.satellite().sign_in_url("https://app.example.com/sign-in")
    })
    .await
}

#[tokio::test]
async fn satellite_syncs_after_a_sign_in_at_its_primary_domain() {
    let site = satellite().await;
    let mut browser = site.browser();
    let location = browser.open("/dashboard?a=b").await.location();
    assert_eq!(location.as_str().split('?').next().unwrap(), "https://app.example.com/sign-in");
    let back = location_parameter(&location, "redirect_url");
    assert_eq!(back, format!("{SATELLITE}/dashboard?a=b&__clerk_synced=false"));

    let path = back.strip_prefix(SATELLITE).unwrap();
    let location = browser.open(path).await.location();
    assert_eq!(
        location.as_str().split('?').next().unwrap(),
        "https://clerk.b.example/v1/client/handshake"
    );
    assert_eq!(location_parameter(&location, "__clerk_hs_reason"), "satellite-needs-syncing");
    let back = location_parameter(&location, "redirect_url");
    assert_eq!(back, format!("{SATELLITE}/dashboard?a=b&__clerk_synced=true"));

    // Nobody is signed in there either: it does not sync again.
    let path = back.strip_prefix(SATELLITE).unwrap();
    let location = browser.open(path).await.location();
    assert_eq!(location.path(), "/sign-in");

    // An optional page does not sync by itself.
    assert_eq!(site.browser().open("/greeting").await.body, "anonymous");
    let location = site.browser().open("/greeting?__clerk_synced=false").await.location();
    assert_eq!(location.path(), "/v1/client/handshake");
}

#[tokio::test]
async fn development_satellite_syncs_at_the_sign_in_page() {
    let site = Site::development_with(|pages| {
        pages.satellite().sign_in_url("http://primary.localhost:3000/sign-in")
    })
    .await;
    let location = site.browser().open("/dashboard?__clerk_synced=false").await.location();
    assert_eq!(location.host_str(), Some("primary.localhost"));
    let back = location_parameter(&location, "__clerk_redirect_url");
    assert_eq!(back, "http://localhost:3000/dashboard");
}

/// The URL carries a credential, so it leads to a satellite domain of the configuration or nowhere.
#[tokio::test]
async fn only_a_listed_satellite_gets_the_development_browser() {
    const DEV_SATELLITE: &str = "http://b.localhost:4000";
    let site = Site::development_with(|pages| pages.satellites([DEV_SATELLITE])).await;
    let home = "http://localhost:3000";
    for (wanted, expected) in [
        (
            "http://b.localhost:4000/x?y=z",
            "http://b.localhost:4000/x?y=z&__clerk_synced=true&__clerk_db_jwt=dvb_1",
        ),
        (
            "http://b.localhost:4000/?__clerk_synced=false",
            "http://b.localhost:4000/?__clerk_synced=true&__clerk_db_jwt=dvb_1",
        ),
        ("http://b.localhost:4001/", ""),
        ("https://b.localhost:4000/", ""),
        ("http://b.localhost:4000.evil.example/", ""),
        ("http://b.localhost:4000@evil.example/", ""),
        ("http://ada@b.localhost:4000/", ""),
        ("http://ada:x@b.localhost:4000/", ""),
        ("http://evil.example/", ""),
        ("http://evil.example%23@b.localhost:4000/", ""),
        ("//b.localhost:4000/", ""),
        ("/x", ""),
        ("javascript://b.localhost:4000/%0aalert(1)", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http:\\\\evil.example", ""),
        ("b.localhost:4000", ""),
        ("x", ""),
        (home, ""),
    ] {
        let mut query = reqwest::Url::parse("http://x/").unwrap();
        query.query_pairs_mut().append_pair("__clerk_redirect_url", wanted);
        let target = format!("/greeting?{}", query.query().unwrap());
        let cookie = "__clerk_db_jwt=dvb_1; __client_uat=0";
        let fields = [DOCUMENT, ("cookie", cookie)];
        let reply = site.send(Method::GET, &target, &fields).await;
        if expected.is_empty() {
            // As if the parameter were absent.
            assert_eq!((reply.status, reply.body.as_str()), (200, "anonymous"), "{wanted}");
        } else {
            assert_eq!(reply.location().as_str(), expected, "{wanted}");
        }
    }
    // Production shares nothing.
    let site = Site::production_with(|pages| pages.satellites([SATELLITE])).await;
    let target = format!("/greeting?__clerk_redirect_url={SATELLITE}/");
    assert_eq!(site.browser().open(&target).await.body, "anonymous");
}

/// The Frontend API of a satellite domain is not that of the publishable key.
#[tokio::test]
async fn satellite_sets_cookies_for_the_domain_it_shares_with_its_clerk() {
    let site = satellite_at("www.b.example").await;
    for (domain, is_set) in [
        ("", true),
        ("; Domain=b.example", true),
        ("; Domain=www.b.example", true),
        ("; Domain=example.com", false),
        ("; Domain=clerk.b.example", false),
        ("; Domain=example", false),
    ] {
        let session = || site.session("user_ada").authorized_party("https://www.b.example");
        let cookies = |token: &str| {
            [format!("__session={token}"), format!("__client_uat={NOW}{domain}")].to_vec()
        };
        let handshake = site.handshake_token(&json!({}), &json!({}), &cookies(&session().jwt()));
        let mut browser = site.browser();
        browser.store(["__client_uat=1"]);
        let brought = format!("__clerk_handshake={handshake}");
        let reply = browser.return_from_handshake("/dashboard", &brought).await;
        assert_eq!(reply.cookie_names().contains(&"__session"), is_set, "{domain}");

        site.api.sets(&cookies(&session().jwt()));
        let expired = session().expired().jwt();
        let expired = format!("__session={expired}; __client_uat=1; __refresh_{SUFFIX}=r");
        let fields = [DOCUMENT, ("cookie", expired.as_str())];
        let reply = site.send(Method::GET, "/dashboard", &fields).await;
        assert_eq!(reply.status == 200, is_set, "{domain}");
        site.advance(11);
    }
}

/// A proxy of the Frontend API keeps its path.
#[tokio::test]
async fn handshake_goes_through_the_proxy_of_the_frontend_api() {
    let settings = |clerk: ClerkBuilder, _: &_| {
        clerk
            .publishable_key(PUBLISHABLE_KEY)
            .secret_key("sk_live_x")
            .frontend_api_url("https://app.example.com/__clerk")
            .authorized_parties(["https://app.example.com"])
    };
    let site = Site::start("app.example.com", settings, |pages| pages).await;
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    let location = browser.open("/dashboard").await.location();
    let url = location.as_str().split('?').next().unwrap();
    assert_eq!(url, "https://app.example.com/__clerk/v1/client/handshake");
}
