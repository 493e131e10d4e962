//! What an operator reads about a token that was accepted or rejected.

use clerk_auth::{
    Clerk, Policy, policy,
    rejection::RejectionKind,
    testing::{Answer, DevIssuer, Endpoint},
};
use clerk_auth_tests::captured_log;

use crate::{cases::cases, issuer};

mod recipients;

const SESSIONS: Policy = policy!(session_token(permission = "org:notes:edit"));
const READ: Policy = policy!(oauth_token(scopes = "read:notes"), api_key);
const ANY: Policy = policy!(accepts = "any");

/// What the explanation says of the token, its reason code, and a part of the advice.
struct Row {
    name: &'static str,
    policy: Policy,
    token: String,
    reason: &'static str,
    advice: &'static str,
}

const fn row(
    name: &'static str,
    policy: Policy,
    token: String,
    reason: &'static str,
    advice: &'static str,
) -> Row {
    Row { name, policy, token, reason, advice }
}

async fn assert_explained(clerk: &Clerk, rows: Vec<Row>) {
    for Row { name, policy, token, reason, advice } in rows {
        for text in [token.clone(), format!("  Bearer {token}\n"), format!("bearer  {token}")] {
            let explanation = clerk.explain(&text, policy).await;
            assert_eq!(explanation.reason(), Some(reason), "{name}: {explanation}");
            let text = explanation.to_string();
            assert!(text.contains(advice), "{name}: {text}");
            let shown = text.contains(&token) && token.contains(['.', '_']);
            assert!(!shown && !text.contains("user_ada"), "{name}: {text}");
            assert_is_prose(&text, name);
        }
    }
}

/// One line of sentences, each with one end, and with the articles and plurals of English.
fn assert_is_prose(text: &str, name: &str) {
    assert!(text.ends_with('.') && !text.contains('\n'), "{name}: {text}");
    for wrong in
        ["?.", "..", "!.", " .", " a oauth", " a m2m", " a api", " an session", " 1 seconds", "  "]
    {
        assert!(!text.contains(wrong), "{name}: {wrong} in {text}");
    }
}

#[tokio::test]
async fn each_common_cause_has_its_advice() {
    let issuer = issuer().await;
    let other = DevIssuer::start().await.unwrap();
    let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    let session = || issuer.session("user_ada");
    let rows = vec![
        row(
            "of another instance, with another key",
            SESSIONS,
            other.session("user_ada").jwt(),
            "jwk-kid-mismatch",
            "so it is of another Clerk instance",
        ),
        row(
            "of another instance, opaque",
            READ,
            other.oauth("user_ada").opaque(),
            "token-invalid",
            "another instance than that of CLERK_SECRET_KEY issued it",
        ),
        row(
            "forged",
            SESSIONS,
            forger.session("user_ada").jwt(),
            "token-invalid-signature",
            "The token names this instance as its issuer: it was altered",
        ),
        row(
            "with an unknown key",
            SESSIONS,
            session().header("kid", "ins_other").jwt(),
            "jwk-kid-mismatch",
            "CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY are of two instances",
        ),
        row(
            "without an issuer",
            SESSIONS,
            session().without_claim("iss").jwt(),
            "token-invalid-issuer",
            "The token does not name its issuer; tokens of this instance name https://dev-",
        ),
        row(
            "of a template",
            SESSIONS,
            issuer.template("user_ada").jwt(),
            "token-type-mismatch",
            "without a template",
        ),
        row(
            "without the permission",
            SESSIONS,
            session().jwt(),
            "permission-missing",
            "This is a JWT of type session_token. It is rejected with status 403, reason \
             permission-missing: the session lacks the permission that the policy requires. The \
             route accepts: session_token with permission org:notes:edit.",
        ),
        row(
            "without the scope",
            READ,
            issuer.oauth("user_ada").jwt(),
            "scope-missing",
            "the token lacks the scope `read:notes`, which the request requires.",
        ),
        row(
            "of the wrong type",
            READ,
            session().jwt(),
            "token-type-mismatch",
            "This is a session_token, or a JWT of another kind. It is rejected with status 401, \
             reason token-type-mismatch: the route does not accept a session_token. The route \
             accepts: oauth_token with scope read:notes, or api_key.",
        ),
        row(
            "OAuth where sessions are accepted",
            SESSIONS,
            issuer.oauth("user_ada").jwt(),
            "token-type-mismatch",
            "the route does not accept an oauth_token.",
        ),
        row("cut off", READ, "eyJhbGciOi".to_owned(), "token-invalid", "Copy the whole token"),
    ];
    assert_explained(&issuer.clerk().build().unwrap(), rows).await;
}

