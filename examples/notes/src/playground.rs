//! A page to try the API by hand: it mints a token of the dev issuer, sends the request, and shows
//! the answer beside what only the operator learns.
//!
//! It hands out tokens to whoever asks, so it exists only with the dev issuer.

mod finder;
mod order;
#[cfg(test)]
mod tests;

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clerk_auth::{
    Clerk,
    audit::{Row, Table},
    testing::DevIssuer,
};
use serde::Deserialize;
use serde_json::{Value, json};

use self::{
    finder::Finder,
    order::{Kind, Order},
};

/// Scripts and styles come from this server alone, and nothing else is loaded.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct Playground {
    issuers: order::Issuers,
    clerk: Clerk,
    table: Table,
    finder: Finder,
}

/// The page and what it asks for. `clerk` and `table` are those of the routes, so that an
/// explanation decides as their guards do.
///
/// # Errors
/// If no port for a second instance can be opened: tokens of another instance come from there.
pub async fn router(issuer: DevIssuer, clerk: Clerk, table: Table) -> io::Result<Router> {
    let issuers = order::Issuers { ours: issuer, other: DevIssuer::start().await? };
    let finder = Finder::new(&table);
    let state = Arc::new(Playground { issuers, clerk, table, finder });
    Ok(Router::new()
        .merge(files())
        .route("/playground/choices", get(choices))
        .route("/playground/token", post(token))
        .route("/playground/explanation", post(explanation))
        .with_state(state))
}

fn files() -> Router<Arc<Playground>> {
    const HTML: &str = "text/html; charset=utf-8";
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    const STYLE: &str = "text/css; charset=utf-8";
    let files = [
        ("/", HTML, include_str!("../playground/index.html")),
        ("/playground/page.js", SCRIPT, include_str!("../playground/page.js")),
        ("/playground/answer.js", SCRIPT, include_str!("../playground/answer.js")),
        ("/playground/page.css", STYLE, include_str!("../playground/page.css")),
        ("/playground/icon.svg", "image/svg+xml", include_str!("../playground/icon.svg")),
    ];
    files.into_iter().fold(Router::new(), |router, (path, content_type, text)| {
        router.route(path, get(async move || file(content_type, text)))
    })
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

/// All that the page lets its reader choose from.
async fn choices(State(playground): State<Arc<Playground>>) -> Json<Value> {
    let route = |row: &Row| {
        json!({
            "method": row.method().map_or("GET", Method::as_str),
            "path": row.path(),
            "policy": row.requirement(),
        })
    };
    let routes: Vec<Value> = playground.table.rows().map(route).collect();
    let tokens: Vec<Value> = Kind::ALL.into_iter().map(Kind::describe).collect();
    Json(json!({ "routes": routes, "tokens": tokens }))
}

async fn token(
    State(playground): State<Arc<Playground>>,
    Json(order): Json<Order>,
) -> Result<String, (StatusCode, &'static str)> {
    let minted = order.mint(&playground.issuers);
    minted.map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.message()))
}

/// A request that was sent, and the token that it carried.
#[derive(Deserialize)]
struct Sent {
    method: String,
    path: String,
    token: Option<String>,
}

/// Which route the request reached, and what its guard decides about the token.
async fn explanation(
    State(playground): State<Arc<Playground>>,
    Json(sent): Json<Sent>,
) -> Json<Value> {
    let Sent { method, path, token } = sent;
    let number = playground.finder.find(&method, &path).await;
    let Some(row) = number.and_then(|number| playground.table.rows().nth(number)) else {
        let text = format!("No route answers {method} {path}, so no guard verified the token.");
        return Json(json!({ "route": null, "text": text }));
    };
    let text = match token {
        Some(token) => playground.explain(&token, row).await,
        None => "The request has no token to explain.".to_owned(),
    };
    Json(json!({ "route": row.to_string(), "text": text }))
}

impl Playground {
    /// Layers decide before the guard. The first rejection is the answer.
    async fn explain(&self, token: &str, row: &Row) -> String {
        let mut text = "The route is public: it verifies no token.".to_owned();
        for policy in row.policies() {
            let explanation = self.clerk.explain(token, policy).await;
            text = explanation.to_string();
            if explanation.kind().is_some() {
                break;
            }
        }
        text
    }
}
