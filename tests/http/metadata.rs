//! What a client reads to find the authorization server: documents, and the challenges that name them.

use axum::{Router, http::Method, routing::get};
use clerk_auth::{
    Clerk, ClerkBuilder, ClerkLayer, Policy, clerk_auth, metadata::ResourceMetadata, policy,
    policy::ScopeHierarchy, testing::DevIssuer,
};
use clerk_auth_tests::{Reply, Server};
use reqwest::redirect;
use serde_json::{Value, json};

use crate::issuer;

mod root;

const NOTES: &str = "https://api.example.com/notes";
const NOTES_METADATA: &str = "https://api.example.com/.well-known/oauth-protected-resource/notes";
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[clerk_auth(accepts = "oauth_token", scopes = any("read:notes", all("write:notes", "offline_access")))]
async fn list_notes() {}

#[clerk_auth(oauth_token(scopes = "write:notes read:notes export"), api_key(scopes = "keys:only"))]
async fn write_notes() {}

#[clerk_auth]
async fn profile() {}

#[clerk_auth(accepts = "api_key", scopes = "keys:only")]
async fn keys() {}

#[clerk_auth(oauth_token(client = ["client_known"]), session_token)]
async fn known_client() {}

const POLICIES: [Policy; 4] =
    [ProfilePolicy::POLICY, ListNotesPolicy::POLICY, WriteNotesPolicy::POLICY, KeysPolicy::POLICY];
const TOOLS: Policy = policy!(accepts = "oauth_token", scopes = "use:tools");

fn app(clerk: Clerk) -> Router {
    Router::new()
        .route("/notes", get(list_notes).post(write_notes))
        .route("/profile", get(profile))
        .route("/keys", get(keys))
        .route("/known", get(known_client))
        .with_state(clerk)
}

fn document(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "public, max-age=3600");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    serde_json::from_str(&reply.body).unwrap()
}

async fn get_document(server: &Server, path: &str) -> Value {
    document(&server.send(Method::GET, path, &[]).await)
}

#[tokio::test]
async fn the_document_says_what_the_configuration_and_the_policies_say() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().resource(NOTES).build().unwrap();
    let metadata = clerk.resource_metadata(POLICIES).unwrap();
    let server = Server::start(app(clerk).merge(metadata)).await;
    let expected = json!({
        "resource": NOTES,
        "authorization_servers": [issuer.issuer()],
        "scopes_supported": ["read:notes", "write:notes", "export"],
        "bearer_methods_supported": ["header"],
    });
    let path = format!("{WELL_KNOWN}/notes");
    assert_eq!(get_document(&server, &path).await, expected);
    // Whoever writes these fields has no say in it.
    let forged = [
        ("host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("authorization", "Bearer junk"),
    ];
    assert_eq!(document(&server.send(Method::GET, &path, &forged).await), expected);
    let rejected = server.send(Method::GET, "/notes", &forged[..4]).await;
    assert!(rejected.challenge().ends_with(&format!("\"{NOTES_METADATA}\"")), "{rejected:?}");
    let elsewhere = "/notes/.well-known/oauth-protected-resource";
    assert_eq!(server.send(Method::GET, elsewhere, &[]).await.status, 404);
    assert_eq!(server.send(Method::POST, &path, &[]).await.status, 405);
    assert_eq!(issuer.calls().key_set, 0);
}

#[tokio::test]
async fn each_resource_stands_where_its_path_says_and_as_it_was_written() {
    let issuer = issuer().await;
    let table = [
        ("https://api.example.com", WELL_KNOWN.to_owned()),
        ("https://api.example.com/", WELL_KNOWN.to_owned()),
        ("https://api.example.com/v1/mcp/", format!("{WELL_KNOWN}/v1/mcp/")),
        ("https://api.example.com/:id/*rest", format!("{WELL_KNOWN}/:id/*rest")),
        ("https://api.example.com/caf%C3%A9/%7Bid%7D", format!("{WELL_KNOWN}/caf%C3%A9/%7Bid%7D")),
        ("http://127.0.0.1:3000/mcp", format!("{WELL_KNOWN}/mcp")),
    ];
    for (resource, path) in table {
        let clerk = issuer.clerk().resource(resource).build().unwrap();
        let server = Server::start(clerk.resource_metadata([]).unwrap().into()).await;
        // No scopes: the member is left out (RFC 9728 §3.2).
        let expected = json!({
            "resource": resource,
            "authorization_servers": [issuer.issuer()],
            "bearer_methods_supported": ["header"],
        });
        assert_eq!(get_document(&server, &path).await, expected, "{resource}");
    }
}

