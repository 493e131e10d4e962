use clerk_auth::clerk_auth;

use axum::http::HeaderMap as H;

#[clerk_auth]
#[rustfmt::skip]
async fn handler(
    _: H, _: H, _: H, _: H, _: H, _: H, _: H, _: H,
    _: H, _: H, _: H, _: H, _: H, _: H, _: H, last: H,
) {}

fn main() {}
