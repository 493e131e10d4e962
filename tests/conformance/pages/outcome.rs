//! What a browser gets for a page, the SDK's or ours, in comparable parts.

use std::collections::BTreeMap;

use axum::response::Response;
use http::HeaderMap;
use reqwest::Url;

use super::{site::Guarding, vectors::PageDecision};

/// Our parameter of the URL to return to: the SDK has none.
pub(crate) const STATE: &str = "__clerk_auth_state";

#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// `in`, `anonymous`, a status, or where the redirect leads.
    pub(crate) state: String,
    /// Of a rejection that is not a redirect.
    pub(crate) reason: String,
    /// `Location` without its query.
    pub(crate) location: String,
    pub(crate) parameters: BTreeMap<String, String>,
    /// The value and attributes of each cookie that is set.
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) cache_control: String,
}

impl Outcome {
    pub(crate) fn of_decision(decision: &PageDecision, guarding: Guarding) -> Self {
        let is_anonymous =
            guarding == Guarding::Optional && ["signed-out", "pending"].contains(&&*decision.state);
        let location = decision.location.as_deref().filter(|_| !is_anonymous);
        let cookies = decision.cookies.iter().map(String::as_str);
        let cache = decision.cache.as_deref().unwrap_or_default();
        let mut outcome = Self::new(location, cookies, cache);
        if is_anonymous {
            "anonymous".clone_into(&mut outcome.state);
        } else if location.is_none() {
            let status = decision.status;
            outcome.state = if status == 200 { "in".to_owned() } else { status.to_string() };
            let is_pending = decision.state == "pending";
            let reason = decision.reason.as_deref().filter(|_| !is_pending);
            reason
                .unwrap_or(if is_pending { "session-pending" } else { "" })
                .clone_into(&mut outcome.reason);
        }
        outcome
    }

    pub(crate) async fn of_response(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let field = |name: &str| text(&parts.headers, name);
        let cookies = parts.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap());
        let location = Some(field("location")).filter(|it| !it.is_empty());
        let mut outcome = Self::new(location, cookies, field("cache-control"));
        if location.is_none() {
            let body = axum::body::to_bytes(body, 64 * 1024).await.unwrap();
            let is_page = parts.status == 200;
            let body = String::from_utf8_lossy(&body).into_owned();
            outcome.state = if is_page { body } else { parts.status.as_u16().to_string() };
            field("x-clerk-auth-reason").clone_into(&mut outcome.reason);
        }
        outcome
    }

    fn new<'c>(
        location: Option<&str>,
        cookies: impl Iterator<Item = &'c str>,
        cache_control: &str,
    ) -> Self {
        let cookies = cookies.map(|it| it.split_once('=').unwrap());
        let cookies =
            cookies.map(|(name, rest)| (endless(name).to_owned(), rest.to_owned())).collect();
        let mut outcome =
            Self { cookies, cache_control: cache_control.to_owned(), ..Self::default() };
        if let Some(location) = location {
            let mut url = Url::parse(location).unwrap();
            outcome.parameters = parameters(&url);
            url.set_query(None);
            outcome.state = redirect(&url, &outcome.parameters);
            outcome.location = url.into();
        }
        outcome
    }

    /// The cookie of a handshake, and the state that goes with it.
    pub(crate) fn started(response: &Response) -> Option<(String, String)> {
        let url = Url::parse(text(response.headers(), "location")).ok()?;
        let (_, back) = url.query_pairs().find(|(name, _)| name == "redirect_url")?;
        let (_, state) = back.split_once(STATE)?;
        let fields = response.headers().get_all("set-cookie").iter();
        let cookie = fields.filter_map(|it| it.to_str().ok()).find(|it| it.contains("auth_return"));
        let cookie = cookie?.split(';').next()?.to_owned();
        Some((cookie, format!("{STATE}{state}")))
    }
}

/// The name of a cookie without the end that differs by handshake.
fn endless(name: &str) -> &str {
    const RETURN: &str = "clerk_auth_return";
    name.find(RETURN).map_or(name, |at| &name[..at + RETURN.len()])
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Without the state, which is the last parameter of a URL to return to.
fn parameters(url: &Url) -> BTreeMap<String, String> {
    let stateless = |value: &str| match value.split_once(STATE) {
        Some((page, _)) => page.trim_end_matches(['?', '&']).to_owned(),
        None => value.to_owned(),
    };
    url.query_pairs().map(|(name, value)| (name.into_owned(), stateless(&value))).collect()
}

/// Where a redirect leads.
fn redirect(url: &Url, parameters: &BTreeMap<String, String>) -> String {
    let has = |name| parameters.contains_key(name);
    let place = match url.path() {
        path if path.ends_with("/v1/client/handshake") => "handshake",
        "/sign-in" if has("__clerk_redirect_url") => "sync",
        "/sign-in" => "sign-in",
        "/sign-in/tasks" => "tasks",
        "/page" => "same page",
        _ => "elsewhere",
    };
    place.to_owned()
}
