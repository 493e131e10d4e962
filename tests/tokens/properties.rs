//! What holds for any bytes, any change of a good token, any claims, and any answer of Clerk.
//!
//! The app is called without a socket, because there are many cases. They are the same each time.

mod answers;
mod maps;

use axum::{Router, body::Body, response::Response};
use clerk_auth::testing::{DevIssuer, TestClock};
use clerk_auth_tests::base64url;
use http::{
    HeaderName, HeaderValue, Request,
    header::{AUTHORIZATION, COOKIE},
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::{Index, select},
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::{
    app::{NOW, asks_each_time, router},
    draft::Class,
    oracle::way_in,
};

/// An app that runs in the thread of the test.
struct Inline {
    runtime: Runtime,
    issuer: DevIssuer,
    router: Router,
}

impl Inline {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let clock = TestClock::at(NOW);
        let issuer = runtime.block_on(DevIssuer::builder().clock(clock).start()).unwrap();
        let router = router(asks_each_time(issuer.clerk()).build().unwrap());
        Self { runtime, issuer, router }
    }

    /// The status for a request with this `Authorization` field; `None` if no field can hold it.
    fn status(&self, route: &str, field: &[u8]) -> Option<u16> {
        self.send(route, AUTHORIZATION, field)
    }

    fn cookie(&self, route: &str, field: &[u8]) -> Option<u16> {
        self.send(route, COOKIE, field)
    }

    fn send(&self, route: &str, name: HeaderName, field: &[u8]) -> Option<u16> {
        let field = HeaderValue::from_bytes(field).ok()?;
        Some(self.answer(route, name, field).status().as_u16())
    }

    fn answer(&self, route: &str, name: HeaderName, field: HeaderValue) -> Response {
        let request = Request::get(route).header(name, field).body(Body::empty());
        self.runtime.block_on(self.router.clone().oneshot(request.unwrap())).unwrap()
    }

    fn bearer(&self, route: &str, token: &[u8]) -> Option<u16> {
        self.status(route, &[b"Bearer ", token].concat())
    }
}

/// Runs the same cases each time.
fn each<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, random).run(&strategy, |value| {
        test(value);
        Ok::<_, TestCaseError>(())
    });
    outcome.unwrap();
}

/// Refused as the caller's fault.
fn is_rejected(status: Option<u16>) -> bool {
    matches!(status, None | Some(400 | 401))
}

#[test]
fn any_bytes_are_rejected_and_nothing_panics() {
    let app = Inline::start();
    let part = || vec(any::<u8>(), 0..40).prop_map(|bytes| base64url(&bytes));
    let json =
        || "[ {}\\[\\]\":,a-z0-9\\\\.eE+-]{0,40}".prop_map(|text| base64url(text.as_bytes()));
    let jwt = (prop_oneof![part(), json()], prop_oneof![part(), json()], part())
        .prop_map(|(header, payload, signature)| format!("{header}.{payload}.{signature}"));
    let text = prop_oneof![
        vec(any::<u8>(), 0..120),
        vec(32_u8..127, 0..120),
        "[A-Za-z0-9_.=-]{0,120}".prop_map(String::into_bytes),
        "(mt|oat|ak)_[A-Za-z0-9_.=+/ -]{0,60}".prop_map(String::into_bytes),
        jwt.prop_map(String::into_bytes),
    ];
    each(3000, text, |text| {
        // A field that is no `Bearer` at all is no credential: 401 as well.
        assert!(is_rejected(app.status("/any", &text)));
        assert!(is_rejected(app.bearer("/any", &text)));
    });
}

/// Nobody is signed in by a cookie that holds no good token, whatever stands around it.
#[test]
fn any_cookies_let_nobody_in() {
    let app = Inline::start();
    let name = select(vec!["__session", "__client_uat", "__clerk_db_jwt", "__session_x", "other"]);
    let value = prop_oneof!["[ -~]{0,40}", "[0-9]{1,12}", "(%[0-9a-fA-F]{2}){0,12}"];
    let pair = (name, value).prop_map(|(name, value)| format!("{name}={value}").into_bytes());
    let cookies = prop_oneof![
        vec(any::<u8>(), 0..120),
        vec(pair, 0..6).prop_map(|pairs| pairs.join(&b"; "[..])),
    ]
    .prop_map(|cookies| [b"__clerk_db_jwt=x; ", &cookies[..]].concat());
    each(3000, cookies, |cookies| {
        assert!(matches!(app.cookie("/any", &cookies), None | Some(401)));
    });
}

