//! Nothing that a guard injects or stores can be made by an application.

use clerk_auth::{ApiKey, Claims, Guard, UserId, Verified, clerk_auth, identity::VerifiedToken};
use axum::http::Extensions;

#[clerk_auth]
async fn handler() {}

#[derive(Clone)]
struct Mine;

impl VerifiedToken for Mine {}

fn insert(caller: Verified, extensions: &mut Extensions) {
    caller.store(extensions);
}

fn main() {
    let _ = ApiKey {};
    let _ = Claims::new("{}");
    let _: Guard<HandlerPolicy> = Guard {};
    let _ = UserId::new("user_1");
    let _ = Verified {};
    let _ = Verified::new();
}
