//! `crate = path` where the crate has another name, or is reached through another crate.

use ::clerk_auth as renamed;
use axum::{Router, routing::get};

mod platform {
    pub mod auth {
        pub use clerk_auth::*;
    }
}

/// Nothing but the given path can find the runtime.
mod clerk_auth {}

#[renamed::clerk_auth(crate = renamed, accepts = "oauth_token", scopes = any("a", "b"))]
async fn by_import(subject: renamed::Subject) -> String {
    subject.to_string()
}

#[platform::auth::clerk_auth(crate = crate::platform::auth, optional)]
async fn by_path(subject: Option<platform::auth::Subject>, guard: platform::auth::Guard) -> String {
    format!("{} {}", subject.is_some(), guard.maybe_subject().is_some())
}

mod nested {
    #[super::renamed::clerk_auth(crate = super::renamed, reverification = "strict")]
    pub async fn by_super(claims: Vec<u8>) -> Vec<u8> {
        claims
    }

    pub const POLICY: super::renamed::Policy =
        super::renamed::policy!(crate = ::clerk_auth, accepts = "api_key");
}

fn main() {
    let _: Router<renamed::Clerk> = Router::new()
        .route("/1", get(by_import))
        .route("/2", get(by_path))
        .route("/3", get(nested::by_super));
    println!("{}", nested::POLICY);
}
