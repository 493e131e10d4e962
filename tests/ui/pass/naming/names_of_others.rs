//! Handlers that are named like crates, modules, primitives and types: the policy type has a name of
//! its own. None of it warns.

#![deny(warnings, missing_docs, unused)]
#![deny(clippy::pedantic, clippy::nursery, clippy::exhaustive_enums)]
#![forbid(non_camel_case_types)]

use axum::{Router, routing::get};
use clerk_auth::{Clerk, Subject, clerk_auth};

macro_rules! handlers {
    ($($name:ident)*) => {
        $(#[clerk_auth(accepts = "api_key")]
        async fn $name() {})*

        fn routes() -> Router<Clerk> {
            Router::new()$(.route(concat!("/", stringify!($name)), get($name)))*
        }
    };
}

handlers! { metrics json tokio tracing u32 str core clerk r#type größe_lesen v1_2 v1 __a list policy }

mod list {
    pub const LENGTH: u32 = 1;
}

mod list_notes {
    use clerk_auth::{Subject, clerk_auth};

    #[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
    pub async fn list_notes(subject: Subject) -> String {
        subject.to_string()
    }
}
pub use list_notes::list_notes;

struct Profile(String);

#[clerk_auth]
async fn profile(subject: Subject) -> String {
    Profile(subject.to_string()).0
}

/// Lists.
#[clerk_auth(permission = "org:notes:read", policy_name = Listing)]
pub async fn list_all(org_id: clerk_auth::OrgId) -> String {
    org_id.to_string()
}

fn main() {
    let _ = routes().route("/profile", get(profile)).route("/all", get(list_all));
    let notes = list_notes::ListNotesPolicy::POLICY;
    println!("{} {notes} {} {}", list::LENGTH, V1_2Policy::POLICY, GrößeLesenPolicy::POLICY);
    println!("{} {}", TypePolicy::POLICY, Listing::POLICY);
}
