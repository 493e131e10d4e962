//! Pages that a server renders: sessions that survive a page load.
//!
//! Clerk's session cookie lives for a minute. A page that is loaded later arrives with an expired
//! one. [`PagesLayer`] renews it.

mod builder;
mod headers;
mod service;

use std::{fmt, sync::Arc};

pub use self::{builder::PagesBuilder, service::PagesService};
use crate::{clerk::Clerk, renewal::site::Site};

/// Puts pages around the guards of a site: a session that has expired is renewed before a guard
/// rejects it.
///
/// ```no_run
/// use axum::{Router, extract::FromRef, routing::get};
/// use clerk_auth::{Clerk, Subject, clerk_auth, pages::PagesLayer};
///
/// #[derive(Clone, FromRef)]
/// struct AppState {
///     clerk: Clerk,
/// }
///
/// #[clerk_auth]
/// async fn dashboard(subject: Subject) -> String {
///     format!("hello {subject}")
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let clerk = Clerk::from_env()?;
/// let pages = PagesLayer::builder(clerk.clone())
///     .sign_in_url("/sign-in")
///     .origins(["https://app.example.com"])
///     .build()?;
/// let app: Router = Router::new()
///     .route("/sign-in", get(|| async { "…" }))
///     .route("/dashboard", get(dashboard))
///     .layer(pages)
///     .with_state(AppState { clerk });
/// # Ok(()) }
/// ```
///
/// | a guard rejects | a page that the browser opens (`GET`) | any other request |
/// |---|---|---|
/// | a session that has expired | it is refreshed, else 307 to Clerk's handshake | it is refreshed if a page of the same origin sent it, else 401 |
/// | a session older than the last sign-in, without its other cookies, or without `azp` | 307 to Clerk's handshake | 401 |
/// | a request without a session | 307 to the sign-in page, with `redirect_url` | 401 |
/// | a pending session, a missing permission | 401, 403 | 401, 403 |
/// | Clerk unavailable | 503 | 503 |
///
/// A page that no guard protects is left alone. Behind an [`optional`](crate::Policy::optional)
/// guard, a page goes through the handshake where that can bring a session, and never to the sign-in
/// page. A handler that takes `Result<Guard<_>, Rejection>` and answers itself is left alone too.
///
/// A server function of Leptos or Dioxus that a page calls while it is rendered counts as a guard of
/// the page: see [`server_functions`](crate::guide::server_functions#pages).
///
/// A handshake counts only in the browser that started it here: its return brings a random state, which
/// a cookie with the prefix `__Host-` binds to the page for one minute. The guard, and all that is read of the request, runs
/// after the renewal, so no handler runs twice.
#[derive(Clone)]
pub struct PagesLayer {
    site: Arc<Site>,
}

impl PagesLayer {
    /// Starts the settings of a site. `clerk` is a clone of the one in the router's state.
    ///
    /// The state can also hold one that was derived by [`Clerk::with`], or routes can have several. Then
    /// a renewed session must pass the rules of this `clerk`, and after that the rules of the guard's
    /// own. A `Clerk` that was built apart is not renewed. Of nested layers, only the innermost counts.
    ///
    /// Handshakes go to the Frontend API of the publishable key, or to its proxy if
    /// [`frontend_api_url`](crate::ClerkBuilder::frontend_api_url) names one.
    pub fn builder(clerk: Clerk) -> PagesBuilder {
        PagesBuilder::new(clerk)
    }
}

/// Shows nothing of the configuration: it holds secrets.
impl fmt::Debug for PagesLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PagesLayer").finish_non_exhaustive()
    }
}
