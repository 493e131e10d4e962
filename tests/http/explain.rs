//! What an operator reads about a token that was refused.

use clerk_auth::{
    Policy, Refusal, policy,
    testing::{Answer, DevIssuer, Endpoint},
};

use crate::issuer;

const SESSIONS: Policy = policy!(session_token(permission = "org:notes:edit"));
const READ: Policy = policy!(oauth_token(scopes = "read:notes"), api_key);

/// Each row: what the explanation says of the token, its reason code, and a part of the advice.
#[tokio::test]
async fn each_common_cause_has_its_advice() {
    let issuer = issuer().await;
    let other = DevIssuer::start().await.unwrap();
    let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    let session = || issuer.session("user_ada");
    let rows = [
        (
            "of another instance, with another key",
            &SESSIONS,
            other.session("user_ada").jwt(),
            "jwk-kid-mismatch",
            "so it is of another Clerk instance",
        ),
        (
            "of another instance, opaque",
            &READ,
            other.oauth("user_ada").opaque(),
            "token-invalid",
            "another instance than that of CLERK_SECRET_KEY issued it",
        ),
        (
            "forged",
            &SESSIONS,
            forger.session("user_ada").jwt(),
            "token-invalid-signature",
            "The token names this instance as its issuer: it was altered",
        ),
        (
            "over",
            &SESSIONS,
            session().expired().jwt(),
            "session-token-expired",
            "seconds ago by this machine's clock",
        ),
        (
            "of a template",
            &SESSIONS,
            issuer.template("user_ada").jwt(),
            "token-type-mismatch",
            "without a template",
        ),
        (
            "without the permission",
            &SESSIONS,
            session().jwt(),
            "permission-missing",
            "org:notes:edit",
        ),
        (
            "of the wrong type",
            &READ,
            session().jwt(),
            "token-type-mismatch",
            "The route lets in: oauth_token with scopes read:notes, or api_key.",
        ),
        ("cut off", &READ, "eyJhbGciOi".to_owned(), "token-invalid", "Copy the whole token"),
    ];
    let clerk = issuer.clerk().build().unwrap();
    for (name, policy, token, reason, advice) in rows {
        for text in [token.clone(), format!("  Bearer {token}\n"), format!("bearer  {token}")] {
            let explanation = clerk.explain(&text, policy).await;
            assert_eq!(explanation.reason(), Some(reason), "{name}: {explanation}");
            let text = explanation.to_string();
            assert!(text.contains(advice), "{name}: {text}");
            assert!(!text.contains(&token) && !text.contains("user_ada"), "{name}: {text}");
            assert!(!text.contains('\n'), "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn a_token_that_may_enter_and_an_outage_are_told_as_such() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let good = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let explanation = clerk.explain(&good, &READ).await;
    assert_eq!(explanation.to_string(), "This is a JWT of type oauth_token. It may enter.");
    assert_eq!((explanation.refusal(), explanation.reason()), (None, None));
    let key = issuer.api_key("user_ada").opaque();
    issuer.answer_with(Endpoint::ApiKeyVerify, Answer::status(503));
    let explanation = clerk.explain(&key, &READ).await;
    assert_eq!(explanation.refusal(), Some(Refusal::ClerkUnavailable));
    assert!(explanation.to_string().ends_with("The token may be good; try again later."));
}
