//! What each request must fulfill before it is answered, and where browsers may be sent.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName,
    header::{HOST, ORIGIN},
};
use reqwest::Url;

use super::{
    super::{api_error::ApiError, api_request::SharedInstance, instance::Instance, random},
    cookies::parent_domain,
};
use crate::{
    renewal::origins::is_loopback,
    request::{
        cookie::find,
        field::{SEC_FETCH_SITE, single_field},
    },
};

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// A name that resolves to this machine does not make a page of it ours, and no other page may send
/// a request. Another port is one that a test forwards.
pub(in crate::testing) async fn only_loopback_host_and_own_origin(
    State(instance): SharedInstance,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let is_here = |host: &str| {
        let url = Url::parse(&format!("http://{host}"));
        is_own_host(&instance, host) || url.is_ok_and(|url| is_loopback(&url))
    };
    if !hosts(&request).all(|host| host.is_some_and(is_here)) {
        return ApiError::HOST.into_response();
    }
    if single_field(headers, ORIGIN).is_some_and(|it| !is_own_origin(&instance, it)) {
        return ApiError::ORIGIN.into_response();
    }
    next.run(request).await
}

/// What knows a browser by its cookies is at one address, with the port.
pub(in crate::testing) async fn only_own_host(
    State(instance): SharedInstance,
    request: Request,
    next: Next,
) -> Response {
    if hosts(&request).all(|host| host.is_some_and(|host| is_own_host(&instance, host))) {
        return next.run(request).await;
    }
    ApiError::HOST.into_response()
}

/// The host of the field, which must be there once, and that of the target if it has one.
fn hosts(request: &Request) -> impl Iterator<Item = Option<&str>> {
    let target = request.uri().authority().map(|target| Some(target.as_str()));
    [single_field(request.headers(), HOST)].into_iter().chain(target)
}

fn is_own_host(instance: &Instance, host: &str) -> bool {
    instance.browser.hosts.iter().any(|own| own == host)
}

fn is_own_origin(instance: &Instance, origin: &str) -> bool {
    let is_it = |host: &String| origin == format!("http://{host}");
    origin == instance.browser.url || instance.browser.hosts.iter().any(is_it)
}

/// A handshake is for pages that a browser opens.
pub(super) fn only_navigation(headers: &HeaderMap) -> Result<(), ApiError> {
    let mode = single_field(headers, SEC_FETCH_MODE);
    mode.is_none_or(|mode| mode == "navigate").then_some(()).ok_or(ApiError::ORIGIN)
}

/// The value of the cookie that binds a form to the browser that opened its page.
pub(super) fn form_token(headers: &HeaderMap) -> String {
    let is_one = |it: &String| it.len() == 32 && it.bytes().all(|it| it.is_ascii_alphanumeric());
    find(headers, FORM).filter(is_one).unwrap_or_else(random::word::<32>)
}

pub(super) const FORM: &str = "__form";

/// A form counts if the same browser opened its page, and sends it from there.
pub(super) fn only_own_form(headers: &HeaderMap, token: &str) -> Result<(), ApiError> {
    let is_own_page = single_field(headers, ORIGIN).is_some()
        && single_field(headers, SEC_FETCH_SITE).is_none_or(|site| site == "same-origin");
    let is_own_form = !token.is_empty() && find(headers, FORM).as_deref() == Some(token);
    (is_own_page && is_own_form).then_some(()).ok_or(ApiError::FORM)
}

/// A page of the application: on this machine, or in production on the domain of the instance.
pub(super) fn return_url(instance: &Arc<Instance>, text: &str) -> Result<Url, ApiError> {
    let url = Url::parse(text).map_err(|_| ApiError::RETURN_URL)?;
    let host = url.host_str().unwrap_or_default();
    let is_of_application = match parent_domain(instance) {
        Some(parent) => {
            let below = host.strip_suffix(parent);
            url.scheme() == "https" && below.is_some_and(|it| it.is_empty() || it.ends_with('.'))
        }
        None => url.scheme() == "http" && is_loopback(&url),
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    (is_of_application && is_plain).then_some(url).ok_or(ApiError::RETURN_URL)
}

/// The development browser that a request brings, or a new one.
pub(super) fn dev_browser(brought: Option<&str>) -> String {
    let is_one = |it: &&str| {
        let rest = it.strip_prefix("dvb_").unwrap_or_default();
        (1..=64).contains(&rest.len()) && rest.bytes().all(|it| it.is_ascii_alphanumeric())
    };
    brought.filter(is_one).map_or_else(|| random::id("dvb_"), ToOwned::to_owned)
}