#[tokio::test]
async fn an_older_client_is_sent_to_the_instances_own_document() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().resource(NOTES).build().unwrap();
    let server = Server::start(clerk.resource_metadata(POLICIES).unwrap().into()).await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    let client = client.redirect(redirect::Policy::none()).build().unwrap();
    let url = format!("http://{}/.well-known/oauth-authorization-server", server.address());
    let response = client.get(url).header("host", "evil.example").send().await.unwrap();
    let field = |name: &str| response.headers().get(name).map_or("", |it| it.to_str().unwrap());
    assert_eq!(response.status().as_u16(), 307);
    let own = format!("{}/.well-known/oauth-authorization-server", issuer.issuer());
    assert_eq!(field("location"), own);
    assert_eq!(field("access-control-allow-origin"), "*");
    assert_eq!(field("cache-control"), "public, max-age=3600");
}

#[tokio::test]
async fn a_preflight_is_answered_and_a_guarded_app_does_not_guard_its_metadata() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().resource(NOTES).build().unwrap();
    let metadata = clerk.resource_metadata(POLICIES).unwrap();
    let guarded = app(clerk.clone()).layer(ClerkLayer::new(clerk, TOOLS));
    let server = Server::start(guarded.merge(metadata)).await;
    let fields = [
        ("origin", "https://inspector.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "mcp-protocol-version"),
    ];
    let paths = [
        format!("{WELL_KNOWN}/notes"),
        WELL_KNOWN.to_owned(),
        "/.well-known/oauth-authorization-server".to_owned(),
    ];
    for path in paths {
        let reply = server.send(Method::OPTIONS, &path, &fields).await;
        assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(reply.header("access-control-allow-methods"), "GET");
        assert_eq!(reply.header("access-control-allow-headers"), "*");
        assert_eq!(reply.header("access-control-max-age"), "3600");
    }
    assert_eq!(server.send(Method::GET, "/profile", &[]).await.status, 401);
    get_document(&server, &format!("{WELL_KNOWN}/notes")).await;
}

