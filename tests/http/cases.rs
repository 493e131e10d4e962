//! One request for each way to be refused. Whatever must stay secret in it says `hidden`.

mod callers;
mod clerks;
mod cookies;
mod genuine;
mod routes;

use std::sync::Arc;

use clerk_auth::{
    Clerk, ClerkBuilder,
    rejection::Explanation,
    testing::{Answer, DevIssuer, Endpoint},
};
use clerk_auth_tests::{Reply, Server};
use http::Method;

/// A running app with a route for each kind of policy.
#[derive(Clone)]
pub(crate) struct App {
    server: Arc<Server>,
    clerk: Clerk,
}

/// A request that is refused.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    method: Method,
    path: &'static str,
    fields: Vec<(&'static str, String)>,
    /// The last token that is presented.
    token: Option<String>,
    app: App,
    answer: Option<(Endpoint, Answer)>,
}

impl App {
    pub(crate) async fn start(clerk: ClerkBuilder) -> Self {
        let clerk = clerk.build().unwrap();
        let server = Server::start(routes::router().with_state(clerk.clone())).await;
        Self { server: Arc::new(server), clerk }
    }
}

impl Case {
    pub(crate) fn new(name: &'static str, path: &'static str, app: &App) -> Self {
        let (method, fields, app) = (Method::GET, Vec::new(), app.clone());
        Self { name, method, path, fields, token: None, app, answer: None }
    }

    fn post(self) -> Self {
        Self { method: Method::POST, ..self }
    }

    fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    fn authorization(self, value: impl Into<String>) -> Self {
        self.field("authorization", value)
    }

    pub(crate) fn token(self, token: impl Into<String>) -> Self {
        let token = Some(token.into());
        let value = format!("Bearer {}", token.as_deref().unwrap_or_default());
        Self { token, ..self }.authorization(value)
    }

    /// The token in a cookie, with this `__client_uat`.
    fn cookie(self, token: impl Into<String>, client_uat: &str) -> Self {
        let token = Some(token.into());
        let session = token.as_deref().unwrap_or_default();
        let cookies = format!(
            "theirs=hidden; __session={session}; __client_uat={client_uat}; __clerk_db_jwt=hidden"
        );
        Self { token, ..self }.field("cookie", cookies)
    }

    fn answer(mut self, endpoint: Endpoint, answer: Answer) -> Self {
        self.answer = Some((endpoint, answer));
        self
    }

    /// What the caller sends to show who they are.
    pub(crate) fn credentials(&self) -> Vec<String> {
        self.fields.iter().map(|(_, value)| value.clone()).collect()
    }

    pub(crate) async fn send(&self, issuer: &DevIssuer) -> Reply {
        self.prepare(issuer);
        let fields: Vec<_> =
            self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.app.server.send(self.method.clone(), self.path, &fields).await
    }

    /// What an operator reads about the token, where there is one.
    pub(crate) async fn explain(&self, issuer: &DevIssuer) -> Option<Explanation> {
        let token = self.token.as_deref()?;
        self.prepare(issuer);
        Some(self.app.clerk.explain(token, routes::policy(self.path)).await)
    }

    fn prepare(&self, issuer: &DevIssuer) {
        issuer.answer_normally();
        if let Some((endpoint, answer)) = &self.answer {
            issuer.answer_once(*endpoint, answer.clone());
        }
    }
}

/// All cases. `dress` changes the configuration of each verifier.
pub(crate) async fn cases(
    issuer: &DevIssuer,
    forger: &DevIssuer,
    dress: impl Fn(ClerkBuilder) -> ClerkBuilder,
) -> Vec<Case> {
    let app = async |clerk| App::start(dress(clerk)).await;
    let usual = app(issuer.clerk()).await;
    let case = |name, path| Case::new(name, path, &usual);
    let mut cases = callers::callers_fault(issuer, forger, case);
    cases.extend(callers::session_fault(issuer, forger, case));
    cases.extend(callers::token_for_others(issuer, &app).await);
    cases.extend(cookies::cookie_fault(issuer, forger, case));
    cases.extend(genuine::not_permitted(issuer, case));
    cases.extend(clerks::clerks_fault(issuer, &app).await);
    cases.extend(clerks::no_keys(issuer, &app).await);
    cases.extend(clerks::our_fault(issuer, &app).await);
    cases
}
