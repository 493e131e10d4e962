//! Handlers that a macro writes: its fragments arrive in invisible groups.

use axum::{Router, extract::Path, http::HeaderMap, routing::get};
use clerk_auth::{Clerk, Scope, Subject, clerk_auth};

const READ_NOTES: Scope = Scope::new("read:notes");

macro_rules! handler {
    ($visibility:vis $name:ident, $accepts:literal, $scope:path, $extractor:ty, $body:block) => {
        #[clerk_auth(accepts = $accepts, scopes = $scope)]
        $visibility async fn $name(_: $extractor) -> String $body
    };
}

macro_rules! with_meta {
    ($(#[$meta:meta])* $name:ident($($parameter:ident: $kind:ty),*) $result:expr) => {
        $(#[$meta])*
        async fn $name($($parameter: $kind),*) -> String {
            $result.to_owned()
        }
    };
}

macro_rules! with_tokens {
    ([$($arguments:tt)*] $item:item) => {
        #[clerk_auth($($arguments)*)]
        $item
    };
}

macro_rules! scoped {
    ($name:ident, $first:literal $(, $scope:literal)*) => {
        #[clerk_auth(accepts = "oauth_token", scopes = any($first $(, $scope)*))]
        async fn $name(subject: Subject) -> String {
            subject.to_string()
        }
    };
}

handler!(pub(crate) list, "oauth_token", READ_NOTES, HeaderMap, { String::new() });
handler!(read, "api_key", self::READ_NOTES, Path<u64>, { "read".to_owned() });
with_meta!(#[clerk_auth(accepts = "m2m_token")] count(_value: HeaderMap) "0");
with_tokens!([session_token(role = "org:admin"), api_key] async fn delete(subject: Subject) -> String {
    subject.to_string()
});
scoped!(share, "admin", "share:notes");

fn main() {
    let _: Router<Clerk> = Router::new()
        .route("/1", get(list))
        .route("/2", get(read))
        .route("/3", get(count))
        .route("/4", get(delete))
        .route("/5", get(share));
}
