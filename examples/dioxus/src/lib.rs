//! Two Dioxus server functions that say who may call them, and a page that calls one.
//!
//! It leaves out what a real application has beside: a store, styles, and a client in the browser.

use clerk_auth_macros::clerk_auth;
use dioxus::prelude::*;

/// Adds a note. Only `year` and `text` travel: who adds it is what the token says.
#[clerk_auth(accepts = "oauth_token", scopes = "write:notes")]
#[post("/api/notes/{year}")]
pub async fn add_note(
    year: u16,
    text: String,
    subject: clerk_auth::Subject,
) -> ServerFnResult<String> {
    Ok(format!("{subject} notes for {year}: {text}"))
}

/// Who is signed in.
#[clerk_auth]
#[dioxus::prelude::server(endpoint = "whoami")]
pub async fn whoami(subject: clerk_auth::Subject) -> ServerFnResult<String> {
    Ok(subject.to_string())
}

/// Rendered on the server, it calls `whoami` without a request of its own. The guard then looks at the
/// request for the page.
#[component]
pub fn App() -> Element {
    let caller = use_server_future(whoami)?;
    match &*caller.read() {
        Some(Ok(caller)) => rsx! {
            p { "data-user": "{caller}", "Signed in as {caller}" }
            script { src: "/page.js" }
            button { "Who am I?" }
            output {}
        },
        Some(Err(rejection)) => rsx! { "Not signed in: {rejection}" },
        None => rsx! {},
    }
}

/// The page and the functions. The extension is where the guards find the `Clerk`; the layer renews
/// sessions that have expired.
#[cfg(feature = "server")]
pub fn router(clerk: clerk_auth::Clerk, pages: clerk_auth::pages::PagesLayer) -> axum::Router {
    use axum::{Extension, Router, routing::get};

    Router::new()
        .serve_api_application(ServeConfig::new(), App)
        .layer(pages)
        .layer(Extension(clerk))
        .route("/page.js", get(async || ([("content-type", "text/javascript")], PAGE)))
}

/// The script of the guide, which repeats a call after its session was renewed, and one that calls
/// `whoami` in place of a client.
#[cfg(feature = "server")]
const PAGE: &str = concat!(
    include_str!("../../../runtime/docs/renew.js"),
    r#"
document.addEventListener("DOMContentLoaded", () => {
  const show = async (response) => {
    document.querySelector("output").value = await response.text();
  };
  document.addEventListener("repeated", ({ detail: response }) => show(response));
  document.querySelector("button").onclick = async () => {
    const headers = { "content-type": "application/json" };
    show(await fetch("/api/whoami", { method: "POST", headers, body: "{}" }));
  };
});
"#
);

#[cfg(all(test, feature = "server"))]
mod tests;
