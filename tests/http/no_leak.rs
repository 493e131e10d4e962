//! No token, no secret and no claim value in a log, in a refusal, or in what `Debug` shows.

use std::fmt::Debug;

use axum::{Router, routing::get};
use clerk_auth::{
    Clerk, ClerkBuilder, ClerkLayer, Guard, Identity, Rejection, Scopes, Subject, TokenType,
    clerk_auth,
    identity::VerifiedToken,
    testing::{Caller, DevIssuer},
    verified,
};
use clerk_auth_tests::{Reply, Server, captured_log};
use http::Extensions;
use serde_json::json;
use tower::Layer;

use crate::{cases::cases, issuer};

/// Texts that must stand nowhere.
struct Secrets(Vec<String>);

impl Secrets {
    fn new(issuer: &DevIssuer, credentials: &[String]) -> Self {
        let mut texts = vec![
            "hidden".to_owned(),
            issuer.secret_key().to_owned(),
            issuer.machine_secret_key().to_owned(),
            issuer.machine_id().to_owned(),
            issuer.issuer().to_owned(),
            issuer.key_id(),
        ];
        for credential in credentials {
            // Each part of a JWT, too.
            let parts = credential.split([' ', '.', '_']);
            texts.extend(parts.filter(|part| part.len() > 16).map(str::to_owned));
        }
        Self(texts)
    }

    fn assert_absent(&self, text: &str, place: &str) {
        let lower = text.to_lowercase();
        let found = self.0.iter().find(|secret| lower.contains(&secret.to_lowercase()));
        assert_eq!(found, None, "{place}: {text}");
    }
}

#[tokio::test]
async fn rejected_credential_is_in_no_response_and_no_log() {
    captured_log::start();
    let issuer = issuer().await;
    let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    let mut logged = Vec::new();
    // What a developer is told is no secret either.
    let dresses: [fn(ClerkBuilder) -> ClerkBuilder; 2] =
        [|clerk| clerk, ClerkBuilder::reveal_reasons];
    for dress in dresses {
        for case in cases(&issuer, &forger, dress).await {
            captured_log::take();
            let secrets = Secrets::new(&issuer, &case.credentials());
            let reply = case.send(&issuer).await;
            secrets.assert_absent(&format!("{reply:?}"), case.name);
            let lines = captured_log::take();
            for line in &lines {
                secrets.assert_absent(line, case.name);
            }
            assert_operator_is_told(&reply, &lines, case.name);
            logged.extend(lines);
        }
    }
    // Everybody who could tell was heard.
    for target in ["INFO clerk_auth", "TRACE hyper_util", "DEBUG reqwest"] {
        assert!(logged.iter().any(|line| line.starts_with(target)), "nothing of {target}");
    }
}

/// Whoever has the token in hand reads why it is refused, and the text can be passed on: it shows
/// nothing of the token. The issuer that it names is ours.
#[tokio::test]
async fn an_explanation_shows_nothing_of_the_token() {
    captured_log::start();
    let issuer = issuer().await;
    let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    let mut explained = 0;
    for case in cases(&issuer, &forger, |clerk| clerk).await {
        captured_log::take();
        let mut secrets = Secrets::new(&issuer, &case.credentials());
        secrets.0.retain(|secret| secret != issuer.issuer());
        let Some(explanation) = case.explain(&issuer).await else { continue };
        secrets.assert_absent(&format!("{explanation} {}", shown(&explanation)), case.name);
        for line in captured_log::take() {
            secrets.assert_absent(&line, case.name);
        }
        explained += 1;
    }
    assert!(explained > 60, "{explained}");
}

/// One line for each refusal. Our own mistakes are loud, and name the variable to set.
fn assert_operator_is_told(reply: &Reply, lines: &[String], case: &str) {
    let rejections: Vec<&String> =
        lines.iter().filter(|line| line.contains("request rejected")).collect();
    let [line] = rejections.as_slice() else { panic!("{case}: {rejections:?}") };
    let level = match reply.status {
        500 => "ERROR",
        503 => "WARN",
        _ => "INFO",
    };
    assert!(line.starts_with(&format!("{level} clerk_auth")), "{case}: {line}");
    assert!(line.contains(&format!("status={}", reply.status)), "{case}: {line}");
    assert_eq!(line.contains("set CLERK_"), reply.status == 500, "{case}: {line}");
}

