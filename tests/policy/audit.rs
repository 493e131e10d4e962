//! The table of an app's routes says what requests say.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::{
    Router,
    extract::{Path, Request, State},
    handler::Handler,
    routing::any,
};
use clerk_auth::{
    Clerk, ClerkLayer, Policy, Subject, TokenType,
    audit::{Routes, Row, Table},
    clerk_auth, policy,
    testing::DevIssuer,
};
use clerk_auth_tests::Server;
use http::{Method, StatusCode};
use tower::{Layer, ServiceBuilder, layer::layer_fn, util::MapRequestLayer};

const SCOPES: [&str; 2] = ["read:notes", "write:notes"];

const MACHINES: Policy = policy!(accepts = "m2m_token");
const PEOPLE: Policy = policy!(accepts = ["session_token", "oauth_token"]);
const MAYBE: Policy = policy!(accepts = "oauth_token", optional);

#[clerk_auth]
async fn profile() {}

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = "read:notes")]
async fn list(_clerk: State<Clerk>, _request: Request) {}

#[clerk_auth(accepts = "api_key", scopes = "write:notes", optional)]
async fn write(Path(_id): Path<u64>) {}

#[clerk_auth(accepts = "any")]
async fn whoami(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth(m2m_token(from = ["mch_billing"]))]
async fn bill() {}

async fn open() {}

/// Every kind of row, and the ways in which rows come together.
fn routes(clerk: &Clerk) -> Routes<Clerk> {
    let layer = |policy| ClerkLayer::new(clerk.clone(), policy);
    let verbs = Routes::new()
        .get("/", whoami)
        .post("/", list)
        .put("/{id}", write)
        .patch("/{id}", write)
        .delete("/{id}", write)
        .head("/{id}", write)
        .connect("/profile", profile)
        .options("/profile", profile)
        .any("/profile", profile);
    let open_verbs = Routes::new()
        .public_get("/", open)
        .public_post("/", open)
        .public_put("/", open)
        .public_patch("/", open)
        .public_delete("/", open)
        .public_head("/", open)
        .public_connect("/", open)
        .public_options("/", open)
        .public_any("/any", open);
    let behind = || {
        Routes::new()
            .public_get("/", open)
            .public_options("/", open)
            .public_any("/any", open)
            .any("/whoami", whoami)
            .get("/profile", profile)
            .post("/bill", bill)
    };
    let guarded_preflights = layer(MACHINES).guard_preflights();
    let service = any(open).with_state::<()>(());
    let stack = |layer| ServiceBuilder::new().layer(MapRequestLayer::new(|it| it)).layer(layer);
    let people = layer(PEOPLE);
    Routes::new()
        .nest("/verbs", verbs)
        .nest("/open/", open_verbs)
        .nest("/machines", Routes::new().layered(layer(MACHINES), behind()))
        .nest("/guarded", Routes::new().layered(guarded_preflights, behind()))
        .nest("/people", Routes::new().layered(layer(PEOPLE), behind()))
        .nest("/maybe", Routes::new().layered(layer(MAYBE), behind()))
        .nest("/layer", behind().layer(layer(PEOPLE)))
        .nest("/stack", behind().layer(stack(layer(PEOPLE))))
        .nest("/twice", behind().layer(stack(layer(PEOPLE)).layer(layer(MAYBE))))
        .nest("/maker", behind().layer(layer_fn(move |route| people.layer(route))))
        .merge(Routes::new().get("/a/{a}/b/{*rest}", whoami.layer(MapRequestLayer::new(|it| it))))
        .layered_service("/mcp", layer(PEOPLE), service.clone())
        .layered_service("/router/", layer(MACHINES), Router::new().route("/x", any(open)))
        .public_service("/files", service)
}

