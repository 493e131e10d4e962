//! What a configuration can verify: told at start, and true of requests.

use axum::{Router, routing::get};
use clerk_auth::{
    Clerk, Policy, clerk_auth,
    testing::{DevIssuer, TestClock},
};
use clerk_auth_tests::Server;

use crate::{NOW, issuer};

/// What each policy lacks, in each configuration.
///
/// | word | what is lacking |
/// |---|---|
/// | `jwt` | a key that verifies JWTs |
/// | `secret` | the instance's secret key, for opaque tokens |
/// | `machine` | a secret key, for opaque M2M tokens |
/// | `id` | this machine's id, for M2M tokens |
const TABLE: &str = "
configuration       | session | oauth       | m2m            | key
secret key          |         |             | id             |
publishable key     |         | secret      | machine id     | secret
PEM key             |         | secret      | machine id     | secret
machine key         | jwt     | jwt secret  | jwt id         | secret
machine key and id  | jwt     | jwt secret  | jwt            | secret
secret key and id   |         |             |                |
secret key, any     |         |             |                |
PEM, machine, id    |         | secret      |                | secret
everything          |         |             |                |
";

#[clerk_auth]
async fn session() {}

#[clerk_auth(accepts = "oauth_token")]
async fn oauth() {}

#[clerk_auth(accepts = "m2m_token")]
async fn m2m() {}

#[clerk_auth(accepts = "api_key")]
async fn key() {}

#[clerk_auth(accepts = "any")]
async fn any() {}

#[clerk_auth(accepts = ["api_key", "oauth_token"], scopes = "read:notes write:notes")]
async fn scoped() {}

fn router(clerk: Clerk) -> Router {
    Router::new()
        .route("/session", get(session))
        .route("/oauth", get(oauth))
        .route("/m2m", get(m2m))
        .route("/key", get(key))
        .route("/any", get(any))
        .route("/scoped", get(scoped))
        .with_state(clerk)
}

/// The columns of the table, in its order.
const ROUTES: [(&str, Policy); 4] = [
    ("/session", SessionPolicy::POLICY),
    ("/oauth", OauthPolicy::POLICY),
    ("/m2m", M2mPolicy::POLICY),
    ("/key", KeyPolicy::POLICY),
];

fn clerk(configuration: &str, issuer: &DevIssuer) -> Clerk {
    let builder = || {
        let builder = Clerk::builder().clock(TestClock::at(NOW)).issuer(issuer.issuer());
        builder.api_url(issuer.url())
    };
    let secret = || builder().secret_key(issuer.secret_key());
    let machine = || builder().machine_secret_key(issuer.machine_secret_key());
    let builder = match configuration {
        "secret key" => secret(),
        "publishable key" => {
            builder().publishable_key(issuer.publishable_key()).frontend_api_url(issuer.url())
        }
        "PEM key" => builder().jwt_key(issuer.public_key_pem()),
        "machine key" => machine(),
        "machine key and id" => machine().machine_id(issuer.machine_id()),
        "secret key and id" => secret().machine_id(issuer.machine_id()),
        "secret key, any" => secret().any_machine(),
        "PEM, machine, id" => {
            machine().machine_id(issuer.machine_id()).jwt_key(issuer.public_key_pem())
        }
        "everything" => issuer.clerk(),
        _ => panic!("`{configuration}` is no configuration"),
    };
    builder.build().unwrap()
}

fn line(route: &str, word: &str) -> String {
    let token_type = match route {
        "/session" => "session_token",
        "/oauth" => "oauth_token",
        "/m2m" => "m2m_token",
        _ => "api_key",
    };
    let lacking = match word {
        "jwt" => {
            "no key verifies JWTs; set CLERK_SECRET_KEY, CLERK_JWT_KEY or CLERK_PUBLISHABLE_KEY"
        }
        "secret" => "opaque OAuth tokens and API keys are verified by Clerk; set CLERK_SECRET_KEY",
        "machine" => "opaque M2M tokens are verified by Clerk; set CLERK_MACHINE_SECRET_KEY",
        "id" => "M2M tokens are for one machine; set CLERK_MACHINE_ID to this machine's ID",
        _ => panic!("`{word}` is nothing that can lack"),
    };
    format!("{token_type}: {lacking}")
}

