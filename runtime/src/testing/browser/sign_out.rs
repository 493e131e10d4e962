//! The sign-out page, and its form. An application's own cookies expire by themselves.

use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, StatusCode,
    header::{CACHE_CONTROL, LOCATION, SET_COOKIE},
};
use serde::Deserialize;

use super::{
    super::{api_error::ApiError, api_request::SharedInstance},
    cookies,
    page::{Page, hidden},
    request::{form_token, only_own_form, return_url},
};
use crate::request::cookie::find;

#[derive(Deserialize)]
pub(in crate::testing) struct SignOutQuery {
    redirect_url: Option<String>,
}

/// `GET /sign-out`.
pub(in crate::testing) async fn sign_out_page(
    State(instance): SharedInstance,
    headers: HeaderMap,
    Query(SignOutQuery { redirect_url }): Query<SignOutQuery>,
) -> Result<Response, ApiError> {
    let url = redirect_url.map(|url| return_url(&instance, &url)).transpose()?;
    let text = url.as_ref().map_or("", |url| url.as_str());
    let body = format!(
        "<h1>Sign out</h1><form method=\"post\" action=\"/sign-out\">{}\
         <button><b>Sign out</b><small>Ends the session of this browser</small></button></form>",
        hidden("redirect_url", text),
    );
    Ok(Page { title: "Sign out", body, form_token: form_token(&headers), leads_to: url }
        .respond(&instance))
}

#[derive(Deserialize)]
pub(in crate::testing) struct SignOutForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    redirect_url: String,
}

/// `POST /sign-out`.
pub(in crate::testing) async fn sign_out(
    State(instance): SharedInstance,
    headers: HeaderMap,
    Form(form): Form<SignOutForm>,
) -> Result<Response, ApiError> {
    only_own_form(&headers, &form.form_token)?;
    let target = if form.redirect_url.is_empty() {
        "/sign-in".to_owned()
    } else {
        return_url(&instance, &form.redirect_url)?.into()
    };
    if let Some(client) = find(&headers, "__client") {
        instance.browser.sessions().end_of_client(&client);
    }
    let fields = [(SET_COOKIE, cookies::client(&instance, None)), (LOCATION, target)];
    Ok((StatusCode::SEE_OTHER, [(CACHE_CONTROL, "no-store")], fields).into_response())
}
