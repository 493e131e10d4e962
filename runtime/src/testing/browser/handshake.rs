//! The handshake: tells an application the cookies of the session that a browser has here.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, StatusCode,
    header::{CACHE_CONTROL, LOCATION, SET_COOKIE},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        api_error::ApiError,
        api_request::{KeyOwner, SharedInstance},
        instance::Instance,
    },
    cookies::{self, AppCookies},
    request::{dev_browser, only_navigation, return_url},
    user::Membership,
};
use crate::request::cookie::find;

#[derive(Deserialize)]
pub(in crate::testing) struct HandshakeQuery {
    #[serde(default)]
    redirect_url: String,
    #[serde(rename = "__clerk_db_jwt")]
    dev_browser: Option<String>,
    /// The ID or slug of an organization to activate; empty for none.
    organization_id: Option<String>,
}

/// `GET /v1/client/handshake`.
pub(in crate::testing) async fn handshake(
    State(instance): SharedInstance,
    headers: HeaderMap,
    Query(asked): Query<HandshakeQuery>,
) -> Result<Response, ApiError> {
    only_navigation(&headers)?;
    let mut url = return_url(&instance, &asked.redirect_url)?;
    let origin = url.origin().ascii_serialization();
    let mut directives = session_cookies(&instance, &headers, &asked, &origin);
    let is_production = instance.name.is_production;
    if !is_production {
        let dev_browser = dev_browser(asked.dev_browser.as_deref());
        directives.extend(AppCookies::of(&instance).dev_browser(&dev_browser));
    }
    let (name, value) = if instance.browser.by_token {
        ("__clerk_handshake", handshake_token(&instance, &directives))
    } else {
        let now = instance.now();
        let nonce = instance.browser.sessions().store_payload(directives, now);
        ("__clerk_handshake_nonce", nonce)
    };
    let fields = [(CACHE_CONTROL, "no-store")];
    // A production instance shares a domain with the application, and can set a cookie there.
    if is_production {
        let cookie = cookies::handshake(&instance, name, &value);
        let fields = (fields, [(SET_COOKIE, cookie), (LOCATION, url.into())]);
        return Ok((StatusCode::TEMPORARY_REDIRECT, fields.0, fields.1).into_response());
    }
    url.query_pairs_mut().append_pair(name, &value);
    Ok((StatusCode::TEMPORARY_REDIRECT, fields, [(LOCATION, String::from(url))]).into_response())
}

fn session_cookies(
    instance: &Arc<Instance>,
    headers: &HeaderMap,
    asked: &HandshakeQuery,
    origin: &str,
) -> Vec<String> {
    let (now, client) = (instance.now(), find(headers, "__client").unwrap_or_default());
    let session = instance.browser.sessions().of_client(&client, now).map(|session| {
        if let Some(wanted) = &asked.organization_id {
            let mut of_user = session.user.memberships.iter();
            let is_wanted = |it: &&Membership| it.id == *wanted || it.slug == *wanted;
            let membership = of_user.find(is_wanted).cloned();
            if membership.is_some() || wanted.is_empty() {
                session.membership = membership;
            }
        }
        session.clone()
    });
    let cookies = AppCookies::of(instance);
    let Some(session) = session else {
        return [cookies.no_session(), cookies.client_uat(0)].concat();
    };
    let token = session.token(instance, origin);
    let since = session.since.0.div_euclid(1000);
    [cookies.session(&token, &session.refresh_token), cookies.client_uat(since)].concat()
}

fn handshake_token(instance: &Instance, directives: &[String]) -> String {
    let key = instance.key();
    let header = json!({ "alg": "RS256", "kid": key.id, "typ": "JWT" });
    let payload = json!({ "handshake": directives });
    key.sign(header.to_string().as_bytes(), payload.to_string().as_bytes())
}

#[derive(Deserialize)]
pub(in crate::testing) struct PayloadQuery {
    #[serde(default)]
    nonce: String,
}

/// `GET /v1/clients/handshake_payload`.
pub(in crate::testing) async fn handshake_payload(
    State(instance): SharedInstance,
    headers: HeaderMap,
    Query(PayloadQuery { nonce }): Query<PayloadQuery>,
) -> Result<Json<Value>, ApiError> {
    KeyOwner::instance(&instance, &headers)?;
    let now = instance.now();
    let directives = instance.browser.sessions().take_payload(&nonce, now);
    Ok(Json(json!({ "directives": directives.ok_or(ApiError::NOT_FOUND)? })))
}