#[tokio::test]
async fn challenges_name_the_metadata_where_oauth_tokens_may_enter() {
    let issuer = issuer().await;
    let server = Server::start(app(issuer.clerk().resource(NOTES).build().unwrap())).await;
    let poor = format!("Bearer {}", issuer.oauth("user_ada").scopes(["profile"]).jwt());
    let key = format!("Bearer {}", issuer.api_key("user_ada").opaque());
    let here = format!(r#", resource_metadata="{NOTES_METADATA}""#);
    let table = [
        ("GET /notes", "", 401, r#", scope="read:notes""#, true),
        ("POST /notes", "", 401, r#", scope="write:notes read:notes export""#, true),
        ("GET /known", "", 401, "", true),
        ("GET /notes", "Bearer junk", 401, r#", error="invalid_token""#, true),
        ("GET /known", "Bearer mt_0d9c8b7a", 401, r#", error="invalid_token""#, true),
        ("GET /notes", &poor, 403, r#", error="insufficient_scope", scope="read:notes""#, true),
        ("POST /notes", &key, 403, r#", error="insufficient_scope", scope="keys:only""#, true),
        // It would not help.
        ("GET /notes", "Bearer", 400, r#", error="invalid_request""#, false),
        ("GET /profile", "", 401, "", false),
        ("GET /profile", "Bearer junk", 401, r#", error="invalid_token""#, false),
        ("GET /keys", &key, 403, r#", error="insufficient_scope", scope="keys:only""#, false),
    ];
    for (request, authorization, status, challenge, named) in table {
        let (method, path) = request.split_once(' ').unwrap();
        let field = [("authorization", authorization)];
        let fields = if authorization.is_empty() { &[][..] } else { &field };
        let reply = server.send(method.parse().unwrap(), path, fields).await;
        let here = if named { &here } else { "" };
        let expected = format!(r#"Bearer realm="clerk"{challenge}{here}"#);
        assert_eq!((reply.status, reply.challenge()), (status, &*expected), "{request}");
    }
    // A genuine token that may not do this for another reason gets no challenge.
    let forbidden = server.send(Method::GET, "/known", &[("authorization", &poor)]).await;
    assert_eq!((forbidden.status, forbidden.challenge()), (403, ""));
}

#[tokio::test]
async fn two_resources_share_the_keys_and_are_named_apart() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().resource(NOTES).build().unwrap();
    let tools = clerk.with(|rules| rules.resource("https://api.example.com/mcp")).unwrap();
    let metadata = clerk.resource_metadata([ListNotesPolicy::POLICY]).unwrap();
    let metadata = metadata.merge(tools.resource_metadata([TOOLS]).unwrap()).unwrap();
    let mcp = Router::new().route("/mcp", get(|| async { "in" }));
    let mcp = mcp.layer(ClerkLayer::new(tools, TOOLS));
    let server = Server::start(app(clerk).merge(mcp).merge(metadata)).await;
    for (path, scope) in [("notes", "read:notes"), ("mcp", "use:tools")] {
        let resource = format!("https://api.example.com/{path}");
        let metadata = format!("https://api.example.com{WELL_KNOWN}/{path}");
        let reply = server.send(Method::GET, &format!("/{path}"), &[]).await;
        let expected =
            format!(r#"Bearer realm="clerk", scope="{scope}", resource_metadata="{metadata}""#);
        assert_eq!(reply.challenge(), expected);
        let document = get_document(&server, &format!("{WELL_KNOWN}/{path}")).await;
        assert_eq!(document["resource"], resource);
        let token = issuer.oauth("user_ada").scopes([scope]).jwt();
        assert_eq!(server.get(&format!("/{path}"), &token).await.status, 200);
    }
    assert_eq!(issuer.calls().key_set, 1, "one key set for both");
}

#[tokio::test]
async fn settings_go_with_the_derived_verifier_and_a_body_hook_leaves_the_challenge() {
    let issuer = issuer().await;
    let hierarchy = ScopeHierarchy::new(&[("write:notes", &["read:notes"])]);
    let clerk = issuer.clerk().realm("notes").scope_hierarchy(hierarchy).rejection_body(|_| "no");
    let derived = clerk.build().unwrap().with(|rules| rules.resource(NOTES)).unwrap();
    let server = Server::start(app(derived)).await;
    let reply = server.send(Method::POST, "/notes", &[]).await;
    let challenge = format!(
        r#"Bearer realm="notes", scope="write:notes export", resource_metadata="{NOTES_METADATA}""#
    );
    assert_eq!((reply.challenge(), reply.body.as_str()), (&*challenge, "no"));
    let writer = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    assert_eq!(server.get("/notes", &writer).await.status, 200);
}

#[tokio::test]
async fn a_resource_is_no_audience() {
    let issuer = issuer().await;
    let named = || issuer.clerk().resource(NOTES);
    let without = issuer.oauth("user_ada").scopes(["read:notes"]);
    let other = issuer.oauth("user_ada").scopes(["read:notes"]).claim("aud", "https://b.example");
    let ours = issuer.oauth("user_ada").scopes(["read:notes"]).claim("aud", NOTES);
    let [without, other, ours] = [without.jwt(), other.jwt(), ours.jwt()];
    for (clerk, expected) in
        [(named(), [200, 200, 200]), (named().audience([NOTES]), [401, 401, 200])]
    {
        let server = Server::start(app(clerk.build().unwrap())).await;
        for (token, status) in [&without, &other, &ours].into_iter().zip(expected) {
            assert_eq!(server.get("/notes", token).await.status, status);
        }
    }
}

#[tokio::test]
async fn first_of_several_issuers_is_the_authorization_server() {
    let issuer = issuer().await;
    let satellite = "https://clerk.satellite.example";
    for issuers in [[issuer.issuer(), satellite], [satellite, issuer.issuer()]] {
        let clerk = issuer.clerk().issuers(issuers).resource(NOTES).build().unwrap();
        let metadata = clerk.resource_metadata(POLICIES).unwrap();
        let server = Server::start(app(clerk).merge(metadata)).await;
        let document = get_document(&server, &format!("{WELL_KNOWN}/notes")).await;
        assert_eq!(document["authorization_servers"], json!([issuers[0]]));
    }
}

#[tokio::test]
async fn what_cannot_be_served_is_said_at_start() {
    let issuer = issuer().await;
    let other = DevIssuer::start().await.unwrap();
    let served = |clerk: ClerkBuilder| -> ResourceMetadata {
        clerk.build().unwrap().resource_metadata([]).unwrap()
    };
    let notes = || served(issuer.clerk().resource(NOTES));
    let failures = [
        issuer.clerk().build().unwrap().resource_metadata([]).unwrap_err(),
        issuer
            .clerk()
            .build()
            .unwrap()
            .with(|rules| rules.resource("http://api.example.com"))
            .unwrap_err(),
        issuer.clerk().resource("https://api.example.com/#notes").build().unwrap_err(),
        Clerk::builder().secret_key("sk_test_x").resource(NOTES).build().unwrap_err(),
        notes().merge(served(issuer.clerk().resource("https://b.example/notes"))).unwrap_err(),
    ];
    for failure in failures {
        assert!(failure.to_string().starts_with("CLERK_RESOURCE: "), "{failure}");
    }
    let two_instances = notes().merge(served(other.clerk().resource("https://b.example/b")));
    assert!(two_instances.unwrap_err().to_string().starts_with("CLERK_ISSUER: "));
}
