//! Cookies before several policies, and cookies of several sets.

use axum::routing::MethodRouter;
use clerk_auth::{ClerkLayer, Policy, policy};

use super::*;

/// Each policy of a request decides for itself: what one accepts as anonymous, the next rejects.
#[tokio::test]
async fn nested_policies_decide_cookie_each_for_itself() {
    const REQUIRED: Policy = policy!();
    const OPTIONAL: Policy = policy!(optional);

    #[clerk_auth]
    async fn account(subject: Subject) -> [(&'static str, String); 1] {
        [("x-caller", subject.to_string())]
    }

    let issuer = DevIssuer::start().await.unwrap();
    let other = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let nested = |outer, inner: MethodRouter<Clerk>| {
        let layer = ClerkLayer::new(clerk.clone(), outer);
        Router::new().route("/", inner).with_state(clerk.clone()).layer(layer)
    };
    let cookie = |token: String| format!("__clerk_db_jwt=x; __session={token}; __client_uat=1");
    let good = || issuer.session("user_ada").jwt();
    let expired = || issuer.session("user_ada").expired().jwt();
    let elsewhere = || other.session("user_ada").jwt();
    // The first cookie of a name counts.
    let twice = |one: String, two: String| format!("{}; __session={two}", cookie(one));
    let both_optional = Server::start(nested(OPTIONAL, any(page))).await;
    let one_required = [
        Server::start(nested(OPTIONAL, any(account))).await,
        Server::start(nested(REQUIRED, any(page))).await,
        Server::start(nested(REQUIRED, any(account))).await,
    ];
    for (row, cookies, read, other, required) in [
        ("none", "theirs=x".to_owned(), Anonymous, Anonymous, Rejected(401)),
        ("good", cookie(good()), Ada, Ada, Ada),
        ("expired", cookie(expired()), Anonymous, Rejected(401), Rejected(401)),
        ("other instance", cookie(elsewhere()), Anonymous, Anonymous, Rejected(401)),
        ("good, expired", twice(good(), expired()), Ada, Ada, Ada),
        ("expired, good", twice(expired(), good()), Anonymous, Rejected(401), Rejected(401)),
        ("other, good", twice(elsewhere(), good()), Anonymous, Anonymous, Rejected(401)),
    ] {
        assert_outcomes(&both_optional, row, &cookies, "same-origin", read, other).await;
        for app in &one_required {
            assert_outcomes(app, row, &cookies, "same-origin", required, required).await;
        }
    }
}

/// As on a required route, only the set that Clerk's front ends would choose counts.
#[tokio::test]
async fn cookie_set_not_chosen_does_not_count_on_optional_route() {
    let issuer = DevIssuer::builder().clock(TestClock::at(NOW)).start().await.unwrap();
    let key = issuer.publishable_key();
    let clerk = issuer.clerk().publishable_key(key).build().unwrap();
    let app = serve(clerk).await;
    let session = || issuer.session("user_ada").claim("iat", NOW - 30);
    let good = || session().jwt();
    let expired = || issuer.session("user_ada").claim("iat", NOW - 600).expired().jwt();
    let cookies = issuer.cookies("x");
    let (_, suffix) = cookies.split_once("__session_").unwrap();
    let suffix = format!("_{}", suffix.split_once('=').unwrap().0);
    let set = |token: &str, uat: &str, suffix: &str| {
        format!("__session{suffix}={token}; __client_uat{suffix}={uat}; __clerk_db_jwt{suffix}=x")
    };
    for (row, plain, suffixed, read, other) in [
        ("good, good", (good(), "1"), (good(), "1"), Ada, Ada),
        ("expired, good", (expired(), "1"), (good(), "1"), Ada, Ada),
        ("good, expired", (good(), "1"), (expired(), "1"), Ada, Ada),
        ("signed out, good", (good(), "0"), (good(), "1"), Ada, Ada),
        ("signed out, signed out", (good(), "0"), (good(), "0"), Anonymous, Anonymous),
        ("expired, expired", (expired(), "1"), (expired(), "1"), Anonymous, Rejected(401)),
        ("good, signed out", (good(), "1"), (good(), "0"), Ada, Ada),
        ("unreadable, good", ("x".to_owned(), "1"), (good(), "1"), Anonymous, Anonymous),
    ] {
        let cookies =
            [set(&plain.0, plain.1, ""), set(&suffixed.0, suffixed.1, &suffix)].join("; ");
        assert_outcomes(&app, row, &cookies, "same-origin", read, other).await;
    }
}
