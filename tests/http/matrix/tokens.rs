//! The name of a token in, a new token of that kind out.

use clerk_auth::testing::DevIssuer;
use serde_json::json;

use super::World;

const USER: &str = "user_ada";
const MACHINE: &str = "mch_caller";

/// `None` is no token at all.
pub(super) fn token(name: &str, world: &World) -> Option<String> {
    let World { issuer, forger, stranger } = world;
    let session = || issuer.session(USER);
    let m2m = || issuer.m2m(MACHINE);
    let oauth = || issuer.oauth(USER);
    let key = || issuer.api_key(USER);
    Some(match name {
        "nothing" => return None,

        "session, version 2" => session().jwt(),
        "session, version 1" => session().version_1().jwt(),
        "session, category ignored" => session().header("cat", "cl_I7d4PD111III").jwt(),
        "session, expired" => session().expired().jwt(),
        "session, pending" => session().pending().jwt(),
        "session, bad signature" => forger.session(USER).jwt(),
        "session, of another instance" => stranger.session(USER).jwt(),
        "session, category of M2M" => session().header("cat", "cl_B7d4PD333AAA").jwt(),
        "session, padded" => format!("{}==", session().jwt()),
        "session, unsigned" => session().header("alg", "none").jwt(),
        "JWT template" => issuer.template(USER).jwt(),
        "JWT template, without category" => issuer.template(USER).without_header("cat").jwt(),

        "M2M JWT" => m2m().jwt(),
        "M2M JWT, without category" => m2m().without_header("cat").jwt(),
        "M2M JWT, category of sessions" => m2m().header("cat", "cl_B7d4PD111AAA").jwt(),
        "M2M JWT, category ignored" => m2m().header("cat", "cl_I7d4PD111III").jwt(),
        "M2M JWT, type of OAuth" => m2m().header("typ", "at+jwt").jwt(),
        "M2M JWT, bad signature" => forger.m2m(MACHINE).jwt(),
        "M2M JWT, expired" => m2m().expired().jwt(),
        "M2M JWT, for another machine" => m2m().recipients(["mch_other"]).jwt(),
        "M2M JWT, subject of a user" => m2m().claim("sub", USER).jwt(),
        "M2M JWT, padded" => m2m().jwt().replacen('.', "=.", 1),

        "OAuth JWT" => oauth().jwt(),
        "OAuth JWT, expired" => oauth().expired().jwt(),
        "OAuth JWT, bad signature" => forger.oauth(USER).jwt(),
        "OAuth JWT, subject of M2M" => oauth().claim("sub", MACHINE).jwt(),
        "OAuth JWT, padded" => format!("{}=", oauth().jwt()),

        "opaque M2M" => m2m().opaque(),
        "opaque M2M, revoked" => revoked(issuer, m2m().opaque()),
        "opaque M2M, expired" => m2m().expired().opaque(),
        "opaque M2M, unknown" => stranger.m2m(MACHINE).opaque(),
        "opaque OAuth" => oauth().opaque(),
        "opaque OAuth, revoked" => revoked(issuer, oauth().opaque()),
        "opaque OAuth, expired" => oauth().expired().opaque(),
        "opaque OAuth, unknown" => stranger.oauth(USER).opaque(),
        "API key" => key().opaque(),
        "API key, revoked" => revoked(issuer, key().opaque()),
        "API key, expired" => key().expired().opaque(),
        "API key, unknown" => stranger.api_key(USER).opaque(),

        "prefix alone" => "mt_".to_owned(),
        "prefix, then a JWT" => format!("mt_{}", m2m().jwt()),
        "opaque, with a strange letter" => format!("{}~", key().opaque()),
        "junk" => "junk".to_owned(),
        "three parts, not base64url" => "a.b.c".to_owned(),
        "signed, but not JSON" => issuer.sign_bytes(b"{", b"{}"),
        "signed, but no object" => issuer.sign(&json!({ "alg": "RS256" }), &json!(null)),
        "signed, header null" => issuer.sign(&json!(null), &json!({ "sub": USER })),
        "signed, of no class" => {
            issuer.sign(&json!({ "alg": "RS256", "kid": issuer.key_id() }), &json!({}))
        }
        "signed twice" => format!("{}.{}", session().jwt(), session().jwt()),
        _ => panic!("`{name}` is no token"),
    })
}

fn revoked(issuer: &DevIssuer, token: String) -> String {
    assert!(issuer.revoke(&token));
    token
}
