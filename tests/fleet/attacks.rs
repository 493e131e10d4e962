//! An attacker who can write to the server, and callers with invalid tokens.

use std::{sync::Arc, thread::sleep, time::Duration};

use crate::{
    processes::wait_for,
    service::{SECOND, Service},
};

/// The names of all responses in the server.
fn responses(service: &Service) -> Vec<String> {
    let names = service.redis.cli(&["--raw", "KEYS", "clerk-auth:1:*:response"]);
    names.lines().map(Into::into).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_entries_admit_nobody() {
    let service = Service::start(&[("TEST_CACHE_MILLIS", "60000")]).await;
    let [good, bad] = [0, 1].map(|_| service.issuer.api_key("user_ada").opaque());
    service.issuer.revoke(&bad);
    assert_eq!(service.ask(0, &good).await.status, 200);
    wait_for("the response", || responses(&service).len() == 1);
    let name_of_good = responses(&service).remove(0);
    for attack in [
        // The approval of another token.
        &*format!("redis.call('SET', KEYS[1], redis.call('GET', '{name_of_good}'))"),
        "redis.call('SETRANGE', KEYS[1], 0, 'x')",
        "redis.call('SETRANGE', KEYS[1], 14, '\\0\\0\\1')",
        "redis.call('SETRANGE', KEYS[1], 22, '\\127')",
        "redis.call('SETRANGE', KEYS[1], 60, 'x')",
        "redis.call('APPEND', KEYS[1], 'x')",
        "redis.call('SET', KEYS[1], string.sub(redis.call('GET', KEYS[1]), 1, -2))",
        "redis.call('SET', KEYS[1], string.sub(redis.call('GET', KEYS[1]), 1, 20))",
        "redis.call('SET', KEYS[1], '')",
        "redis.call('SET', KEYS[1], string.rep('x', 10000000))",
        "redis.call('SET', KEYS[1], '1')",
        "redis.call('DEL', KEYS[1]) redis.call('HSET', KEYS[1], 'active', 'true')",
    ] {
        let bad_here = service.issuer.api_key("user_ada").opaque();
        service.issuer.revoke(&bad_here);
        assert_eq!(service.ask(0, &bad_here).await.status, 401);
        wait_for("the response", || responses(&service).len() == 2);
        service.redis.for_each("*:response", attack);
        // Replica 1 knows nothing of either, and asks Clerk.
        assert_eq!(service.ask(1, &bad_here).await.status, 401, "{attack}");
        assert_eq!(service.ask(2, &good).await.status, 200, "{attack}");
        wait_for("leases", || service.redis.cli(&["KEYS", "clerk-auth:1:*:lease"]).is_empty());
        service.redis.cli(&["FLUSHALL"]);
        let fresh = service.issuer.api_key("user_ada").opaque();
        assert_eq!(service.ask(0, &fresh).await.status, 200);
        wait_for("the response", || responses(&service).len() == 1);
        let moved = responses(&service).remove(0);
        service.redis.cli(&["RENAME", &moved, &name_of_good]);
    }
}

/// An attacker keeps a copy of an approval and puts it back after its end.
#[tokio::test(flavor = "multi_thread")]
async fn replayed_approval_admits_nobody_after_its_end() {
    let service = Service::start(&[]).await;
    let key = service.issuer.api_key("user_ada").opaque();
    assert_eq!(service.ask(0, &key).await.status, 200);
    wait_for("the response", || responses(&service).len() == 1);
    let name = responses(&service).remove(0);
    service.redis.cli(&["COPY", &name, "kept"]);
    service.redis.cli(&["PERSIST", "kept"]);
    service.issuer.revoke(&key);
    sleep(SECOND);
    for replica in 0..3 {
        service.redis.cli(&["COPY", "kept", &name, "REPLACE"]);
        assert_eq!(service.ask(replica, &key).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_of_an_attacker_delay_for_a_second_at_most() {
    let service = Service::start(&[]).await;
    for lease in ["'SET', name, 'x'", "'LPUSH', name, 'x'"] {
        let key = service.issuer.api_key("user_ada").opaque();
        assert_eq!(service.ask(0, &key).await.status, 200);
        wait_for("the response", || responses(&service).len() == 1);
        let name = responses(&service).remove(0).replace(":response", ":lease");
        service.redis.cli(&["FLUSHALL"]);
        let script = format!("local name = KEYS[1] redis.call({lease})");
        service.redis.cli(&["EVAL", &script, "1", &name]);
        let asked = service.ask(1, &key).await;
        assert_eq!(asked.status, 200);
        assert!(asked.time < SECOND + SECOND / 2, "{asked:?}");
        service.redis.cli(&["FLUSHALL"]);
    }
}

/// Calls of one type in ten seconds: 60, so 10 are the share of each replica.
async fn with_limit() -> Service {
    Service::start(&[("TEST_RATE_LIMIT", "60"), ("TEST_CACHE_MILLIS", "1000")]).await
}

async fn ask_about_new_tokens(service: &Service, count: usize, replica: impl Fn(usize) -> usize) {
    for number in 0..count {
        let token = service.issuer.oauth("user_ada").opaque();
        let status = service.ask(replica(number), &token).await.status;
        assert!(matches!(status, 200 | 503), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limiter_that_says_no_leaves_each_replica_its_share() {
    for forged in [
        "for slot = 0, 127 do redis.call('HSET', KEYS[1], slot, '99999999999 1000 1000') end",
        "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], 'x')",
    ] {
        let service = with_limit().await;
        // One call from the pool tells its name.
        ask_about_new_tokens(&service, 11, |_| 0).await;
        wait_for("the pool", || !service.redis.cli(&["KEYS", "clerk-auth:1:calls:*"]).is_empty());
        service.redis.for_each("calls:*", forged);
        service.redis.for_each("calls:*", "redis.call('PERSIST', KEYS[1])");
        ask_about_new_tokens(&service, 150, |number| number).await;
        assert_eq!(service.issuer.calls().oauth_verify, 11 + 20, "{forged}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limiter_that_says_yes_leaves_each_replica_the_limit() {
    let service = Arc::new(with_limit().await);
    let emptied = Arc::clone(&service);
    let attack = tokio::task::spawn_blocking(move || {
        for _ in 0..100 {
            emptied.redis.for_each("calls:*", "redis.call('DEL', KEYS[1])");
        }
    });
    ask_about_new_tokens(&service, 200, |_| 0).await;
    attack.await.unwrap();
    assert!(service.issuer.calls().oauth_verify <= 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn flood_of_forged_messages_makes_nobody_forget() {
    let service = Service::start(&[("TEST_CACHE_MILLIS", "60000")]).await;
    let key = service.issuer.api_key("user_ada").opaque();
    assert!(service.all_answer(&key, 200).await);
    let channel = service.redis.cli(&["PUBSUB", "CHANNELS", "clerk-auth:1:*"]);
    assert!(!channel.is_empty());
    let flood = "for i = 1, 20000 do redis.call('PUBLISH', KEYS[1], string.rep('x', i % 200)) end";
    service.redis.cli(&["EVAL", flood, "1", &channel]);
    for replica in 0..30 {
        let asked = service.ask(replica, &key).await;
        assert_eq!(asked.status, 200);
        assert!(asked.time < SECOND, "{asked:?}");
    }
    assert_eq!(service.verifications(), 1);
    // A real one is heard behind them.
    service.issuer.revoke(&key);
    service.forget(0, &key).await;
    sleep(Duration::from_millis(500));
    assert!(service.all_answer(&key, 401).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn jwts_cause_no_command_once_keys_are_known() {
    let service = Service::start(&[]).await;
    service.connect().await;
    let before = service.redis.commands();
    for number in 0..300 {
        let jwt = service.issuer.session(format!("user_{number}")).jwt();
        assert_eq!(service.ask(number, &jwt).await.status, 200);
        let forged = format!("{}x", service.issuer.session("user_ada").header("kid", "x").jwt());
        assert_eq!(service.ask(number, &forged).await.status, 401);
    }
    // Loads for unknown key IDs are shared: some eight of them in this time.
    let caused = service.redis.commands() - before;
    assert!(caused <= 40, "{caused} commands");
}

#[tokio::test(flavor = "multi_thread")]
async fn flood_of_distinct_tokens_is_bounded_in_commands_and_memory() {
    let service = with_limit().await;
    assert!(service.all_answer(&service.issuer.api_key("user_ada").opaque(), 200).await);
    let (scripts, memory) = (service.redis.scripts(), service.redis.memory());
    for number in 0..1000 {
        // No token at all, or none that is accepted, and none that is well-formed.
        let status = service.ask(number, &format!("oat_{number}ä")).await.status;
        assert!(matches!(status, 400 | 401), "{status}");
    }
    assert_eq!(service.redis.scripts(), scripts);
    for number in 0..2000 {
        let status = service.ask(number, &format!("oat_{number}")).await.status;
        assert!(matches!(status, 401 | 503), "{status}");
    }
    // A lookup, a question to the limiter, and the end of the lease.
    let caused = service.redis.scripts() - scripts;
    assert!(caused <= 3 * 2000 + 100, "{caused} scripts");
    let grown = service.redis.memory().saturating_sub(memory);
    assert!(grown < 1_000_000, "{grown} bytes");
    sleep(11 * SECOND);
    let names = service.redis.cli(&["--raw", "KEYS", "*"]);
    assert!(names.lines().count() <= 10, "{names}");
}
