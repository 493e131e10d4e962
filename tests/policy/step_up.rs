//! A client that asks for exactly the scopes of each challenge gets through, however many policies
//! a request meets.

use std::time::Duration;

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
    routing::{any, get},
};
use clerk_auth::{
    Clerk, ClerkLayer, Guard, Policy, Rejection, clerk_auth,
    mcp::Policies,
    policy,
    policy::{Clause, Requirement, ScopeHierarchy},
    testing::DevIssuer,
    verified,
};
use clerk_auth_tests::{Reply, Server};
use http::Method;

const READ: Policy = policy!(accepts = ["oauth_token", "api_key"], scopes = "read");
const WRITE: Policy = policy!(accepts = ["oauth_token", "api_key"], scopes = "write");
const EXPORT: Policy = policy!(accepts = "oauth_token", scopes = "export");
const EITHER: Policy = policy!(accepts = "oauth_token", scopes = any("admin", all("read", "list")));
const BY_CLIENT: Policy =
    policy!(oauth_token(scopes = any("admin", "read"), client = ["client_cli", "client_web"]));
const OPTIONAL: Policy = policy!(accepts = "oauth_token", scopes = "read", optional);
const OPTIONAL_LIST: Policy = policy!(accepts = "oauth_token", scopes = "list", optional);
const SCOPES: ScopeHierarchy = ScopeHierarchy::new(&[("write", &["read"])]);
const ANYBODY: Policy = policy!(accepts = "any");

const POLICIES: Policies =
    Policies::new().tools(&[("write", WRITE), ("export", EXPORT), ("list", OPTIONAL_LIST)]);

#[clerk_auth(accepts = "oauth_token", scopes = "write")]
async fn write() {}

#[clerk_auth(oauth_token(organization))]
async fn of_organization() {}

#[clerk_auth(accepts = "oauth_token", scopes = any("write", "export"))]
async fn write_or_export() {}

#[clerk_auth(accepts = "oauth_token", scopes = "read")]
async fn read_then_write(guard: Guard) -> Result<(), Rejection> {
    guard.require(WRITE)
}

#[clerk_auth(accepts = "oauth_token")]
async fn require_two(guard: Guard) -> Result<(), Rejection> {
    guard.require(READ)?;
    guard.require(WRITE)?;
    // For each item of a list.
    (0..3).try_for_each(|_| guard.require(EXPORT))
}

#[clerk_auth(accepts = "oauth_token", scopes = "read", optional)]
async fn optional_then_write(guard: Guard) -> Result<(), Rejection> {
    guard.require(WRITE)
}

#[clerk_auth(accepts = "oauth_token", optional)]
async fn optional_twice_then_write(guard: Guard) -> Result<(), Rejection> {
    guard.require(OPTIONAL_LIST)?;
    guard.require(WRITE)
}

#[clerk_auth(accepts = "oauth_token")]
async fn require_of_clones(guard: Guard) -> Result<(), Rejection> {
    guard.clone().require(READ)?;
    guard.clone().require(WRITE)
}

#[clerk_auth(accepts = "oauth_token")]
async fn require_of_guard_and_verified(guard: Guard, request: Request) -> Result<(), Rejection> {
    guard.require(READ)?;
    verified(request.extensions()).unwrap().require(WRITE)
}

async fn required_of_verified(request: Request) -> Result<(), Rejection> {
    let require = |policy| verified(request.extensions()).unwrap().require(policy);
    require(WRITE)?;
    require(EXPORT)
}

async fn require_between(request: Request, next: Next) -> Result<Response, Rejection> {
    verified(request.extensions()).unwrap().require(EXPORT)?;
    Ok(next.run(request).await)
}

async fn nothing() {}

fn tool(name: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{name}"}}}}"#)
}

