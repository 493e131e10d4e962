//! Two Leptos server functions that say who may call them, and a page that calls one.
//!
//! It leaves out what a real application has beside: a store, styles, and the JavaScript of hydration.

use clerk_auth_macros::clerk_auth;
use leptos::prelude::*;

/// Adds a note. Only `text` travels: who adds it is what the token says.
#[clerk_auth(accepts = "oauth_token", scopes = "write:notes")]
#[server(endpoint = "add_note")]
pub async fn add_note(text: String, subject: clerk_auth::Subject) -> Result<String, ServerFnError> {
    Ok(format!("{subject} notes: {text}"))
}

/// Who is signed in.
#[clerk_auth]
#[server(endpoint = "whoami")]
pub async fn whoami(subject: clerk_auth::Subject) -> Result<String, ServerFnError> {
    Ok(subject.to_string())
}

/// Rendered on the server, it calls `whoami` without a request of its own. The guard then looks at the
/// request for the page.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Await future=whoami() let:caller>
            {match caller {
                Ok(caller) => format!("Signed in as {caller}"),
                Err(refusal) => format!("Not signed in: {refusal}"),
            }}
        </Await>
    }
}

/// The page and the functions. The extension is where the guards find the `Clerk`.
#[cfg(feature = "ssr")]
pub fn router(clerk: clerk_auth::Clerk) -> axum::Router {
    use axum::{
        Extension, Router,
        routing::{get, post},
    };

    // An application with `leptos_router` has this done by `generate_route_list`. Once is enough.
    let _ = any_spawner::Executor::init_tokio();
    Router::new()
        .route("/", get(leptos_axum::render_app_async(App)))
        .route("/api/{*function}", post(leptos_axum::handle_server_fns))
        .layer(Extension(clerk))
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
