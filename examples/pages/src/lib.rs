//! A site of pages that a server renders, behind Clerk's sign-in.
//!
//! It shows a public page, guarded pages, a form, and a sign-out that ends the session at Clerk. It
//! leaves out a database: notes live in memory and are gone when it stops.

mod sign_out;
mod store;
#[cfg(test)]
mod tests;
mod views;

use axum::{
    Form, Router,
    extract::{FromRef, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use clerk_auth::{
    Clerk, ConfigError, OrgId, Subject, clerk_auth, pages::PagesLayer, testing::DevIssuer,
};
use maud::Markup;
use serde::Deserialize;

pub use self::{sign_out::BackendApi, store::Notes};

/// What every handler can ask for.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The verifier: a clone of the one that the pages have.
    pub clerk: Clerk,
    /// The notes.
    pub notes: Notes,
    /// Where a sign-out ends the session.
    pub backend_api: BackendApi,
    /// The origin of Clerk's Frontend API, which a form can lead to.
    pub frontend_api: FrontendApi,
}

/// The origin of Clerk's Frontend API, as browsers write it.
#[derive(Clone, Debug)]
pub struct FrontendApi(pub String);

/// The whole site.
pub fn site(pages: PagesLayer, state: AppState) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/dashboard", get(dashboard))
        .route("/notes", post(create_note))
        .route("/organization", get(organization))
        .route("/sign-out", post(sign_out::sign_out))
        .layer(pages)
        .route("/page.css", get(style))
        .fallback(async || views::problem(StatusCode::NOT_FOUND))
        .layer(from_fn_with_state(state.frontend_api.clone(), complete))
        .with_state(state)
}

/// The site on a dev issuer. `origin` is the site's own, at another host than the issuer's: cookies
/// do not tell ports apart.
///
/// # Errors
/// If a setting cannot be used.
pub fn site_on_issuer(
    issuer: &DevIssuer,
    origin: &str,
    client: reqwest::Client,
) -> Result<Router, ConfigError> {
    let clerk = issuer.clerk().build()?;
    let pages = PagesLayer::builder(clerk.clone())
        .sign_in_url(issuer.sign_in_url())
        .origins([origin])
        .build()?;
    let backend_api = BackendApi {
        url: issuer.url().to_owned(),
        secret_key: issuer.secret_key().to_owned(),
        client,
    };
    let frontend_api = FrontendApi(issuer.frontend_api_url().to_owned());
    Ok(site(pages, AppState { clerk, notes: Notes::default(), backend_api, frontend_api }))
}

/// What the session token says of the user. Add the claim `name` to the session token in the
/// dashboard of your instance; the dev issuer has it.
#[derive(Deserialize)]
struct Profile {
    name: Option<String>,
}

/// A public page that greets a signed-in user.
#[clerk_auth(optional)]
async fn home(subject: Option<Subject>, claims: Option<Profile>) -> Markup {
    views::home(subject.map(|subject| name(&subject, claims)).as_deref())
}

/// A user's own notes.
#[clerk_auth]
async fn dashboard(State(notes): State<Notes>, subject: Subject, claims: Profile) -> Markup {
    views::dashboard(&name(&subject, Some(claims)), &notes.of(subject.as_str()))
}

/// A form of the site. A browser sends the cookie by itself, so a form of another site is rejected.
#[derive(Deserialize)]
struct NewNote {
    text: String,
}

/// The guard runs first: it refreshes a session that expired while the user typed.
#[clerk_auth]
async fn create_note(
    State(notes): State<Notes>,
    subject: Subject,
    Form(NewNote { text }): Form<NewNote>,
) -> Redirect {
    notes.add(subject.as_str(), text);
    Redirect::to("/dashboard")
}

/// Needs a permission in the active organization.
#[clerk_auth(session_token(permission = "org:notes:read"))]
async fn organization(org_id: OrgId, subject: Subject, claims: Profile) -> Markup {
    views::organization(&name(&subject, Some(claims)), org_id.as_str())
}

fn name(subject: &Subject, claims: Option<Profile>) -> String {
    claims.and_then(|claims| claims.name).unwrap_or_else(|| subject.to_string())
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page.css"))
}

/// Gives readers a page in place of a bare rejection, and loads nothing but the style.
async fn complete(
    State(FrontendApi(frontend_api)): State<FrontendApi>,
    request: Request,
    next: Next,
) -> Response {
    let is_page = request
        .headers()
        .get(header::ACCEPT)
        .is_some_and(|it| it.to_str().is_ok_and(|accept| accept.starts_with("text/html")));
    let mut response = next.run(request).await;
    let status = response.status();
    if is_page && (status.is_client_error() || status.is_server_error()) {
        let (parts, _) = response.into_parts();
        response = views::problem(status).into_response();
        // The fields of the rejection stay: its cookies, and `no-store`.
        for (name, value) in &parts.headers {
            if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
                response.headers_mut().append(name, value.clone());
            }
        }
    }
    // Browsers hold the redirects that follow a form to `form-action` too.
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {frontend_api}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
