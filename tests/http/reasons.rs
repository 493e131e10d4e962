//! The reason code of each refusal: in the log always, in the answer only while you develop.

use clerk_auth_tests::captured_log;
use std::fmt::Write;

use clerk_auth::{
    Clerk, ClerkBuilder,
    testing::{Answer, DevIssuer, Endpoint},
};

use crate::{cases::cases, issuer};

const TABLE: &str = "
nothing, for a session      | session-token-and-uat-missing
nothing, for OAuth          | No token in header
nothing, for OAuth or a key | No token in header
nothing, for a key          | No token in header
nothing, for any type       | session-token-and-uat-missing
another scheme              | No token in header
two fields                  | token-invalid
no scheme                   | token-invalid
no token                    | token-invalid
junk                        | token-invalid
too long                    | token-invalid
type not accepted           | token-type-mismatch
expired session             | session-token-expired
pending session             | session-pending
JWT template                | token-type-mismatch
forged                      | token-verification-failed
unknown key                 | token-verification-failed
strange subject             | token-verification-failed
revoked                     | token-invalid
expired key                 | token-invalid
unknown to Clerk            | token-invalid
no scope of two             | scope-missing
one scope of two            | scope-missing
key with one scope of two   | scope-missing
key without scope           | scope-missing
session, forged             | token-invalid-signature
session, unknown key        | jwk-kid-mismatch
session, no key named       | jwk-kid-mismatch
session, other algorithm    | token-invalid-algorithm
session, other key's alg    | token-verification-failed
session, other type         | token-invalid
session, other category     | token-type-mismatch
session, extension          | token-invalid
session, bound to a key     | token-invalid
session, not yet            | session-token-nbf
session, of the future      | session-token-iat-in-the-future
session, no number          | token-verification-failed
session, odd status         | token-verification-failed
session, no id              | token-verification-failed
session, odd organization   | token-verification-failed
session, odd actor          | token-verification-failed
other audience              | token-verification-failed
other audience, opaque      | token-verification-failed
other party                 | token-invalid-authorized-parties
other issuer                | token-invalid-issuer
other machine               | token-verification-failed
other machine, opaque       | token-invalid
cookie, expired             | session-token-expired
cookie, forged              | token-invalid-signature
cookie, JWT template        | token-type-mismatch
cookie, OAuth token         | token-type-mismatch
cookie, API key             | token-type-mismatch
cookie, junk                | token-invalid
cookie, signed out          | session-token-but-no-client-uat
cookie, stale               | session-token-iat-before-client-uat
cookie, missing             | client-uat-but-no-session-token
cookie, another site        | cross-site-cookie
cookie, no permission       | permission-missing
cookie, no browser token    | dev-browser-missing
no role                     | permission-missing
no permission               | permission-missing
no organization             | permission-missing
factors too old             | reverification-error
claims do not fit           | claims-mismatch
sender not listed           | sender-not-listed
sender not listed, opaque   | sender-not-listed
client not listed           | sender-not-listed
client not listed, opaque   | sender-not-listed
no active organization      | organization-missing
no chosen organization      | organization-missing
no organization scope       | scope-missing
key of no organization      | organization-missing
impersonated                | impersonated
delegated, opaque           | impersonated
opaque, for a JWT           | token-type-mismatch
audience of the policy      | token-verification-failed
Clerk says 400              | token-invalid
Clerk says 422              | unexpected-error
Clerk rejects our request   | unexpected-error
Clerk says inactive         | token-invalid
Clerk says 503              | unexpected-error
Clerk says 429              | unexpected-error
Clerk says 429 for a day    | unexpected-error
Clerk sends us elsewhere    | unexpected-error
Clerk sends HTML            | unexpected-error
another API says 404        | unexpected-error
a proxy says 401            | unexpected-error
Clerk hangs up              | unexpected-error
key set: 429                | jwk-remote-failed-to-load
key set: without keys       | jwk-remote-failed-to-load
key set: out of reach       | jwk-remote-failed-to-load
Clerk is out of reach       | unexpected-error
our key is wrong            | secret-key-invalid
our key is wrong, key set   | secret-key-invalid
our machine key is wrong    | secret-key-invalid
no secret key               | unexpected-error
no secret key, API key      | unexpected-error
no machine key              | unexpected-error
no key for JWTs             | jwk-failed-to-resolve
no machine id               | unexpected-error
no machine id, opaque       | unexpected-error
";

/// Answers for which a wrong URL is a likely cause.
const NAMES_THE_URL: [&str; 5] = [
    "Clerk rejects our request",
    "Clerk sends us elsewhere",
    "Clerk sends HTML",
    "another API says 404",
    "a proxy says 401",
];

#[tokio::test]
async fn the_log_and_a_developer_learn_the_code_of_each_rejection() {
    captured_log::start();
    let issuer = issuer().await;
    let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    let mut found = String::from("\n");
    for case in cases(&issuer, &forger, ClerkBuilder::reveal_reasons).await {
        let reply = case.send(&issuer).await;
        let reason = reply.header("x-clerk-auth-reason");
        writeln!(found, "{:<27} | {reason}", case.name).unwrap();
        let status = if reply.status == 403 { "" } else { "signed-out" };
        assert_eq!(reply.header("x-clerk-auth-status"), status, "{}", case.name);
        let lines = captured_log::take();
        let told = |line: &&String| line.contains("request rejected");
        let line = lines.iter().find(told).expect(case.name);
        assert!(line.contains(&format!("reason=\"{reason}\"")), "{}: {line}", case.name);
        let names_the_url = line.contains("CLERK_API_URL");
        assert_eq!(names_the_url, NAMES_THE_URL.contains(&case.name), "{}: {line}", case.name);
    }
    assert_eq!(found, TABLE);
}

#[test]
fn each_code_is_explained_in_the_docs() {
    let page = include_str!("../../runtime/docs/reasons.md");
    for row in TABLE.lines().filter(|row| !row.is_empty()) {
        let (_, code) = row.split_once(" | ").unwrap();
        assert!(page.contains(&format!("\n| `{code}` | ")), "{code}");
    }
}

#[test]
fn telling_callers_in_production_is_warned_of() {
    captured_log::start();
    for (key, warned) in [("sk_live_x", true), ("sk_test_x", false)] {
        Clerk::builder().secret_key(key).reveal_reasons().build().unwrap();
        let lines = captured_log::take();
        let warnings = lines.iter().filter(|line| line.starts_with("WARN clerk_auth"));
        assert_eq!(warnings.count(), usize::from(warned), "{key}: {lines:?}");
    }
}

/// Whatever answers in Clerk's place can send thousands of members that are no keys.
#[tokio::test]
async fn skipped_keys_of_a_set_are_one_event() {
    captured_log::start();
    let issuer = issuer().await;
    let url = format!("{}/.well-known/jwks.json", issuer.url());
    let set = reqwest::get(url).await.unwrap().text().await.unwrap();
    let unusable = format!("\"keys\":[{}", "0,".repeat(10_000));
    let set = set.replace("\"keys\":[", &unusable);
    issuer.answer_with(Endpoint::KeySet, Answer::body(200, "application/json", set));
    captured_log::take();
    issuer.clerk().build().unwrap().warm_up().await.unwrap();
    let lines = captured_log::take();
    let skipped: Vec<_> = lines.iter().filter(|line| line.contains("skipped")).collect();
    assert!(matches!(&*skipped, [line] if line.contains("count=10000")), "{skipped:?}");
}
