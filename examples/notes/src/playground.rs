//! A page to try the API by hand: it mints a token of the dev issuer, sends the request, and shows
//! the answer beside what only the operator learns.
//!
//! It hands out tokens to whoever asks, so it exists only with the dev issuer.

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

use self::order::{Kind, Order};

/// Scripts and styles come from this server alone, and nothing else is loaded.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct Playground {
    issuers: order::Issuers,
    clerk: Clerk,
    table: Table,
}

/// The page and what it asks for. `clerk` and `table` are those of the routes, so that an
/// explanation decides as their guards do.
///
/// # Errors
/// If no port for a second instance can be opened: tokens of another instance come from there.
pub async fn router(issuer: DevIssuer, clerk: Clerk, table: Table) -> io::Result<Router> {
    let issuers = order::Issuers { ours: issuer, other: DevIssuer::start().await? };
    let state = Arc::new(Playground { issuers, clerk, table });
    Ok(Router::new()
        .route("/", get(page))
        .route("/playground/page.js", get(script))
        .route("/playground/page.css", get(style))
        .route("/playground/choices", get(choices))
        .route("/playground/token", post(token))
        .route("/playground/explanation", post(explanation))
        .with_state(state))
}

async fn page() -> Response {
    file("text/html; charset=utf-8", include_str!("../playground/index.html"))
}

async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("../playground/page.js"))
}

async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("../playground/page.css"))
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
) -> Result<String, StatusCode> {
    order.mint(&playground.issuers).ok_or(StatusCode::UNPROCESSABLE_ENTITY)
}

/// A token, and the number of the route that it was sent to.
#[derive(Deserialize)]
struct Question {
    route: usize,
    token: String,
}

async fn explanation(
    State(playground): State<Arc<Playground>>,
    Json(question): Json<Question>,
) -> Result<String, StatusCode> {
    let row = playground.table.rows().nth(question.route).ok_or(StatusCode::NOT_FOUND)?;
    let mut said = None;
    // What stands in front is asked first. The first that refuses has the say.
    for policy in row.policies() {
        let explained = playground.clerk.explain(&question.token, &policy).await;
        let refuses = explained.refusal().is_some();
        said = Some(explained.to_string());
        if refuses {
            break;
        }
    }
    said.ok_or(StatusCode::NOT_FOUND)
}
