//! Several `Clerk`s of one test share a store in its memory.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{
    memory::{Fault, MemoryStore},
    store::StoreError,
};
use crate::{
    Clerk, ClerkBuilder, Identity,
    health::{FleetHealth, KeyHealth},
    policy::OpaqueTokenType,
    testing::{Answer, DevIssuer, Endpoint, TestClock},
};

const SECOND: Duration = Duration::from_secs(1);
const TYPES: [OpaqueTokenType; 3] =
    [OpaqueTokenType::OAuthToken, OpaqueTokenType::M2mToken, OpaqueTokenType::ApiKey];

/// An instance of Clerk, and what its replicas share.
struct Service {
    issuer: DevIssuer,
    clock: TestClock,
    store: MemoryStore,
}

impl Service {
    async fn start() -> Self {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let store = MemoryStore::default();
        store.set_calls(usize::MAX);
        Self { issuer, clock, store }
    }

    /// One of three replicas, which caches approvals for a second.
    fn replica(&self) -> Clerk {
        self.with(|clerk| clerk)
    }

    fn with(&self, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Clerk {
        let clerk = cached(self.issuer.clerk(), SECOND).store(self.store.clone(), 3);
        set(clerk).build().unwrap()
    }

    fn tokens(&self) -> [String; 3] {
        let machine = self.issuer.machine_id();
        [
            self.issuer.oauth("user_ada").opaque(),
            self.issuer.m2m("mch_caller").recipients([machine]).opaque(),
            self.issuer.api_key("user_ada").opaque(),
        ]
    }

    fn verifications(&self) -> usize {
        let calls = self.issuer.calls();
        calls.oauth_verify + calls.m2m_verify + calls.api_key_verify
    }

    /// Waits until what was learned is stored, and no lease is held.
    async fn stored(&self, entries: usize) {
        until(|| {
            let values = self.store.values();
            let count = |end: &str| values.keys().filter(|name| name.ends_with(end)).count();
            count(":response") == entries && count(":lease") == 0
        })
        .await;
    }

    fn set_all(&self, change: impl Fn(&mut Vec<u8>)) {
        let mut values = self.store.values();
        values.values_mut().for_each(change);
    }
}

fn cached(mut clerk: ClerkBuilder, time: Duration) -> ClerkBuilder {
    for token_type in TYPES {
        clerk = clerk.opaque_cache(token_type, time);
    }
    clerk
}

async fn until(is_reached: impl Fn() -> bool) {
    let reached = async {
        while !is_reached() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(10 * SECOND, reached).await.unwrap();
}

async fn accepts(clerk: &Clerk, token: &str) -> bool {
    clerk.verifier().verify(token.as_bytes(), |_| true).await.is_ok()
}

#[tokio::test]
async fn response_to_one_replica_serves_all() {
    let service = Service::start().await;
    let replicas = [service.replica(), service.replica(), service.replica()];
    for (number, token) in service.tokens().iter().enumerate() {
        for clerk in &replicas {
            assert!(accepts(clerk, token).await);
            service.stored(number + 1).await;
        }
        assert_eq!(service.verifications(), number + 1);
    }
    for token in service.tokens() {
        service.issuer.revoke(&token);
        let before = service.verifications();
        for clerk in &replicas {
            assert!(!accepts(clerk, &token).await);
            until(|| !service.store.values().keys().any(|name| name.ends_with(":lease"))).await;
        }
        assert_eq!(service.verifications(), before + 1, "a rejection is shared too");
    }
    assert!(replicas.iter().all(|clerk| clerk.health().fleet == FleetHealth::Up));
}

#[tokio::test]
async fn concurrent_replicas_make_one_call() {
    let service = Service::start().await;
    for token in service.tokens() {
        let before = service.verifications();
        let replicas: Vec<Clerk> = (0..10).map(|_| service.replica()).collect();
        let asked = replicas.iter().map(|clerk| accepts(clerk, &token));
        assert_eq!(futures_util::future::join_all(asked).await, [true; 10]);
        assert_eq!(service.verifications(), before + 1);
    }
}

/// Seconds that the first replica and the second cache approvals for, and until when the second uses
/// what the first was told.
#[tokio::test]
async fn approval_is_believed_for_the_time_of_the_reader() {
    for (first, second, until) in [(10, 10, 10), (10, 3, 3), (3, 10, 3), (10, 0, 0)] {
        let service = Service::start().await;
        let with = |time| service.with(|clerk| cached(clerk, time * SECOND));
        let token = &service.tokens()[0];
        assert!(accepts(&with(first), token).await);
        service.stored(1).await;
        service.issuer.revoke(token);
        for second_later in 0..=until {
            // A replica that knows nothing itself.
            let is_accepted = accepts(&with(second), token).await;
            assert_eq!(is_accepted, second_later < until, "{first} {second} {second_later}");
            service.clock.advance(SECOND);
        }
    }
}

#[tokio::test]
async fn response_from_the_future_is_not_used() {
    let service = Service::start().await;
    let token = &service.tokens()[0];
    assert!(accepts(&service.replica(), token).await);
    service.stored(1).await;
    service.issuer.revoke(token);
    service.clock.set_wall(1_799_999_999);
    assert!(!accepts(&service.replica(), token).await);
}

/// Whoever writes to the store can make no token good.
#[tokio::test]
async fn entry_of_an_attacker_admits_nobody() {
    let service = Service::start().await;
    let [good, _, _] = service.tokens();
    let bad = service.issuer.oauth("user_ada").opaque();
    service.issuer.revoke(&bad);
    assert!(accepts(&service.replica(), &good).await);
    service.stored(1).await;
    let entry = service.store.values().values().find(|value| value.len() > 100).unwrap().clone();
    assert!(!accepts(&service.replica(), &bad).await);
    service.stored(2).await;
    // The entry of the good token in the place of the other, and others.
    for forged in [entry.clone(), entry[..40].to_vec(), b"1".to_vec(), vec![], vec![1; 100]] {
        service.set_all(|value| value.clone_from(&forged));
        assert!(!accepts(&service.replica(), &bad).await);
        until(|| !service.store.values().keys().any(|name| name.ends_with(":lease"))).await;
    }
    service.set_all(|value| value.iter_mut().skip(20).take(1).for_each(|byte| *byte ^= 1));
    assert!(!accepts(&service.replica(), &bad).await);
    assert!(accepts(&service.replica(), &good).await);
}

#[tokio::test]
async fn token_that_is_not_verified_causes_no_command() {
    let service = Service::start().await;
    let clerk = service.replica();
    assert!(accepts(&clerk, &service.tokens()[0]).await);
    service.stored(1).await;
    let commands = service.store.commands();
    for token in ["oat_", "ak_ä", "mt_a b", "x", &format!("oat_{}", "x".repeat(2000)), ""] {
        assert!(!accepts(&clerk, token).await);
    }
    let unaccepted = clerk.verifier().verify(service.tokens()[2].as_bytes(), |_| false).await;
    assert!(unaccepted.is_err());
    assert_eq!(service.store.commands(), commands);
}

#[tokio::test]
async fn flood_of_distinct_tokens_causes_four_commands_each() {
    let service = Service::start().await;
    let clerk = service.replica();
    let before = service.store.commands();
    for number in 0..100 {
        assert!(!accepts(&clerk, &format!("oat_{number}")).await);
    }
    until(|| !service.store.values().keys().any(|name| name.ends_with(":lease"))).await;
    // Claim, take a call, settle; and two to connect.
    assert!(service.store.commands() - before <= 302, "{}", service.store.commands() - before);
}

#[tokio::test]
async fn failing_store_delays_nobody_for_long() {
    let faults =
        [Fault::Hangs, Fault::Fails(StoreError::Connection), Fault::Fails(StoreError::ReadOnly)];
    for fault in faults {
        let service = Service::start().await;
        let clerk = service.with(|clerk| cached(clerk, Duration::from_millis(1)));
        let [oauth, m2m, key] = service.tokens();
        assert!(accepts(&clerk, &oauth).await);
        service.store.set_fault(fault);
        let started_at = Instant::now();
        for token in [&oauth, &m2m, &key, &oauth, &m2m, &key] {
            service.clock.advance(SECOND);
            assert!(accepts(&clerk, token).await, "{fault:?}");
        }
        assert!(started_at.elapsed() < SECOND, "{fault:?} {:?}", started_at.elapsed());
        assert_eq!(clerk.health().fleet, FleetHealth::Down, "{fault:?}");
        // It is used again by itself.
        service.store.set_fault(Fault::None);
        until(|| clerk.health().fleet == FleetHealth::Up).await;
    }
}

/// The connection ends with the runtime of the request that made it.
#[test]
fn next_runtime_connects_anew() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let of_clerk = tokio::runtime::Runtime::new().unwrap();
    let service = of_clerk.block_on(Service::start());
    let clerk = service.replica();
    let [first, second, _] = service.tokens();
    for (token, entries) in [(&first, 1), (&second, 2)] {
        let runtime = runtime();
        runtime.block_on(async {
            assert!(accepts(&clerk, token).await);
            service.stored(entries).await;
            assert_eq!(clerk.health().fleet, FleetHealth::Up);
            // Messages are heard too.
            service.issuer.revoke(token);
            let other = service.replica();
            other.forget(TYPES[entries - 1], token).await;
            let heard = async {
                while accepts(&clerk, token).await {
                    tokio::task::yield_now().await;
                }
            };
            timeout(SECOND, heard).await.unwrap();
        });
    }
}

#[tokio::test]
async fn replica_whose_store_never_worked_is_not_delayed() {
    let service = Service::start().await;
    service.store.set_fault(Fault::Hangs);
    let clerk = service.replica();
    let started_at = Instant::now();
    for token in service.tokens() {
        assert!(accepts(&clerk, &token).await);
    }
    assert!(accepts(&clerk, &service.issuer.session("user_ada").jwt()).await);
    assert!(started_at.elapsed() < SECOND, "{:?}", started_at.elapsed());
}

/// Half of the limit is in shares: of 60 calls, 10 for each of three replicas.
#[tokio::test]
async fn store_that_gives_no_call_leaves_the_share() {
    let accepted = async |calls: usize| {
        let service = Service::start().await;
        service.store.set_calls(calls);
        let clerk = service.with(|clerk| {
            let clerk = clerk.opaque_rate_limit(OpaqueTokenType::OAuthToken, 60);
            clerk.new_token_rate_limit(OpaqueTokenType::OAuthToken, 60)
        });
        let mut accepted = 0;
        for _ in 0..100 {
            let token = service.issuer.oauth("user_ada").opaque();
            accepted += usize::from(accepts(&clerk, &token).await);
        }
        accepted
    };
    assert_eq!(accepted(0).await, 10, "told no");
    assert_eq!(accepted(7).await, 17);
    assert_eq!(accepted(usize::MAX).await, 60, "told yes, always");
}

/// Invalid tokens use up what new tokens may cause. A token that another replica saw approved is not new.
#[tokio::test]
async fn token_that_was_approved_in_another_replica_is_not_new() {
    let service = Service::start().await;
    service.store.set_calls(0);
    let replica = || {
        service.with(|clerk| {
            let clerk = clerk.opaque_rate_limit(OpaqueTokenType::OAuthToken, 60);
            clerk.new_token_rate_limit(OpaqueTokenType::OAuthToken, 30)
        })
    };
    let [known, _, _] = service.tokens();
    assert!(accepts(&replica(), &known).await);
    service.stored(1).await;
    service.clock.advance(SECOND);
    let clerk = replica();
    for number in 0..20 {
        assert!(!accepts(&clerk, &format!("oat_{number}")).await);
    }
    assert!(!accepts(&clerk, &service.issuer.oauth("user_ada").opaque()).await, "it is new");
    assert!(accepts(&clerk, &known).await);
    assert_eq!(service.verifications(), 1 + 5 + 1, "a share of five calls about new tokens");
    // An ended entry admits no caller.
    service.clock.advance(SECOND);
    service.issuer.revoke(&known);
    assert!(!accepts(&replica(), &known).await);
}

#[tokio::test]
async fn services_of_one_instance_apply_their_own_rules() {
    let service = Service::start().await;
    let of = |audience: &'static str| service.with(|clerk| clerk.audience([audience]));
    let token = service.issuer.oauth("user_ada").audience(["https://a.example"]).opaque();
    assert!(accepts(&of("https://a.example"), &token).await);
    service.stored(1).await;
    assert!(!accepts(&of("https://b.example"), &token).await);
    assert!(accepts(&of("https://a.example"), &token).await);
    assert_eq!(service.verifications(), 1);
}

#[tokio::test]
async fn machine_key_and_instance_key_share_no_response() {
    let service = Service::start().await;
    let other = service.issuer.m2m("mch_caller").recipients(["mch_other"]).opaque();
    let with_instance_key = service.with(|_| {
        let clerk = Clerk::builder()
            .secret_key(service.issuer.secret_key())
            .publishable_key(service.issuer.publishable_key())
            .api_url(service.issuer.url())
            .clock(service.clock.clone())
            .any_machine();
        cached(clerk, SECOND).store(service.store.clone(), 3)
    });
    assert!(accepts(&with_instance_key, &other).await);
    service.stored(1).await;
    assert!(!accepts(&service.replica(), &other).await);
    assert_eq!(service.verifications(), 2);
}

#[tokio::test]
async fn rotated_secret_key_makes_every_entry_a_miss() {
    let service = Service::start().await;
    let [token, _, _] = service.tokens();
    assert!(accepts(&service.replica(), &token).await);
    service.stored(1).await;
    let rotated = service.with(|clerk| clerk.secret_key("sk_test_rotated"));
    // The issuer rejects this key, so only an entry could admit the token.
    assert!(!accepts(&rotated, &token).await);
}

#[tokio::test]
async fn store_shows_no_token_claim_or_secret() {
    let service = Service::start().await;
    let clerk = service.replica();
    let tokens = service.tokens();
    for token in &tokens {
        assert!(accepts(&clerk, token).await);
        clerk.forget(OpaqueTokenType::OAuthToken, "oat_id").await;
    }
    assert!(accepts(&clerk, &service.issuer.session("user_ada").jwt()).await);
    until(|| service.store.values().keys().any(|name| name.contains(":keys:"))).await;
    service.stored(3).await;
    for (name, value) in &*service.store.values() {
        assert!(name.starts_with("clerk-auth:1:"), "{name}");
        let text = format!("{name} {}", String::from_utf8_lossy(value));
        // A hash in a name can hold any three letters.
        for hidden in ["user_ada", "mch_caller", "\"kid\"", "keys\"", "sk_test", "localhost"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        assert!(tokens.iter().all(|token| !text.contains(token)));
    }
}

#[tokio::test]
async fn start_in_an_outage_verifies_jwts_with_the_shared_keys() {
    let service = Service::start().await;
    service.replica().warm_up().await.unwrap();
    let has_keys = || service.store.values().keys().any(|name| name.contains(":keys:"));
    until(has_keys).await;
    service.clock.advance(100 * SECOND);
    service.issuer.answer_with(Endpoint::KeySet, Answer::hang());
    let jwt = service.issuer.session("user_ada").jwt();
    let started_at = Instant::now();
    let clerk = service.replica();
    assert!(accepts(&clerk, &jwt).await);
    assert_eq!(clerk.health().keys, KeyHealth::Fresh { age: 100 * SECOND });
    service.replica().warm_up().await.unwrap();
    assert!(started_at.elapsed() < SECOND, "{:?}", started_at.elapsed());
    // A load from Clerk starts all the same.
    until(|| service.issuer.calls().key_set == 3).await;
    // A set that is older than five minutes is used when Clerk turns out to be unreachable.
    service.clock.advance(300 * SECOND);
    service.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    let jwt = service.issuer.session("user_ada").jwt();
    assert!(accepts(&service.replica(), &jwt).await);
    service.clock.advance(3200 * SECOND);
    assert!(!accepts(&service.replica(), &service.issuer.session("user_ada").jwt()).await);
}

#[tokio::test]
async fn shared_keys_do_not_count_after_clerk_withdrew_all() {
    let service = Service::start().await;
    service.replica().warm_up().await.unwrap();
    until(|| service.store.values().keys().any(|name| name.contains(":keys:"))).await;
    let clerk = service.replica();
    let jwt = || service.issuer.session("user_ada").jwt();
    assert!(accepts(&clerk, &jwt()).await);
    service.clock.advance(301 * SECOND);
    let none = Answer::body(200, "application/json", r#"{"keys":[]}"#);
    service.issuer.answer_with(Endpoint::KeySet, none);
    assert!(!accepts(&clerk, &jwt()).await);
    service.clock.advance(60 * SECOND);
    service.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    assert!(!accepts(&clerk, &jwt()).await);
    // Keys of Clerk's own count again.
    service.issuer.answer_normally();
    service.clock.advance(60 * SECOND);
    assert!(accepts(&clerk, &jwt()).await);
}

#[tokio::test]
async fn older_key_set_replaces_no_newer_one() {
    let service = Service::start().await;
    service.replica().warm_up().await.unwrap();
    let keys_of = |service: &Service| {
        let values = service.store.values();
        values.iter().find(|(name, _)| name.contains(":keys:")).map(|(_, value)| value.clone())
    };
    until(|| keys_of(&service).is_some()).await;
    let old = keys_of(&service).unwrap();
    let old_jwt = service.issuer.session("user_ada").jwt();
    service.issuer.rotate_key().await.unwrap();
    service.clock.advance(10 * SECOND);
    let clerk = service.with(|clerk| clerk.jwt_cache_bytes(0));
    // It adopts the old set, and its own load replaces it.
    assert!(accepts(&clerk, &service.issuer.session("user_ada").jwt()).await);
    until(|| keys_of(&service).is_some_and(|keys| keys != old)).await;
    assert!(!accepts(&clerk, &old_jwt).await);
    // An attacker puts the old set back, and Clerk is unreachable.
    let name = service.store.values().keys().find(|name| name.contains(":keys:")).unwrap().clone();
    service.store.values().insert(name, old);
    service.clock.advance(291 * SECOND);
    service.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    assert!(!accepts(&clerk, &old_jwt).await);
    assert!(accepts(&clerk, &service.issuer.session("user_ada").jwt()).await);
}

#[tokio::test]
async fn forgotten_token_is_asked_about_in_every_replica() {
    for by_id in [false, true] {
        let service = Service::start().await;
        let with = || service.with(|clerk| cached(clerk, 100 * SECOND));
        let replicas = [with(), with(), with()];
        for (token, token_type) in service.tokens().iter().zip(TYPES) {
            let mut id = String::new();
            for clerk in &replicas {
                let accepted = clerk.verifier().verify(token.as_bytes(), |_| true).await.unwrap();
                id = id_of(&accepted.identity);
            }
            service.issuer.revoke(token);
            assert!(accepts(&replicas[0], token).await, "it is cached");
            replicas[1].forget(token_type, if by_id { &id } else { token }).await;
            for clerk in &replicas {
                // Others hear of it a moment later.
                let heard = async {
                    while accepts(clerk, token).await {
                        tokio::task::yield_now().await;
                    }
                };
                timeout(SECOND, heard).await.unwrap();
            }
        }
    }
}

fn id_of(identity: &Identity) -> String {
    match identity {
        Identity::OAuth(token) => token.0.token_id.as_ref().unwrap().as_str().to_owned(),
        Identity::M2m(token) => token.0.token_id.as_ref().unwrap().as_str().to_owned(),
        Identity::ApiKey(key) => key.0.key_id.as_str().to_owned(),
        Identity::Session(_) => unreachable!("it is not opaque"),
    }
}

#[tokio::test]
async fn forgotten_token_of_another_type_stays_cached() {
    let service = Service::start().await;
    let clerk = service.replica();
    let token = &service.tokens()[2];
    assert!(accepts(&clerk, token).await);
    clerk.forget(OpaqueTokenType::OAuthToken, token).await;
    clerk.forget(OpaqueTokenType::ApiKey, "ak_another").await;
    assert!(accepts(&clerk, token).await);
    assert_eq!(service.verifications(), 1);
}

/// The message of one replica is sent again, changed and moved by an attacker.
#[tokio::test]
async fn message_of_an_attacker_makes_nobody_forget() {
    let service = Service::start().await;
    let clerk = service.with(|clerk| cached(clerk, 100 * SECOND));
    let token = &service.tokens()[2];
    let (sender, mut heard) = tokio::sync::mpsc::channel(8);
    service.store.listen(sender);
    assert!(accepts(&clerk, token).await);
    clerk.forget(OpaqueTokenType::ApiKey, token).await;
    let message = heard.recv().await.unwrap();
    assert!(accepts(&clerk, token).await);
    let calls = service.verifications();
    service.clock.advance(SECOND);
    let mut changed = message.clone();
    changed[30] ^= 1;
    for forged in [message.clone(), changed, message[..20].to_vec(), vec![], vec![1; 5000]] {
        service.store.send(&forged);
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(accepts(&clerk, token).await);
    // A replica that did not hear it at its time takes it no more.
    let late = service.with(|clerk| cached(clerk, 100 * SECOND));
    assert!(accepts(&late, token).await);
    service.clock.advance(31 * SECOND);
    service.store.send(&message);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(accepts(&late, token).await);
    assert_eq!(service.verifications(), calls);
}

#[tokio::test]
async fn token_is_forgotten_again_after_a_clock_was_set_back() {
    let service = Service::start().await;
    let with = || service.with(|clerk| cached(clerk, 100 * SECOND));
    let (clerk, other) = (with(), with());
    let token = &service.tokens()[2];
    assert!(accepts(&clerk, token).await && accepts(&other, token).await);
    clerk.forget(OpaqueTokenType::ApiKey, token).await;
    assert!(accepts(&clerk, token).await);
    service.clock.set_wall(1_799_999_998);
    service.issuer.revoke(token);
    clerk.forget(OpaqueTokenType::ApiKey, token).await;
    assert!(!accepts(&clerk, token).await);
    let heard = async {
        while accepts(&other, token).await {
            tokio::task::yield_now().await;
        }
    };
    timeout(SECOND, heard).await.unwrap();
}

#[tokio::test]
async fn answer_that_is_forgotten_on_its_way_is_neither_used_nor_stored() {
    for with_fleet in [true, false] {
        let service = Service::start().await;
        let alone = cached(service.issuer.clerk(), 100 * SECOND).build().unwrap();
        let fleet = service.with(|clerk| cached(clerk, 100 * SECOND));
        let clerk = if with_fleet { fleet } else { alone };
        let [_, _, token] = service.tokens();
        let request = {
            let (clerk, token) = (clerk.clone(), token.clone());
            tokio::spawn(async move { accepts(&clerk, &token).await })
        };
        // The call has arrived, and its response has not.
        while service.verifications() == 0 {
            tokio::task::yield_now().await;
        }
        service.issuer.revoke(&token);
        clerk.forget(OpaqueTokenType::ApiKey, &token).await;
        assert!(!request.await.unwrap(), "it is asked about again");
        assert_eq!(service.verifications(), 2);
        assert!(!accepts(&clerk, &token).await);
    }
}

/// An attacker puts an ended approval back, after the time in which it tells that the token is known.
#[tokio::test]
async fn approval_that_is_put_back_late_leaves_its_token_new() {
    for (later, is_known) in [(60 * SECOND, true), (61 * SECOND, false)] {
        let service = Service::start().await;
        service.store.set_calls(0);
        let replica = || {
            service.with(|clerk| {
                let clerk = clerk.opaque_rate_limit(OpaqueTokenType::OAuthToken, 60);
                clerk.new_token_rate_limit(OpaqueTokenType::OAuthToken, 30)
            })
        };
        let [known, _, _] = service.tokens();
        assert!(accepts(&replica(), &known).await);
        service.stored(1).await;
        service.clock.advance(later);
        let clerk = replica();
        for number in 0..20 {
            assert!(!accepts(&clerk, &format!("oat_{number}")).await);
        }
        assert_eq!(accepts(&clerk, &known).await, is_known, "{later:?}");
    }
}
