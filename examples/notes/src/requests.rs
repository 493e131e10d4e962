//! Prints requests to paste into a shell, each with the status to expect.

use std::time::Duration;

use clerk_auth::testing::DevIssuer;

const ADA: &str = "user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG";
const ACME: &str = "org_2zQ8nB6uLyXd3ScP9wJfMtRhGkC";
const BILLING: &str = "mch_2zQ8qH1aQdDi9XiV5bPkTzYnMpI";

/// Long enough to try everything; a real session token lives a minute.
const AN_HOUR: Duration = Duration::from_secs(3600);

/// Prints one request for each kind of token, and one for each rejection.
pub(crate) fn print(issuer: &DevIssuer, address: &str) {
    let reader = issuer.oauth(ADA).scopes(["read:notes"]);
    let revoked = issuer.api_key(ACME).scopes(["read:notes"]).opaque();
    issuer.revoke(&revoked);
    let session = issuer.session(ADA).lives(AN_HOUR).jwt();
    let new_note = r#" -X POST -H 'Content-Type: application/json' -d '{"text":"buy milk"}'"#;

    println!("Accepted:\n");
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
    let editor = || {
        let session = issuer.session(ADA).lives(AN_HOUR).organization(ACME, "acme", "org:editor");
        session.permissions(["org:notes:delete"])
    };
    let what = "an editor with org:notes:delete, verified just now";
    request("200", what, "/notes -X DELETE", Some(editor().jwt()));
    let key = issuer.api_key(ACME).scopes(["read:notes"]).opaque();
    request("200", "an API key with read:notes", "/export", Some(key));
    let machine = issuer.m2m(BILLING);
    request("200", "an M2M token (JWT)", "/digest -X POST", Some(machine.jwt()));
    let machine = issuer.m2m(BILLING);
    request("200", "an M2M token (opaque)", "/digest -X POST", Some(machine.opaque()));
    request("200", "any of them", "/whoami", Some(session.clone()));

    println!("Rejected:\n");
    request("401", "no token", "/notes", None);
    request("401", "a token of another type: a session", "/notes", Some(session));
    let poor = issuer.oauth(ADA).scopes(["profile"]).jwt();
    request("403", "a scope is missing", "/notes", Some(poor));
    let stale = editor().factor_ages(11, -1).jwt();
    let what = "the user must verify again";
    request("403", what, "/notes -X DELETE", Some(stale));
    let old = issuer.oauth(ADA).scopes(["read:notes"]).expired().jwt();
    request("401", "the token has expired", "/notes", Some(old));
    request("401", "the key was revoked", "/export", Some(revoked));
}
