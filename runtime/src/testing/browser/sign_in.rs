//! The sign-in page, and its form.

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
    page::{Page, escape, hidden},
    request::{dev_browser, form_token, only_own_form, return_url},
    sessions::BrowserSession,
};
use crate::request::cookie::find;

#[derive(Deserialize)]
pub(in crate::testing) struct SignInQuery {
    redirect_url: Option<String>,
    #[serde(rename = "__clerk_db_jwt")]
    dev_browser: Option<String>,
}

/// `GET /sign-in`.
pub(in crate::testing) async fn sign_in_page(
    State(instance): SharedInstance,
    headers: HeaderMap,
    Query(SignInQuery { redirect_url, dev_browser }): Query<SignInQuery>,
) -> Result<Response, ApiError> {
    let url = redirect_url.map(|url| return_url(&instance, &url)).transpose()?;
    let (now, client) = (instance.now(), find(&headers, "__client").unwrap_or_default());
    let current = instance.browser.sessions().of_client(&client, now).cloned();
    let row = |user: &super::DevUser, organization: &str, text: &str| {
        format!(
            "<li><button name=\"account\" value=\"{} {organization}\"><b>{}</b><small>{}</small></button>",
            escape(&user.id),
            escape(user.name()),
            escape(text),
        )
    };
    let rows: String = (instance.browser.users.iter())
        .flat_map(|user| {
            let organizations = user
                .memberships
                .iter()
                .map(|it| row(user, &escape(&it.id), &format!("{}, {}", it.slug, it.role)));
            organizations.chain([row(user, "", "no organization")]).collect::<Vec<_>>()
        })
        .collect();
    let signed_in = current.map(|session| {
        let name = escape(session.user.name());
        format!("<p>This browser is signed in as <b>{name}</b>. A choice replaces the session.</p>")
    });
    let text = url.as_ref().map_or("", |url| url.as_str());
    let body = format!(
        "<h1>Sign in</h1>{}<form method=\"post\" action=\"/sign-in\">{}{}<ul>{rows}</ul>\
         <label><input type=\"checkbox\" name=\"pending\" value=\"true\"> \
         Leave the session pending: a second factor is not set up yet</label></form>",
        signed_in.unwrap_or_default(),
        hidden("redirect_url", text),
        hidden("__clerk_db_jwt", &dev_browser.unwrap_or_default()),
    );
    Ok(Page { title: "Sign in", body, form_token: form_token(&headers), leads_to: url }
        .respond(&instance))
}

#[derive(Deserialize)]
pub(in crate::testing) struct SignInForm {
    #[serde(default)]
    form_token: String,
    /// The IDs of a user and of an organization, with a space between.
    #[serde(default)]
    account: String,
    #[serde(default)]
    pending: bool,
    #[serde(default)]
    redirect_url: String,
    #[serde(rename = "__clerk_db_jwt")]
    dev_browser: Option<String>,
}

/// `POST /sign-in`.
pub(in crate::testing) async fn sign_in(
    State(instance): SharedInstance,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, ApiError> {
    only_own_form(&headers, &form.form_token)?;
    let target = if form.redirect_url.is_empty() {
        "/sign-in".to_owned()
    } else {
        let mut url = return_url(&instance, &form.redirect_url)?;
        if !instance.name.is_production {
            let dev_browser = dev_browser(form.dev_browser.as_deref());
            url.query_pairs_mut().append_pair("__clerk_db_jwt", &dev_browser);
        }
        url.into()
    };
    let (user, organization) = form.account.split_once(' ').unwrap_or((&form.account, ""));
    let user = instance.browser.users.iter().find(|it| it.id == user).ok_or(ApiError::BODY)?;
    let membership = user.memberships.iter().find(|it| it.id == organization).cloned();
    if membership.is_none() && !organization.is_empty() {
        return Err(ApiError::BODY);
    }
    let session = BrowserSession::new(user.clone(), membership, form.pending, instance.now());
    let cookie = cookies::client(&instance, Some(&session.client));
    instance.browser.sessions().start(session, find(&headers, "__client").as_deref());
    let fields = [(SET_COOKIE, cookie), (LOCATION, target)];
    Ok((StatusCode::SEE_OTHER, [(CACHE_CONTROL, "no-store")], fields).into_response())
}