#[tokio::test]
async fn unmet_condition_without_a_value_has_its_advice() {
    let issuer = issuer().await;
    let session = || issuer.session("user_ada");
    let rows = vec![
        row(
            "pending",
            SESSIONS,
            session().pending().jwt(),
            "session-pending",
            "The user must finish the tasks of the session",
        ),
        row(
            "without an organization",
            policy!(organization),
            session().jwt(),
            "organization-missing",
            "The route accepts: session_token with an organization.",
        ),
        row(
            "without a choice at consent",
            policy!(oauth_token(organization)),
            issuer.oauth("user_ada").scopes(["user:org:read"]).jwt(),
            "organization-missing",
            "The user must choose an organization at consent",
        ),
        row(
            "without the scope of the organization",
            policy!(oauth_token(organization)),
            issuer.oauth("user_ada").jwt(),
            "scope-missing",
            "the token lacks the scope `user:org:read`, which the request requires.",
        ),
        row(
            "impersonated",
            policy!(not_impersonated),
            session().actor("user_eve").jwt(),
            "impersonated",
            "The route accepts: session_token with no impersonator.",
        ),
        row(
            "opaque",
            policy!(oauth_token(format = "jwt")),
            issuer.oauth("user_ada").opaque(),
            "token-type-mismatch",
            "the route accepts an oauth_token only as a JWT, and this one is opaque. The route \
             accepts: oauth_token with JWT format.",
        ),
    ];
    assert_explained(&issuer.clerk().build().unwrap(), rows).await;
}

#[tokio::test]
async fn word_in_place_of_a_token_is_named() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    for word in ["null", "undefined", "NaN", "[object Promise]", "[object Object]", "None", "nil"] {
        let rows = vec![
            row("word", ANY, word.to_owned(), "token-invalid", "await `getToken()`"),
            row("word", READ, word.to_owned(), "token-invalid", "the token is the word `"),
        ];
        assert_explained(&clerk, rows).await;
        let explanation = clerk.explain(&format!("Bearer {word}"), ANY).await.to_string();
        assert!(explanation.contains(&format!("`{word}`")), "{explanation}");
    }
}

/// How long a token lives, and how to get another, depends on its class.
#[tokio::test]
async fn expired_token_of_each_class_has_its_own_advice() {
    let issuer = issuer().await;
    let expired = "It expired 60 seconds ago by this machine's clock. ";
    let session = "A session token lives for 60 seconds";
    let table = [
        (issuer.session("user_ada").expired().jwt(), expired, session),
        (issuer.oauth("user_ada").expired().jwt(), expired, "The client must refresh"),
        (issuer.oauth("user_ada").expired().opaque(), "", "The client must refresh"),
        (issuer.m2m("mch_billing").expired().jwt(), expired, "The machine must create a token"),
        (issuer.api_key("user_ada").expired().opaque(), "", "Its owner must create a new key."),
    ];
    let clerk = issuer.clerk().build().unwrap();
    for (token, age, advice) in table {
        let explanation = clerk.explain(&token, ANY).await.to_string();
        assert!(
            explanation.contains(&format!(": the token has expired. {age}{advice}")),
            "{explanation}"
        );
        assert_eq!(explanation.contains("60 seconds:"), advice == session, "{explanation}");
        assert_is_prose(&explanation, "expired");
    }
}

#[tokio::test]
async fn accepted_token_is_named_by_its_type() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let table = [
        (issuer.session("user_ada").jwt(), "This is a JWT of type session_token."),
        (issuer.oauth("user_ada").jwt(), "This is a JWT of type oauth_token."),
        (issuer.oauth("user_ada").opaque(), "This is an opaque oauth_token."),
        (issuer.m2m("mch_billing").jwt(), "This is a JWT of type m2m_token."),
        (issuer.m2m("mch_billing").opaque(), "This is an opaque m2m_token."),
        (issuer.api_key("user_ada").opaque(), "This is an opaque api_key."),
    ];
    for (token, named) in table {
        let explanation = clerk.explain(&token, ANY).await;
        assert_eq!(explanation.to_string(), format!("{named} It is accepted."));
        assert_eq!((explanation.kind(), explanation.reason()), (None, None));
    }
}

