//! The guard of a server function without a framework: what its layer tells, what its body gets.

use std::{cell::RefCell, convert::Infallible};

use axum::{body::Body, extract::Request, response::IntoResponse};
use clerk_auth::{
    __private::{ServerFunctionLayer, admit, guard},
    Clerk, Guarded, OAuthToken, Policy, SessionToken, policy,
    testing::DevIssuer,
    verified,
};
use http::Extensions;
use tower::{Layer, ServiceExt, service_fn};

/// As the attribute writes it beside the function.
enum AddNote {}
impl Guarded for AddNote {
    const POLICY: Policy = policy!(accepts = "oauth_token", scopes = "write:notes");
    type Identity = OAuthToken;
    type Organization = Option<clerk_auth::OrgId>;
}

thread_local! {
    /// What was told on the thread of this test.
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[tokio::test]
async fn whoever_may_enter_is_known_to_the_framework_and_to_the_function() {
    let issuer = DevIssuer::start().await.unwrap();
    let writer = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    let result = call(request(&clerk(&issuer), &writer)).await;
    assert_eq!(result, Ok("user_ada".to_owned()));
    assert_eq!(TOLD.take(), ["user_ada enters", "user_ada calls"]);
}

#[tokio::test]
async fn whoever_is_rejected_does_not_reach_the_function() {
    let issuer = DevIssuer::start().await.unwrap();
    assert_eq!(call(request(&clerk(&issuer), "")).await, Err("A token is required".to_owned()));
    assert_eq!(TOLD.take(), [r#"401 Bearer realm="clerk", scope="write:notes""#]);

    let reader = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let lacks = "The token lacks a required scope".to_owned();
    assert_eq!(call(request(&clerk(&issuer), &reader)).await, Err(lacks));
    let challenge = r#"Bearer realm="clerk", error="insufficient_scope", scope="write:notes""#;
    assert_eq!(TOLD.take(), [format!("403 {challenge}")]);
}

#[tokio::test]
async fn the_body_of_the_function_knows_whom_the_layer_let_in() {
    let issuer = DevIssuer::start().await.unwrap();
    let opaque = issuer.oauth("user_ada").scopes(["write:notes"]).opaque();
    let admitted = admit::<AddNote>(request(&clerk(&issuer), &opaque)).await.unwrap();
    let (parts, _) = admitted.into_parts();
    let guard = guard::<AddNote, ()>(Some(parts)).await.unwrap();
    assert_eq!(guard.subject().to_string(), "user_ada");
    assert_eq!(issuer.calls().oauth_verify, 1);
}

#[tokio::test]
async fn the_body_of_the_function_is_guarded_without_the_layer_too() {
    let issuer = DevIssuer::start().await.unwrap();
    let (parts, _) = request(&clerk(&issuer), "").into_parts();
    assert_eq!(guard::<AddNote, ()>(Some(parts)).await.unwrap_err().status(), 401);
}

#[tokio::test]
async fn nobody_enters_without_a_clerk_or_without_a_request() {
    let issuer = DevIssuer::start().await.unwrap();
    let writer = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    let result = call(request(&Extensions::new(), &writer)).await;
    assert_eq!(result, Err("The server cannot check this token".to_owned()));
    assert_eq!(TOLD.take(), ["500 "]);
    assert_eq!(guard::<AddNote, ()>(None).await.unwrap_err().status(), 500);
}

/// Dioxus sends the rejection as it is. Leptos writes the body, so its client gets the text.
#[tokio::test]
async fn old_factors_are_rejected_with_what_the_framework_can_send() {
    enum Pay {}
    impl Guarded for Pay {
        const POLICY: Policy = policy!(session_token(reverification = "strict"));
        type Identity = SessionToken;
        type Organization = Option<clerk_auth::OrgId>;
    }

    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().rejection_body(|_| "ours").build().unwrap();
    let mut extensions = Extensions::new();
    extensions.insert(clerk);
    let old = issuer.session("user_ada").factor_ages(11, 11).jwt();
    let rejection = admit::<Pay>(request(&extensions, &old)).await.unwrap_err();
    let body = rejection.into_response().into_body();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let clerks = r#"{"clerk_error":{"type":"forbidden","reason":"reverification-error","metadata":{"reverification":"strict"}}}"#;
    assert_eq!(body, clerks);

    let text = "The user must verify again who they are".to_owned();
    assert_eq!(call_guarded::<Pay>(request(&extensions, &old)).await, Err(text));
    assert_eq!(TOLD.take(), ["403 "]);
}

async fn call(request: Request) -> Result<String, String> {
    call_guarded::<AddNote>(request).await
}

/// Calls a function that says who calls, behind the layer.
async fn call_guarded<P: Guarded>(request: Request) -> Result<String, String> {
    let layer = ServerFunctionLayer::<P>::new(
        |parts| tell(format!("{} enters", caller(&parts.extensions))),
        |parts| {
            assert!(!parts.headers.contains_key("content-type"), "the framework writes the body");
            let challenge = parts.headers.get("www-authenticate");
            let challenge = challenge.map_or("", |challenge| challenge.to_str().unwrap());
            tell(format!("{} {challenge}", parts.status.as_u16()));
        },
    );
    let function = service_fn(|request: Request| async move {
        let caller = caller(request.extensions());
        tell(format!("{caller} calls"));
        Ok::<_, Infallible>(caller)
    });
    let result = layer.layer(function).oneshot(request).await;
    result.map_err(|stopped| stopped.to_string())
}

fn tell(told: String) {
    TOLD.with_borrow_mut(|all| all.push(told));
}

fn caller(extensions: &Extensions) -> String {
    verified(extensions).map_or("nobody".to_owned(), |known| known.subject().to_string())
}

/// As `Extension(clerk)` puts it into every request.
fn clerk(issuer: &DevIssuer) -> Extensions {
    let mut extensions = Extensions::new();
    extensions.insert::<Clerk>(issuer.clerk().build().unwrap());
    extensions
}

/// An empty token is none.
fn request(extensions: &Extensions, token: &str) -> Request {
    let mut request = Request::new(Body::empty());
    *request.extensions_mut() = extensions.clone();
    if !token.is_empty() {
        let field = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", field);
    }
    request
}