/// The configurations, and the words for each route.
fn rows() -> Vec<(&'static str, Vec<Vec<&'static str>>)> {
    let lines = TABLE.lines().filter(|line| !line.is_empty()).skip(1);
    lines
        .map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let configuration = cells.next().unwrap();
            (configuration, cells.map(|cell| cell.split_whitespace().collect()).collect())
        })
        .collect()
}

#[tokio::test]
async fn a_check_names_what_is_lacking_and_the_variable_to_set() {
    let issuer = issuer().await;
    for (configuration, cells) in rows() {
        let clerk = clerk(configuration, &issuer);
        let mut all = Vec::new();
        for ((route, policy), words) in ROUTES.iter().zip(cells) {
            let expected: Vec<String> = words.iter().map(|word| line(route, word)).collect();
            let lacks = clerk.check(*policy).err().map(|lacks| lacks.to_string());
            assert_eq!(lacks.unwrap_or_default(), expected.join("\n"), "{configuration}: {route}");
            all.extend(expected);
        }
        let lacks = clerk.check(AnyPolicy::POLICY).err().map(|lacks| lacks.to_string());
        assert_eq!(lacks.unwrap_or_default(), all.join("\n"), "{configuration}: any");
        assert!(clerk.check(Policy::DENY_ALL).is_ok());
    }
    assert_eq!(issuer.calls().total(), 0, "a check asks nobody");
}

/// Where a check finds nothing, good tokens enter; what it finds is a 500 for such a token.
#[tokio::test]
async fn a_check_is_right_about_each_form_of_token() {
    let issuer = issuer().await;
    for (configuration, cells) in rows() {
        let server = Server::start(router(clerk(configuration, &issuer))).await;
        let (oauth, m2m) = (|| issuer.oauth("user_ada"), || issuer.m2m("mch_caller"));
        let with_machine_key = configuration.contains("machine");
        // What this form of token needs, of what can lack.
        let id_if_ours: &[&str] = if with_machine_key { &[] } else { &["machine", "id"] };
        let forms: [(usize, &str, String, &[&str]); 6] = [
            (0, "/session", issuer.session("user_ada").jwt(), &["jwt"]),
            (1, "/oauth", oauth().jwt(), &["jwt"]),
            (1, "/oauth", oauth().opaque(), &["secret"]),
            (2, "/m2m", m2m().jwt(), &["jwt", "id"]),
            (2, "/m2m", m2m().opaque(), id_if_ours),
            (3, "/key", issuer.api_key("user_ada").opaque(), &["secret"]),
        ];
        for (column, route, token, needs) in forms {
            let lacks = needs.iter().any(|need| cells[column].contains(need));
            let expected = if lacks { 500 } else { 200 };
            for path in [route, "/any"] {
                let status = server.get(path, &token).await.status;
                assert_eq!(status, expected, "{configuration}: {path} with {needs:?}");
            }
        }
    }
}

#[test]
fn a_policy_prints_one_readable_line() {
    let rows = [
        (SessionPolicy::POLICY, "session_token"),
        (OauthPolicy::POLICY, "oauth_token"),
        (AnyPolicy::POLICY, "session_token, or oauth_token, or m2m_token, or api_key"),
        (
            ScopedPolicy::POLICY,
            "api_key with scopes read:notes write:notes, or oauth_token with scopes read:notes write:notes",
        ),
        (Policy::DENY_ALL, "no caller"),
    ];
    for (policy, line) in rows {
        assert_eq!(policy.to_string(), line);
        assert_eq!(serde_json::to_string(&policy).unwrap(), format!("\"{line}\""));
    }
}
