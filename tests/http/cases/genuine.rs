//! Genuine tokens that may not do this.

use clerk_auth::testing::DevIssuer;

use super::Case;

pub(super) fn not_permitted(
    issuer: &DevIssuer,
    case: impl Fn(&'static str, &'static str) -> Case,
) -> Vec<Case> {
    let member = || {
        let session = issuer.session("user_hidden").session_id("sess_hidden");
        session.organization("org_hidden", "hidden", "hidden").permissions(["org:hidden:read"])
    };
    let m2m = || issuer.m2m("mch_hidden").claim("x", "hidden");
    let oauth = || issuer.oauth("user_hidden").client_id("client_hidden");
    let for_us = || oauth().audience(["https://api.example.com"]);
    vec![
        case("no role", "/role").token(member().jwt()),
        case("no permission", "/edit").token(member().features("o:hidden").plans("u:hidden").jwt()),
        case("no organization", "/role").token(issuer.session("user_hidden").jwt()),
        case("factors too old", "/strict").token(member().factor_ages(77, 78).jwt()),
        case("claims do not fit", "/seats").token(member().claim("seats", "hidden").jwt()),
        case("sender not listed", "/sender").token(m2m().jwt()),
        case("sender not listed, opaque", "/sender").token(m2m().opaque()),
        case("client not listed", "/client").token(for_us().jwt()),
        case("client not listed, opaque", "/client").token(for_us().opaque()),
        case("no active organization", "/organization").token(issuer.session("user_hidden").jwt()),
        case("no chosen organization", "/organization")
            .token(oauth().scopes(["user:org:read", "hidden:all"]).jwt()),
        case("no organization scope", "/organization").token(oauth().scopes(["hidden:all"]).jwt()),
        case("key of no organization", "/organization")
            .token(issuer.api_key("user_hidden").opaque()),
        case("impersonated", "/own").token(member().actor("user_hidden").jwt()),
        case("delegated, opaque", "/own").token(oauth().actor("mch_hidden").opaque()),
        case("opaque, for a JWT", "/jwt").token(oauth().opaque()),
        case("audience of the policy", "/client").token(oauth().client_id("client_good").jwt()),
    ]
}
