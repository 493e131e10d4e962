//! A rate limit for each subject. The guard's layer stands in front of the limit.

use axum::{Router, extract::Request, routing::get};
use clerk_auth::{Clerk, ClerkLayer, clerk_auth, verified};
use tower_governor::{
    GovernorError, GovernorLayer, governor::GovernorConfigBuilder, key_extractor::KeyExtractor,
};

#[clerk_auth(accepts = "api_key")]
struct Keys;

/// The subject of the verified caller.
#[derive(Clone)]
struct BySubject;

impl KeyExtractor for BySubject {
    type Key = String;

    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<String, GovernorError> {
        let caller = verified(request.extensions()).ok_or(GovernorError::UnableToExtractKey)?;
        Ok(caller.subject().to_string())
    }
}

/// Each subject has two requests at once, and one more each minute.
pub fn app(clerk: Clerk) -> Option<Router> {
    let limit = GovernorConfigBuilder::default()
        .per_second(60)
        .burst_size(2)
        .key_extractor(BySubject)
        .finish()?;
    // The layer that is added last runs first.
    let app = Router::new()
        .route("/report", get(async |_: Request| "report"))
        .layer(GovernorLayer::new(limit))
        .layer(ClerkLayer::new(clerk, Keys::POLICY));
    Some(app)
}
