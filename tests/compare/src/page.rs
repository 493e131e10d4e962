//! Measured values in, the tables of `runtime/docs/performance.md` and its plot out.
//!
//! A table stands between two comments that name it, so a run of some measurements leaves the others.

use std::{fmt::Write, fs, path::PathBuf};

use crate::{
    building::Builds, floods::Questions, load::Load, profile::Breakdown, requests, rounds::Times,
    verifying,
};

pub fn verifying(times: &[Times]) -> String {
    let floor = find(times, verifying::FLOOR);
    let longest = times.iter().map(Times::median).fold(0.0, f64::max);
    let mut table = heading(
        "| one token, from its text to checked claims | median | fastest | × the floor | |",
        3,
    );
    for time in times {
        let (name, ratio) = (time.name, time.ratio_to(floor));
        let bar = bar(time.median(), longest);
        let (median, fastest) = (micros(time.median()), micros(time.fastest()));
        writeln!(table, "| {name} | {median} | {fastest} | {ratio:.2} | {bar} |").unwrap();
    }
    table
}

pub fn requests(times: &[Times]) -> String {
    let (unguarded, peer) = (find(times, requests::UNGUARDED), find(times, requests::PEER));
    let longest = times.iter().map(|it| it.more_than(unguarded)).fold(0.0, f64::max);
    let mut table = heading(
        "| one request through an axum router | whole | added by the guard | fastest minus fastest | added, against clerk-rs | |",
        4,
    );
    for time in times {
        let (name, added) = (time.name, time.more_than(unguarded));
        let (whole, bar) = (micros(time.median()), bar(added, longest));
        let fastest = micros(time.fastest() - unguarded.fastest());
        let (added, share) = (micros(added), time.share_of(peer, unguarded) * 100.0);
        writeln!(table, "| {name} | {whole} | {added} | {fastest} | {share:.1} % | {bar} |")
            .unwrap();
    }
    table
}

pub fn rejections(times: &[Times]) -> String {
    let floor = find(times, verifying::FLOOR);
    let mut table = heading(
        "| rejected, with the finished response | median | fastest | × the floor | fastest ÷ fastest |",
        4,
    );
    for time in times.iter().filter(|it| it.name != verifying::FLOOR) {
        let (name, ratio) = (time.name, time.ratio_to(floor));
        let (median, fastest) = (micros(time.median()), micros(time.fastest()));
        let of_fastest = time.fastest() / floor.fastest();
        writeln!(table, "| {name} | {median} | {fastest} | {ratio:.2} | {of_fastest:.2} |")
            .unwrap();
    }
    table
}

pub fn load(load: &Load) -> String {
    let mut table = heading(
        "| wrk, 32 connections, two cores | requests a second | share of unguarded, median | interval |",
        3,
    );
    writeln!(table, "| no guard | {:.0} | | |", load.unguarded).unwrap();
    for route in &load.routes {
        let (lowest, highest) = route.interval;
        writeln!(
            table,
            "| {} | {:.0} | {:.1} % | {:.1} % to {:.1} % |",
            route.name,
            route.requests,
            route.median * 100.0,
            lowest * 100.0,
            highest * 100.0
        )
        .unwrap();
    }
    table
}

pub fn floods(questions: &Questions) -> String {
    format!(
        "| 10,000 requests | calls to Clerk |\n|---|--:|\n\
         | concurrent, with one opaque token | {} |\n\
         | in sequence, each with another unknown `kid` | {} |\n",
        questions.one_opaque_token, questions.unknown_key_ids
    )
}

pub fn memory(line: &str) -> String {
    let (cached, bytes) = line.trim().split_once(' ').unwrap();
    let mebibytes = bytes.parse::<f64>().unwrap() / 1_048_576.0;
    format!(
        "| caches full, at their default bounds | |\n|---|--:|\n\
         | cached JWTs | {cached} |\n\
         | cached verification responses | 10000 |\n\
         | heap of the whole verifier | {mebibytes:.1} MiB |\n"
    )
}

