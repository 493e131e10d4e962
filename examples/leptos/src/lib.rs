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
                Ok(caller) => {
                    view! { <p data-user=caller.clone()>{format!("Signed in as {caller}")}</p> }.into_any()
                }
                Err(rejection) => view! { <p>{format!("Not signed in: {rejection}")}</p> }.into_any(),
            }}
        </Await>
    }
}

/// The pages and the functions. The extension is where the guards find the `Clerk`; the layer renews
/// sessions that have expired.
#[cfg(feature = "ssr")]
pub fn router(clerk: clerk_auth::Clerk, pages: clerk_auth::pages::PagesLayer) -> axum::Router {
    use axum::{
        Extension, Router,
        routing::{get, post},
    };
    use clerk_auth::{ClerkLayer, Policy, policy};

    const ANYBODY: Policy = policy!(accepts = "any", optional);

    // An application with `leptos_router` has this done by `generate_route_list`. Once is enough.
    let _ = any_spawner::Executor::init_tokio();
    // The head of a streamed page is sent before its functions end. A guard in front renews first.
    let streamed = Router::new()
        .route("/streamed", get(leptos_axum::render_app_to_stream(document)))
        .layer(ClerkLayer::new(clerk.clone(), ANYBODY));
    Router::new()
        .route("/", get(leptos_axum::render_app_async(document)))
        .merge(streamed)
        .route("/api/{*function}", post(leptos_axum::handle_server_fns))
        .layer(pages)
        .layer(Extension(clerk))
        .route("/renew.js", get(async || ([("content-type", "text/javascript")], RENEW)))
}

/// The script of the guide, which repeats a call after its session was renewed.
#[cfg(feature = "ssr")]
const RENEW: &str = include_str!("../../../runtime/docs/renew.js");

/// Calls `whoami` from the browser, without the JavaScript of hydration.
#[cfg(feature = "ssr")]
const CALL: &str = r#"
document.querySelector("button").onclick = async () => {
  const response = await fetch("/api/whoami", { method: "POST", body: new URLSearchParams() });
  document.querySelector("output").value = await response.text();
};
document.addEventListener("repeated", async ({ detail: response }) => {
  document.querySelector("output").value = await response.text();
});
"#;

#[cfg(feature = "ssr")]
fn document() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"Notes"</title>
                <script src="/renew.js"></script>
            </head>
            <body>
                <App/>
                <button>"Who am I?"</button>
                " "
                <output></output>
                <script inner_html=CALL></script>
            </body>
        </html>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