#[test]
fn good_token_with_one_byte_changed_is_rejected() {
    let app = Inline::start();
    let tokens = Class::ALL.map(|class| (class.route(), class.token(&app.issuer).into_bytes()));
    for (route, token) in &tokens {
        assert_eq!(app.bearer(route, token), Some(200));
    }
    let change = (select(tokens.to_vec()), any::<Index>(), any::<u8>());
    each(3000, change, |((route, good), index, byte)| {
        let at = index.index(good.len());
        let mut changed = good.clone();
        changed[at] = byte;
        if changed != good {
            assert!(is_rejected(app.bearer(route, &changed)), "{at} {byte}");
        }
        let mut shorter = good.clone();
        shorter.remove(at);
        assert!(is_rejected(app.bearer(route, &shorter)), "without {at}");
        let mut longer = good.clone();
        longer.insert(at, byte);
        // A space in front is no part of the token (RFC 9110 §5.5).
        if (at, byte) != (0, b' ') {
            assert!(is_rejected(app.bearer(route, &longer)), "{byte} at {at}");
        }
    });
}

/// Values that a claim or a member of the header might have.
fn values(app: &Inline) -> impl Strategy<Value = Option<Value>> + use<> {
    let texts = [
        "",
        "a",
        "user_a",
        "mch_a",
        "org_a",
        "active",
        "pending",
        "JWT",
        "at+jwt",
        "RS256",
        "RS384",
        "none",
        "cl_B7d4PD111AAA",
        "cl_B7d4PD333AAA",
        "a\n",
        "read:notes a",
    ];
    let known = [app.issuer.issuer(), app.issuer.machine_id(), &app.issuer.key_id()]
        .map(|text| Value::from(text.to_owned()));
    let now = NOW.cast_signed();
    trees(prop_oneof![
        select(texts.to_vec()).prop_map(Value::from),
        select(known.to_vec()),
        (-400_i64..400).prop_map(move |offset| json!(now + offset)),
        (-8_i64..8).prop_map(move |offset| json!(now + offset)),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ])
}

/// The leaves by themselves, in lists and in objects; now and then nothing.
fn trees(leaf: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Option<Value>> {
    let tree = leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            ("[a-c]", inner).prop_map(|(name, value)| json!({ name: value })),
        ]
    });
    proptest::option::weighted(0.9, tree)
}

#[test]
fn whatever_the_right_key_signs_enters_only_by_the_rules() {
    const HEADER: [&str; 6] = ["alg", "typ", "cat", "kid", "crit", "x"];
    const PAYLOAD: [&str; 17] = [
        "sub",
        "iss",
        "exp",
        "nbf",
        "iat",
        "sid",
        "sts",
        "client_id",
        "scp",
        "scope",
        "aud",
        "scopes",
        "cnf",
        "act",
        "org_id",
        "nonce",
        "x",
    ];
    let app = Inline::start();
    let good = Class::ALL.map(|class| class.draft(&app.issuer));
    let header = vec((select(HEADER.to_vec()), values(&app)), 0..2);
    let payload = vec((select(PAYLOAD.to_vec()), values(&app)), 0..3);
    let admitted = std::cell::Cell::new(0_u32);
    each(1200, (select(good.to_vec()), header, payload), |(mut draft, header, payload)| {
        for (name, value) in header {
            draft = draft.header(name, value);
        }
        for (name, value) in payload {
            draft = draft.claim(name, value);
        }
        let way = way_in(&draft, &app.issuer);
        let token = draft.clone().sign(&app.issuer);
        for class in Class::ALL {
            let enters = app.bearer(class.route(), token.as_bytes()) == Some(200);
            let (header, payload) = (&draft.header, &draft.payload);
            assert_eq!(enters, way == Some(class.route()), "{class:?} {header:?} {payload:?}");
        }
        admitted.set(admitted.get() + u32::from(way.is_some()));
    });
    // Some of each, or it shows nothing.
    assert!((200..1000).contains(&admitted.get()), "{admitted:?}");
}
