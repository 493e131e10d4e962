//! Guards with another `Clerk` than the pages around them, and pages inside of pages.

use std::cell::RefCell;

use axum::{Router, routing::get};
use clerk_auth::{Clerk, ClerkBuilder, pages::PagesLayer, testing::DevIssuer};

use crate::{
    app::{App, dashboard},
    site::{HOST, NOW, ORIGIN, PUBLISHABLE_KEY, Site, session_cookies},
};

fn production(clerk: ClerkBuilder) -> ClerkBuilder {
    clerk.publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x").authorized_parties([ORIGIN])
}

fn pages(clerk: &Clerk, sign_in: &str) -> PagesLayer {
    PagesLayer::builder(clerk.clone()).sign_in_url(sign_in).build().unwrap()
}

/// Routes whose guards have this `Clerk`.
fn guarded_by(state: &App, path: &str, clerk: Clerk) -> Router {
    let state = App { clerk, ..state.clone() };
    Router::new().route(path, get(dashboard)).with_state(state)
}

/// One site, whose guards have rules of their own.
async fn site() -> Site {
    let key = RefCell::default();
    let settings = |clerk, issuer: &DevIssuer| {
        key.replace(issuer.public_key_pem());
        production(clerk)
    };
    let app = |state: App| {
        let clerk = state.clerk.clone();
        let with = |path, rules: fn(_) -> _| guarded_by(&state, path, clerk.with(rules).unwrap());
        let other = production(Clerk::builder().jwt_key(key.take()).clock(state.clock.clone()))
            .build()
            .unwrap();
        let inner =
            guarded_by(&state, "/inner", clerk.clone()).layer(pages(&clerk, "/inner-sign-in"));
        Router::new()
            .merge(guarded_by(&state, "/own", clerk.clone()))
            .merge(with("/audience", |rules| rules.audience(["https://api.example.com"])))
            .merge(with("/stricter", |rules| rules.session_audience(["https://api.example.com"])))
            .merge(with("/party", |rules| rules.authorized_parties(["https://b.example"])))
            .merge(guarded_by(&state, "/other", other.clone()))
            .merge(inner)
            .merge(guarded_by(&state, "/foreign", clerk.clone()).layer(pages(&other, "/sign-in")))
            .layer(pages(&clerk, "/sign-in"))
    };
    Site::start_with(HOST, settings, app).await
}

/// The guard evaluates its own rules before and after the renewal.
#[tokio::test]
async fn guard_of_a_derived_clerk_is_renewed_and_keeps_its_rules() {
    let site = site().await;
    let expired = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    for (path, expected, without_session, calls) in [
        ("/own", "200", "sign-in", 1),
        ("/audience", "200", "sign-in", 1),
        ("/stricter", "401", "sign-in", 0),
        ("/party", "401", "sign-in", 0),
        ("/other", "401", "401", 0),
        ("/inner", "200", "https://app.example.com/inner-sign-in", 1),
        ("/foreign", "401", "401", 0),
    ] {
        let before = site.api.count();
        let reply = expired.clone().open(path).await;
        assert_eq!(reply.target(), expected, "{path}");
        assert_eq!(site.api.count() - before, calls, "{path}");
        assert_eq!(reply.set_cookies().is_empty(), calls == 0, "{path}");
        let reply = site.browser().open(path).await;
        assert_eq!(reply.target().split('?').next(), Some(without_session), "{path}");
    }
}

/// The outer pages leave a redirect of the inner ones as it is.
#[tokio::test]
async fn redirect_of_inner_pages_is_counted_once() {
    let site = site().await;
    for round in 1..=3 {
        let mut browser = site.browser();
        browser.jar.insert("__clerk_redirect_count".into(), (round - 1).to_string());
        let reply = browser.open("/inner").await;
        assert_eq!(reply.parameter("redirect_url"), format!("{ORIGIN}/inner"));
        assert_eq!(reply.cookie_names(), ["__clerk_redirect_count"]);
        assert_eq!(browser.jar["__clerk_redirect_count"], round.to_string());
    }
}

#[tokio::test]
async fn renewed_session_that_breaks_the_guards_own_rule_is_rejected() {
    let site = site().await;
    let token = site.session("user_ada").claim("aud", "https://api.example.com").jwt();
    let mut browser = site.browser();
    browser.store(session_cookies(&token, NOW).iter().map(String::as_str));
    assert_eq!(browser.clone().open("/stricter").await.status, 200);
    site.advance(90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    assert_eq!(browser.clone().open("/stricter").await.target(), "401");
    assert_eq!(browser.clone().open("/own").await.status, 200);
    assert_eq!((site.api.count(), site.runs()), (2, 2));
}