pub fn build(builds: &Builds) -> String {
    let ([without, with], [few, many]) = (builds.seconds, builds.crates);
    let duplicates: Vec<&str> = builds.new_duplicates.iter().map(String::as_str).collect();
    let duplicates = if duplicates.is_empty() { "none".to_owned() } else { duplicates.join(", ") };
    format!(
        "| an application on axum and reqwest | without | with the crate |\n|---|--:|--:|\n\
         | clean debug build | {without:.1} s | {with:.1} s |\n\
         | crates, including build dependencies | {few} | {many} |\n\
         | crates that are now in two versions | | {duplicates} |\n"
    )
}

pub fn profile(seen_before: &Breakdown, first_seen: &Breakdown) -> String {
    let of = |breakdown: &Breakdown, name: &str| {
        breakdown.iter().find(|(part, _)| *part == name).map_or(0.0, |(_, cost)| *cost)
    };
    let mut table = heading("| instructions of one guard | cached | new, cache off |", 2);
    for (name, _) in first_seen.iter().chain(
        seen_before.iter().filter(|(name, _)| first_seen.iter().all(|(known, _)| known != name)),
    ) {
        let (seen, first) = (of(seen_before, name), of(first_seen, name));
        writeln!(table, "| {name} | {seen:.0} | {first:.0} |").unwrap();
    }
    let sum = |breakdown: &Breakdown| breakdown.iter().map(|(_, cost)| cost).sum::<f64>();
    writeln!(table, "| total | {:.0} | {:.0} |", sum(seen_before), sum(first_seen)).unwrap();
    table
}

/// Writes the table in its place.
pub fn write(name: &str, table: &str) {
    println!("{table}");
    let path = docs("performance.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- measured: {name} -->\n"), "<!-- end -->");
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("no place for {name}"));
    let (_, after) = rest.split_once(end).unwrap();
    fs::write(path, format!("{before}{begin}\n{table}\n{end}{after}")).unwrap();
}

/// The verifiers, one bar each, as an image that rustdoc takes into the page as it is.
pub fn plot(times: &[Times]) {
    let bars: Vec<&Times> =
        times.iter().filter(|it| !verifying::PARTS.contains(&it.name)).collect();
    let longest = bars.iter().map(|it| it.median()).fold(0.0, f64::max);
    let height = bars.len() * 24 + 28;
    let mut image = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 {height}\" width=\"760\" \
         role=\"img\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#888\">\n\
         <text x=\"0\" y=\"14\">One token, from its text to checked claims: microseconds, logarithmic</text>\n"
    );
    for (row, time) in bars.into_iter().enumerate() {
        let y = row * 24 + 28;
        let is_ours = time.name.starts_with("**");
        let (name, color) =
            (time.name.replace("**", ""), if is_ours { "#6c47ff" } else { "#9aa0a6" });
        // From a tenth of a microsecond on, so that all are longer than nothing.
        let width = (time.median() / 100.0).ln() / (longest / 100.0).ln() * 330.0;
        writeln!(image, "<text x=\"0\" y=\"{}\">{}</text>", y + 14, name.replace('`', "")).unwrap();
        writeln!(
            image,
            "<rect x=\"340\" y=\"{y}\" width=\"{width:.0}\" height=\"18\" fill=\"{color}\"></rect>"
        )
        .unwrap();
        let x = 346.0 + width;
        writeln!(image, "<text x=\"{x:.0}\" y=\"{}\">{}</text>", y + 14, micros(time.median()))
            .unwrap();
    }
    image.push_str("</svg>\n");
    fs::write(docs("performance.svg"), image).unwrap();
}

fn heading(names: &str, numbers: usize) -> String {
    let columns = names.matches('|').count() - 1;
    let rules = (0..columns).map(|at| if (1..=numbers).contains(&at) { "--:|" } else { "---|" });
    format!("{names}\n|{}\n", rules.collect::<String>())
}

fn find<'t>(times: &'t [Times], name: &str) -> &'t Times {
    times.iter().find(|it| it.name == name).unwrap()
}

fn micros(nanoseconds: f64) -> String {
    format!("{:.2} µs", nanoseconds / 1000.0)
}

/// Twenty blocks are the longest.
fn bar(value: f64, longest: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let blocks = (value / longest * 20.0).round().max(0.0) as usize;
    "█".repeat(blocks)
}

fn docs(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../runtime/docs").join(name)
}