/// One request of each caller, which has everything that a policy could ask for.
struct Callers(Vec<(Option<TokenType>, (&'static str, String))>);

impl Callers {
    fn new(issuer: &DevIssuer) -> Self {
        let bearer = |token: String| ("authorization", format!("Bearer {token}"));
        let session = || issuer.session("user_ada").jwt();
        Self(vec![
            (None, ("accept", "*/*".to_owned())),
            (Some(TokenType::SessionToken), bearer(session())),
            (Some(TokenType::SessionToken), ("cookie", issuer.cookies(&session()))),
            (Some(TokenType::OAuthToken), bearer(issuer.oauth("user_ada").scopes(SCOPES).jwt())),
            (Some(TokenType::M2mToken), bearer(issuer.m2m("mch_billing").jwt())),
            (Some(TokenType::ApiKey), bearer(issuer.api_key("org_acme").scopes(SCOPES).opaque())),
        ])
    }

    /// Which types of token enter, and whether one without a token does.
    async fn enter(&self, app: &Server, row: &Row) -> (Vec<TokenType>, bool) {
        let (method, path) = request_of(row);
        let reads_cookies = row.policies().any(|policy| policy.accepts(TokenType::SessionToken));
        let (mut admitted, mut anonymous) = (Vec::new(), Vec::new());
        for (token_type, (name, value)) in &self.0 {
            let status = app.send(method.clone(), &path, &[(name, value)]).await.status;
            assert!([200, 401, 403].contains(&status), "{row}: {status}");
            match token_type {
                // A cookie that nobody reads is no credential.
                Some(_) if *name == "cookie" && !reads_cookies => anonymous.push(status == 200),
                None => anonymous.push(status == 200),
                Some(token_type) if status == 200 && !admitted.contains(token_type) => {
                    admitted.push(*token_type);
                }
                Some(_) => {}
            }
        }
        anonymous.dedup();
        assert_eq!(anonymous.len(), 1, "{row}: {anonymous:?}");
        (admitted, anonymous.contains(&true))
    }
}

/// A request of the row: with a method that has no row of its own, where the row is of any.
fn request_of(row: &Row) -> (Method, String) {
    let path = row.path().replace("{*rest}", "x").replace("{id}", "1").replace("{a}", "2");
    (row.method().cloned().unwrap_or(Method::PUT), path)
}

async fn start(issuer: &DevIssuer) -> (Server, Table) {
    let clerk = issuer.clerk().any_machine().build().unwrap();
    let (router, table) = routes(&clerk).finish();
    (Server::start(router.with_state(clerk)).await, table)
}

#[tokio::test]
async fn every_row_lets_in_whom_it_says() {
    let issuer = DevIssuer::start().await.unwrap();
    let (app, table) = start(&issuer).await;
    let callers = Callers::new(&issuer);
    for row in table.rows().filter(|row| row.method() != Some(&Method::CONNECT)) {
        let (mut admitted, anonymous) = callers.enter(&app, row).await;
        assert_eq!(anonymous, row.is_open_to_anonymous(), "{row}");
        if row.is_public() {
            assert_eq!((admitted.len(), row.token_types().len()), (4, 0), "{row}");
            continue;
        }
        let mut accepted = row.token_types();
        admitted.sort_by_key(|token_type| token_type.as_str());
        accepted.sort_by_key(|token_type| token_type.as_str());
        assert_eq!(admitted, accepted, "{row}");
    }
}

#[tokio::test]
async fn a_preflight_reaches_the_handlers_that_say_so_and_no_other() {
    let issuer = DevIssuer::start().await.unwrap();
    let (app, table) = start(&issuer).await;
    let fields = [("origin", "https://x.example"), ("access-control-request-method", "PUT")];
    let answers_options = |row: &&Row| row.method().is_none_or(|it| *it == Method::OPTIONS);
    let mut outcomes = Vec::new();
    for row in table.rows().filter(answers_options) {
        let (_, path) = request_of(row);
        // Another row of the path answers it in front of this one.
        let methods = table.rows().filter(|other| other.path() == row.path());
        if methods.filter(answers_options).count() > 1 && row.method().is_none() {
            continue;
        }
        let reached = app.send(Method::OPTIONS, &path, &fields).await.status == 200;
        let expected = row.passes_preflights() || row.is_open_to_anonymous();
        assert_eq!(reached, expected, "{row}");
        outcomes.push(reached);
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "{outcomes:?}");
}

#[tokio::test]
async fn a_layer_guards_its_routes_and_no_other_path() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().any_machine().build().unwrap();
    let (app, _) = Routes::new()
        .public_get("/before", open)
        .layered(ClerkLayer::new(clerk.clone(), MACHINES), Routes::new().public_get("/inner", open))
        .public_get("/after", open)
        .finish();
    let app = Server::start(app.with_state(clerk)).await;
    let table = [
        (Method::GET, "/before", 200),
        (Method::GET, "/after", 200),
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/inner", 401),
        // The answer 405 tells which methods there are, so it is guarded too.
        (Method::POST, "/inner", 401),
    ];
    for (method, path, status) in table {
        assert_eq!(app.send(method.clone(), path, &[]).await.status, status, "{method} {path}");
    }
    let machine = issuer.m2m("mch_billing").jwt();
    assert_eq!(app.get("/inner", &machine).await.status, 200);
}

#[tokio::test]
async fn the_table_prints_as_text_as_markdown_and_as_json() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let layer = ClerkLayer::new(clerk, PEOPLE);
    // The first of a stack is the outermost.
    let stack = ServiceBuilder::new().layer(layer.clone()).layer(MapRequestLayer::new(|it| it));
    let stack = stack.layer(ClerkLayer::new(issuer.clerk().build().unwrap(), MAYBE));
    let behind =
        Routes::<Clerk>::new().any("/{id}", list).public_any("/|`", open).get("/twice", twice);
    let (_, table) = Routes::<Clerk>::new()
        .get("/notes", list)
        .post("/notes", write_nothing)
        .public_get("/health", open)
        .nest("/people", Routes::new().layered(layer.clone(), behind))
        .nest("/stack", Routes::new().public_get("/", open).layer(stack))
        .finish();
    assert_eq!(
        table.to_string(),
        "\
GET   /notes         oauth_token with scope read:notes, or api_key with scope read:notes
POST  /notes         api_key, or a caller without a credential
GET   /health        public
any   /people/{id}   session_token, or oauth_token; then oauth_token with scope read:notes, or api_key with scope read:notes
any   /people/|`     session_token, or oauth_token; CORS preflights pass
GET   /people/twice  session_token, or oauth_token
GET   /stack         session_token, or oauth_token; then oauth_token, or a caller without a credential
"
    );
    assert_eq!(
        table.to_markdown(),
        r"| method | path | accepts | requirement |
|---|---|---|---|
| GET | `/notes` | oauth_token, api_key | `oauth_token with scope read:notes, or api_key with scope read:notes` |
| POST | `/notes` | api_key, or no token | `api_key, or a caller without a credential` |
| GET | `/health` | anyone | `public` |
| any | `/people/{id}` | oauth_token | `session_token, or oauth_token; then oauth_token with scope read:notes, or api_key with scope read:notes` |
| any | `` /people/\|` `` | session_token, oauth_token | `session_token, or oauth_token; CORS preflights pass` |
| GET | `/people/twice` | session_token, oauth_token | `session_token, or oauth_token` |
| GET | `/stack` | session_token, oauth_token | `session_token, or oauth_token; then oauth_token, or a caller without a credential` |
"
    );
    let json: serde_json::Value = serde_json::from_str(&table.to_json()).unwrap();
    assert_eq!(json, serde_json::to_value(&table).unwrap());
    assert_eq!(
        json["routes"][2],
        serde_json::json!({ "method": "GET", "path": "/health", "kind": "handler", "guards": [] })
    );
    assert_eq!(
        json["routes"][4],
        serde_json::json!({
            "method": "any", "path": "/people/|`", "kind": "handler",
            "guards": [{
                "policy": {
                    "session_token": "nothing_more", "oauth_token": "nothing_more",
                    "optional": false, "allow_pending": false,
                },
                "passes_preflights": true,
            }],
        })
    );
}

/// What its layer asks for already.
#[clerk_auth(accepts = ["session_token", "oauth_token"])]
async fn twice() {}

#[clerk_auth(accepts = "api_key", optional)]
async fn write_nothing() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[tokio::test]
async fn each_policy_is_named_once_for_the_check_and_the_metadata() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().resource("http://127.0.0.1/").build().unwrap();
    let (_, table) = routes(&clerk).finish();
    let mut policies: Vec<Policy> = table.policies().collect();
    let known = [
        WhoamiPolicy::POLICY,
        ListPolicy::POLICY,
        WritePolicy::POLICY,
        ProfilePolicy::POLICY,
        MACHINES,
        BillPolicy::POLICY,
        PEOPLE,
        MAYBE,
    ];
    assert_eq!(policies, known);
    policies.retain(|policy| clerk.check(*policy).is_err());
    assert!(
        policies.iter().all(|policy| policy.accepts(TokenType::M2mToken)),
        "no CLERK_MACHINE_ID"
    );
    let _served: Router = clerk.resource_metadata(table.policies()).unwrap().into();
}

