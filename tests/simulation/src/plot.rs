//! Results as a picture. Its colors suit light and dark pages, and rustdoc takes it as it is.

use std::fmt::Write;

use crate::{
    Run,
    scenario::{Scenario, Setup},
    tally::Kind,
    time::{Micros, SECOND},
};

const WIDTH: f64 = 330.0;
const HEIGHT: f64 = 64.0;
const ROW: f64 = 108.0;
const LEFT: f64 = 10.0;
/// The most calls that a chart shows.
const MOST_CALLS: f64 = 2000.0;
const ALONE: &str = "#9aa0a6";
const WITH_SHARE: &str = "#c77700";
const FLEET: &str = "#6c47ff";
const FORGET: &str = "#00a37a";

struct Chart {
    left: f64,
    top: f64,
    seconds: f64,
    /// The value at the top.
    most: f64,
}

impl Chart {
    fn x(&self, second: f64) -> f64 {
        self.left + second / self.seconds * WIDTH
    }

    fn y(&self, value: f64) -> f64 {
        self.top + HEIGHT - (value / self.most).min(1.0) * HEIGHT
    }

    fn frame(&self, title: &str, unit: &str) -> String {
        let (left, bottom, right) = (self.left, self.top + HEIGHT, self.left + WIDTH);
        let mut image = text(left, self.top - 8.0, title);
        image += &text(right + 4.0, self.top + 10.0, &format!("{}{unit}", self.most));
        image += &segment((left, bottom), (right, bottom), "");
        for second in (0..=self.seconds as u32).step_by(self.seconds as usize / 4) {
            image += &text(self.x(second.into()) - 6.0, bottom + 13.0, &format!("{second} s"));
        }
        image
    }

    fn line(&self, points: impl Iterator<Item = (f64, f64)>, color: &str) -> String {
        let points: String = points
            .map(|(second, value)| format!("{:.0},{:.0} ", self.x(second), self.y(value)))
            .collect();
        let points = points.trim_end();
        format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"></polyline>\n"
        )
    }
}

/// Two charts for each scenario, and one of staleness below them.
pub fn plot(
    measured: (Micros, Micros),
    limit: usize,
    runs: &[Run],
    staleness: &[(&str, Vec<Micros>)],
) -> String {
    let rows = runs.len() / Setup::ALL.len();
    let height = 40.0 + (rows + 1) as f64 * ROW;
    let mut image = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 {height}\" width=\"800\" \
         role=\"img\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#888\">\n\
         <title>Calls to Clerk, rejections and staleness, with and without the fleet</title>\n"
    );
    for (column, setup) in Setup::ALL.into_iter().enumerate() {
        image += &legend(LEFT + column as f64 * 180.0, 14.0, color(setup), setup.name());
    }
    for (row, runs) in runs.chunks(Setup::ALL.len()).enumerate() {
        let top = 50.0 + row as f64 * ROW;
        image += &charts(measured, limit, runs, top);
    }
    let top = 50.0 + rows as f64 * ROW;
    let longest = 60.0;
    let chart = Chart { left: LEFT, top, seconds: longest, most: 100.0 };
    image += &chart.frame("replicas that accept a revoked token, by time since then", " %");
    for (index, (name, values)) in staleness.iter().enumerate() {
        let color = [ALONE, WITH_SHARE, FLEET, FORGET][index];
        let accepts = |second: f64| {
            let still = values.iter().filter(|it| **it as f64 > second * SECOND as f64).count();
            still as f64 / values.len() as f64 * 100.0
        };
        image += &chart.line((0..=60).map(|at| (at.into(), accepts(at.into()))), color);
        let y = top + 10.0 + index as f64 * 16.0;
        image +=
            &legend(LEFT + 400.0, y, color, &format!("{name}: {:.0} % after 1 s", accepts(1.0)));
    }
    image + "</svg>\n"
}

fn charts((start, end): (Micros, Micros), limit: usize, runs: &[Run], top: f64) -> String {
    let seconds = ((end - start) / SECOND) as f64;
    let calls = Chart { left: LEFT, top, seconds, most: MOST_CALLS };
    let rejections = Chart { left: LEFT + 400.0, most: 100.0, ..calls };
    let name = runs[0].scenario.name;
    let mut image = calls.frame(&format!("{name}: calls to Clerk in 10 s"), "");
    image += &rejections.frame("opaque tokens: 503", " %");
    for during in disturbances(&runs[0].scenario) {
        let second = |at: Micros| at.saturating_sub(start) as f64 / SECOND as f64;
        for chart in [&calls, &rejections] {
            let (x, to) = (chart.x(second(during.0)), chart.x(second(during.1)));
            let _ = writeln!(
                image,
                "<rect x=\"{x:.0}\" y=\"{top}\" width=\"{:.0}\" height=\"{HEIGHT}\" opacity=\"0.15\"></rect>",
                to - x
            );
        }
    }
    let (x, y) = (calls.left + WIDTH, calls.y(limit as f64));
    image += &segment((calls.left, y), (x, y), " stroke-dasharray=\"4 3\"");
    image += &text(x + 4.0, y + 4.0, "limit");
    for Run { setup, tally, .. } in runs {
        let ticks = || (0..=seconds as Micros).step_by(2).map(|at| (at, start + at * SECOND));
        let in_ten_seconds = |now: Micros| {
            let place = |time| tally.calls.partition_point(|at| *at < time);
            (place(now) - place(now - 10 * SECOND)) as f64
        };
        let unavailable = |now| tally.unavailable_during(Kind::InUse, &(now - 2 * SECOND..now));
        let points = ticks().map(|(at, now)| (at as f64, in_ten_seconds(now)));
        image += &calls.line(points, color(*setup));
        let points = ticks().map(|(at, now)| (at as f64, unavailable(now)));
        image += &rejections.line(points, color(*setup));
    }
    image
}

/// Times that a chart shades.
fn disturbances(scenario: &Scenario) -> Vec<(Micros, Micros)> {
    let outages = [&scenario.redis_outage, &scenario.clerk_outage];
    let bursts = scenario.burst.iter().map(|burst| &burst.during);
    outages
        .into_iter()
        .chain(bursts)
        .map(|during| (during.start, during.end))
        .filter(|it| it.0 < it.1)
        .collect()
}

fn color(setup: Setup) -> &'static str {
    match setup {
        Setup::Alone => ALONE,
        Setup::AloneWithShare => WITH_SHARE,
        Setup::Fleet => FLEET,
    }
}

fn legend(x: f64, y: f64, color: &str, name: &str) -> String {
    let stroke = format!(" stroke=\"{color}\" stroke-width=\"2\"");
    segment((x, y - 4.0), (x + 20.0, y - 4.0), &stroke) + &text(x + 26.0, y, name)
}

fn text(x: f64, y: f64, text: &str) -> String {
    format!("<text x=\"{x:.0}\" y=\"{y:.0}\">{text}</text>\n")
}

fn segment(from: (f64, f64), to: (f64, f64), attributes: &str) -> String {
    let stroke = if attributes.contains("stroke=") { "" } else { " stroke=\"#888\"" };
    format!(
        "<line x1=\"{:.0}\" y1=\"{:.0}\" x2=\"{:.0}\" y2=\"{:.0}\"{stroke}{attributes}></line>\n",
        from.0, from.1, to.0, to.1
    )
}
