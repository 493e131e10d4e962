//! Extractors of an application whose types have the names of ours.

use std::convert::Infallible;

use axum::{Router, extract::FromRequestParts, http::request::Parts, routing::get};
use clerk_auth::{Clerk, Guard, clerk_auth};

pub struct Subject(u8);
pub struct ApiKey(u8);

macro_rules! extractors {
    ($($name:ident)*) => {$(
        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Infallible;

            async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
                Ok(Self(1))
            }
        }
    )*};
}

extractors!(Subject ApiKey);

/// With a path, a pattern, or a name that applications have too.
#[clerk_auth]
async fn handler(topic: self::Subject, Subject(other): Subject, key: ApiKey) -> String {
    format!("{} {other} {}", topic.0, key.0)
}

/// The guard of another handler's policy is an extractor.
#[clerk_auth]
async fn twice(first: Guard<HandlerPolicy>) -> String {
    first.subject().to_string()
}

fn main() {
    let _: Router<Clerk> = Router::new().route("/1", get(handler)).route("/2", get(twice));
}
