//! A dev issuer in, requests to paste into a shell out, each with the answer to expect.

use std::time::Duration;

use clerk_auth::testing::DevIssuer;

const ADA: &str = "user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG";
const ACME: &str = "org_2zQ8nB6uLyXd3ScP9wJfMtRhGkC";
const BILLING: &str = "mch_2zQ8qH1aQdDi9XiV5bPkTzYnMpI";

/// Long enough to try everything; a real session token lives a minute.
const AN_HOUR: Duration = Duration::from_secs(3600);

/// Prints one request for each kind of token, and one for each refusal.
pub(crate) fn print(issuer: &DevIssuer, address: &str) {
    let reader = issuer.oauth(ADA).scopes(["read:notes"]);
    let revoked = issuer.api_key(ACME).scopes(["read:notes"]).opaque();
    issuer.revoke(&revoked);
    let session = issuer.session(ADA).lives(AN_HOUR).jwt();
    let new_note = r#" -X POST -H 'Content-Type: application/json' -d '{"text":"buy milk"}'"#;

    println!("Let in:\n");
    let request = |expect: &str, what: &str, path: &str, token: Option<String>| {
        let token = token.map(|token| format!(" -H 'Authorization: Bearer {token}'"));
        println!("# {expect}: {what}");
        println!("curl -i {address}{path}{}\n", token.unwrap_or_default());
    };
    let path = format!("/notes{new_note}");
    let writer = issuer.oauth(ADA).scopes(["read:notes", "write:notes"]);
    request("201", "an OAuth token (JWT) with write:notes", &path, Some(writer.jwt()));
    request("200", "an OAuth token (opaque) with read:notes", "/notes", Some(reader.opaque()));
    request("204", "a session token", "/notes/1 -X DELETE", Some(session.clone()));
    let key = issuer.api_key(ACME).scopes(["read:notes"]).opaque();
    request("200", "an API key with read:notes", "/export", Some(key));
    let machine = issuer.m2m(BILLING);
    request("200", "an M2M token (JWT)", "/digest -X POST", Some(machine.jwt()));
    let machine = issuer.m2m(BILLING);
    request("200", "an M2M token (opaque)", "/digest -X POST", Some(machine.opaque()));
    request("200", "any of them", "/whoami", Some(session.clone()));

    println!("Refused:\n");
    request("401", "no token", "/notes", None);
    request("401", "a token of another type: a session", "/notes", Some(session));
    let poor = issuer.oauth(ADA).scopes(["profile"]).jwt();
    request("403", "a scope is missing", "/notes", Some(poor));
    let old = issuer.oauth(ADA).scopes(["read:notes"]).expired().jwt();
    request("401", "the token has expired", "/notes", Some(old));
    request("401", "the key was revoked", "/export", Some(revoked));
}
