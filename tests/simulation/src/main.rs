//! Simulates replicas with and without the fleet. Writes `results.md` and the picture of the guide.

mod clerk;
mod plot;
mod random;
mod rate_limit;
mod redis;
mod scenario;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod time;
mod verification;
mod world;

use std::{fs, io, path::Path};

use scenario::{Scenario, Settings, Setup};
use tally::Tally;
use time::SECOND;

pub struct Run {
    scenario: Scenario,
    setup: Setup,
    tally: Tally,
}

impl Run {
    fn new(settings: &Settings, scenario: &Scenario, setup: Setup) -> Self {
        let tally = world::run(settings, scenario, setup);
        Self { scenario: scenario.clone(), setup, tally }
    }
}

fn main() -> io::Result<()> {
    let settings = Settings::default();
    let of_setups = |it: &Scenario| Setup::ALL.map(|setup| Run::new(&settings, it, setup));
    let runs: Vec<_> = scenario::scenarios().iter().flat_map(of_setups).collect();

    let staleness = |name, setup, is_forgotten| {
        let scenario = scenario::revocations(is_forgotten);
        (name, world::run(&settings, &scenario, setup).staleness())
    };
    let staleness = [
        staleness(Setup::Alone.name(), Setup::Alone, false),
        staleness(Setup::AloneWithShare.name(), Setup::AloneWithShare, false),
        staleness(Setup::Fleet.name(), Setup::Fleet, false),
        staleness("fleet, forget called", Setup::Fleet, true),
    ];

    let ttls = [1, 10, 60, 300].map(|seconds| seconds * SECOND);
    let of_tokens = |tokens| {
        let run = |approval_ttl| {
            // Caches fill before, and the longest time to live fits in. JWTs have no part in it.
            let settings = Settings {
                tokens,
                approval_ttl,
                requests_per_second: settings.requests_per_second * settings.opaque_share,
                opaque_share: 1.0,
                measured: 600 * SECOND..900 * SECOND,
                ..settings.clone()
            };
            Run::new(&settings, &Scenario::default(), Setup::Fleet)
        };
        (tokens, ttls.map(run).into())
    };
    let sizing = [500, 5000, 20_000].map(of_tokens);

    let figures = format!(
        "{}\n{}\n{}",
        table::parameters(&settings),
        table::calls_and_rejections(&runs),
        table::staleness(&staleness),
    );
    let tables = format!(
        "<!-- Written by the command in README.md. -->\n\n# Calls and rejections\n\n{}\n{}\n\
         # Staleness\n\n{}\n# Steady calls to Clerk a second, and 503 for opaque tokens, by `opaque_cache`\n\n{}",
        table::parameters(&settings),
        table::calls_and_rejections(&runs),
        table::staleness(&staleness),
        table::sizing(&ttls, &sizing),
    );
    print!("{tables}");
    let measured = (settings.measured.start, settings.measured.end);
    let picture = plot::plot(measured, settings.limit.calls, &runs, &staleness);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::write(folder.join("results.md"), tables)?;
    fs::write(folder.join("../../runtime/docs/scaling.svg"), picture)?;
    let path = folder.join("../../runtime/docs/performance.md");
    let page = fs::read_to_string(&path)?;
    fs::write(path, with_figures(&page, &figures).expect("the page has a place for the figures"))
}

/// The page with other figures between its marks.
fn with_figures(page: &str, figures: &str) -> Option<String> {
    let (before, rest) = page.split_once("<!-- simulated -->\n")?;
    let (_, after) = rest.split_once("<!-- end -->")?;
    Some(format!("{before}<!-- simulated -->\n\n{figures}\n<!-- end -->{after}"))
}
