//! The server fails while requests come: every answer is right, and none is late.

use std::{sync::Arc, thread::sleep, time::Duration};

use crate::{
    processes::{RedisServer, Replica, nowhere},
    service::{Asked, SECOND, Service},
};

/// What requests wait for the server in all, and what a busy machine of two cores adds.
const LONGEST: Duration = Duration::from_millis(50 + 350);

/// Tokens, and the status that each must get.
fn tokens(service: &Service) -> Vec<(String, u16)> {
    let mut tokens = vec![(service.issuer.session("user_ada").lives(600 * SECOND).jwt(), 200)];
    for _ in 0..4 {
        tokens.push((service.issuer.oauth("user_ada").opaque(), 200));
        tokens.push((service.issuer.api_key("user_ada").opaque(), 200));
        let revoked = service.issuer.api_key("user_ada").opaque();
        service.issuer.revoke(&revoked);
        tokens.push((revoked, 401));
    }
    tokens
}

/// Runs `fault` in the midst of requests, and checks each of them.
async fn run(service: &Arc<Service>, fault: impl FnOnce() + Send + 'static) {
    let tokens = tokens(service);
    let (texts, statuses): (Vec<_>, Vec<_>) = tokens.into_iter().unzip();
    let load = {
        let service = Arc::clone(service);
        tokio::spawn(async move { service.load(texts, 6, |_, time| time > 4 * SECOND).await })
    };
    tokio::time::sleep(SECOND).await;
    tokio::task::spawn_blocking(fault).await.unwrap();
    let asked = load.await.unwrap();
    assert!(asked.len() > 200, "{} requests", asked.len());
    for (token, Asked { status, time }) in &asked {
        assert_eq!(*status, statuses[*token]);
        assert!(*time < LONGEST, "{time:?}");
    }
}

/// A server that the fault owns, and replicas that are none the wiser.
async fn service() -> (Arc<Service>, RedisServer) {
    let settings = [("TEST_CACHE_MILLIS", "50"), ("TEST_RATE_LIMIT", "100000")];
    let mut service = Service::start(&settings).await;
    let redis = std::mem::replace(&mut service.redis, RedisServer::start());
    let jwt = service.issuer.session("user_ada").jwt();
    assert!(service.all_answer(&jwt, 200).await);
    service.until_health_is("Up").await;
    (Arc::new(service), redis)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_server_causes_no_wrong_answer() {
    let (service, mut redis) = service().await;
    run(&service, move || {
        redis.kill();
        sleep(SECOND);
        redis.start_again();
        sleep(SECOND);
        std::mem::forget(redis);
    })
    .await;
    service.until_health_is("Up").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_server_causes_no_wrong_answer() {
    let (service, redis) = service().await;
    let handle = Arc::clone(&service);
    run(&service, move || {
        redis.signal("STOP");
        sleep(SECOND);
        redis.signal("CONT");
        sleep(SECOND);
        std::mem::forget(redis);
        drop(handle);
    })
    .await;
    service.until_health_is("Up").await;
}
