//! Changed routes fail the test of who reviews them, with a line for each caller.

use std::{env, fs, process::Command};

use axum::routing::any;
use clerk_auth::{
    Clerk, ClerkLayer, Policy,
    audit::{Changes, Routes, Snapshot, SnapshotError, Table, assert_unchanged},
    clerk_auth, policy,
    policy::ScopeHierarchy,
    testing::DevIssuer,
};

#[clerk_auth]
async fn profile() {}

#[clerk_auth(session_token, api_key(scopes = "write:notes"))]
async fn profile_or_key() {}

#[clerk_auth(role = "org:admin")]
async fn admin() {}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn list() {}

#[clerk_auth(accepts = "oauth_token", optional)]
async fn maybe() {}

async fn open() {}

const PEOPLE: Policy = policy!(accepts = ["session_token", "oauth_token"]);

fn table(routes: Routes<Clerk>) -> Table {
    routes.finish().1
}

fn snapshot(routes: Routes<Clerk>) -> Snapshot {
    Snapshot::from_json(&table(routes).to_json()).unwrap()
}

fn changes(old: Routes<Clerk>, new: Routes<Clerk>) -> Changes {
    snapshot(old).changes(&snapshot(new))
}

fn routes() -> Routes<Clerk> {
    Routes::new()
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "a table")]
async fn each_change_of_a_route_is_a_line() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let layer = || ClerkLayer::new(clerk.clone(), PEOPLE);
    let table = [
        (
            routes().delete("/notes/{id}", profile),
            routes().delete("/notes/{note_id}", profile_or_key),
            true,
            "`DELETE /notes/{note_id}`: newly admits `api_key` with scope `write:notes`\n",
        ),
        (
            routes().get("/a", profile),
            routes().get("/a", admin),
            false,
            "`GET /a`: newly rejects `session_token` without role `org:admin`\n",
        ),
        // Guards that are gone, and those that are new.
        (
            routes().get("/a", list),
            routes().public_get("/a", open),
            true,
            "`GET /a`: is public now\n",
        ),
        (
            routes().public_get("/a", open),
            routes().get("/a", list),
            false,
            "`GET /a`: is no longer public\n",
        ),
        (
            routes().get("/a", list),
            routes().get("/a", maybe),
            true,
            "\
`GET /a`: newly admits `oauth_token` without scope `read:notes`
`GET /a`: newly admits anonymous requests
",
        ),
        (
            routes().layered(layer(), routes().get("/a", profile)),
            routes().get("/a", profile),
            true,
            "`GET /a`: has fewer guards: 1 instead of 2\n",
        ),
        (
            routes().get("/a", profile),
            routes().layered(layer(), routes().get("/a", profile)),
            false,
            "",
        ),
        // Routes that are new.
        (routes(), routes().public_post("/a", open), true, "`POST /a`: is new and public\n"),
        (
            routes(),
            routes().post("/a", profile_or_key),
            false,
            "`POST /a`: is new and admits `session_token`, or `api_key` with scope `write:notes`\n",
        ),
        (
            routes(),
            routes().post("/a", maybe),
            true,
            "`POST /a`: is new and admits `oauth_token`, or anonymous requests\n",
        ),
        (
            routes(),
            routes().layered(layer(), routes().public_any("/a", open)),
            true,
            "\
`any /a`: is new and admits `session_token`, or `oauth_token`
`any /a`: admits CORS preflights without a token
",
        ),
        // What else answers the requests of a route.
        (routes().get("/a", list), routes(), false, "`GET /a`: is removed\n"),
        (
            routes().get("/a", list).any("/a", profile),
            routes().any("/a", profile),
            true,
            "\
`GET /a`: newly admits `session_token`
`GET /a`: newly rejects `oauth_token` with scope `read:notes`
",
        ),
        (
            routes().any("/a", list),
            routes().any("/a", list).public_get("/a", open),
            true,
            "`GET /a`: is public now\n",
        ),
        (
            routes().get("/a", list).head("/a", profile),
            routes().get("/a", list),
            true,
            "\
`HEAD /a`: newly admits `oauth_token` with scope `read:notes`
`HEAD /a`: newly rejects `session_token`
",
        ),
        (
            routes().get("/files/secret", list).public_service("/files", any(open)),
            routes().public_service("/files", any(open)),
            true,
            "\
`GET /files/secret`: is removed
`GET /files/secret`: is left to `any /files/{*rest}`, which is public now
",
        ),
        (
            routes().layered(layer().guard_preflights(), routes().public_any("/a", open)),
            routes().layered(layer(), routes().public_any("/a", open)),
            true,
            "`any /a`: newly admits CORS preflights without a token\n",
        ),
        (
            routes().layered(layer(), routes().public_any("/a", open)),
            routes().layered(layer().guard_preflights(), routes().public_any("/a", open)),
            false,
            "`any /a`: newly rejects CORS preflights without a token\n",
        ),
        (routes().get("/a", list), routes().get("/a", list), false, ""),
    ];
    for (number, (old, new, is_weakened, lines)) in table.into_iter().enumerate() {
        let changes = changes(old, new);
        assert_eq!(changes.to_string(), lines, "{number}");
        assert_eq!(changes.is_weakened(), is_weakened, "{number}: {lines}");
        assert_eq!(changes.is_empty(), lines.is_empty(), "{number}");
    }
}

