//! Cookies that let nobody in.

use clerk_auth::testing::DevIssuer;

use super::Case;

pub(super) fn cookie_fault(
    issuer: &DevIssuer,
    forger: &DevIssuer,
    case: impl Fn(&'static str, &'static str) -> Case,
) -> Vec<Case> {
    let session = || issuer.session("user_hidden").session_id("sess_hidden").claim("x", "hidden");
    let template = || issuer.template("user_hidden").claim("x", "hidden");
    vec![
        case("cookie, expired", "/session").cookie(session().expired().jwt(), "1"),
        case("cookie, forged", "/any").cookie(forger.session("user_hidden").jwt(), "1"),
        case("cookie, JWT template", "/any").cookie(template().jwt(), "1"),
        case("cookie, OAuth token", "/any").cookie(issuer.oauth("user_hidden").jwt(), "1"),
        case("cookie, API key", "/any").cookie(issuer.api_key("user_hidden").opaque(), "1"),
        case("cookie, junk", "/session").cookie("hidden", "1"),
        case("cookie, signed out", "/session").cookie(session().jwt(), "0"),
        case("cookie, stale", "/session").cookie(session().jwt(), "9999999999"),
        case("cookie, missing", "/session")
            .field("cookie", "__clerk_db_jwt=hidden; __client_uat=1"),
        case("cookie, another site", "/session")
            .post()
            .cookie(session().jwt(), "1")
            .field("sec-fetch-site", "cross-site")
            .field("origin", "https://hidden.example"),
        case("cookie, no permission", "/edit").cookie(session().jwt(), "1"),
        case("cookie, no browser token", "/session")
            .field("cookie", format!("__session={}; __client_uat=1", session().jwt())),
    ]
}