/// The operator learns why permissions may be other than expected, and no name of them.
#[tokio::test]
async fn ambiguous_permissions_are_logged_without_a_name() {
    captured_log::start();
    let issuer = issuer().await;
    let app = Router::new().route("/debug", get(debug)).route("/read", get(read));
    let server = Server::start(app.with_state(issuer.clerk().build().unwrap())).await;
    let organization = json!({"id": "org_hidden", "rol": "hidden", "per": "read", "fpm": "1"});
    for (features, told) in [
        ("o:notes", None),
        ("u:hidden,o:notes", Some("a feature of the user before one of the organization")),
    ] {
        let session = issuer.session("user_hidden").claim("fea", features);
        let token = session.claim("o", organization.clone()).jwt();
        captured_log::take();
        assert_eq!(server.get("/read", &token).await.status, 200, "{features}");
        assert_eq!(server.get("/debug", &token).await.status, 200, "{features}");
        let lines = captured_log::take();
        let warned: Vec<_> =
            lines.iter().filter(|line| line.starts_with("WARN clerk_auth")).collect();
        // Once for a token: its identity is cached.
        assert_eq!(warned.len(), usize::from(told.is_some()), "{features}: {warned:?}");
        assert!(warned.iter().all(|line| told.is_some_and(|told| line.contains(told))));
        let secrets = Secrets::new(&issuer, std::slice::from_ref(&token));
        for line in &lines {
            secrets.assert_absent(line, features);
        }
    }
}

/// Short and long form.
fn shown(value: impl Debug) -> String {
    format!("{value:?}\n{value:#?}\n")
}

#[clerk_auth(accepts = "any")]
async fn debug(
    subject: Subject,
    token_type: TokenType,
    scopes: Option<Scopes>,
    extensions: Extensions,
) -> String {
    let verified = verified(&extensions).unwrap();
    let mut text = [shown(&subject), shown(token_type), shown(&scopes), shown(&verified)].concat();
    match &subject {
        Subject::User(id) => text += &shown(id),
        Subject::Organization(id) => text += &shown(id),
        Subject::Machine(id) => text += &shown(id),
    }
    text += &shown(verified.identity());
    match verified.identity() {
        Identity::Session(session) => {
            text += &shown(session);
            text += &shown((session.session_id(), session.organization(), session.claims()));
        }
        Identity::OAuth(token) => text += &shown((token, token.client_id(), token.scopes())),
        Identity::M2m(token) => {
            text += &shown((token, token.claims(), token.recipients().collect::<Vec<_>>()));
        }
        Identity::ApiKey(key) => text += &shown((key, key.claims(), key.scopes())),
    }
    text
}

#[clerk_auth(accepts = "oauth_token", scopes = "admin")]
async fn admin() {}

#[clerk_auth(session_token(permission = "org:notes:read"))]
async fn read() {}

/// What a handler that takes the guard's answer by hand can print.
async fn by_hand(
    guard: Guard<DebugPolicy>,
    rejected: Result<Guard<AdminPolicy>, Rejection>,
) -> Result<String, String> {
    let rejection = rejected.map_err(|rejection| {
        let source = std::error::Error::source(&rejection).map(ToString::to_string);
        format!("{}{rejection}{source:?}", shown(&rejection))
    });
    let rejection = rejection.err().ok_or("it was not refused")?;
    let identity = guard.identity();
    let maybe_scopes = identity.maybe_scopes();
    Ok([shown(&guard), shown(identity), shown(maybe_scopes), rejection].concat())
}

fn tokens(issuer: &DevIssuer) -> Vec<(TokenType, String)> {
    let session = || {
        let session = issuer.session("user_hidden").session_id("sess_hidden");
        let session = session.organization("org_hidden", "hidden", "hidden").actor("user_hidden2");
        session.permissions(["org:hidden:read"]).claim("x", "hidden")
    };
    let oauth = || {
        let token = issuer.oauth("user_hidden").client_id("client_hidden");
        token.scopes(["hidden:all"]).audience(["https://hidden.example"])
    };
    let m2m = || issuer.m2m("mch_hidden").claim("x", "hidden");
    let key = |owner| issuer.api_key(owner).name("hidden").scopes(["hidden:all"]).claims("hidden");
    vec![
        (TokenType::SessionToken, session().jwt()),
        (TokenType::SessionToken, session().version_1().jwt()),
        (TokenType::OAuthToken, oauth().jwt()),
        (TokenType::OAuthToken, oauth().opaque()),
        (TokenType::M2mToken, m2m().jwt()),
        (TokenType::M2mToken, m2m().opaque()),
        (TokenType::ApiKey, key("user_hidden").opaque()),
        (TokenType::ApiKey, key("org_hidden").opaque()),
        (TokenType::ApiKey, key("mch_hidden").opaque()),
    ]
}

#[tokio::test]
async fn debug_output_shows_types_and_no_values() {
    captured_log::start();
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let app = Router::new()
        .route("/debug", get(debug))
        .route("/by_hand", get(by_hand))
        .route("/admin", get(admin))
        .with_state(clerk.clone());
    let server = Server::start(app).await;
    for (token_type, token) in tokens(&issuer) {
        let secrets = Secrets::new(&issuer, std::slice::from_ref(&token));
        for path in ["/debug", "/by_hand"] {
            let reply = server.get(path, &token).await;
            assert_eq!(reply.status, 200, "{token_type}: {reply:?}");
            secrets.assert_absent(&format!("{reply:?}"), token_type.as_str());
            let guard = if path == "/debug" { "Verified" } else { "Guard" };
            let guard = format!("{guard}({token_type})");
            assert!(reply.body.contains(&guard), "{token_type}: {}", reply.body);
        }
        for line in captured_log::take() {
            secrets.assert_absent(&line, token_type.as_str());
        }
    }
}