/// A document is public by its nature; what takes its place is not.
#[tokio::test]
async fn new_metadata_weakens_nothing_and_a_public_handler_there_does() {
    const PATH: &str = "/.well-known/oauth-protected-resource";
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().resource("https://api.example.com/notes").build().unwrap();
    let metadata = || routes().metadata(clerk.resource_metadata([ListPolicy::POLICY]).unwrap());
    let added = changes(routes(), metadata());
    let line = format!("`GET {PATH}/notes`: is new, and metadata that everybody may read\n");
    assert!(added.to_string().contains(&line) && !added.is_weakened(), "{added}");
    let replaced = changes(metadata(), routes().public_get(PATH, open));
    let line = format!("`GET {PATH}`: is new and public\n");
    assert!(replaced.to_string().contains(&line) && replaced.is_weakened(), "{replaced}");
    assert!(changes(metadata(), metadata()).is_empty());
}

#[test]
fn hierarchy_of_scopes_is_part_of_what_is_compared() {
    const HIERARCHY: ScopeHierarchy = ScopeHierarchy::new(&[("write:notes", &["read:notes"])]);
    let old = table(routes().get("/a", list));
    let new = old.clone().with_scope_hierarchy(HIERARCHY);
    let [old, new] = [old, new].map(|table| Snapshot::from_json(&table.to_json()).unwrap());
    assert_eq!(
        old.changes(&new).to_string(),
        "`GET /a`: newly admits `oauth_token` with scope `write:notes` without scope `read:notes`\n"
    );
    assert!(new.changes(&new).is_empty() && !new.changes(&old).is_weakened());
}

#[test]
fn weakened_routes_stand_first_in_markdown() {
    let old = || routes().get("/a", list).get("/b", list).get("/c", profile);
    let new = routes().public_get("/b", open).get("/c", profile_or_key);
    assert_eq!(
        changes(old(), new).to_markdown(),
        "\
### Weakened routes

- `GET /b`: is public now
- `GET /c`: newly admits `api_key` with scope `write:notes`

### Other changes

- `GET /a`: is removed
"
    );
    let same = changes(old(), old()).to_markdown();
    assert_eq!(same, "Every route admits the same callers as before.\n");
}

#[clerk_auth(session_token(
    role = "org:admin",
    permission = "org:notes:read",
    feature = "reports",
    plan = "u:pro",
    reverification = "strict",
), oauth_token(
    scopes = any("a", all("b", "c")),
    audience = "https://api.example.com",
    client = ["one", "two"],
), m2m_token(from = ["mch_one"]), optional)]
async fn everything() {}

#[test]
fn json_of_routes_is_read_as_it_was_written() {
    const HIERARCHY: ScopeHierarchy = ScopeHierarchy::new(&[("b", &["c"])]);
    let table = table(routes().get("/a", everything).public_service("/files", any(open)));
    let snapshot = Snapshot::from(&table.with_scope_hierarchy(HIERARCHY));
    assert_eq!(Snapshot::from_json(&snapshot.to_json()).unwrap(), snapshot);
    let json: serde_json::Value = serde_json::from_str(&snapshot.to_json()).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "version": 1,
            "scope_hierarchy": [{ "scope": "b", "implies": ["c"] }],
            "routes": [
                {
                    "method": "GET",
                    "path": "/a",
                    "kind": "handler",
                    "guards": [{
                        "policy": {
                            "session_token": { "all": [
                                { "role": "org:admin" },
                                { "permission": "org:notes:read" },
                                { "feature": "reports" },
                                { "plan": "u:pro" },
                                { "reverification": { "second_factor": 10 } },
                            ] },
                            "oauth_token": { "all": [
                                { "any": [{ "scope": "a" }, { "all": [{ "scope": "b" }, { "scope": "c" }] }] },
                                { "audience": "https://api.example.com" },
                                { "client": ["one", "two"] },
                            ] },
                            "m2m_token": { "machine": ["mch_one"] },
                            "optional": true,
                            "allow_pending": false,
                        },
                        "passes_preflights": false,
                    }],
                },
                { "method": "any", "path": "/files/{*rest}", "kind": "service", "guards": [] },
            ],
        })
    );
}

