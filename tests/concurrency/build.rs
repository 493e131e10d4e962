//! Copies the modules under test, with the model checker's locks and tasks in place of those of `std` and `tokio`.

use std::{env, fs, path::Path};

/// Replacements in each module. Each must be found, so that a changed module is not checked with its own locks.
const MODULES: [(&str, &[(&str, &str)]); 2] = [
    (
        "single_flight.rs",
        &[
            ("    sync::{Arc, Mutex, MutexGuard, PoisonError},\n", ""),
            (
                "use tokio::{",
                "use shuttle::sync::{Arc, Mutex, MutexGuard};\nuse std::sync::PoisonError;\nuse crate::tokio::{",
            ),
            ("tokio::spawn(", "crate::tokio::spawn("),
            ("#[cfg(test)]\nmod tests;\n", ""),
        ],
    ),
    ("opaque/rate_limit.rs", &[]),
];

fn main() {
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    for (module, replacements) in MODULES {
        let source = Path::new("../../runtime/src/verify").join(module);
        println!("cargo::rerun-if-changed={}", source.display());
        let mut text =
            fs::read_to_string(&source).expect("the module is there").replace("//!", "//");
        for (from, to) in replacements {
            assert!(text.contains(from), "{module} has no {from:?}");
            text = text.replace(from, to);
        }
        if let Some(tests) = text.find("#[cfg(test)]\nmod tests {") {
            text.truncate(tests);
        }
        let name = Path::new(module).file_name().expect("a file");
        fs::write(Path::new(&out).join(name), text).expect("the build folder can be written");
    }
}
