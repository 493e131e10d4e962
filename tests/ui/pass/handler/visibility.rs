//! The policy is as visible as the handler, in modules and out of them.

#![deny(private_interfaces, unreachable_pub)]

use axum::{Router, routing::get};
use clerk_auth::{Clerk, Guarded, Policy};

mod notes {
    use clerk_auth::{Subject, clerk_auth};

    #[clerk_auth]
    pub(crate) async fn list(subject: Subject) -> String {
        subject.to_string()
    }

    #[clerk_auth]
    pub(super) async fn read() {}

    #[clerk_auth]
    pub(in crate::notes) async fn count() {}

    pub(crate) mod archive {
        #[clerk_auth::clerk_auth(accepts = "api_key")]
        pub(crate) async fn list() {
            super::CountPolicy::POLICY.to_string();
        }
    }
}

const POLICIES: [Policy; 3] =
    [notes::ListPolicy::POLICY, notes::ReadPolicy::POLICY, notes::archive::ListPolicy::POLICY];

fn policy<P: Guarded>() -> Policy {
    P::POLICY
}

fn main() {
    #[clerk_auth::clerk_auth]
    async fn inside_a_function() {}

    let _: Router<Clerk> = Router::new()
        .route("/1", get(notes::list))
        .route("/2", get(notes::read))
        .route("/3", get(notes::archive::list))
        .route("/4", get(inside_a_function));
    assert_eq!(POLICIES[2].to_string(), policy::<notes::archive::ListPolicy>().to_string());
}
