//! The page and the dashboard name the numbers that there are.

use std::collections::BTreeSet;

use metrics::Unit;
use serde_json::Value;

use crate::{App, recorder::Numbers};

const PAGE: &str = include_str!("../../runtime/docs/operations.md");
const DASHBOARD: &str = include_str!("../../runtime/docs/dashboard.json");

/// The names of numbers in a text, without what Prometheus adds to those of a histogram.
fn names(text: &str) -> BTreeSet<&str> {
    let words =
        text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let suffixes = ["_bucket", "_count", "_sum"];
    let bare = |word| suffixes.iter().find_map(|it| str::strip_suffix(word, it)).unwrap_or(word);
    words.filter(|word| word.starts_with("clerk_auth_")).map(bare).collect()
}

#[tokio::test]
async fn the_page_and_the_dashboard_name_every_number_and_no_other() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    App::start(|clerk| clerk).await;
    let described = numbers.described();
    let known: BTreeSet<&str> = described.keys().map(String::as_str).collect();
    assert_eq!(known.len(), 8);
    assert_eq!(names(PAGE), known);
    assert_eq!(names(DASHBOARD), known);
    for (name, unit) in &described {
        // https://prometheus.io/docs/practices/naming: base units, `_total` for what only grows.
        let unit_in_name = if name.ends_with("_seconds") { Unit::Seconds } else { Unit::Count };
        assert_eq!(unit.as_ref(), Some(&unit_in_name), "{name}");
        // `_up` is Prometheus's own name for 1 or 0.
        let is_count = name.ends_with("_total") || name.ends_with("_up");
        assert_eq!(unit_in_name == Unit::Count, is_count, "{name}");
    }
}

#[test]
fn the_dashboard_has_a_query_in_each_panel_and_one_source() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<i64> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "an id for each panel");
    for panel in panels {
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{}", panel["title"]);
        for target in targets {
            let query = target["expr"].as_str().unwrap();
            assert!(!names(query).is_empty(), "{query}");
            let count = |bracket: char| query.matches(bracket).count();
            for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
                assert_eq!(count(open), count(close), "{query}");
            }
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{query}");
        }
    }
}