#[tokio::test]
async fn debug_output_of_a_configuration_shows_nothing_of_it() {
    let issuer = issuer().await;
    let secrets = Secrets::new(&issuer, &[issuer.public_key_pem()]);
    let builder = || {
        let builder = issuer.clerk().jwt_key(issuer.public_key_pem());
        builder.audience(["hidden"]).realm("hidden").publishable_key(issuer.publishable_key())
    };
    assert_eq!(shown(builder()), "ClerkBuilder(..)\nClerkBuilder(..)\n");
    assert_eq!(shown(builder().build().unwrap()), "Clerk(..)\nClerk(..)\n");
    let clerk = builder().build().unwrap();
    let layer = ClerkLayer::new(clerk, DebugPolicy::POLICY);
    secrets.assert_absent(&shown(&layer), "a layer");
    secrets.assert_absent(&shown(layer.layer(())), "the service of a layer");
    let described = Caller::session("user_hidden").claims(&json!({"hidden": "hidden"}));
    secrets.assert_absent(&shown(described), "a caller who is described");
    let lacks = Clerk::builder().machine_secret_key("ak_hidden").build().unwrap();
    let lacks = lacks.check(DebugPolicy::POLICY).unwrap_err();
    secrets.assert_absent(&format!("{lacks} {}", shown(lacks.clone())), "a check");
}

type Set = fn(ClerkBuilder, String) -> ClerkBuilder;

/// A key can stand where another setting belongs, with something around it, or in a list.
#[test]
fn value_that_could_be_a_secret_is_in_no_error_of_the_configuration() {
    let base = || Clerk::builder().secret_key("sk_test_x");
    let settings: [(&str, Set); 13] = [
        ("CLERK_SECRET_KEY", |clerk, value| clerk.secret_key(value)),
        ("CLERK_MACHINE_SECRET_KEY", |clerk, value| clerk.machine_secret_key(value)),
        ("CLERK_MACHINE_ID", |clerk, value| clerk.machine_id(value)),
        ("CLERK_PUBLISHABLE_KEY", |clerk, value| clerk.publishable_key(value)),
        ("CLERK_JWT_KEY", |clerk, value| clerk.jwt_key(value)),
        ("CLERK_API_URL", |clerk, value| clerk.api_url(value)),
        ("CLERK_API_VERSION", |clerk, value| clerk.api_version(value)),
        ("frontend_api_url", |clerk, value| clerk.frontend_api_url(value)),
        ("CLERK_ISSUER", |clerk, value| clerk.issuer(value)),
        ("CLERK_RESOURCE", |clerk, value| clerk.resource(value)),
        ("CLERK_AUDIENCE", |clerk, value| clerk.audience(["a".to_owned(), value])),
        ("CLERK_SESSION_AUDIENCE", |clerk, value| clerk.session_audience([value])),
        ("CLERK_AUTHORIZED_PARTIES", |clerk, value| {
            clerk.authorized_parties(["https://a.example".to_owned(), value])
        }),
    ];
    let secrets = [
        "sk_test_hidden",
        "sk_live_hidden",
        "ak_hidden",
        "oat_hidden",
        "mt_hidden",
        "whsec_hidden",
        "eyJhidden.hidden.hidden",
        "Bearer hidden",
        "-----BEGIN PRIVATE KEY-----hidden",
        "https://user:hidden@api.example.com",
        "https://hidden@api.example.com",
        "https://api.example.com?token=hidden",
        "https://api.example.com/#hidden",
        "https://api.example.com/sk_test_hidden",
    ];
    let mut rejected = 0;
    for (setting, set) in settings {
        for secret in secrets {
            for value in [secret.to_owned(), format!("\"{secret}\""), format!(" {secret}\n")] {
                let builder = set(base(), value.clone());
                assert_eq!(shown(&builder), "ClerkBuilder(..)\nClerkBuilder(..)\n");
                let Err(error) = builder.build() else { continue };
                let text = format!("{error} {}", shown(&error));
                assert!(text.contains(&format!("{setting}: ")), "{value:?}: {text}");
                assert!(!text.contains("hidden"), "{value:?}: {text}");
                rejected += 1;
            }
        }
    }
    assert!(rejected > 500, "{rejected}");
    let realm = base().realm("hidden\n").build().unwrap_err().to_string();
    assert!(realm.contains("realm: ") && !realm.contains("hidden"), "{realm}");
}
