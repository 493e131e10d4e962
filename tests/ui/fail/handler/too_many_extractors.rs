use axum::http::HeaderMap as H;
use clerk_auth::clerk_auth;

#[clerk_auth]
#[rustfmt::skip]
async fn handler(
    _: H, _: H, _: H, _: H, _: H, _: H, _: H, _: H,
    _: H, _: H, _: H, _: H, _: H, _: H, _: H, last: H,
) {
    drop(last);
}

fn main() {}
