//! Results as Markdown tables.

use std::fmt::Write;

use crate::{
    Run,
    scenario::{Settings, Setup},
    tally::{Kind, quantiles},
    time::{Micros, SECOND},
};

pub fn parameters(settings: &Settings) -> String {
    let requests = settings.requests_per_second;
    format!(
        "{} replicas get {} requests a second in all, {} of them with opaque tokens. {} opaque \
         tokens\nare in use; their popularity has a Zipf exponent of {:.1}. Approvals are cached for {} \
         seconds, rejections for {}.\nClerk allows {} calls in any ten seconds. Each run measures {} \
         seconds.\n",
        settings.replicas,
        thousands(requests as usize),
        thousands((requests * settings.opaque_share) as usize),
        thousands(settings.tokens as usize),
        settings.zipf_exponent,
        settings.approval_ttl / SECOND,
        settings.rejection_ttl / SECOND,
        thousands(settings.limit.calls),
        (settings.measured.end - settings.measured.start) / SECOND,
    )
}

pub fn calls_and_rejections(runs: &[Run]) -> String {
    let mut table = "| scenario | replicas | calls to Clerk a second | most in 10 s | 429 a second | \
         503, opaque tokens | in the worst 10 s | 503, new tokens | 503, JWTs | Redis commands a second | \
         delay by Redis in ms: median, 99 %, most |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n"
        .to_owned();
    for Run { scenario, setup, tally } in runs {
        let [median, percentile_99, most] = tally.redis_delay_quantiles();
        let new = tally.unavailable_in_all(Kind::New);
        let new = scenario.burst.as_ref().map_or(String::new(), |_| format!("{new:.1} %"));
        let redis = match setup {
            Setup::Fleet => format!(
                "{} | {median:.1}, {percentile_99:.1}, {most:.1}",
                thousands(tally.per_second(&tally.redis_commands) as usize)
            ),
            _ => " | ".to_owned(),
        };
        let _ = writeln!(
            table,
            "| {} | {} | {:.0} | {} | {:.1} | {:.1} % | {:.1} % | {new} | {:.1} % | {redis} |",
            scenario.name,
            setup.name(),
            tally.calls_per_second(),
            thousands(tally.most_calls()),
            tally.per_second(&tally.too_many_requests),
            tally.unavailable_in_all(Kind::InUse),
            tally.most_unavailable(Kind::InUse),
            tally.unavailable_in_all(Kind::Jwt),
        );
    }
    table
}

/// Replicas that did not accept the token when it was revoked are left out.
pub fn staleness(runs: &[(&str, Vec<Micros>)]) -> String {
    let mut table = "| replicas go on to accept a revoked token | median | 99 % | most |\n\
         |---|--:|--:|--:|\n"
        .to_owned();
    for (name, staleness) in runs {
        let values = staleness.iter().copied().filter(|it| *it > 0).collect();
        let [median, percentile_99, most] = quantiles(values).map(time);
        let _ = writeln!(table, "| {name} | {median} | {percentile_99} | {most} |");
    }
    table
}

/// A row for each number of tokens, a cell for each time to live.
pub fn sizing(ttls: &[Micros], rows: &[(u32, Vec<Run>)]) -> String {
    let heading = |ttl: &Micros| format!(" {} s |", ttl / SECOND);
    let headings: String = ttls.iter().map(heading).collect();
    let mut table = format!("| tokens in use |{headings}\n|--:|{}\n", "---|".repeat(ttls.len()));
    for (tokens, runs) in rows {
        let cell = |Run { tally, .. }: &Run| {
            let calls = tally.calls_per_second();
            format!(" {calls:.0}, {:.1} % |", tally.unavailable_in_all(Kind::InUse))
        };
        let _ = writeln!(
            table,
            "| {} |{}",
            thousands(*tokens as usize),
            runs.iter().map(cell).collect::<String>()
        );
    }
    table
}

fn time(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}

fn thousands(number: usize) -> String {
    let (high, low) = (number / 1000, number % 1000);
    if high == 0 { low.to_string() } else { format!("{},{low:03}", thousands(high)) }
}
