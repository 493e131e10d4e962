//! An optional guard lets in who sends nothing, and nobody who sends something bad.

use axum::{Router, routing::get};
use clerk_auth::{
    Scopes, Subject, clerk_auth,
    testing::{Answer, DevIssuer, Endpoint},
};
use clerk_auth_tests::Server;
use http::Method;

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = "read:notes", optional)]
async fn feed(subject: Option<Subject>, scopes: Option<Scopes>) -> String {
    assert_eq!(subject.is_some(), scopes.is_some());
    subject.map_or("nobody".to_owned(), |subject| subject.to_string())
}

#[tokio::test]
async fn nobody_enters_and_a_bad_credential_does_not() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Router::new().route("/", get(feed)).with_state(issuer.clerk().build().unwrap());
    let app = Server::start(app).await;

    let reply = app.send(Method::GET, "/", &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "nobody"));
    let reply = app.send(Method::GET, "/", &[("authorization", "Basic dXNlcg==")]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "nobody"));
    let good = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    assert_eq!(app.get("/", &good).await.body, "user_ada");

    let invalid = r#", error="invalid_token""#;
    let bad = [
        (issuer.oauth("user_ada").scopes(["read:notes"]).expired().jwt(), 401, invalid),
        (
            issuer.oauth("user_ada").jwt(),
            403,
            r#", error="insufficient_scope", scope="read:notes""#,
        ),
        (issuer.session("user_ada").jwt(), 401, invalid),
        (issuer.m2m("mch_caller").opaque(), 401, invalid),
        ("ak_".to_owned(), 401, invalid),
        ("junk".to_owned(), 401, invalid),
        ("two words".to_owned(), 400, r#", error="invalid_request""#),
    ];
    let asked = issuer.calls();
    for (token, status, error) in bad {
        let reply = app.get("/", &token).await;
        let challenge = format!(r#"Bearer realm="clerk"{error}"#);
        assert_eq!((reply.status, reply.challenge()), (status, &*challenge), "{token}");
    }
    assert_eq!(issuer.calls(), asked, "each is refused without a question");
    issuer.answer_with(Endpoint::ApiKeyVerify, Answer::status(503));
    let key = issuer.api_key("user_ada").scopes(["read:notes"]).opaque();
    assert_eq!(app.get("/", &key).await.status, 503);
}
