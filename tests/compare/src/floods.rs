//! 10,000 requests that could each cause a question to Clerk: how many do.

use std::{
    future::{Future, poll_fn},
    task::Poll,
};

use axum::{Router, body::Body, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_auth::{Clerk, clerk_auth};
use http::{Request, header::AUTHORIZATION};
use tokio::runtime::Builder;
use tower::ServiceExt;

use crate::world::{USER, World};

const REQUESTS: usize = 10_000;

#[clerk_auth(accepts = "any")]
async fn anybody() {}

pub struct Questions {
    pub one_opaque_token: usize,
    pub unknown_key_ids: usize,
}

/// On one thread, so that nothing is answered before all have asked.
pub fn measure(world: &World) -> Questions {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(ask(world))
}

async fn ask(world: &World) -> Questions {
    let clerk = world.clerk(|clerk| clerk).await;
    let before = world.issuer.calls();
    at_once(&clerk, &world.issuer.oauth(USER).opaque()).await;
    let one_opaque_token = world.issuer.calls().total() - before.total();
    let before = world.issuer.calls();
    strangers(&clerk, &world.token).await;
    let unknown_key_ids = world.issuer.calls().total() - before.total();
    Questions { one_opaque_token, unknown_key_ids }
}

/// All of them wait before the first is answered.
async fn at_once(clerk: &Clerk, token: &str) {
    let mut requests: Vec<_> = (0..REQUESTS).map(|_| Box::pin(status(clerk, token))).collect();
    for request in &mut requests {
        poll_fn(|context| {
            assert!(request.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    for request in requests {
        assert_eq!(request.await, 200);
    }
}

/// Each with a key id of its own, one after the other.
async fn strangers(clerk: &Clerk, token: &str) {
    let rest = token.split_once('.').unwrap().1;
    for number in 0..REQUESTS {
        let header =
            serde_json::json!({ "alg": "RS256", "typ": "at+jwt", "kid": format!("ins_{number}") });
        let token = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()));
        assert_eq!(status(clerk, &token).await, 401);
    }
}

async fn status(clerk: &Clerk, token: &str) -> u16 {
    let router: Router = Router::new().route("/", get(anybody)).with_state(clerk.clone());
    let request = Request::get("/").header(AUTHORIZATION, format!("Bearer {token}"));
    let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    answer.status().as_u16()
}
