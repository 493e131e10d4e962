//! Each way to be refused: the whole answer, as it is and as an application may dress it.

mod challenge;
mod event;

use axum::Json;
use clerk_auth::{ClerkBuilder, testing::DevIssuer};
use clerk_auth_tests::Reply;
use http::{
    HeaderName, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE},
};

use crate::{
    cases::{App, Case, cases},
    issuer,
};

/// A challenge follows `Bearer realm="clerk"`. Where there is none (`-`), the caller's token is
/// not to blame; there `Retry-After` stands, if it is for a while only.
const TABLE: &str = r#"
nothing, for a session      | 401 | missing-credential    |
nothing, for OAuth          | 401 | missing-credential    | , scope="write:notes read:notes"
nothing, for OAuth or a key | 401 | missing-credential    | , scope="write:notes read:notes"
nothing, for a key          | 401 | missing-credential    |
nothing, for any type       | 401 | missing-credential    |
another scheme              | 401 | missing-credential    | , scope="write:notes read:notes"

two fields                  | 400 | unreadable-credential | , error="invalid_request"
no scheme                   | 400 | unreadable-credential | , error="invalid_request"
no token                    | 400 | unreadable-credential | , error="invalid_request"

junk                        | 401 | invalid-token         | , error="invalid_token"
too long                    | 401 | invalid-token         | , error="invalid_token"
type not accepted           | 401 | invalid-token         | , error="invalid_token"
expired session             | 401 | invalid-token         | , error="invalid_token"
pending session             | 401 | invalid-token         | , error="invalid_token"
JWT template                | 401 | invalid-token         | , error="invalid_token"
forged                      | 401 | invalid-token         | , error="invalid_token"
unknown key                 | 401 | invalid-token         | , error="invalid_token"
strange subject             | 401 | invalid-token         | , error="invalid_token"
revoked                     | 401 | invalid-token         | , error="invalid_token"
expired key                 | 401 | invalid-token         | , error="invalid_token"
unknown to Clerk            | 401 | invalid-token         | , error="invalid_token"
other audience              | 401 | invalid-token         | , error="invalid_token"
other audience, opaque      | 401 | invalid-token         | , error="invalid_token"
other party                 | 401 | invalid-token         | , error="invalid_token"
other issuer                | 401 | invalid-token         | , error="invalid_token"
other machine               | 401 | invalid-token         | , error="invalid_token"
other machine, opaque       | 401 | invalid-token         | , error="invalid_token"
Clerk says 400              | 401 | invalid-token         | , error="invalid_token"
Clerk says inactive         | 401 | invalid-token         | , error="invalid_token"

session, forged             | 401 | invalid-token         | , error="invalid_token"
session, unknown key        | 401 | invalid-token         | , error="invalid_token"
session, no key named       | 401 | invalid-token         | , error="invalid_token"
session, other algorithm    | 401 | invalid-token         | , error="invalid_token"
session, other key's alg    | 401 | invalid-token         | , error="invalid_token"
session, other type         | 401 | invalid-token         | , error="invalid_token"
session, other category     | 401 | invalid-token         | , error="invalid_token"
session, extension          | 401 | invalid-token         | , error="invalid_token"
session, bound to a key     | 401 | invalid-token         | , error="invalid_token"
session, not yet            | 401 | invalid-token         | , error="invalid_token"
session, of the future      | 401 | invalid-token         | , error="invalid_token"
session, no number          | 401 | invalid-token         | , error="invalid_token"
session, odd status         | 401 | invalid-token         | , error="invalid_token"
session, no id              | 401 | invalid-token         | , error="invalid_token"
session, odd organization   | 401 | invalid-token         | , error="invalid_token"
session, odd actor          | 401 | invalid-token         | , error="invalid_token"

cookie, expired             | 401 | invalid-token         | , error="invalid_token"
cookie, forged              | 401 | invalid-token         | , error="invalid_token"
cookie, JWT template        | 401 | invalid-token         | , error="invalid_token"
cookie, OAuth token         | 401 | invalid-token         | , error="invalid_token"
cookie, API key             | 401 | invalid-token         | , error="invalid_token"
cookie, junk                | 401 | invalid-token         | , error="invalid_token"
cookie, signed out          | 401 | invalid-token         | , error="invalid_token"
cookie, stale               | 401 | invalid-token         | , error="invalid_token"
cookie, missing             | 401 | invalid-token         | , error="invalid_token"
cookie, no browser token    | 401 | invalid-token         | , error="invalid_token"
cookie, another site        | 403 | forbidden             | -
cookie, no permission       | 403 | forbidden             | -

