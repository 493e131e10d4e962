//! Several `Clerk`s of one instance that differ in one rule: they share keys, caches and calls, and
//! a token that one of them must reject is never admitted by it.

use std::time::Duration;

use crate::{NOW, issuer};
use axum::{
    Router,
    routing::{get, post},
};
use clerk_auth::{
    Clerk, ClerkLayer, Policy, Verified, clerk_auth, policy::OpaqueTokenType, rules::ClerkRules,
    testing::DevIssuer,
};
use clerk_auth_tests::Server;
use http::Method;

const ANY: Policy = clerk_auth::policy!(accepts = "any");
const NOT_VERIFIED: &str = "token-verification-failed";
const OURS: &str = "https://api.example.com";
const OTHER: &str = "https://other.example.com";

#[clerk_auth(accepts = "any")]
async fn anyone() {}

type Change = fn(ClerkRules) -> ClerkRules;

/// A rule: a token that the first `Clerk` accepts, and the change with which it is rejected.
struct Rule {
    reason: &'static str,
    token: fn(&DevIssuer) -> String,
    stricter: Change,
}

const SESSION: fn(&DevIssuer) -> String =
    |issuer| issuer.session("user_ada").authorized_party(OURS).claim("aud", OURS).jwt();
const OAUTH: fn(&DevIssuer) -> String = |issuer| issuer.oauth("user_ada").audience([OURS]).jwt();
const OPAQUE_OAUTH: fn(&DevIssuer) -> String =
    |issuer| issuer.oauth("user_ada").audience([OURS]).opaque();
const M2M: fn(&DevIssuer) -> String = |issuer| issuer.m2m("mch_billing").jwt();
const OPAQUE_M2M: fn(&DevIssuer) -> String = |issuer| issuer.m2m("mch_billing").opaque();

const OTHER_ISSUER: Change = |rules| rules.issuer(OTHER);
const OTHER_AUDIENCE: Change = |rules| rules.audience([OTHER]);
const OTHER_MACHINE: Change = |rules| rules.machine_id("mch_other");
const NO_SKEW: Change = |rules| rules.clock_skew(Duration::ZERO);

/// Each time is three seconds beyond what a verifier without clock skew accepts.
const RULES: [Rule; 16] = [
    Rule { reason: "token-invalid-issuer", token: SESSION, stricter: OTHER_ISSUER },
    Rule { reason: NOT_VERIFIED, token: OAUTH, stricter: OTHER_ISSUER },
    Rule { reason: NOT_VERIFIED, token: M2M, stricter: OTHER_ISSUER },
    Rule {
        reason: "token-invalid-authorized-parties",
        token: SESSION,
        stricter: |rules| rules.authorized_parties([OTHER]),
    },
    Rule {
        reason: NOT_VERIFIED,
        token: SESSION,
        stricter: |rules| rules.session_audience([OTHER]),
    },
    Rule { reason: NOT_VERIFIED, token: OAUTH, stricter: OTHER_AUDIENCE },
    Rule { reason: NOT_VERIFIED, token: OPAQUE_OAUTH, stricter: OTHER_AUDIENCE },
    Rule { reason: NOT_VERIFIED, token: M2M, stricter: OTHER_MACHINE },
    Rule { reason: NOT_VERIFIED, token: OPAQUE_M2M, stricter: OTHER_MACHINE },
    Rule {
        reason: "session-token-expired",
        token: |issuer| issuer.session("user_ada").claim("exp", NOW - 3).jwt(),
        stricter: NO_SKEW,
    },
    Rule {
        reason: NOT_VERIFIED,
        token: |issuer| issuer.oauth("user_ada").claim("exp", NOW - 3).jwt(),
        stricter: NO_SKEW,
    },
    Rule {
        reason: NOT_VERIFIED,
        token: |issuer| issuer.m2m("mch_billing").claim("exp", NOW - 3).jwt(),
        stricter: NO_SKEW,
    },
    Rule {
        reason: "session-token-nbf",
        token: |issuer| issuer.session("user_ada").claim("nbf", NOW + 3).jwt(),
        stricter: NO_SKEW,
    },
    Rule {
        reason: NOT_VERIFIED,
        token: |issuer| issuer.oauth("user_ada").claim("nbf", NOW + 3).jwt(),
        stricter: NO_SKEW,
    },
    Rule {
        reason: "session-token-iat-in-the-future",
        token: |issuer| issuer.session("user_ada").claim("iat", NOW + 3).jwt(),
        stricter: NO_SKEW,
    },
    Rule {
        reason: NOT_VERIFIED,
        token: |issuer| issuer.m2m("mch_billing").claim("iat", NOW + 3).jwt(),
        stricter: NO_SKEW,
    },
];

