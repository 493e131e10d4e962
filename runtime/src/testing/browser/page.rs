//! The pages of the issuer: escaped text under a policy that loads only their style.

use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use reqwest::Url;

use super::{super::instance::Instance, request::FORM};

/// A page with one form.
pub(super) struct Page {
    pub(super) title: &'static str,
    /// HTML with a form in it.
    pub(super) body: String,
    pub(super) form_token: String,
    /// Where the form leads.
    pub(super) leads_to: Option<Url>,
}

impl Page {
    pub(super) fn respond(self, instance: &Instance) -> Response {
        let Self { title, body, form_token, leads_to } = self;
        let token = hidden("form_token", &form_token);
        let body = body.replacen("</form>", &format!("{token}</form>"), 1);
        let to = leads_to.as_ref().map(|url| url.origin().ascii_serialization());
        let for_site = to.as_ref().map(|origin| format!("<p>for {}</p>", escape(origin)));
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title><link rel=\"stylesheet\" href=\"/page.css\"></head>\
             <body><main><p class=\"note\">Local stand-in for Clerk: no password, no real account</p>\
             {body}{}</main></body></html>",
            for_site.unwrap_or_default(),
        );
        // Browsers hold the redirect that answers a form to `form-action` too.
        let policy = format!(
            "default-src 'none'; style-src 'self'; form-action 'self' {}; base-uri 'none'; \
             frame-ancestors 'none'",
            to.unwrap_or_default(),
        );
        let secure = if instance.name.is_production { "; Secure" } else { "" };
        let cookie = format!("{FORM}={form_token}; Path=/; HttpOnly; SameSite=Strict{secure}");
        let fields = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            // With a stricter one, the form would come without its origin.
            (REFERRER_POLICY, "same-origin"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (X_FRAME_OPTIONS, "DENY"),
        ];
        (fields, [(CONTENT_SECURITY_POLICY, policy), (SET_COOKIE, cookie)], html).into_response()
    }
}

/// `GET /page.css`.
pub(in crate::testing) async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page.css"))
}

pub(super) fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
}

/// Text that stays text in an element and in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
