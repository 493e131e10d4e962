//! What the crate adds to the clean debug build of an application on axum and reqwest.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The application without the crate, then with it.
pub struct Builds {
    pub seconds: [f64; 2],
    pub crates: [usize; 2],
    /// Crates that the application has in two versions with the crate, and not without it.
    pub new_duplicates: BTreeSet<String>,
}

pub fn measure() -> Builds {
    let directory = std::env::temp_dir().join(format!("clerk-auth-build-{}", std::process::id()));
    let applications = ["without", "with"].map(|name| application(&directory, name));
    for application in &applications {
        cargo(application, &["fetch"]);
    }
    let seconds = applications.each_ref().map(|application| {
        let start = Instant::now();
        cargo(application, &["build"]);
        start.elapsed().as_secs_f64()
    });
    let crates = applications.each_ref().map(|it| packages(it).len());
    let [without, with] = applications.each_ref().map(|it| duplicates(&packages(it)));
    fs::remove_dir_all(directory).unwrap();
    Builds { seconds, crates, new_duplicates: with.difference(&without).cloned().collect() }
}

fn application(directory: &Path, name: &str) -> PathBuf {
    let path = directory.join(name);
    fs::create_dir_all(path.join("src")).unwrap();
    let (dependency, state) = if name == "with" {
        let dependency = format!("clerk-auth = {{ path = \"{ROOT}/runtime\" }}");
        (dependency, "let _ = clerk_auth::Clerk::from_env();")
    } else {
        (String::new(), "")
    };
    let manifest = format!(
        "[package]\nname = \"application\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         axum = \"0.8\"\n\
         reqwest = {{ version = \"0.13\", default-features = false, features = [\"rustls\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n{dependency}\n\n[workspace]\n"
    );
    let program = format!(
        "#[tokio::main]\nasync fn main() {{\n    let _ = (axum::Router::<()>::new(), reqwest::Client::new());\n    \
         {state}\n}}\n"
    );
    fs::write(path.join("Cargo.toml"), manifest).unwrap();
    fs::write(path.join("src/main.rs"), program).unwrap();
    // The versions that the project is tested with, and its compiler.
    for file in ["Cargo.lock", "rust-toolchain.toml"] {
        fs::copy(format!("{ROOT}/{file}"), path.join(file)).unwrap();
    }
    path
}

/// Names and versions of all that the application is linked from or built with.
fn packages(application: &Path) -> BTreeSet<(String, String)> {
    let tree = cargo(application, &["tree", "--prefix", "none", "--edges", "normal,build"]);
    let parts = tree.lines().filter_map(|line| line.split_once(" v"));
    parts
        .map(|(name, rest)| (name.to_owned(), rest.split(' ').next().unwrap().to_owned()))
        .collect()
}

fn duplicates(packages: &BTreeSet<(String, String)>) -> BTreeSet<String> {
    let names = packages.iter().map(|(name, _)| name);
    let is_double = |name: &&String| packages.iter().filter(|(it, _)| it == *name).count() > 1;
    names.filter(is_double).cloned().collect()
}

fn cargo(application: &Path, arguments: &[&str]) -> String {
    let output = Command::new("cargo")
        .args(arguments)
        .current_dir(application)
        .env("CARGO_TARGET_DIR", application.join("target"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