/// Two `Clerk`s that differ in the rule, and its token, which nothing has verified yet.
struct Pair {
    lenient: Clerk,
    strict: Clerk,
    token: String,
}

impl Rule {
    fn pair(&self, issuer: &DevIssuer) -> Pair {
        let minute = Duration::from_secs(60);
        let clerk = issuer
            .clerk()
            .opaque_cache(OpaqueTokenType::OAuthToken, minute)
            .opaque_cache(OpaqueTokenType::M2mToken, minute);
        let lenient = clerk.build().unwrap();
        let strict = lenient.with(self.stricter).unwrap();
        Pair { lenient, strict, token: (self.token)(issuer) }
    }
}

/// The reason of a rejection; empty if the token is accepted.
async fn reason(clerk: &Clerk, token: &str) -> &'static str {
    match clerk.authenticate_token(token, ANY).await {
        Ok(_) => "",
        Err(rejection) => rejection.reason(),
    }
}

#[tokio::test]
async fn cached_token_is_rejected_by_the_clerk_of_the_stricter_rule() {
    let issuer = issuer().await;
    for rule in RULES {
        for strict_first in [false, true] {
            let before = issuer.calls();
            let Pair { lenient, strict, token } = rule.pair(&issuer);
            let name = format!("{} {strict_first} {token}", rule.reason);
            if strict_first {
                assert_eq!(reason(&strict, &token).await, rule.reason, "{name}");
                assert_eq!(strict.health().cached_jwts, 0, "{name}");
            }
            for _ in 0..2 {
                assert_eq!(reason(&lenient, &token).await, "", "{name}");
                assert_eq!(reason(&strict, &token).await, rule.reason, "{name}");
            }
            assert_eq!(lenient.health(), strict.health(), "{name}");
            assert_eq!(issuer.calls().total() - before.total(), 1, "one call for both: {name}");
        }
    }
}

#[tokio::test]
async fn joined_call_is_rejected_by_the_clerk_of_the_stricter_rule() {
    let issuer = issuer().await;
    for rule in RULES {
        for strict_first in [false, true] {
            let before = issuer.calls();
            let Pair { lenient, strict, token } = rule.pair(&issuer);
            let [first, second] =
                if strict_first { [&strict, &lenient] } else { [&lenient, &strict] };
            let reasons = tokio::join!(reason(first, &token), reason(second, &token));
            let expected = if strict_first { (rule.reason, "") } else { ("", rule.reason) };
            assert_eq!(reasons, expected, "{strict_first} {token}");
            assert_eq!(issuer.calls().total() - before.total(), 1, "one call for both");
        }
    }
}