/// What is not understood cannot be compared.
#[test]
fn unknown_parts_of_json_are_an_error() {
    let json = table(routes().get("/a", list)).to_json();
    assert!(Snapshot::from_json(&json).is_ok());
    let table = [
        ("\"version\": 1,", "\"version\": 1, \"more\": 2,"),
        ("\"version\": 1,", "\"version\": 1, \"version\": 1,"),
        ("\"version\": 1,", ""),
        ("\"method\": \"GET\",", "\"method\": \"GET\", \"more\": 2,"),
        ("\"method\": \"GET\",", ""),
        ("\"handler\"", "\"socket\""),
        ("\"policy\":", "\"more\": 2, \"policy\":"),
        ("\"optional\": false", "\"optional\": false, \"more\": 2"),
        ("\"optional\": false,", ""),
        ("\"passes_preflights\": false", "\"passes_preflights\": null"),
        ("\"oauth_token\": {", "\"refresh_token\": {"),
        ("\"oauth_token\": {", "\"oauth_token\": \"nothing_more\", \"oauth_token\": {"),
        ("\"scope\": \"read:notes\"", "\"moon\": \"full\""),
        ("\"scope\": \"read:notes\"", "\"scope\": \"a\", \"scope\": \"b\""),
        ("\"scope\": \"read:notes\"", "\"scope\": [\"read:notes\"]"),
        (
            "\"routes\":",
            "\"scope_hierarchy\": [{\"scope\": \"a\", \"implies\": [\"a\"]}], \"routes\":",
        ),
        (
            "\"routes\":",
            "\"scope_hierarchy\": [{\"scope\": \"a\", \"implies\": []}, {\"scope\": \"a\", \"implies\": []}], \"routes\":",
        ),
    ];
    for (part, other) in table {
        let changed = json.replacen(part, other, 1);
        assert_ne!(changed, json, "{part}");
        let error = Snapshot::from_json(&changed).unwrap_err();
        assert!(matches!(error, SnapshotError::Malformed(_)), "{other}: {error}");
    }
    let error = Snapshot::from_json(&json.replace("\"version\": 1", "\"version\": 2, \"more\": 2"));
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "the routes have version 2, and this release reads version 1");

    let mut twice: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut again = twice["routes"][0].clone();
    again["guards"] = serde_json::json!([]);
    twice["routes"].as_array_mut().unwrap().push(again);
    let error = Snapshot::from_json(&twice.to_string()).unwrap_err().to_string();
    assert!(error.contains("`GET /a` stands there twice"), "{error}");
    assert!(serde_json::from_value::<Snapshot>(twice).is_err());
}

/// Runs the test below in a process of its own, in which the variables are its own too.
fn assertion(file: &std::path::Path, update: &str) -> (bool, String) {
    let output = Command::new(env::current_exe().unwrap())
        .args(["review::reviewed_routes_in_a_process_of_their_own", "--exact", "--nocapture"])
        .env("ROUTES_FILE", file)
        .env("UPDATE_ROUTES", update)
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn reviewed_routes_in_a_process_of_their_own() {
    if let Some(file) = env::var_os("ROUTES_FILE") {
        assert_unchanged(file, &table(routes().delete("/notes/{id}", profile_or_key)));
    }
}

#[test]
fn unreviewed_change_fails_until_it_is_accepted() {
    let file = env::temp_dir().join(format!("routes-{}.json", std::process::id()));
    let (passed, text) = assertion(&file, "");
    assert!(
        !passed && text.contains("cannot be read") && text.contains("UPDATE_ROUTES=1"),
        "{text}"
    );

    fs::write(&file, table(routes().delete("/notes/{id}", profile)).to_json()).unwrap();
    let (passed, text) = assertion(&file, "0");
    assert!(!passed, "{text}");
    let line = "`DELETE /notes/{id}`: newly admits `api_key` with scope `write:notes`\n";
    assert!(text.contains(line), "{text}");

    fs::write(&file, "{}").unwrap();
    let (passed, text) = assertion(&file, "");
    assert!(!passed && text.contains("missing field `version`"), "{text}");

    assert!(assertion(&file, "1").0);
    assert!(assertion(&file, "").0);
    fs::remove_file(file).unwrap();
}
