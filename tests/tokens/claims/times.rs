//! `exp`, `nbf` and `iat`: boundary seconds with and without skew, and values that are no times.

use std::time::Duration;

use serde_json::{Value, json};

use super::decides;
use crate::{
    app::{App, NOW},
    draft::Class,
};

/// Seconds from now at which each claim is, the skew, and whether the token enters.
#[tokio::test]
async fn boundary_seconds_of_each_claim() {
    let app = App::start().await;
    for (skew, rows) in [
        (
            5,
            [
                ("exp", -4, true),
                ("exp", -5, false),
                ("nbf", 5, true),
                ("nbf", 6, false),
                ("iat", 5, true),
                ("iat", 6, false),
            ],
        ),
        (
            0,
            [
                ("exp", 1, true),
                ("exp", 0, false),
                ("nbf", 0, true),
                ("nbf", 1, false),
                ("iat", 0, true),
                ("iat", 1, false),
            ],
        ),
        (
            300,
            [
                ("exp", -299, true),
                ("exp", -300, false),
                ("nbf", 300, true),
                ("nbf", 301, false),
                ("iat", 300, true),
                ("iat", 301, false),
            ],
        ),
    ] {
        let app = app.again(|clerk| clerk.clock_skew(Duration::from_secs(skew))).await.warm().await;
        for class in Class::ALL {
            for (name, offset, enters) in rows {
                let time = json!(NOW.cast_signed() + offset);
                decides(&app, class, name, Some(time), enters).await;
            }
        }
    }
}

/// The same boundaries in milliseconds, by letting time pass for one token.
#[tokio::test]
async fn token_begins_and_ends_at_the_millisecond() {
    for (skew, begins, ends) in [(5000, 5_000, 65_000), (0, 10_000, 60_000), (1, 9_999, 60_001)] {
        let app = App::with(|clerk| clerk.clock_skew(Duration::from_millis(skew))).await;
        let app = app.warm().await;
        let tokens = Class::ALL.map(|class| {
            let draft = class.draft(&app.issuer).claim("exp", Some(json!(NOW + 60)));
            (class, draft.claim("nbf", Some(json!(NOW + 10))).sign(&app.issuer))
        });
        let mut passed = 0;
        for (at, enters) in
            [(0, false), (begins - 1, false), (begins, true), (ends - 1, true), (ends, false)]
        {
            app.clock.advance(Duration::from_millis(at - passed));
            passed = at;
            for (class, token) in &tokens {
                app.decides(class.route(), token, enters, (class, skew, at)).await;
            }
        }
    }
}

/// Set back, the clock brings a token back: only the claims count.
#[tokio::test]
async fn corrected_clock_decides_anew() {
    let app = App::start().await.warm().await;
    let token = app.issuer.session("user_ada").jwt();
    for (time, enters) in [(NOW - 5, true), (NOW - 6, false), (NOW + 65, false), (NOW, true)] {
        app.clock.set_wall(time);
        app.decides("/session", &token, enters, time).await;
    }
}

#[tokio::test]
async fn what_is_no_number_is_no_time() {
    let app = App::start().await.warm().await;
    let no_numbers = [
        json!(null),
        json!(""),
        json!((NOW + 30).to_string()),
        json!(true),
        json!([NOW + 30]),
        json!({"seconds": NOW + 30}),
    ];
    for class in Class::ALL {
        for name in ["exp", "nbf", "iat"] {
            for value in &no_numbers {
                decides(&app, class, name, Some(value.clone()), false).await;
            }
            // Only the end must be known.
            decides(&app, class, name, None, name != "exp").await;
        }
    }
    for endless in [
        app.issuer.oauth("user_ada").never_expires().jwt(),
        app.issuer.m2m("mch_caller").never_expires().jwt(),
    ] {
        app.rejects("/any", &endless, "a JWT without end").await;
    }
}

#[tokio::test]
async fn fractions_are_cut_to_whole_seconds() {
    let app = App::start().await.warm().await;
    let now = 1_800_000_000.0;
    for (name, offset, enters) in [
        ("exp", -4.5, false),
        ("exp", -3.5, true),
        ("nbf", 5.9, true),
        ("nbf", 6.1, false),
        ("iat", 5.9, true),
        ("iat", 6.1, false),
    ] {
        for class in Class::ALL {
            decides(&app, class, name, Some(json!(now + offset)), enters).await;
        }
    }
}

/// Times that a date cannot hold are refused, whichever way they would decide.
#[tokio::test]
async fn extreme_times_never_enter_by_overflow() {
    let app = App::start().await.warm().await;
    // The number, then whether it is good as `exp`, and as `nbf` or `iat`.
    let rows = [
        ("8640000000000", true, false),
        ("8.64e12", true, false),
        ("8640000000001", false, false),
        ("-8640000000000", false, true),
        ("-8640000000001", false, false),
        ("9007199254740993", false, false),
        ("9223372036854775807", false, false),
        ("9223372036854775808", false, false),
        ("18446744073709551616", false, false),
        ("-9223372036854775808", false, false),
        ("1e308", false, false),
        ("-1e308", false, false),
        ("1e999", false, false),
        ("-1e999", false, false),
        ("1e-999", false, true),
        ("0", false, true),
        ("-0", false, true),
        ("-1", false, true),
        ("1.800000060e9", true, false),
        ("18000000600000e-4", true, false),
        // Milliseconds instead of seconds: a date far ahead.
        ("1800000060000", true, false),
    ];
    for class in Class::ALL {
        for (json, as_end, as_start) in rows {
            for (name, enters) in [("exp", as_end), ("nbf", as_start), ("iat", as_start)] {
                let token = class.draft(&app.issuer).sign_with_raw(&app.issuer, name, json);
                app.decides(class.route(), &token, enters, (class, name, json)).await;
            }
        }
    }
}

#[tokio::test]
async fn expired_tokens_of_the_issuer_are_rejected() {
    let app = App::start().await.warm().await;
    let life = Duration::from_secs(3600);
    for token in [
        app.issuer.session("user_ada").expired().jwt(),
        app.issuer.session("user_ada").version_1().expired().jwt(),
        app.issuer.oauth("user_ada").lives(life).expired().jwt(),
        app.issuer.m2m("mch_caller").lives(life).expired().jwt(),
    ] {
        app.rejects("/any", &token, "expired").await;
    }
    let lasting: Value = app.accepts("/any", &Class::M2m.token(&app.issuer), "an hour").await;
    assert_eq!(lasting["type"], "m2m_token");
}