no role                     | 403 | forbidden             | -
no permission               | 403 | forbidden             | -
no organization             | 403 | forbidden             | -
factors too old             | 403 | reverification-needed | -
claims do not fit           | 403 | forbidden             | -
sender not listed           | 403 | forbidden             | -
sender not listed, opaque   | 403 | forbidden             | -
client not listed           | 403 | forbidden             | -
client not listed, opaque   | 403 | forbidden             | -
no active organization      | 403 | forbidden             | -
no chosen organization      | 403 | forbidden             | -
no organization scope       | 403 | insufficient-scope    | , error="insufficient_scope", scope="user:org:read"
key of no organization      | 403 | forbidden             | -
impersonated                | 403 | forbidden             | -
delegated, opaque           | 403 | forbidden             | -
opaque, for a JWT           | 401 | invalid-token         | , error="invalid_token"
audience of the policy      | 401 | invalid-token         | , error="invalid_token"
no scope of two             | 403 | insufficient-scope    | , error="insufficient_scope", scope="write:notes read:notes"
one scope of two            | 403 | insufficient-scope    | , error="insufficient_scope", scope="write:notes read:notes"
key with one scope of two   | 403 | insufficient-scope    | , error="insufficient_scope", scope="write:notes read:notes"
key without scope           | 403 | insufficient-scope    | , error="insufficient_scope", scope="export:run"

Clerk says 503              | 503 | clerk-unavailable     | - 5
Clerk says 429              | 503 | clerk-unavailable     | - 7
Clerk says 429 for a day    | 503 | clerk-unavailable     | - 3600
Clerk sends us elsewhere    | 503 | clerk-unavailable     | - 5
Clerk sends HTML            | 503 | clerk-unavailable     | - 5
another API says 404        | 503 | clerk-unavailable     | - 5
a proxy says 401            | 503 | clerk-unavailable     | - 5
Clerk hangs up              | 503 | clerk-unavailable     | - 5
key set: 429                | 503 | clerk-unavailable     | - 9
key set: without keys       | 503 | clerk-unavailable     | - 5
key set: out of reach       | 503 | clerk-unavailable     | - 5
Clerk is out of reach       | 503 | clerk-unavailable     | - 5

our key is wrong            | 500 | misconfigured         | -
our key is wrong, key set   | 500 | misconfigured         | -
our machine key is wrong    | 500 | misconfigured         | -
no secret key               | 500 | misconfigured         | -
no secret key, API key      | 500 | misconfigured         | -
no machine key              | 500 | misconfigured         | -
no key for JWTs             | 500 | misconfigured         | -
no machine id               | 500 | misconfigured         | -
no machine id, opaque       | 500 | misconfigured         | -
Clerk rejects our request   | 500 | misconfigured         | -
Clerk says 422              | 500 | misconfigured         | -
"#;

const REVERIFICATION: &str = r#"{"clerk_error":{"type":"forbidden","reason":"reverification-error","metadata":{"reverification":"strict"}}}"#;

const BODIES: [(&str, &str); 8] = [
    (
        "missing-credential",
        r#"{"type":"urn:problem-type:clerk-auth:missing-credential","title":"A token is required","status":401}"#,
    ),
    (
        "unreadable-credential",
        r#"{"type":"urn:problem-type:clerk-auth:unreadable-credential","title":"The Authorization header cannot be read","status":400}"#,
    ),
    (
        "invalid-token",
        r#"{"type":"urn:problem-type:clerk-auth:invalid-token","title":"The token is not acceptable","status":401}"#,
    ),
    (
        "insufficient-scope",
        r#"{"type":"urn:problem-type:clerk-auth:insufficient-scope","title":"The token lacks a required scope","status":403}"#,
    ),
    (
        "forbidden",
        r#"{"type":"urn:problem-type:clerk-auth:forbidden","title":"The token may not do this","status":403}"#,
    ),
    ("reverification-needed", REVERIFICATION),
    (
        "clerk-unavailable",
        r#"{"type":"urn:problem-type:clerk-auth:clerk-unavailable","title":"The token cannot be checked at the moment","status":503}"#,
    ),
    (
        "misconfigured",
        r#"{"type":"urn:problem-type:clerk-auth:misconfigured","title":"The server cannot check this token","status":500}"#,
    ),
];

/// One line of the table.
struct Row {
    case: &'static str,
    status: u16,
    rejection: &'static str,
    challenge: String,
    retry_after: &'static str,
}