#[test]
fn conflicts_are_those_of_a_router() {
    let conflicts: [fn() -> Routes; 5] = [
        || Routes::new().public_get("/", open).public_get("/", open),
        || Routes::new().public_get("/{a}", open).public_get("/{b}", open),
        || Routes::new().public_get("no-slash", open),
        || Routes::new().nest("/", Routes::new().public_get("/", open)),
        || Routes::new().public_get("/", open).merge(Routes::new().public_get("/", open)),
    ];
    for (position, conflict) in conflicts.into_iter().enumerate() {
        assert!(catch_unwind(AssertUnwindSafe(conflict)).is_err(), "{position}");
    }
    // Other methods of one path are no conflict, whoever adds them.
    let routes = Routes::<()>::new().public_get("/", open).public_post("/", open);
    let (_, table) = routes.merge(Routes::new().public_any("/", open)).finish();
    assert_eq!(table.rows().len(), 3);
}

/// Clients read metadata before they have a token, at a fixed path.
#[tokio::test]
async fn metadata_behind_a_layer_or_a_prefix_is_reported() {
    const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().resource("https://api.example.com/notes").build().unwrap();
    let metadata = || clerk.resource_metadata([WhoamiPolicy::POLICY]).unwrap();
    let documented = || Routes::<Clerk>::new().get("/notes", whoami).metadata(metadata());
    let layer = || ClerkLayer::new(clerk.clone(), PEOPLE);
    let guarded = "; this metadata must be public: merge it outside the layer";
    let nested = "; this metadata must stand at the root: merge it outside `nest`";
    let table = [
        ("at the root", documented(), "", 200),
        ("merged", Routes::new().merge(documented()), "", 200),
        (
            "beside a layer",
            Routes::new().layered(layer(), Routes::new()).merge(documented()),
            "",
            200,
        ),
        ("behind a layer", Routes::new().layered(layer(), documented()), guarded, 401),
        ("behind a layer, by its other name", documented().layer(layer()), guarded, 401),
        ("below a prefix", Routes::new().nest("/v1", documented()), nested, 404),
        (
            "below the well-known prefix",
            Routes::new().nest("/.well-known", documented()),
            nested,
            404,
        ),
        (
            "below a prefix, behind a layer",
            Routes::new().nest("/v1", Routes::new().layered(layer(), documented())),
            guarded,
            404,
        ),
    ];
    for (name, routes, fault, status) in table {
        let (router, table) = routes.finish();
        let reported: Vec<String> = table.misplaced_metadata().map(Row::requirement).collect();
        let expected = if fault.is_empty() { 0 } else { 3 };
        assert_eq!(reported.len(), expected, "{name}: {reported:?}");
        assert!(reported.iter().all(|line| line.ends_with(fault)), "{name}: {reported:?}");
        let of_metadata = table.rows().filter(|row| row.path().contains("/.well-known/oauth-"));
        assert_eq!(of_metadata.count(), 3, "{name}");
        let server = Server::start(router.with_state(clerk.clone())).await;
        for path in [WELL_KNOWN.to_owned(), format!("{WELL_KNOWN}/notes")] {
            assert_eq!(server.send(Method::GET, &path, &[]).await.status, status, "{name} {path}");
        }
    }
}
