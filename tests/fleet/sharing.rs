//! What replicas share: responses, the rate limit, the key set, revocations.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use clerk_auth::testing::{Answer, Endpoint};
use tokio::time::sleep;

use crate::{
    processes::{Replica, wait_for},
    service::{SECOND, Service, verifications},
};

#[tokio::test(flavor = "multi_thread")]
async fn one_token_on_three_replicas_causes_one_call_per_ttl() {
    let service = Service::start(&[]).await;
    let token = service.issuer.oauth("user_ada").opaque();
    service.connect().await;
    let started_at = Instant::now();
    let asked = service.load(vec![token], 60, |number, _| number >= 10_000).await;
    let seconds = usize::try_from(started_at.elapsed().as_secs()).unwrap() + 1;
    assert_eq!(asked.len(), 10_000);
    assert!(asked.iter().all(|(_, asked)| asked.status == 200));
    let calls = service.verifications();
    assert!(calls <= seconds, "{calls} calls in {seconds} seconds");
}

/// The most calls that arrive in any ten seconds are counted at Clerk.
#[tokio::test(flavor = "multi_thread")]
async fn demand_of_three_times_the_limit_never_exceeds_it() {
    const LIMIT: usize = 60;
    let settings = [("TEST_RATE_LIMIT", "60"), ("TEST_CACHE_MILLIS", "100")];
    let service = Service::start(&settings).await;
    let tokens: Vec<String> = (0..100).map(|_| service.issuer.oauth("user_ada").opaque()).collect();
    let is_over = Arc::new(AtomicBool::new(false));
    let counting = {
        let (issuer, is_over) = (service.issuer.clone(), Arc::clone(&is_over));
        tokio::spawn(async move {
            let started_at = Instant::now();
            let mut counts: Vec<(Duration, usize)> = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                counts.push((started_at.elapsed(), verifications(&issuer)));
                sleep(Duration::from_millis(5)).await;
            }
            counts
        })
    };
    // At least 18 requests a second about tokens that are not cached.
    let asked = service.load(tokens, 4, |_, time| {
        std::thread::sleep(Duration::from_millis(20));
        time > 32 * SECOND
    });
    let asked = asked.await;
    is_over.store(true, Ordering::Relaxed);
    let counts = counting.await.unwrap();
    assert!(asked.iter().all(|(_, asked)| matches!(asked.status, 200 | 503)));
    assert!(asked.len() > 3 * 3 * LIMIT, "{} requests", asked.len());
    let most = counts.iter().map(|(from, before)| {
        let within = counts.iter().take_while(|(at, _)| *at <= *from + 10 * SECOND);
        within.last().unwrap().1 - before
    });
    let most = most.max().unwrap();
    let all = counts.last().unwrap().1;
    assert!(most <= LIMIT, "{most} calls in ten seconds");
    // And the limit is used: three windows.
    assert!(all >= 3 * LIMIT * 9 / 10, "{all} calls in all");
}

#[tokio::test(flavor = "multi_thread")]
async fn replica_that_starts_in_an_outage_verifies_jwts() {
    let mut service = Service::start(&[]).await;
    let jwt = service.issuer.session("user_ada").jwt();
    assert_eq!(service.ask(0, &jwt).await.status, 200);
    wait_for("the keys", || !service.redis.cli(&["KEYS", "clerk-auth:1:keys:*"]).is_empty());
    for outage in [Answer::hang(), Answer::status(503)] {
        service.issuer.answer_with(Endpoint::KeySet, outage);
        let replica = Replica::start(&service.issuer, &service.redis.url(), &[]);
        service.replicas = vec![replica];
        let asked = service.ask(0, &jwt).await;
        assert_eq!(asked.status, 200);
        assert!(asked.time < SECOND, "{asked:?}");
    }
    service.redis.cli(&["FLUSHALL"]);
    service.replicas = vec![Replica::start(&service.issuer, &service.redis.url(), &[])];
    assert_eq!(service.ask(0, &jwt).await.status, 503, "without shared keys");
}

#[tokio::test(flavor = "multi_thread")]
async fn revocation_is_seen_everywhere_within_a_second() {
    let service = Service::start(&[("TEST_CACHE_MILLIS", "60000")]).await;
    for _ in 0..10 {
        let key = service.issuer.api_key("user_ada").opaque();
        assert!(service.all_answer(&key, 200).await);
        service.issuer.revoke(&key);
        assert!(service.all_answer(&key, 200).await, "it is cached");
        let started_at = Instant::now();
        service.forget(1, &key).await;
        while !service.all_answer(&key, 401).await {
            assert!(started_at.elapsed() < SECOND);
        }
    }
}

/// Requests run while the token is revoked. What was asked before must not be used after.
#[tokio::test(flavor = "multi_thread")]
async fn revocation_in_mid_load_is_not_undone() {
    let service = Arc::new(Service::start(&[("TEST_CACHE_MILLIS", "60000")]).await);
    for _ in 0..10 {
        let key = service.issuer.api_key("user_ada").opaque();
        let load = {
            let (service, key) = (Arc::clone(&service), key.clone());
            let is_over = |_, time| time > Duration::from_millis(300);
            tokio::spawn(async move { service.load(vec![key], 12, is_over).await })
        };
        sleep(Duration::from_millis(20)).await;
        service.issuer.revoke(&key);
        service.forget(0, &key).await;
        let asked = load.await.unwrap();
        assert!(asked.iter().all(|(_, asked)| matches!(asked.status, 200 | 401)));
        assert!(service.all_answer(&key, 401).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn services_with_other_rules_share_a_server() {
    let mut service = Service::start(&[]).await;
    let start = |settings: &[_]| Replica::start(&service.issuer, &service.redis.url(), settings);
    let machine = [
        ("CLERK_MACHINE_SECRET_KEY", service.issuer.machine_secret_key()),
        ("CLERK_MACHINE_ID", service.issuer.machine_id()),
    ];
    service.replicas = vec![
        start(&[("CLERK_AUDIENCE", "https://a.example"), ("CLERK_ANY_MACHINE", "true")]),
        start(&[("CLERK_AUDIENCE", "https://b.example"), ("CLERK_ANY_MACHINE", "true")]),
        start(&machine),
    ];
    let token = service.issuer.oauth("user_ada").audience(["https://a.example"]).opaque();
    let other = service.issuer.m2m("mch_caller").recipients(["mch_other"]).opaque();
    for _ in 0..3 {
        for (replica, of_token, of_other) in [(0, 200, 200), (1, 401, 200), (2, 200, 401)] {
            assert_eq!(service.ask(replica, &token).await.status, of_token, "replica {replica}");
            assert_eq!(service.ask(replica, &other).await.status, of_other, "replica {replica}");
        }
    }
}