#[tokio::test]
async fn text_that_is_not_a_token_is_named() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let token = issuer.session("user_ada").jwt();
    let alone = "Give the token alone, without quotes, white space, or the name";
    for (text, advice) in [
        ("sk_test_hidden".to_owned(), "It is a secret key: send a token instead"),
        ("pk_test_hidden".to_owned(), "It is a publishable key: send"),
        ("whsec_hidden".to_owned(), "It is a webhook signing secret: send"),
        ("mch_hidden".to_owned(), "It is a machine ID: send"),
        ("sess_hidden".to_owned(), "It is a session ID: send"),
        ("user_hidden".to_owned(), "It is a user ID: send"),
        (format!("\"{token}\""), alone),
        (format!("Authorization: Bearer {token}"), alone),
        (format!("__session={token}"), alone),
        (format!("__session={token}; __client_uat=1"), alone),
        (format!("Bearer Bearer {token}"), alone),
        (format!("{token} {token}"), alone),
        (format!("{token}=="), alone),
        ("eyJhbGciOi".to_owned(), "Copy the whole token"),
        (String::new(), "Copy the whole token"),
    ] {
        let explanation = clerk.explain(&text, ANY).await.to_string();
        assert!(explanation.contains(advice), "{text}: {explanation}");
        assert!(!explanation.contains("hidden"), "{text}: {explanation}");
        assert_is_prose(&explanation, &text);
    }
}

/// Each type is verified with its own key, and for its own recipients.
#[tokio::test]
async fn unknown_opaque_token_has_the_advice_of_its_type() {
    let (issuer, other) = (issuer().await, DevIssuer::start().await.unwrap());
    let clerk = issuer.clerk().build().unwrap();
    for (token, named, foreign) in [
        (other.oauth("user_ada").opaque(), "CLERK_SECRET_KEY", "ak_"),
        (other.api_key("user_ada").opaque(), "is not an API key", "recipients"),
        (other.m2m("mch_billing").opaque(), "the machine of CLERK_MACHINE_SECRET_KEY", "ak_"),
    ] {
        let explanation = clerk.explain(&token, ANY).await.to_string();
        assert!(explanation.contains(named) && !explanation.contains(foreign), "{explanation}");
        assert_is_prose(&explanation, named);
    }
}

#[tokio::test]
async fn call_that_a_setting_forbids_names_its_key() {
    let issuer = issuer().await;
    let (key_set, m2m) = (Endpoint::KeySet, Endpoint::M2mVerify);
    for (endpoint, token, variable) in [
        (key_set, issuer.session("user_ada").jwt(), "set CLERK_SECRET_KEY"),
        (m2m, issuer.m2m("mch_billing").opaque(), "set CLERK_MACHINE_SECRET_KEY"),
    ] {
        let clerk = issuer.clerk().build().unwrap();
        issuer.answer_with(endpoint, Answer::status(403));
        let explanation = clerk.explain(&token, ANY).await;
        let text = explanation.to_string();
        assert_eq!(explanation.kind(), Some(RejectionKind::Misconfigured), "{text}");
        assert!(text.contains(variable) && !text.contains("type of token"), "{text}");
        assert_is_prose(&text, variable);
    }
}

#[tokio::test]
async fn outage_is_told_as_such() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let key = issuer.api_key("user_ada").opaque();
    issuer.answer_with(Endpoint::ApiKeyVerify, Answer::status(503));
    let explanation = clerk.explain(&key, READ).await;
    assert_eq!(explanation.kind(), Some(RejectionKind::ClerkUnavailable));
    assert!(explanation.to_string().ends_with("The token may be good; try again later."));
}

#[tokio::test]
async fn every_explanation_and_logged_cause_is_prose() {
    captured_log::start();
    let issuer = issuer().await;
    let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    for case in cases(&issuer, &forger, |clerk| clerk).await {
        captured_log::take();
        case.send(&issuer).await;
        let lines = captured_log::take();
        let line = lines.iter().find(|line| line.contains("request rejected")).expect(case.name);
        let (_, cause) = line.split_once("cause=").expect(case.name);
        let cause = cause.split('"').next().unwrap();
        assert!(!cause.contains('?'), "{}: {cause}", case.name);
        let claims = line.contains("claims-mismatch");
        assert_eq!(claims, cause.contains("`seats` is"), "{}: {cause}", case.name);
        if let Some(explanation) = case.explain(&issuer).await {
            assert_is_prose(&explanation.to_string(), case.name);
        }
    }
}

/// The same text is another credential in a cookie.
#[tokio::test]
async fn session_without_a_party_is_explained_for_header_and_cookie() {
    const SESSION: Policy = policy!(accepts = "session_token");
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().authorized_parties(["https://app.example.com"]);
    let clerk = clerk.parties_for_cookies_only().build().unwrap();
    let session = || issuer.session("user_ada");
    let explanation = clerk.explain(&session().jwt(), SESSION).await;
    let text = explanation.to_string();
    assert_eq!((explanation.kind(), explanation.reason()), (None, None), "{text}");
    let told =
        "It is accepted in an Authorization field. In a cookie it is rejected: `azp` is missing";
    assert!(text.contains(told), "{text}");
    assert_is_prose(&text, "no party");
    let named = session().authorized_party("https://app.example.com").jwt();
    let text = clerk.explain(&named, SESSION).await.to_string();
    assert_eq!(text, "This is a JWT of type session_token. It is accepted.");
}
