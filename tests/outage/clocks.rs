//! The clock of this machine is corrected by an hour, forward and back. Tokens are judged by the
//! new time at once; how old keys and verdicts are does not change.

use clerk_auth::{health::KeyHealth, policy::OpaqueTokenType};

use crate::app::{App, NOW, SECOND};

const HOUR: u64 = 3600;

#[tokio::test]
async fn jwts_are_judged_by_the_new_time_whether_they_were_seen_before_or_not() {
    let app = App::start().await;
    let brief = |app: &App| app.issuer.session("user_ada").lives(60 * SECOND).jwt();
    let seen = brief(&app);
    app.answers(&seen, 200, 1, "seen before").await;
    let fresh = brief(&app);
    for (now, status) in [
        (NOW + HOUR, 401),
        (NOW, 200),
        // Issued in the future, so one of the two clocks is wrong.
        (NOW - HOUR, 401),
        (NOW, 200),
    ] {
        app.clock.set_wall(now);
        app.answers(&seen, status, 0, now).await;
        app.answers(&fresh, status, 0, now).await;
        // What is issued by the new time is good at once: Clerk's clock and ours agree again.
        app.answers(&brief(&app), 200, 0, now).await;
    }
}

#[tokio::test]
async fn keys_grow_no_older_and_no_younger() {
    let app = App::start().await;
    let age = || match app.clerk.health().keys {
        KeyHealth::Fresh { age } | KeyHealth::Stale { age } => age,
        other => panic!("{other:?}"),
    };
    app.answers(&app.token(), 200, 1, "cold").await;
    app.clock.advance(100 * SECOND);
    for now in [NOW + HOUR, NOW - HOUR, NOW + 100] {
        app.clock.set_wall(now);
        assert_eq!(age(), 100 * SECOND, "{now}");
        app.answers(&app.token(), 200, 0, now).await;
    }
    // They expire by their age, an hour back as well.
    app.clock.set_wall(NOW - HOUR);
    app.clock.advance(200 * SECOND);
    app.answers(&app.token(), 200, 1, "300 seconds old").await;
}

#[tokio::test]
async fn verdicts_about_opaque_tokens_last_as_long_as_before() {
    let app = App::start().await;
    let app = app.again(|clerk| clerk.opaque_cache(OpaqueTokenType::ApiKey, 30 * SECOND)).await;
    let (key, brief) = (
        app.issuer.api_key("user_ada").opaque(),
        app.issuer.api_key("user_ada").lives(60 * SECOND).opaque(),
    );
    app.costs(&key, 200, 1, "asked").await;
    app.costs(&brief, 200, 1, "asked").await;
    app.costs("ak_junk", 401, 1, "asked").await;
    for now in [NOW + HOUR, NOW - HOUR, NOW] {
        app.clock.set_wall(now);
        app.costs(&key, 200, 0, now).await;
        app.costs("ak_junk", 401, 0, now).await;
        // Its own end is a time of the day.
        let status = if now > NOW { 401 } else { 200 };
        app.costs(&brief, status, 0, now).await;
    }
    app.clock.advance(30 * SECOND);
    app.costs(&key, 200, 1, "asked again").await;
    app.costs("ak_junk", 401, 1, "asked again").await;
}
