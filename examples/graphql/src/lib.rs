//! GraphQL behind policies: [`router`] serves queries and mutations by `POST`, and subscriptions over a WebSocket.

mod policy_guard;
mod schema;
mod subscriptions;
#[cfg(test)]
mod tests;

pub use self::schema::{ReadNotes, WriteNotes};

use async_graphql_axum::{GraphQLRequest, GraphQLResponse};
use axum::{
    Router,
    extract::{FromRef, State},
    routing::{get, post},
};
use clerk_auth::{Clerk, Verified, clerk_auth};
use tower_http::limit::RequestBodyLimitLayer;

use self::schema::Notes;

/// The longest request, in bytes.
const MAX_REQUEST: usize = 64 * 1024;

#[derive(Clone, FromRef)]
struct AppState {
    clerk: Clerk,
    schema: Notes,
}

/// Verifies the token of the request, if it has one. The fields decide what the caller can read, so
/// an anonymous request is accepted here.
#[clerk_auth(accepts = ["session_token", "oauth_token"], optional)]
async fn graphql(
    caller: Option<Verified>,
    State(schema): State<Notes>,
    request: GraphQLRequest,
) -> GraphQLResponse {
    let request = request.into_inner();
    let request = match caller {
        Some(caller) => request.data(caller),
        // The schema is for callers too.
        None => request.disable_introspection(),
    };
    schema.execute(request).await.into()
}

/// The whole app. `GET` is not routed: a link must not cause a mutation.
pub fn router(clerk: Clerk) -> Router {
    Router::new()
        .route("/graphql", post(graphql))
        .route("/graphql/ws", get(subscriptions::connect))
        // The extractor reads the body by itself, so axum's own limit does not hold it.
        .layer(RequestBodyLimitLayer::new(MAX_REQUEST))
        .with_state(AppState { clerk, schema: schema::schema() })
}