struct Row {
    name: &'static str,
    router: Router,
    body: String,
    /// The scopes of each challenge, in order; then the request succeeds.
    challenges: &'static [&'static str],
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn rows(clerk: &Clerk) -> Vec<Row> {
    let layer = |policy| ClerkLayer::new(clerk.clone(), policy);
    let guarded = |handler| Router::new().route("/", handler).with_state(clerk.clone());
    let open = || Router::new().route("/", any(nothing));
    let row = |name, router, challenges| Row { name, router, body: String::new(), challenges };
    vec![
        row("a guard", guarded(get(write)), &["write"]),
        row("layer, guard", guarded(get(write)).layer(layer(READ)), &["read", "read write"]),
        row("guard, require", guarded(get(read_then_write)), &["read", "read write"]),
        row(
            "require, require, require",
            guarded(get(require_two)),
            &["", "read", "read write", "read write export"],
        ),
        row("require of two clones", guarded(get(require_of_clones)), &["", "read", "read write"]),
        row(
            "require of a guard, require of verified",
            guarded(get(require_of_guard_and_verified)),
            &["", "read", "read write"],
        ),
        row(
            "layer, require of verified twice",
            Router::new().route("/", get(required_of_verified)).layer(layer(READ)),
            &["read", "read write", "read write export"],
        ),
        row(
            "layer, require of a middleware, guard",
            guarded(get(write)).layer(from_fn(require_between)).layer(layer(READ)),
            &["read", "read export", "read export write"],
        ),
        Row {
            body: tool("write"),
            ..row("layer, tool", open().layer(layer(READ).mcp(&POLICIES)), &["read", "read write"])
        },
        Row {
            body: tool("write"),
            ..row(
                "layer, tool, guard",
                guarded(any(write_or_export)).layer(layer(READ).mcp(&POLICIES)),
                &["read", "read write"],
            )
        },
        Row {
            body: tool("export"),
            ..row(
                "layer, layer, tool, guard",
                guarded(any(write)).layer(layer(WRITE).mcp(&POLICIES)).layer(layer(READ)),
                &["read", "read write", "read write export"],
            )
        },
        row(
            "layer without scopes between",
            guarded(get(write)).layer(layer(ANYBODY)).layer(layer(READ)),
            &["read", "read write"],
        ),
        row(
            "the same policy three times",
            guarded(get(write)).layer(layer(WRITE)).layer(layer(WRITE)),
            &["write"],
        ),
        row(
            "optional layers, guard",
            guarded(get(write)).layer(layer(OPTIONAL)).layer(layer(OPTIONAL)),
            &["read write"],
        ),
        row("optional guard, require", guarded(get(optional_then_write)), &["read write"]),
        row(
            "optional layer, optional guard, require",
            guarded(get(optional_then_write)).layer(layer(OPTIONAL_LIST)),
            &["list read write"],
        ),
        row(
            "optional guard, optional require, require",
            guarded(get(optional_twice_then_write)),
            &["list write"],
        ),
        Row {
            body: tool("list"),
            ..row(
                "optional layer, optional tool, guard",
                guarded(any(write)).layer(layer(OPTIONAL).mcp(&POLICIES)),
                &["read list write"],
            )
        },
        Row {
            body: tool("export"),
            ..row(
                "optional layer, tool",
                open().layer(layer(OPTIONAL).mcp(&POLICIES)),
                &["read export"],
            )
        },
        row(
            "layer with alternatives",
            guarded(get(write)).layer(layer(EITHER)),
            &["admin", "admin write"],
        ),
        row(
            "layer with alternatives of clients",
            guarded(get(write)).layer(layer(BY_CLIENT)),
            &["admin", "admin write"],
        ),
    ]
}

async fn app() -> (DevIssuer, Clerk) {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    (issuer, clerk)
}

async fn send(app: &Server, row: &Row, token: Option<&str>) -> Reply {
    let field = token.map(|token| format!("Bearer {token}"));
    let fields: Vec<_> = field.iter().map(|field| ("authorization", field.as_str())).collect();
    let method = if row.body.is_empty() { Method::GET } else { Method::POST };
    app.send_body(method, "/", &fields, row.body.clone()).await
}

