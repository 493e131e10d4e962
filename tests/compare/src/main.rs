//! Measures what a guard costs, beside its peers, and writes the tables of `runtime/docs/performance.md`.
//!
//! `tests/compare/run` runs all of it. With names behind it, it runs only those: `verify`, `requests`,
//! `rejections`, `floods`, `memory`, `build`, `profile`, `load`.

mod building;
mod floods;
mod load;
mod node;
mod page;
mod profile;
mod rejections;
mod requests;
mod rounds;
mod verifying;
mod world;

use std::{env, process::Command};

use tokio::runtime::Builder;

use crate::world::World;

const ALL: [&str; 8] =
    ["verify", "requests", "rejections", "floods", "memory", "build", "profile", "load"];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let world = runtime.block_on(World::start());
    if let [mode, what] = arguments.as_slice()
        && mode == "profile"
    {
        return profile::run(&runtime, &world, what);
    }
    let wanted = |name: &&str| arguments.is_empty() || arguments.iter().any(|it| it == name);
    for name in ALL.iter().filter(|name| wanted(name)) {
        let table = match *name {
            "verify" => {
                let times = verifying::measure(&runtime, &world, 301);
                page::plot(&times);
                page::verifying(&times)
            }
            "requests" => page::requests(&requests::measure(&runtime, &world, 1001)),
            "rejections" => page::rejections(&rejections::measure(&runtime, &world, 501)),
            "load" => page::load(&load::measure(&runtime, &world, 10, 10)),
            "floods" => page::floods(&floods::measure(&world)),
            "memory" => page::memory(&memory()),
            "build" => page::build(&building::measure()),
            _ => page::profile(&profile::measure("seen-before"), &profile::measure("first-seen")),
        };
        page::write(name, &table);
    }
}

/// A program apart: it counts every allocation, and that takes time.
fn memory() -> String {
    let program = env::current_exe().unwrap().with_file_name("memory");
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
