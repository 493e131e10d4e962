use std::ops::Range;

use crate::{
    random::Latency,
    rate_limit::CallLimit,
    scenario::{Revocations, Scenario, Settings, Setup},
    tally::{Kind, Tally},
    time::{MILLISECOND, SECOND},
    world::run,
};

const ALWAYS: Range<u64> = 0..u64::MAX;

/// Twenty replicas that get more tokens than Clerk's limit allows.
fn overloaded() -> Settings {
    Settings {
        replicas: 20,
        requests_per_second: 2000.0,
        opaque_share: 0.5,
        tokens: 2000,
        approval_ttl: 10 * SECOND,
        limit: CallLimit::new(100),
        measured: 20 * SECOND..60 * SECOND,
        ..Settings::default()
    }
}

fn one_token() -> Settings {
    Settings { tokens: 1, ..overloaded() }
}

fn figures(tally: &Tally) -> String {
    format!("{:?} {:?} {:?}", tally.calls, tally.redis_delays, tally.staleness())
}

#[test]
fn same_seed_gives_the_same_run() {
    let run = |seed| {
        let settings = Settings { seed, ..overloaded() };
        figures(&run(&settings, &Scenario::default(), Setup::Fleet))
    };
    assert!(run(1) == run(1));
    assert!(run(1) != run(2));
}

#[test]
fn one_token_causes_one_call_per_ttl_in_the_fleet() {
    let calls = |setup| run(&one_token(), &Scenario::default(), setup).calls.len();
    // The run has 65 seconds, and an approval counts for ten.
    assert_eq!(calls(Setup::Fleet), 7);
    assert!((20 * 6..=20 * 7).contains(&calls(Setup::Alone)));
}

#[test]
fn fleet_never_exceeds_the_limit() {
    let outage = |redis_outage| Scenario { redis_outage, ..Scenario::default() };
    for redis_outage in [0..0, 30 * SECOND..40 * SECOND, ALWAYS] {
        let tally = run(&overloaded(), &outage(redis_outage.clone()), Setup::Fleet);
        assert!(tally.most_calls() <= 100, "{redis_outage:?}: {}", tally.most_calls());
        assert_eq!(tally.per_second(&tally.too_many_requests), 0.0);
    }
}

#[test]
fn limit_holds_alone_only_if_it_is_divided() {
    let most = |setup| run(&overloaded(), &Scenario::default(), setup).most_calls();
    assert!((90..=100).contains(&most(Setup::AloneWithShare)));
    assert!(most(Setup::Alone) > 100);
}

#[test]
fn requests_wait_for_redis_at_most_fifty_milliseconds() {
    let outage = Scenario { redis_outage: 30 * SECOND..40 * SECOND, ..Scenario::default() };
    let tally = run(&overloaded(), &outage, Setup::Fleet);
    assert_eq!(tally.redis_delays.iter().map(|(_, delay)| *delay).max(), Some(50 * MILLISECOND));
}

#[test]
fn revoked_token_is_accepted_until_its_ttl_or_the_message() {
    for is_forgotten in [false, true] {
        let during = 30 * SECOND..40 * SECOND;
        let revocations = Some(Revocations { during, tokens: 1, is_forgotten });
        let scenario = Scenario { revocations, ..Scenario::default() };
        let staleness = run(&one_token(), &scenario, Setup::Fleet).staleness();
        assert!(staleness.iter().all(|it| *it <= 10 * SECOND));
        let stale = staleness.iter().filter(|it| **it > 50 * MILLISECOND).count();
        // The message reaches all replicas but the first.
        assert_eq!(stale, if is_forgotten { 1 } else { 20 });
    }
}

/// A call is under way for most of the time.
#[test]
fn response_to_a_call_before_forget_is_not_accepted() {
    let clerk = Latency { median: 1900.0, percentile_99: 2000.0 };
    let settings = Settings { approval_ttl: 3 * SECOND, clerk, ..one_token() };
    for seed in 0..5 {
        let settings = Settings { seed, ..settings.clone() };
        let during = 30 * SECOND..40 * SECOND;
        let revocations = Some(Revocations { during, tokens: 1, is_forgotten: true });
        let scenario = Scenario { revocations, ..Scenario::default() };
        let staleness = run(&settings, &scenario, Setup::Fleet).staleness();
        let of_those_told = staleness.iter().skip(1).max();
        assert!(of_those_told.is_some_and(|it| *it < 50 * MILLISECOND), "{of_those_told:?}");
    }
}

#[test]
fn replica_that_starts_in_an_outage_has_keys_only_in_the_fleet() {
    let rolling_restart = Some((25 * SECOND, SECOND));
    let scenario = Scenario { rolling_restart, clerk_outage: ALWAYS, ..Scenario::default() };
    let jwts = |setup| run(&overloaded(), &scenario, setup).unavailable_in_all(Kind::Jwt);
    assert_eq!(jwts(Setup::Fleet), 0.0);
    assert!(jwts(Setup::Alone) > 10.0);
}

#[test]
fn approval_outlives_an_outage_of_clerk_until_its_ttl() {
    let scenario = Scenario { clerk_outage: 25 * SECOND..ALWAYS.end, ..Scenario::default() };
    let tally = run(&one_token(), &scenario, Setup::Fleet);
    let unavailable =
        |from, to| tally.unavailable_during(Kind::InUse, &(from * SECOND..to * SECOND));
    assert_eq!((unavailable(20, 30), unavailable(32, 60)), (0.0, 100.0));
}
