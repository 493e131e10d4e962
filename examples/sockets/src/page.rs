//! The page of the chat, which another host serves.

use axum::response::Html;

/// The page, with the URL of the API and a token of the stand-in. A real page gets its token by
/// `clerk.session.getToken()`. `#first` in its URL sends the token as the first message.
pub fn page(api: &str, token: &str) -> Html<String> {
    let page = include_str!("page.html");
    Html(page.replace("{api}", api).replace("{token}", token))
}
