//! A table of routes and a document: each says what the other says, or the difference is reported.

use axum::{http::Method, routing::any};
use clerk_auth::{
    Clerk, ClerkLayer, Policy, audit::Routes, clerk_auth, policy, testing::DevIssuer,
};
use clerk_auth_tests::Server;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::{
    app::{
        self, Notes, TOOL, billing, create_note, feed, health, internal, invoices, list_notes,
        profile, tool,
    },
    document::assert_valid,
    enforced::assert_enforced,
};

fn routes(clerk: &Clerk) -> Routes<Clerk> {
    let behind = Routes::new().public_get("/tool", tool);
    Routes::new()
        .get("/notes", list_notes)
        .post("/notes", create_note)
        .get("/profile", profile)
        .get("/billing", billing)
        .get("/feed", feed)
        .get("/internal", internal)
        .get("/invoices", invoices)
        .public_get("/health", health)
        .layered(ClerkLayer::new(clerk.clone(), TOOL), behind)
}

#[tokio::test]
async fn table_of_routes_describes_as_a_list_does() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let (router, table) = routes(&clerk).finish();
    let mut document = Notes::openapi();
    clerk.describe_routes(&mut document, &table).unwrap();
    let document = serde_json::to_value(&document).unwrap();
    assert_eq!(document, app::of_table(&clerk));
    let server = Server::start(router.with_state(clerk.clone())).await;
    assert_enforced(&issuer, &server, &document).await;

    let mut of_guards = app::undescribed_guards(&clerk);
    clerk.describe_routes(&mut of_guards, &table).unwrap();
    assert_eq!(serde_json::to_value(&of_guards).unwrap(), app::of_guards(&clerk));
}

#[tokio::test]
async fn operation_and_row_without_a_partner_are_reported() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let service = || any(health).with_state::<()>(());
    let (_, table) = Routes::<Clerk>::new()
        .get("/notes", list_notes)
        .get("/profil", profile)
        .post("/billing", billing)
        .any("/feed", feed)
        .public_get("/unlisted", health)
        .connect("/feed", feed)
        .layered_service("/tool", ClerkLayer::new(clerk.clone(), TOOL), service())
        .public_service("/files", service())
        .finish();
    let mut document = Notes::openapi();
    let mut of_guards = app::undescribed_guards(&clerk);
    let lacks = clerk.describe_routes(&mut document, &table).unwrap_err();
    let of_guards = clerk.describe_routes(&mut of_guards, &table).unwrap_err();
    let unlisted = [
        "GET /billing",
        "GET /health",
        "GET /internal",
        "GET /invoices",
        "POST /notes",
        "GET /profile",
    ];
    let undocumented = ["GET /profil", "POST /billing", "GET /unlisted"];
    for lacks in [&lacks, &of_guards] {
        let mut found: Vec<&str> = lacks.operations_without_row().collect();
        found.sort_by_key(|operation| operation.split_once(' ').map(|(_, path)| path));
        assert_eq!(found, unlisted);
        assert!(lacks.rows_without_operation().eq(undocumented), "{lacks}");
    }
    let text = lacks.to_string();
    assert_eq!(text.lines().count(), 9, "{text}");
    for name in unlisted.into_iter().chain(undocumented) {
        assert!(text.lines().any(|line| line.starts_with(&format!("{name}: "))), "{name}: {text}");
    }
    // The rest is written, from a row of any method and from a mounted service too.
    let document = serde_json::to_value(&document).unwrap();
    let security = |path: &str| document["paths"][path]["get"]["security"].clone();
    assert_eq!(
        security("/tool"),
        json!([{ "clerk_oauth_token": ["use:tool"] }, { "clerk_api_key": ["use:tool"] }])
    );
    assert_eq!(security("/feed").as_array().unwrap().len(), 6);
}