fn rows(realm: &str) -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.is_empty());
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.splitn(4, '|').map(str::trim).collect();
        let (challenge, retry_after) = match cells[3].strip_prefix('-') {
            Some(seconds) => (String::new(), seconds.trim()),
            None => (format!("Bearer realm={realm}{}", cells[3]), ""),
        };
        let status = cells[1].parse().unwrap();
        Row { case: cells[0], status, rejection: cells[2], challenge, retry_after }
    };
    lines.map(row).collect()
}

/// Sends every case, and compares all of the answer but its body, which `check` looks at.
async fn drive(
    dress: impl Fn(ClerkBuilder) -> ClerkBuilder,
    realm: &str,
    check: impl Fn(&Row, &Reply),
) {
    let issuer = issuer().await;
    let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    let cases = cases(&issuer, &forger, dress).await;
    let rows = rows(realm);
    let names = |case: &Case| rows.iter().any(|row| row.case == case.name);
    assert!(cases.iter().all(names) && cases.len() == rows.len(), "a case has no row");
    for row in &rows {
        let case = cases.iter().find(|case| case.name == row.case).expect(row.case);
        let reply = case.send(&issuer).await;
        assert_eq!(
            (reply.status, reply.challenge()),
            (row.status, &*row.challenge),
            "{}",
            row.case
        );
        assert_eq!(reply.header("retry-after"), row.retry_after, "{}", row.case);
        assert_eq!(reply.header("cache-control"), "no-store", "{}", row.case);
        check(row, &reply);
        let mut fields: Vec<_> = reply.headers.keys().map(HeaderName::as_str).collect();
        fields.sort_unstable();
        let known = ["cache-control", "content-length", "content-type", "date"];
        fields.retain(|field| !known.contains(field));
        let others = [(row.retry_after, "retry-after"), (&*row.challenge, "www-authenticate")];
        let others = others.into_iter().filter(|(value, _)| !value.is_empty());
        assert_eq!(fields, others.map(|(_, name)| name).collect::<Vec<_>>(), "{}", row.case);
    }
}

#[tokio::test]
async fn each_rejection_has_its_status_challenge_and_problem() {
    drive(
        |clerk| clerk,
        r#""clerk""#,
        |row, reply| {
            let (_, body) = BODIES.iter().find(|(name, _)| *name == row.rejection).unwrap();
            assert_eq!(reply.body, *body, "{}", row.case);
            // Clerk's front ends know the body that asks for a reverification.
            let special = row.rejection == "reverification-needed";
            let content_type =
                if special { "application/json" } else { "application/problem+json" };
            assert_eq!(reply.header("content-type"), content_type, "{}", row.case);
        },
    )
    .await;
}

#[tokio::test]
async fn a_body_of_the_application_changes_neither_status_nor_challenge() {
    drive(
        |clerk| {
            clerk.realm(r#"my "notes" \o/"#).rejection_body(|rejection| {
                let fields = [
                    (WWW_AUTHENTICATE, "x"),
                    (CONTENT_TYPE, "application/x-refusal"),
                    (CACHE_CONTROL, "public"),
                    (RETRY_AFTER, "1"),
                    (SET_COOKIE, "x=y"),
                ];
                (StatusCode::OK, fields, format!("no: {}", rejection.as_str()))
            })
        },
        r#""my \"notes\" \\o/""#,
        |row, reply| {
            // Clerk's front ends read this body: the hook does not replace it.
            let (body, content_type) = match row.rejection {
                "reverification-needed" => (REVERIFICATION.to_owned(), "application/json"),
                other => (format!("no: {other}"), "application/x-refusal"),
            };
            assert_eq!(reply.body, body, "{}", row.case);
            assert_eq!(reply.header("content-type"), content_type, "{}", row.case);
        },
    )
    .await;
}

#[tokio::test]
async fn the_body_of_the_application_says_what_it_is() {
    let issuer = issuer().await;
    let rows = [
        (
            issuer.clerk().rejection_body(|rejection| Json(rejection.as_str())),
            "application/json",
            r#""missing-credential""#,
        ),
        (issuer.clerk().rejection_body(|_| "no"), "text/plain; charset=utf-8", "no"),
        (issuer.clerk().rejection_body(|_| vec![b'n', b'o']), "application/octet-stream", "no"),
        (issuer.clerk().rejection_body(|_| ()), "text/plain; charset=utf-8", ""),
        (
            issuer.clerk().rejection_body(|_| StatusCode::NO_CONTENT),
            "text/plain; charset=utf-8",
            "",
        ),
    ];
    for (clerk, content_type, body) in rows {
        let app = App::start(clerk).await;
        let reply = Case::new("nothing", "/session", &app).send(&issuer).await;
        let answer = (reply.status, reply.header("content-type"), reply.body.as_str());
        assert_eq!(answer, (401, content_type, body));
    }
}
