//! Captures the log of the current thread as lines of text: events of `tracing` (the library, the HTTP
//! client's pool) and records of `log` (the HTTP client).

use std::{
    cell::RefCell,
    error::Error,
    fmt::{Debug, Write},
    sync::Once,
};

use tracing::{
    Event, Metadata, Subscriber,
    callsite::rebuild_interest_cache,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::set_global_default,
};

thread_local! {
    /// `None` unless the test captures.
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Captures all levels of all crates on this thread from now on.
///
/// A test and its current-thread runtime have one thread, so lines of other tests do not appear. The
/// subscribers are global, because `tracing` caches for all threads whether an event has a subscriber.
pub fn start() {
    static LISTENERS: Once = Once::new();
    LISTENERS.call_once(|| {
        log::set_logger(&LogRecords).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        set_global_default(TracingEvents).unwrap();
        rebuild_interest_cache();
    });
    LINES.set(Some(Vec::new()));
}

/// The lines since the last call.
pub fn take() -> Vec<String> {
    LINES.replace(Some(Vec::new())).unwrap()
}

fn add(line: impl FnOnce() -> String) {
    if LINES.with_borrow(Option::is_some) {
        let line = line();
        LINES.with_borrow_mut(|lines| lines.as_mut().unwrap().push(line));
    }
}

struct LogRecords;

impl log::Log for LogRecords {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        add(|| format!("{} {} {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}

struct TracingEvents;

fn line(metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields)) -> String {
    let mut fields = Fields(format!("{} {}", metadata.level(), metadata.target()));
    record(&mut fields);
    fields.0
}

impl Subscriber for TracingEvents {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        add(|| line(span.metadata(), |fields| span.record(fields)));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        add(|| fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        add(|| line(event.metadata(), |fields| event.record(fields)));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A line that grows by fields.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }

    /// An error in every way in which a subscriber may show it, with all that caused it.
    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut cause = Some(value);
        while let Some(error) = cause {
            write!(self.0, " {field}={error} {error:?}").unwrap();
            cause = error.source();
        }
    }
}
