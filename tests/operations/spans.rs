//! Requests in, the spans that they open out.

use std::{
    cell::RefCell,
    fmt::{Debug, Write as _},
    sync::Once,
    time::Duration,
};

use clerk_auth::testing::{Answer, Endpoint};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::set_global_default,
};

use crate::App;

thread_local! {
    static OPENED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Hears the spans of all threads from now on, before any of them opens one.
///
/// A listener of one thread would do, but `tracing` remembers for all threads whether anybody
/// listens to a span, and asks only the thread that opens it first.
pub(crate) fn listen() {
    static LISTENER: Once = Once::new();
    LISTENER.call_once(|| set_global_default(Spans).unwrap());
}

/// The spans that this thread opened since the last call: names and fields.
fn take() -> Vec<String> {
    OPENED.take()
}

fn add(line: String) {
    OPENED.with_borrow_mut(|lines| lines.push(line));
}

/// Every span of this crate.
struct Spans;

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("clerk_auth")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        add(fields.0);
        Id::from_u64(1)
    }

    /// The only field that is filled in later is the outcome, at the end of a call.
    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields("ended".to_owned());
        values.record(&mut fields);
        add(fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

#[tokio::test]
async fn what_waits_for_the_network_has_a_span_and_nothing_else() {
    let app = App::start(|clerk| clerk).await;
    let jwt = app.issuer.oauth("user_ada").jwt();
    assert_eq!(app.status("/", &jwt).await, 200);
    let load = [
        "wait_for_key_set",
        "fetch_key_set",
        r#"call_clerk endpoint="key_set""#,
        r#"ended outcome="answered""#,
    ];
    assert_eq!(sorted(take()), sorted(load));

    // The keys are known: neither a token that was seen before nor a new one waits.
    for token in [&jwt, &app.issuer.session("user_ada").jwt(), "junk"] {
        app.status("/", token).await;
        assert_eq!(take(), [""; 0]);
    }

    let table = [
        (app.issuer.oauth("user_ada").opaque(), "oauth_token", "answered"),
        (app.issuer.m2m("mch_caller").opaque(), "m2m_token", "answered"),
        (app.issuer.api_key("org_acme").opaque(), "api_key", "answered"),
        ("ak_unknown".to_owned(), "api_key", "rejected"),
    ];
    for (token, token_type, outcome) in table {
        app.status("/", &token).await;
        let expected = [
            format!(r#"verify_opaque token_type="{token_type}""#),
            format!(r#"call_clerk endpoint="{token_type}_verify""#),
            format!(r#"ended outcome="{outcome}""#),
        ];
        assert_eq!(take(), expected);
    }

    // A load behind the requests: nobody waits for it.
    app.clock.advance(Duration::from_secs(240));
    app.issuer.answer_once(Endpoint::KeySet, Answer::status(429));
    app.status("/", &app.issuer.oauth("user_ada").jwt()).await;
    let mut opened = Vec::new();
    while opened.len() < 3 {
        tokio::task::yield_now().await;
        opened.extend(take());
    }
    let refresh =
        ["fetch_key_set", r#"call_clerk endpoint="key_set""#, r#"ended outcome="rate_limited""#];
    assert_eq!(opened, refresh);
}

fn sorted(lines: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut lines: Vec<String> = lines.into_iter().map(Into::into).collect();
    lines.sort();
    lines
}
