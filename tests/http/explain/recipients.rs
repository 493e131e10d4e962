//! Whom a token is for: `azp` and `aud`, missing and wrong.

use clerk_auth::ClerkBuilder;

use super::{ANY, assert_explained, row};
use crate::issuer;

#[tokio::test]
async fn missing_and_wrong_party_and_audience_are_told_apart() {
    type Configured<'c> = &'c dyn Fn() -> ClerkBuilder;
    const ORIGIN: &str = "https://app.example.com";
    let issuer = issuer().await;
    let party = || issuer.clerk().authorized_parties([ORIGIN]);
    let audience = || issuer.clerk().audience([ORIGIN]);
    let of_sessions = || issuer.clerk().session_audience([ORIGIN]);
    let session = || issuer.session("user_ada");
    let oauth = || issuer.oauth("user_ada");
    let (parties, claims) = ("token-invalid-authorized-parties", "token-verification-failed");
    let other = "https://other.example";
    let table: [(Configured<'_>, &str, String, &str, &str, &str); 9] = [
        (&party, "azp missing", session().jwt(), parties, "`azp` is missing", "Origin field"),
        (
            &party,
            "azp empty",
            session().authorized_party("").jwt(),
            parties,
            "`azp` is missing",
            "Origin field",
        ),
        (
            &party,
            "azp of another",
            session().authorized_party(other).jwt(),
            parties,
            "`azp` is not one",
            "add its origin to CLERK_AUTHORIZED_PARTIES",
        ),
        (
            &party,
            "azp of another type",
            session().claim("azp", 7).jwt(),
            parties,
            "`azp` is not one",
            "add its origin to CLERK_AUTHORIZED_PARTIES",
        ),
        (
            &audience,
            "aud missing, OAuth",
            oauth().jwt(),
            claims,
            "`aud` is missing, and must name a configured audience (CLERK_AUDIENCE).",
            "The client must send `resource`",
        ),
        (
            &audience,
            "aud missing, OAuth, opaque",
            oauth().opaque(),
            claims,
            "`aud` is missing, and must name a configured audience (CLERK_AUDIENCE).",
            "The client must send `resource`",
        ),
        (
            &audience,
            "aud of another, OAuth",
            oauth().audience([other]).jwt(),
            claims,
            "`aud` names none of the configured audiences (CLERK_AUDIENCE).",
            "CLERK_AUDIENCE must name the token's",
        ),
        (
            &of_sessions,
            "aud missing, session",
            session().jwt(),
            claims,
            "`aud` is missing, and must name a configured audience (CLERK_SESSION_AUDIENCE).",
            "or remove CLERK_SESSION_AUDIENCE",
        ),
        (
            &of_sessions,
            "aud of another, session",
            session().claim("aud", other).jwt(),
            claims,
            "`aud` names none of the configured audiences (CLERK_SESSION_AUDIENCE).",
            "with CLERK_SESSION_AUDIENCE",
        ),
    ];
    for (clerk, name, token, reason, cause, advice) in table {
        let clerk = clerk().build().unwrap();
        let explanation = clerk.explain(&token, ANY).await.to_string();
        let session_advice = explanation.contains("CLERK_SESSION_AUDIENCE");
        assert_eq!(session_advice, name.ends_with("session"), "{name}: {explanation}");
        assert!(explanation.contains(cause), "{name}: {explanation}");
        let rows = vec![row(name, ANY, token, reason, advice)];
        assert_explained(&clerk, rows).await;
    }
}
