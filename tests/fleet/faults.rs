//! The server fails while requests come: every answer is right, and none is late.

use std::{sync::Arc, thread::sleep, time::Duration};

use clerk_auth::testing::{Answer, Endpoint};

use crate::{
    processes::{RedisServer, Replica, nowhere, wait_for},
    service::{Asked, SECOND, Service},
};

/// A request waits for the server for 50 milliseconds in all, and for a lease that could not be given
/// back for 300. The rest is for a busy machine of two cores.
const LONGEST: Duration = Duration::from_millis(50 + 300 + 250);

/// A fault, how it begins and how it ends.
type Fault = (&'static str, fn(&RedisServer), fn(&RedisServer));

const FAULTS: [Fault; 11] = [
    ("killed", |redis| redis.kill(), RedisServer::start_again),
    (
        "restarted",
        |redis| {
            redis.kill();
            redis.start_again();
        },
        |_| (),
    ),
    ("hanging", |redis| redis.signal("STOP"), |redis| redis.signal("CONT")),
    (
        "slow",
        |redis| {
            for _ in 0..10 {
                assert_eq!(redis.cli(&["CLIENT", "PAUSE", "60", "ALL"]), "OK");
                sleep(SECOND / 10);
            }
        },
        |_| (),
    ),
    (
        "flushed",
        |redis| {
            for _ in 0..20 {
                redis.cli(&["FLUSHALL"]);
            }
        },
        |_| (),
    ),
    (
        "full",
        |redis| drop(redis.cli(&["CONFIG", "SET", "maxmemory", "1"])),
        |redis| drop(redis.cli(&["CONFIG", "SET", "maxmemory", "0"])),
    ),
    (
        "read-only",
        |redis| drop(redis.cli(&["REPLICAOF", "127.0.0.1", "1"])),
        |redis| drop(redis.cli(&["REPLICAOF", "NO", "ONE"])),
    ),
    (
        "failing over",
        |redis| drop(redis.cli(&["CONFIG", "SET", "min-replicas-to-write", "1"])),
        |redis| drop(redis.cli(&["CONFIG", "SET", "min-replicas-to-write", "0"])),
    ),
    (
        "another password",
        |redis| {
            redis.cli(&["CONFIG", "SET", "requirepass", "another"]);
            redis.cli(&["-a", "another", "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        },
        |redis| drop(redis.cli(&["-a", "another", "CONFIG", "SET", "requirepass", ""])),
    ),
    (
        "cut connections",
        |redis| {
            redis.cli(&["CLIENT", "KILL", "TYPE", "pubsub"]);
            sleep(SECOND / 2);
            redis.cli(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        },
        |_| (),
    ),
    (
        "values of another type",
        |redis| {
            for _ in 0..10 {
                for pattern in ["*:response", "calls:*", "keys:*"] {
                    let script = "redis.call('DEL', KEYS[1]) redis.call('LPUSH', KEYS[1], 'x')";
                    redis.for_each(pattern, script);
                }
            }
        },
        |redis| drop(redis.cli(&["FLUSHALL"])),
    ),
];

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

fn assert_right(fault: &str, asked: &[(usize, Asked)], statuses: &[u16]) {
    assert!(asked.len() > 100, "{fault}: {} requests", asked.len());
    for (token, Asked { status, time }) in asked {
        assert_eq!(*status, statuses[*token], "{fault}");
        assert!(*time < LONGEST, "{fault}: {time:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_in_mid_load_causes_no_wrong_and_no_late_answer() {
    let settings = [("TEST_CACHE_MILLIS", "50"), ("TEST_RATE_LIMIT", "100000")];
    let service = Arc::new(Service::start(&settings).await);
    let (texts, statuses): (Vec<_>, Vec<_>) = tokens(&service).into_iter().unzip();
    service.connect().await;
    for (name, begin, end) in FAULTS {
        service.until_health_is("Up").await;
        let load = {
            let (service, texts) = (Arc::clone(&service), texts.clone());
            tokio::spawn(async move { service.load(texts, 6, |_, time| time > 3 * SECOND).await })
        };
        tokio::time::sleep(SECOND / 2).await;
        let faulty = Arc::clone(&service);
        let fault = tokio::task::spawn_blocking(move || {
            begin(&faulty.redis);
            sleep(SECOND);
            end(&faulty.redis);
        });
        fault.await.unwrap();
        assert_right(name, &load.await.unwrap(), &statuses);
    }
    service.until_health_is("Up").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_that_never_works_delays_nobody() {
    let mut service = Service::start(&[]).await;
    service.redis.cli(&["CONFIG", "SET", "requirepass", "another"]);
    let with_password = service.redis.url().replace("redis://", "redis://:wrong@");
    for fleet in [nowhere(), service.redis.url(), with_password] {
        let start = |_| Replica::start(&service.issuer, &fleet, &[("TEST_RATE_LIMIT", "100000")]);
        service.replicas = (0..3).map(start).collect();
        let (texts, statuses): (Vec<_>, Vec<_>) = tokens(&service).into_iter().unzip();
        let asked = service.load(texts, 3, |number, _| number > 300).await;
        assert_right(&fleet, &asked, &statuses);
        service.until_health_is("Down").await;
    }
    // It accepts connections, and replies to nothing.
    service.redis.signal("STOP");
    let start = |_| {
        let settings = [("TEST_RATE_LIMIT", "100000")];
        Replica::start(&service.issuer, &service.redis.url(), &settings)
    };
    service.replicas = (0..3).map(start).collect();
    let (texts, statuses): (Vec<_>, Vec<_>) = tokens(&service).into_iter().unzip();
    let asked = service.load(texts, 3, |number, _| number > 300).await;
    service.redis.signal("CONT");
    assert_right("hanging", &asked, &statuses);
}

/// What each replica knows itself counts as long as without a fleet.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_and_clerk_each_replica_does_as_alone() {
    let service = Service::start(&[("TEST_CACHE_MILLIS", "2000")]).await;
    let jwt = service.issuer.session("user_ada").lives(600 * SECOND).jwt();
    let key = service.issuer.api_key("user_ada").opaque();
    assert!(service.all_answer(&jwt, 200).await);
    assert!(service.all_answer(&key, 200).await);
    service.redis.kill();
    for endpoint in [Endpoint::KeySet, Endpoint::ApiKeyVerify] {
        service.issuer.answer_with(endpoint, Answer::status(503));
    }
    assert!(service.all_answer(&key, 200).await, "it is cached");
    tokio::time::sleep(2 * SECOND).await;
    assert!(service.all_answer(&key, 503).await);
    assert!(service.all_answer(&jwt, 200).await);
    service.issuer.answer_normally();
    assert!(service.all_answer(&key, 200).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn replica_that_ends_in_a_call_delays_others_by_its_lease() {
    let mut service = Service::start(&[]).await;
    service.connect().await;
    let key = service.issuer.api_key("user_ada").opaque();
    service.issuer.answer_once(Endpoint::ApiKeyVerify, Answer::hang());
    let first = service.replicas.remove(0);
    let url = first.url.clone();
    let request = reqwest::Client::new().get(url).header("authorization", format!("Bearer {key}"));
    let request = tokio::spawn(request.send());
    wait_for("the call", || service.verifications() == 1);
    drop(first);
    assert!(request.await.unwrap().is_err());
    let asked = service.ask(0, &key).await;
    assert_eq!(asked.status, 200);
    assert!(asked.time < LONGEST, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_message_leaves_an_approval_until_its_end() {
    let service = Service::start(&[("TEST_CACHE_MILLIS", "3000")]).await;
    let key = service.issuer.api_key("user_ada").opaque();
    assert!(service.all_answer(&key, 200).await);
    service.redis.kill();
    service.issuer.revoke(&key);
    service.forget(0, &key).await;
    assert_eq!(service.ask(0, &key).await.status, 401);
    assert_eq!(service.ask(1, &key).await.status, 200, "it did not hear it");
    tokio::time::sleep(3 * SECOND).await;
    assert!(service.all_answer(&key, 401).await);
}