#[tokio::test]
async fn verified_request_is_rejected_by_the_clerk_of_the_stricter_rule() {
    let issuer = issuer().await;
    for rule in RULES {
        let Pair { lenient, strict, token } = rule.pair(&issuer);
        let layered = |outer: &Clerk, inner: &Clerk| {
            let layer = ClerkLayer::new(outer.clone(), ANY);
            let verified = async |caller: Verified| caller.subject().to_string();
            let twice = Router::new()
                .route("/verified", get(verified))
                .layer(ClerkLayer::new(inner.clone(), ANY));
            Router::new()
                .route("/guard", get(anyone))
                .with_state(inner.clone())
                .merge(twice)
                .layer(layer)
        };
        for (outer, inner, status) in
            [(&lenient, &strict, 401), (&strict, &lenient, 401), (&lenient, &lenient, 200)]
        {
            let server = Server::start(layered(outer, inner)).await;
            for path in ["/guard", "/verified"] {
                let reply = server.get(path, &token).await;
                assert_eq!(reply.status, status, "{} {path} {token}", rule.reason);
            }
        }
    }
}

/// A cookie of another site is accepted only from an authorized party of the `Clerk` that reads it.
#[tokio::test]
async fn cookie_is_held_to_the_parties_of_its_own_clerk() {
    let issuer = issuer().await;
    let lenient = issuer.clerk().authorized_parties([OURS, OTHER]).build().unwrap();
    let strict = lenient.with(|rules| rules.authorized_parties([OURS])).unwrap();
    let cookies = issuer.cookies(&issuer.session("user_ada").authorized_party(OURS).jwt());
    for (clerk, origin, status) in
        [(&lenient, OTHER, 200), (&strict, OTHER, 403), (&strict, OURS, 200)]
    {
        let router = Router::new().route("/", post(anyone)).with_state(clerk.clone());
        let server = Server::start(router).await;
        let fields = [("cookie", cookies.as_str()), ("origin", origin)];
        let reply = server.send(Method::POST, "/", &fields).await;
        assert_eq!(reply.status, status, "{origin}");
    }
}

#[tokio::test]
async fn machine_id_narrows_a_clerk_that_accepts_any_machine() {
    let issuer = issuer().await;
    let any = issuer.clerk().any_machine().build().unwrap();
    let other = any.with(OTHER_MACHINE).unwrap();
    let again = other.with(ClerkRules::any_machine).unwrap();
    for token in [M2M(&issuer), OPAQUE_M2M(&issuer)] {
        assert_eq!(reason(&any, &token).await, "");
        assert_eq!(reason(&other, &token).await, NOT_VERIFIED);
        assert_eq!(reason(&again, &token).await, "");
    }
}

#[test]
fn rule_that_never_matches_fails_as_in_the_builder() {
    const NONE: [&str; 0] = [];
    let clerk = Clerk::builder()
        .secret_key("sk_live_x")
        .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
        .build()
        .unwrap();
    let table: &[(Change, &str)] = &[
        (|rules| rules.audience(NONE), "CLERK_AUDIENCE"),
        (|rules| rules.audience(["*"]), "CLERK_AUDIENCE"),
        (|rules| rules.session_audience(NONE), "CLERK_SESSION_AUDIENCE"),
        (|rules| rules.authorized_parties(NONE), "CLERK_AUTHORIZED_PARTIES"),
        (|rules| rules.authorized_parties(["http://app.example.com"]), "CLERK_AUTHORIZED_PARTIES"),
        (|rules| rules.issuers(NONE), "CLERK_ISSUER"),
        (|rules| rules.issuer(OTHER), "CLERK_ISSUER"),
        (|rules| rules.machine_id("other"), "CLERK_MACHINE_ID"),
        (|rules| rules.clock_skew(Duration::from_secs(301)), "clock_skew"),
        (|rules| rules.resource("https://api.example.com/#notes"), "CLERK_RESOURCE"),
    ];
    for (change, setting) in table {
        let error = clerk.with(change).unwrap_err().to_string();
        assert!(error.starts_with(setting) && error.lines().count() == 1, "{error}");
    }
    let both = clerk.with(|rules| rules.audience(NONE).machine_id("other")).unwrap_err();
    assert_eq!(both.problems().count(), 2, "{both}");
}
