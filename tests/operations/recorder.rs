//! A recorder of the crate `metrics`: every number of this thread, by its name and labels.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, LocalRecorderGuard,
    Metadata, Recorder, SharedString, Unit, set_default_local_recorder,
};

/// Counters and gauges have their value; a histogram has the number of its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    values: BTreeMap<String, f64>,
    described: BTreeMap<String, Option<Unit>>,
}

struct Number {
    name: String,
    numbers: Numbers,
}

impl Numbers {
    /// Records what happens on this thread until the guard is dropped. A test has a thread of its
    /// own, and the tasks of its current-thread runtime share it.
    pub(crate) fn record(&self) -> LocalRecorderGuard<'_> {
        set_default_local_recorder(self)
    }

    /// What has changed since the last call.
    pub(crate) fn take(&self) -> Vec<(String, f64)> {
        std::mem::take(&mut self.state().values).into_iter().collect()
    }

    /// The numbers of one name since the last call, their labels as `a/b/c`, in order.
    pub(crate) fn take_of(&self, name: &str) -> Vec<(String, f64)> {
        let of_name = |(key, value): (String, f64)| {
            Some((key.strip_prefix(name)?.trim_start().to_owned(), value))
        };
        self.take().into_iter().filter_map(of_name).collect()
    }

    /// The names that were described, with their units.
    pub(crate) fn described(&self) -> BTreeMap<String, Option<Unit>> {
        self.state().described.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn describe(&self, name: &KeyName, unit: Option<Unit>, description: &str) {
        assert!(description.ends_with('.'), "a description is a sentence: {description}");
        self.state().described.insert(name.as_str().to_owned(), unit);
    }

    fn number(&self, key: &Key) -> Arc<Number> {
        let labels: Vec<&str> = key.labels().map(metrics::Label::value).collect();
        let name = format!("{} {}", key.name(), labels.join("/"));
        Arc::new(Number { name: name.trim_end().to_owned(), numbers: self.clone() })
    }
}

impl Number {
    fn change(&self, change: impl FnOnce(&mut f64)) {
        change(self.numbers.state().values.entry(self.name.clone()).or_default());
    }
}

impl CounterFn for Number {
    fn increment(&self, by: u64) {
        assert_eq!(by, 1, "{}", self.name);
        self.change(|value| *value += 1.0);
    }

    fn absolute(&self, _: u64) {
        panic!("{}: a counter only goes up", self.name);
    }
}

impl GaugeFn for Number {
    fn increment(&self, by: f64) {
        self.change(|value| *value += by);
    }

    fn decrement(&self, by: f64) {
        self.change(|value| *value -= by);
    }

    fn set(&self, to: f64) {
        self.change(|value| *value = to);
    }
}

impl HistogramFn for Number {
    fn record(&self, value: f64) {
        assert!((0.0..30.0).contains(&value), "{} in seconds: {value}", self.name);
        self.change(|count| *count += 1.0);
    }
}

impl Recorder for Numbers {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(&name, unit, &description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(&name, unit, &description);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(&name, unit, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.number(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.number(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.number(key))
    }
}
