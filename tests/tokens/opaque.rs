//! Opaque tokens: asked of Clerk once for each request, and believed only if the answer says so.

mod answers;
mod questions;
mod statuses;

use clerk_auth::testing::{Answer, Calls, DevIssuer, Endpoint};
use serde_json::{Value, json};

use crate::app::{App, NOW};

/// The classes that have an opaque form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    OAuth,
    M2m,
    ApiKey,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::OAuth, Self::M2m, Self::ApiKey];

    pub(crate) const fn route(self) -> &'static str {
        match self {
            Self::OAuth => "/oauth",
            Self::M2m => "/m2m",
            Self::ApiKey => "/key",
        }
    }

    pub(crate) const fn endpoint(self) -> Endpoint {
        match self {
            Self::OAuth => Endpoint::OAuthVerify,
            Self::M2m => Endpoint::M2mVerify,
            Self::ApiKey => Endpoint::ApiKeyVerify,
        }
    }

    fn calls(self, calls: Calls) -> usize {
        match self {
            Self::OAuth => calls.oauth_verify,
            Self::M2m => calls.m2m_verify,
            Self::ApiKey => calls.api_key_verify,
        }
    }

    pub(crate) fn token(self, issuer: &DevIssuer) -> String {
        match self {
            Self::OAuth => issuer.oauth("user_ada").opaque(),
            Self::M2m => issuer.m2m("mch_caller").opaque(),
            Self::ApiKey => issuer.api_key("org_a").opaque(),
        }
    }

    /// Clerk's answer about a good token that ends in an hour.
    pub(crate) fn approval(self) -> Value {
        let (now, end) = match self {
            Self::OAuth => (NOW, NOW + 3600),
            Self::M2m | Self::ApiKey => (NOW * 1000, (NOW + 3600) * 1000),
        };
        let (object, id, subject) = match self {
            Self::OAuth => ("clerk_idp_oauth_access_token", "oat_1", "user_ada"),
            Self::M2m => ("machine_to_machine_token", "mt_1", "mch_caller"),
            Self::ApiKey => ("api_key", "ak_1", "org_a"),
        };
        let mut answer = json!({
            "object": object, "id": id, "subject": subject, "scopes": ["read:notes"],
            "revoked": false, "revocation_reason": null, "expired": false, "expiration": end,
            "created_at": now, "updated_at": now,
        });
        match self {
            Self::OAuth => answer["client_id"] = json!("app"),
            Self::M2m => answer["claims"] = json!({"region": "eu"}),
            Self::ApiKey => answer["name"] = json!("nightly"),
        }
        answer
    }
}

#[tokio::test]
async fn each_request_is_one_call_to_the_endpoint_of_its_class() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let token = kind.token(&app.issuer);
        for route in [kind.route(), "/any", kind.route()] {
            let before = kind.calls(app.issuer.calls());
            app.answers(route, &token, 200, 1, kind).await;
            assert_eq!(kind.calls(app.issuer.calls()), before + 1, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn revoked_token_is_rejected_from_the_next_request_on() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let (token, other) = (kind.token(&app.issuer), kind.token(&app.issuer));
        app.answers(kind.route(), &token, 200, 1, kind).await;
        assert!(app.issuer.revoke(&token));
        app.answers(kind.route(), &token, 401, 1, kind).await;
        app.answers(kind.route(), &other, 200, 1, kind).await;
    }
}

#[tokio::test]
async fn unknown_and_expired_tokens_are_rejected() {
    let app = App::start().await;
    let issuer = &app.issuer;
    for (route, token) in [
        ("/oauth", "oat_unknown".to_owned()),
        ("/m2m", "mt_unknown".to_owned()),
        ("/key", "ak_unknown".to_owned()),
        ("/oauth", issuer.oauth("user_ada").expired().opaque()),
        ("/m2m", issuer.m2m("mch_caller").expired().opaque()),
        ("/key", issuer.api_key("user_ada").expired().opaque()),
        // Subjects that the class does not have.
        ("/oauth", issuer.oauth("org_a").opaque()),
        ("/oauth", issuer.oauth("mch_a").opaque()),
        ("/m2m", issuer.m2m("user_ada").opaque()),
        ("/key", issuer.api_key("client_a").opaque()),
    ] {
        app.answers(route, &token, 401, 1, (route, &token)).await;
    }
    for owner in ["user_ada", "org_a", "mch_a"] {
        let key = issuer.api_key(owner).never_expires().opaque();
        app.answers("/key", &key, 200, 1, owner).await;
    }
}

/// Clerk looks at its own clock, and we look at ours: whoever says that it is over is believed.
#[tokio::test]
async fn stepped_clock_decides_anew_about_opaque_tokens() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let end = kind.approval()["expiration"].clone();
        let answer = Answer::body(200, "application/json", kind.approval().to_string());
        app.issuer.answer_with(kind.endpoint(), answer);
        let app = app.again(clerk_auth::ClerkBuilder::any_machine).await;
        let token = kind.token(&app.issuer);
        for (time, status) in [(0, 200), (3599, 200), (3600, 401), (9999, 401), (1, 200)] {
            app.clock.set_wall(NOW + time);
            app.answers(kind.route(), &token, status, 1, (kind, time, &end)).await;
        }
        app.clock.set_wall(NOW);
    }
}

/// Junk never becomes a billed call.
#[tokio::test]
async fn shape_is_checked_before_clerk_is_asked() {
    let app = App::start().await;
    for prefix in ["oat_", "mt_", "ak_"] {
        for rest in [
            "", "a.b", "a.b.c", "a%20b", "a\"b", "a\\b", "a{b}", "a,b", "a;b", "a:b", "a?b", "a#b",
            "a&b", "a@b", "a<b>", "a'b", "a*b", "a(b)", "a!b", "a~b", "a|b", "a$b", "..",
            "%0d%0ab", "\\r\\nb", "\"\"", "a^b", "a`b", "a[b]", "\\u0061",
        ] {
            let token = format!("{prefix}{rest}");
            app.rejects("/any", &token, &token).await;
        }
        let longest = format!("{prefix}{}", "a".repeat(1024 - prefix.len()));
        app.rejects("/any", &format!("{longest}a"), "too long").await;
        app.answers("/any", &longest, 401, 1, "the longest").await;
        // What only looks like a prefix is no opaque token.
        for other in [
            prefix.to_uppercase() + "abc",
            prefix.trim_end_matches('_').to_owned(),
            prefix.replace('_', "-") + "abc",
            format!("x{prefix}abc"),
        ] {
            app.rejects("/any", &other, &other).await;
        }
    }
    for other in ["m2m_abc", "api_key_abc", "sess_abc", "user_abc", "mch_abc", "sk_test_abc"] {
        app.rejects("/any", other, other).await;
    }
}

/// A JWT whose text begins as an opaque token does is neither.
#[tokio::test]
async fn text_is_read_in_one_way() {
    let app = App::start().await;
    for prefix in ["oat_", "mt_", "ak_"] {
        for jwt in [app.issuer.oauth("user_ada").jwt(), app.issuer.m2m("mch_caller").jwt()] {
            app.rejects("/any", &format!("{prefix}{jwt}"), prefix).await;
        }
    }
    assert_eq!(app.issuer.calls(), Calls::default());
}