/// The `scope` of a challenge.
fn scope(reply: &Reply) -> String {
    let (_, rest) = reply.challenge().split_once(r#"scope=""#).unwrap_or_default();
    rest.split_once('"').unwrap_or_default().0.to_owned()
}

/// As the official MCP client does: each token has the scopes of the last challenge and no other.
#[tokio::test]
async fn client_that_asks_for_each_challenge_gets_through() {
    let (issuer, clerk) = app().await;
    for row in rows(&clerk) {
        let app = Server::start(row.router.clone()).await;
        let mut reply = send(&app, &row, None).await;
        assert_eq!(reply.status, 401, "{}", row.name);
        let mut challenges = Vec::new();
        while reply.status != 200 {
            let asked = scope(&reply);
            challenges.push(asked.clone());
            assert!(challenges.len() <= 4, "{}: no end: {challenges:?}", row.name);
            let token = issuer.oauth("user_ada").client_id("client_web");
            let token = token.scopes(asked.split(' ')).jwt();
            reply = send(&app, &row, Some(&token)).await;
        }
        assert_eq!(challenges, row.challenges, "{}", row.name);
    }
}

/// A token with the scope of an organization has none if the user chooses none. Then no scope helps,
/// and the last answer asks for none.
#[tokio::test]
async fn organization_that_is_not_chosen_ends_the_step_up() {
    const EITHER_WAY: Policy = Policy::new(&[Clause::OAuthToken(Requirement::Any(&[
        Requirement::Organization,
        Requirement::Scope("read"),
    ]))]);
    let (issuer, clerk) = app().await;
    let guarded = Router::new().route("/", get(of_organization)).with_state(clerk.clone());
    let layer = |policy| ClerkLayer::new(clerk.clone(), policy);
    let app = Server::start(guarded.layer(layer(WRITE)).layer(layer(EITHER_WAY))).await;
    let token = |scopes: &str| issuer.oauth("user_ada").scopes(scopes.split(' '));
    let mut reply = app.send(Method::GET, "/", &[]).await;
    let mut challenges = Vec::new();
    while !reply.challenge().is_empty() {
        let asked = scope(&reply);
        assert!(challenges.len() < 4, "no end: {challenges:?}");
        reply = app.get("/", &token(&asked).jwt()).await;
        challenges.push(asked);
    }
    let all = "read write user:org:read";
    assert_eq!(challenges, ["user:org:read", "read", "read write", all]);
    assert_eq!(reply.status, 403);
    let chosen = token(all).claim("org_id", "org_acme").jwt();
    assert_eq!(app.get("/", &chosen).await.status, 200);
}

/// The challenge for a token that was granted these scopes.
#[tokio::test]
async fn challenge_names_what_the_outer_policies_used() {
    let (issuer, plain) = app().await;
    let hierarchy = issuer.clerk().scope_hierarchy(SCOPES).build().unwrap();
    let behind = |clerk: &Clerk, policy| {
        let router = Router::new().route("/", get(write)).route("/either", get(write_or_export));
        router.with_state(clerk.clone()).layer(ClerkLayer::new(clerk.clone(), policy))
    };
    let table = [
        (behind(&plain, EITHER), "/", "admin", "admin write"),
        (behind(&plain, EITHER), "/", "read list", "read list write"),
        (behind(&plain, EITHER), "/", "profile list read email", "read list write"),
        (behind(&plain, EITHER), "/", "admin read list", "admin write"),
        (behind(&plain, READ), "/either", "read admin", "read write"),
        (behind(&plain, BY_CLIENT), "/", "read", "read write"),
        (behind(&plain, ANYBODY), "/", "read admin", "write"),
        // The inner scope is enough for the outer policy.
        (behind(&hierarchy, READ), "/", "read", "write"),
        (behind(&hierarchy, READ), "/either", "read export:x", "write"),
        (behind(&hierarchy, EITHER), "/", "read list", "list write"),
    ];
    for (router, path, granted, expected) in table {
        let app = Server::start(router).await;
        let token = || issuer.oauth("user_ada").client_id("client_cli").scopes(granted.split(' '));
        for token in [token().jwt(), token().opaque()] {
            let reply = app.get(path, &token).await;
            assert_eq!((reply.status, &*scope(&reply)), (403, expected), "{granted} at {path}");
        }
    }
}

/// The client's next token must pass all policies, whichever `Clerk` decides each.
#[tokio::test]
async fn challenge_is_enough_for_several_clerks_and_one_credential() {
    let (issuer, clerk) = app().await;
    let reader =
        |user: &str| issuer.oauth(user).scopes(["read"]).lives(Duration::from_secs(60)).jwt();
    let guarded = |clerk: &Clerk| Router::new().route("/", get(write)).with_state(clerk.clone());
    let other = issuer.clerk().build().unwrap();
    let hierarchy = issuer.clerk().scope_hierarchy(SCOPES).build().unwrap();
    let resource = clerk.with(|rules| rules.resource("https://api.example.com/mcp")).unwrap();
    let behind = |clerk: &Clerk, policy| ClerkLayer::new(clerk.clone(), policy);
    let (ada, grace) = (reader("user_ada"), format!("Bearer {}", reader("user_grace")));
    let rewrite = from_fn(move |mut request: Request, next: Next| {
        request.headers_mut().insert("authorization", grace.parse().unwrap());
        next.run(request)
    });
    for (what, router, expected) in [
        ("another Clerk", guarded(&other).layer(behind(&clerk, READ)), "read write"),
        ("a hierarchy inside", guarded(&hierarchy).layer(behind(&clerk, READ)), "read write"),
        ("a hierarchy outside", guarded(&clerk).layer(behind(&hierarchy, READ)), "write"),
        ("another resource", guarded(&resource).layer(behind(&clerk, READ)), "read write"),
        (
            "another Clerk between",
            guarded(&clerk).layer(behind(&other, EXPORT)).layer(behind(&clerk, READ)),
            "read export write",
        ),
        ("another credential", guarded(&clerk).layer(rewrite).layer(behind(&clerk, READ)), "write"),
    ] {
        let app = Server::start(router).await;
        let token = if what == "another Clerk between" {
            issuer.oauth("user_ada").scopes(["read", "export"]).jwt()
        } else {
            ada.clone()
        };
        assert_eq!(scope(&app.get("/", &token).await), expected, "{what}");
    }
    for inner in [&other, &resource, &hierarchy] {
        let app = Server::start(guarded(inner).layer(behind(&clerk, OPTIONAL))).await;
        assert_eq!(scope(&app.send(Method::GET, "/", &[]).await), "read write", "anonymous");
    }
}