macro_rules! operation {
    ($name:ident $method:ident $path:literal $(#[$guard:meta])?) => {
        #[utoipa::path($method, path = $path, responses((status = 200, description = "Entered", body = String)))]
        $(#[$guard])?
        async fn $name() -> &'static str {
            "entered"
        }
    };
}

operation!(both get "/both" #[clerk_auth(oauth_token(scopes = "read:notes"), session_token(role = "org:admin"))]);
operation!(implied get "/implied" #[clerk_auth(oauth_token(scopes = "write:notes"), api_key)]);
operation!(cookie get "/cookie" #[clerk_auth]);
operation!(never get "/never" #[clerk_auth(accepts = "m2m_token")]);
operation!(maybe get "/maybe" #[clerk_auth(accepts = "oauth_token", optional)]);

#[derive(OpenApi)]
#[openapi(info(title = "Layers", version = "1"), paths(both, implied, cookie, never, maybe))]
struct Layers;

const PEOPLE: Policy = policy!(oauth_token(scopes = "read:notes"), session_token);
const MAYBE: Policy = policy!(accepts = "oauth_token", optional);

/// What a layer and a guard need together is documented, and is what is enforced.
#[tokio::test]
async fn operation_behind_two_policies_names_what_both_need() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let layer = |policy| ClerkLayer::new(clerk.clone(), policy);
    let behind =
        Routes::<Clerk>::new().get("/both", both).get("/implied", implied).get("/never", never);
    let optional = Routes::new().get("/cookie", cookie).get("/maybe", maybe);
    let (router, table) =
        Routes::new().layered(layer(PEOPLE), behind).layered(layer(MAYBE), optional).finish();
    let mut document = Layers::openapi();
    clerk.describe_routes(&mut document, &table).unwrap();
    let document = serde_json::to_value(&document).unwrap();
    assert_valid(&document);
    let expected: [(&str, Value); 5] = [
        (
            "/both",
            json!([
                { "clerk_oauth_token": ["read:notes"] },
                { "clerk_session_token": ["org:admin"] },
                { "clerk_session_cookie": ["org:admin"] },
            ]),
        ),
        // `write:notes` implies what the layer needs.
        ("/implied", json!([{ "clerk_oauth_token": ["write:notes"] }])),
        // The layer reads no cookie, and rejects the same token in the header.
        ("/cookie", json!([{ "clerk_session_cookie": [] }])),
        ("/never", json!([{ "clerk_nobody": [] }])),
        ("/maybe", json!([{ "clerk_oauth_token": [] }, {}])),
    ];
    for (path, security) in expected {
        assert_eq!(document["paths"][path]["get"]["security"], security, "{path}");
    }
    let server = Server::start(router.with_state(clerk)).await;
    let session = issuer.session("user_ada").organization("org_acme", "acme", "admin").jwt();
    let cookies = issuer.cookies(&session);
    let bearer = |token: String| format!("Bearer {token}");
    let oauth = |scope: &str| bearer(issuer.oauth("user_ada").scopes([scope]).jwt());
    let table = [
        ("/both", "authorization", oauth("read:notes"), 200),
        ("/both", "authorization", bearer(session.clone()), 200),
        ("/both", "cookie", cookies.clone(), 200),
        ("/implied", "authorization", oauth("write:notes"), 200),
        ("/implied", "authorization", oauth("read:notes"), 403),
        ("/implied", "authorization", bearer(issuer.api_key("user_ada").opaque()), 401),
        ("/cookie", "cookie", cookies, 200),
        ("/cookie", "authorization", bearer(session), 401),
        ("/never", "authorization", bearer(issuer.m2m("mch_billing").jwt()), 401),
        ("/maybe", "accept", "*/*".to_owned(), 200),
        ("/maybe", "authorization", oauth("profile"), 200),
    ];
    for (path, name, value, status) in table {
        let reply = server.send(Method::GET, path, &[(name, &value)]).await;
        assert_eq!(reply.status, status, "{path} {name}");
    }
}

operation!(peek head "/peek" #[clerk_auth]);

#[derive(OpenApi)]
#[openapi(info(title = "Heads", version = "1"), paths(peek))]
struct Heads;

#[tokio::test]
async fn head_operation_is_not_the_operation_of_its_get_row() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let (_, table) = Routes::<Clerk>::new().get("/peek", peek).finish();
    let mut document = Heads::openapi();
    let lacks = clerk.describe_routes(&mut document, &table).unwrap_err();
    assert!(lacks.rows_without_operation().eq(["GET /peek"]), "{lacks}");
    assert_eq!(lacks.operations_without_row().len(), 0, "{lacks}");
    let document = serde_json::to_value(&document).unwrap();
    let security = document["paths"]["/peek"]["head"]["security"].as_array().unwrap();
    assert_eq!(security.len(), 2, "a cookie, or a field");
}

operation!(one get "/files/note/{file}" #[clerk_auth]);
operation!(fixed get "/files/note/a" #[clerk_auth]);
operation!(deep get "/files/deep/b/c" #[clerk_auth]);
operation!(served get "/files/x/y" #[clerk_auth]);

#[derive(OpenApi)]
#[openapi(info(title = "Files", version = "1"), paths(one, fixed, deep, served))]
struct Files;

/// A guarded route below a public service: its operation is not documented as open.
#[tokio::test]
async fn operation_of_a_route_is_not_that_of_a_service_around_it() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    // Only documented, so nothing else names them.
    let _ = (fixed, served);
    let (_, table) = Routes::<Clerk>::new()
        .get("/files/note/{id}", one)
        .get("/files/deep/{*rest}", deep)
        .public_service("/files", any(health).with_state::<()>(()))
        .finish();
    let lacks = clerk.describe_routes(&mut Files::openapi(), &table).unwrap_err();
    let mut found: Vec<&str> = lacks.operations_without_row().collect();
    found.sort_unstable();
    assert_eq!(found, ["GET /files/deep/b/c", "GET /files/note/a", "GET /files/note/{file}"]);
    let undocumented = ["GET /files/note/{id}", "GET /files/deep/{*rest}"];
    assert!(lacks.rows_without_operation().eq(undocumented), "{lacks}");
}
