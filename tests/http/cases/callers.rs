//! Tokens that the caller is to blame for.

use clerk_auth::{ClerkBuilder, testing::DevIssuer};
use serde_json::json;

use super::{App, Case};
use crate::NOW;

pub(super) fn callers_fault(
    issuer: &DevIssuer,
    forger: &DevIssuer,
    case: impl Fn(&'static str, &'static str) -> Case,
) -> Vec<Case> {
    let session = || issuer.session("user_hidden").session_id("sess_hidden").claim("x", "hidden");
    let oauth = || issuer.oauth("user_hidden").client_id("hidden").scopes(["hidden:all"]);
    let key = || issuer.api_key("org_hidden").name("hidden").scopes(["hidden:all"]);
    let revoked = key().opaque();
    assert!(issuer.revoke(&revoked));
    vec![
        case("nothing, for a session", "/session"),
        case("nothing, for OAuth", "/notes"),
        case("nothing, for OAuth or a key", "/either"),
        case("nothing, for a key", "/export"),
        case("nothing, for any type", "/any"),
        case("another scheme", "/notes").authorization("Basic hidden"),
        case("two fields", "/session").token(session().jwt()).token(session().jwt()),
        case("no scheme", "/notes").authorization(oauth().jwt()),
        case("no token", "/notes").authorization("Bearer"),
        case("junk", "/any").token("hidden"),
        case("too long", "/any").token("hidden".repeat(4096)),
        case("type not accepted", "/session").token(oauth().jwt()),
        case("expired session", "/session").token(session().expired().jwt()),
        case("pending session", "/session").token(session().pending().jwt()),
        case("JWT template", "/session").token(issuer.template("user_hidden").jwt()),
        case("forged", "/notes").token(forger.oauth("user_hidden").jwt()),
        case("unknown key", "/notes").token(oauth().header("kid", "ins_hidden").jwt()),
        case("strange subject", "/session").token(issuer.session("hidden").jwt()),
        case("revoked", "/export").token(revoked),
        case("expired key", "/export").token(key().expired().opaque()),
        case("unknown to Clerk", "/export").token("ak_hidden"),
        case("no scope of two", "/notes").token(oauth().jwt()),
        case("one scope of two", "/notes").token(oauth().scopes(["read:notes"]).jwt()),
        case("key with one scope of two", "/either").token(key().scopes(["write:notes"]).opaque()),
        case("key without scope", "/export").token(key().opaque()),
    ]
}

/// Sessions have codes of their own.
pub(super) fn session_fault(
    issuer: &DevIssuer,
    forger: &DevIssuer,
    case: impl Fn(&'static str, &'static str) -> Case,
) -> Vec<Case> {
    let session = || issuer.session("user_hidden").session_id("sess_hidden").claim("x", "hidden");
    let case = |name, token: String| case(name, "/session").token(token);
    vec![
        case("session, forged", forger.session("user_hidden").jwt()),
        case("session, unknown key", session().header("kid", "ins_hidden").jwt()),
        case("session, no key named", session().without_header("kid").jwt()),
        case("session, other algorithm", session().header("alg", "hidden").jwt()),
        case("session, other key's alg", session().header("alg", "RS512").jwt()),
        case("session, other type", session().header("typ", "hidden").jwt()),
        case("session, other category", session().header("cat", "hidden").jwt()),
        case("session, extension", session().header("crit", json!(["hidden"])).jwt()),
        case("session, bound to a key", session().claim("cnf", json!({"jkt": "hidden"})).jwt()),
        case("session, not yet", session().claim("nbf", NOW + 60).jwt()),
        case("session, of the future", session().claim("iat", NOW + 60).jwt()),
        case("session, no number", session().claim("exp", "hidden").jwt()),
        case("session, odd status", session().claim("sts", "hidden").jwt()),
        case("session, no id", session().without_claim("sid").jwt()),
        case("session, odd organization", session().claim("o", "hidden").jwt()),
        case("session, odd actor", session().claim("act", "hidden").jwt()),
    ]
}

pub(super) async fn token_for_others(
    issuer: &DevIssuer,
    app: &impl AsyncFn(ClerkBuilder) -> App,
) -> Vec<Case> {
    let audience = app(issuer.clerk().audience(["https://api.example.com"])).await;
    let party = app(issuer.clerk().authorized_parties(["https://app.example.com"])).await;
    let other_issuer = app(issuer.clerk().issuer("https://clerk.example.com")).await;
    let usual = app(issuer.clerk()).await;
    let oauth = || issuer.oauth("user_hidden").audience(["https://hidden.example"]);
    let session = || issuer.session("user_hidden").authorized_party("https://hidden.example");
    let m2m = || issuer.m2m("mch_hidden").recipients(["mch_hidden"]);
    vec![
        Case::new("other audience", "/notes", &audience).token(oauth().jwt()),
        Case::new("other audience, opaque", "/notes", &audience).token(oauth().opaque()),
        Case::new("other party", "/session", &party).token(session().jwt()),
        Case::new("other issuer", "/session", &other_issuer).token(session().jwt()),
        Case::new("other machine", "/m2m", &usual).token(m2m().jwt()),
        Case::new("other machine, opaque", "/m2m", &usual).token(m2m().opaque()),
    ]
}
