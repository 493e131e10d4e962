//! Authentication without a guard or layer.

use axum::response::IntoResponse;
use clerk_auth::{
    Clerk, Policy, Rejection, TokenType, Verified, policy,
    testing::{Answer, DevIssuer, Endpoint},
    verified,
};
use http::{Method, Request, request::Parts};

const READ: Policy = policy!(accepts = ["oauth_token", "api_key"], scopes = "read:notes");
const OPTIONAL: Policy = READ.optional();
const WRITE: Policy = policy!(accepts = "oauth_token", scopes = "write:notes");
const SESSION: Policy = policy!(accepts = "session_token");

fn parts(fields: &[(&str, &str)]) -> Parts {
    let request = Request::get("/");
    let request = fields.iter().fold(request, |it, (name, value)| it.header(*name, *value));
    request.body(()).unwrap().into_parts().0
}

fn bearer(token: &str) -> Parts {
    parts(&[("authorization", &format!("Bearer {token}"))])
}

fn told(outcome: Result<Verified, Rejection>) -> (u16, String) {
    match outcome {
        Ok(caller) => (200, format!("{} {}", caller.token_type(), caller.subject())),
        Err(rejection) => (rejection.status().as_u16(), rejection.kind().as_str().to_owned()),
    }
}

#[tokio::test]
async fn token_decides_alike_with_and_without_a_request() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let reader = || issuer.oauth("user_ada").scopes(["read:notes"]);
    let rows = [
        ("good JWT", reader().jwt(), READ, 200, "oauth_token user_ada"),
        ("good opaque token", reader().opaque(), READ, 200, "oauth_token user_ada"),
        ("good, optional", reader().jwt(), OPTIONAL, 200, "oauth_token user_ada"),
        ("session token", issuer.session("user_ada").jwt(), SESSION, 200, "session_token user_ada"),
        ("other type", issuer.session("user_ada").jwt(), READ, 401, "invalid-token"),
        ("other type, optional", issuer.m2m("mch_1").opaque(), OPTIONAL, 401, "invalid-token"),
        ("missing scope", reader().jwt(), WRITE, 403, "insufficient-scope"),
        ("expired", reader().expired().jwt(), READ, 401, "invalid-token"),
        ("expired, optional", reader().expired().jwt(), OPTIONAL, 401, "invalid-token"),
        ("malformed", "not-a-token".to_owned(), OPTIONAL, 401, "invalid-token"),
        ("deny all", reader().jwt(), Policy::DENY_ALL, 401, "invalid-token"),
    ];
    for (name, token, policy, status, text) in rows {
        let expected = (status, text.to_owned());
        let without = clerk.authenticate_token(&token, policy).await;
        assert_eq!(told(without), expected, "{name}, without a request");
        let mut parts = bearer(&token);
        let within = clerk.authenticate(&mut parts, policy).await.map(Option::unwrap);
        assert_eq!(told(within), expected, "{name}, in a request");
        assert_eq!(verified(&parts.extensions).is_some(), status == 200, "{name}");
    }
}

#[tokio::test]
async fn outage_is_503_with_and_without_a_request() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let token = issuer.api_key("user_ada").scopes(["read:notes"]).opaque();
    issuer.answer_with(Endpoint::ApiKeyVerify, Answer::status(503));
    let expected = (503, "clerk-unavailable".to_owned());
    assert_eq!(told(clerk.authenticate_token(&token, OPTIONAL).await), expected);
    let within = clerk.authenticate(&mut bearer(&token), OPTIONAL).await;
    assert_eq!(told(within.map(Option::unwrap)), expected);
}

#[tokio::test]
async fn only_an_optional_policy_admits_an_anonymous_request() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let missing = (401, "missing-credential".to_owned());
    for fields in [&[][..], &[("authorization", "")], &[("authorization", "Basic x")]] {
        let admitted = clerk.authenticate(&mut parts(fields), OPTIONAL).await.unwrap();
        assert!(admitted.is_none(), "{fields:?}");
        let rejected = clerk.authenticate(&mut parts(fields), READ).await;
        assert_eq!(told(rejected.map(Option::unwrap)), missing, "{fields:?}");
    }
    for policy in [READ, OPTIONAL, SESSION.optional()] {
        assert_eq!(told(clerk.authenticate_token("", policy).await), missing, "{policy}");
    }
}

#[tokio::test]
async fn cookie_is_read_from_a_request_and_checked_for_its_site() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let cookie = issuer.cookies(&issuer.session("user_ada").jwt());
    let rows = [
        ("same-origin", SESSION, (200, "session_token user_ada")),
        ("cross-site", SESSION, (403, "forbidden")),
        ("same-origin", READ, (401, "missing-credential")),
    ];
    for (site, policy, (status, text)) in rows {
        let mut parts = parts(&[("cookie", &cookie), ("sec-fetch-site", site)]);
        parts.method = Method::POST;
        let outcome = clerk.authenticate(&mut parts, policy).await.map(Option::unwrap);
        assert_eq!(told(outcome), (status, text.to_owned()), "{site}, {policy}");
    }
}

async fn calls(clerk: &Clerk, parts: &mut Parts, policies: &[Policy]) {
    for policy in policies {
        clerk.authenticate(parts, *policy).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn second_policy_of_a_request_makes_no_second_call() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let token = issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]).opaque();
    calls(&clerk, &mut bearer(&token), &[READ, WRITE]).await;
    assert_eq!(issuer.calls().oauth_verify, 1);
}

#[tokio::test]
async fn authenticated_token_meets_further_policies() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let caller = clerk.authenticate_token(&token, READ).await.unwrap();
    assert_eq!(caller.token_type(), TokenType::OAuthToken);
    assert!(caller.require(READ).is_ok());
    assert_eq!(caller.require(WRITE).unwrap_err().status(), 403);
}

#[tokio::test]
async fn rejection_tells_reason_scopes_and_challenge() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let reader = || issuer.oauth("user_ada").scopes(["read:notes"]);
    let scope = r#"Bearer realm="clerk", error="insufficient_scope", scope="write:notes""#;
    let rows = [
        (reader().jwt(), "scope-missing", &["write:notes"][..], Some(scope)),
        (
            String::new(),
            "No token in header",
            &["write:notes"],
            Some(r#"Bearer realm="clerk", scope="write:notes""#),
        ),
        (
            reader().expired().jwt(),
            "token-verification-failed",
            &[],
            Some(r#"Bearer realm="clerk", error="invalid_token""#),
        ),
        (reader().opaque(), "unexpected-error", &[], None),
    ];
    issuer.answer_with(Endpoint::OAuthVerify, Answer::status(503));
    for (token, reason, scopes, challenge) in rows {
        let rejection = clerk.authenticate_token(&token, WRITE).await.unwrap_err();
        assert_eq!((rejection.reason(), rejection.scopes()), (reason, scopes));
        let named = rejection.challenge();
        assert_eq!(named.as_ref().map(|it| it.to_str().unwrap()), challenge, "{reason}");
        let response = rejection.into_response();
        assert_eq!(response.headers().get("www-authenticate"), named.as_ref(), "{reason}");
    }
}
