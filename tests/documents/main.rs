//! What the repository's Markdown files say, and the layout of the crates. Links to items of the crate are rustdoc's part.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod imports;
mod layout;
mod links;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
};

use self::links::{Repository, destinations};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn repository() -> Repository {
    Repository { folder: FOLDER.into(), url: manifest("Cargo.toml", "workspace") }
}

/// The `repository` of a manifest.
fn manifest(path: &str, table: &str) -> String {
    let text = fs::read_to_string(Path::new(FOLDER).join(path)).unwrap();
    let manifest: toml::Table = toml::from_str(&text).unwrap();
    let package = manifest[table].as_table().and_then(|table| table.get("package"));
    package.expect("a package")["repository"].as_str().expect("a repository").to_owned()
}

/// Every Markdown file, without build folders and packages of other languages.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap();
        if path.is_dir() && !["target", "node_modules", ".git"].contains(&name) {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

#[test]
fn links_lead_to_files_and_headings() {
    let (repository, mut found) = (repository(), Vec::new());
    documents(&repository.folder, &mut found);
    let mut local = 0;
    let mut broken = Vec::new();
    for document in &found {
        for destination in destinations(&fs::read_to_string(document).unwrap()) {
            match repository.check(document, &destination) {
                Ok(is_local) => local += usize::from(is_local),
                Err(error) => broken.push(format!("{}: {error}", document.display())),
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(local > 30, "only {local} links into the repository");
}

/// Registries show the README away from the repository, so a relative link leads nowhere there.
#[test]
fn readme_has_absolute_links_only() {
    let text = fs::read_to_string(Path::new(FOLDER).join("README.md")).unwrap();
    for destination in destinations(&text) {
        assert!(
            destination.starts_with("https://"),
            "{destination}: put {}/blob/main/ before it",
            repository().url
        );
    }
}

/// Readers search for the compiler's words: the guide has them as the compiler prints them.
#[test]
fn errors_in_the_guide_are_those_of_the_compiler() {
    let guide = Path::new(FOLDER).join("runtime/docs/when-it-does-not-compile.md");
    let guide = fs::read_to_string(guide).unwrap();
    let blocks = guide.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let quoted: Vec<&str> = blocks.flat_map(str::lines).collect();
    let mut printed = String::new();
    for folder in fs::read_dir(Path::new(FOLDER).join("tests/ui/fail_rustc")).unwrap() {
        for case in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = case.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "stderr") {
                printed += &fs::read_to_string(path).unwrap();
            }
        }
    }
    let printed: Vec<&str> = printed.lines().collect();
    let foreign: Vec<&str> = quoted.iter().filter(|it| !printed.contains(it)).copied().collect();
    assert!(quoted.len() > 10 && foreign.is_empty(), "{foreign:#?}");
}

#[test]
fn broken_link_is_told() {
    let repository = repository();
    let url = &repository.url;
    let raw = url.replace("github.com", "raw.githubusercontent.com");
    let document = repository.folder.join("CONTRIBUTING.md");
    // A destination, and whether it is into the repository; `None` if it is broken.
    let links = [
        ("tests/README.md".to_owned(), Some(true)),
        ("tests".to_owned(), Some(true)),
        ("#the-gate".to_owned(), Some(true)),
        ("tests/fuzz/README.md#fuzz-targets".to_owned(), Some(true)),
        (format!("{url}/blob/main/tests/README.md"), Some(true)),
        (format!("{url}/blob/main/CONTRIBUTING.md#the-gate"), Some(true)),
        (format!("{raw}/main/README.md"), Some(true)),
        (format!("{url}/issues"), Some(false)),
        ("https://docs.rs/axum".to_owned(), Some(false)),
        ("crate::Clerk".to_owned(), Some(false)),
        ("macro@crate::policy".to_owned(), Some(false)),
        ("tests/READ.md".to_owned(), None),
        ("#the-gates".to_owned(), None),
        ("tests/fuzz/README.md#targets".to_owned(), None),
        ("Cargo.toml#package".to_owned(), None),
        (format!("{url}/blob/main/tests/READ.md"), None),
        (format!("{url}/blob/main/README.md#nowhere"), None),
        (format!("{raw}/main/picture.png"), None),
    ];
    for (destination, expected) in links {
        let checked = repository.check(&document, &destination);
        assert_eq!(checked.clone().ok(), expected, "{destination}: {checked:?}");
    }
}

#[test]
fn published_crates_name_the_repository() {
    let text = |path: &str| fs::read_to_string(Path::new(FOLDER).join(path)).unwrap();
    for path in ["macros/Cargo.toml", "runtime/Cargo.toml"] {
        for line in ["repository.workspace = true", "homepage.workspace = true"] {
            assert!(text(path).lines().any(|written| written == line), "{path}: {line}");
        }
    }
}
