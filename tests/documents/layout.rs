//! The layout of the published crates.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{FOLDER, imports::sources};

const MOST_LINES: u32 = 250;

/// The types that code declares, with the number of their line. Tests and associated types apart.
fn types(code: &str) -> Vec<(usize, &str)> {
    let code = code.split("#[cfg(test)]\nmod").next().unwrap();
    let numbered = code.lines().enumerate();
    numbered.filter_map(|(at, line)| Some((at + 1, declared(line)?))).collect()
}

fn declared(line: &str) -> Option<&str> {
    let item = line.trim_start();
    let item = match item.strip_prefix("pub") {
        Some(public) if public.starts_with('(') => public.split_once(") ")?.1,
        Some(public) => public.trim_start(),
        None => item,
    };
    let (keyword, rest) = item.split_once(' ')?;
    // What an `impl` or a trait calls `type` is indented.
    let is_type = ["struct", "enum", "union", "trait"].contains(&keyword)
        || keyword == "type" && !line.starts_with(' ');
    let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
    let name = &rest[..end];
    (is_type && name.starts_with(char::is_uppercase)).then_some(name)
}

fn repeated_types(crate_folder: &str) -> Vec<String> {
    let mut files: Vec<PathBuf> = Vec::new();
    sources(&Path::new(FOLDER).join(crate_folder), &mut files);
    files.sort();
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in &files {
        let shown = path.strip_prefix(FOLDER).unwrap().display();
        if shown.to_string().contains("tests") {
            continue;
        }
        for (line, name) in types(&fs::read_to_string(path).unwrap()) {
            places.entry(name.to_owned()).or_default().push(format!("{shown}:{line}"));
        }
    }
    assert!(places.len() > 20, "only {} types in {crate_folder}", places.len());
    let repeated = places.into_iter().filter(|(_, places)| places.len() > 1);
    repeated.map(|(name, places)| format!("`{name}`: {}", places.join(", "))).collect()
}

#[test]
fn type_name_is_used_once_in_a_crate() {
    for crate_folder in ["macros/src", "runtime/src"] {
        assert_eq!(repeated_types(crate_folder), Vec::<String>::new(), "give each its own name");
    }
}

#[test]
fn types_are_found_in_each_form() {
    let code = "pub struct A<T>(T);\npub(crate) enum B {}\n    pub(super) trait C: Send {}\n\
                type D = A<u8>;\nimpl C for D {\n    type E = u8;\n}\n// struct F\n\
                const STRUCT: &str = \"struct\";\nfn f() {\n    struct G;\n}\nmacro_rules! m {\n    \
                ($name:ident) => { struct $name; }\n}\n#[cfg(test)]\nmod tests {\n    struct H;\n}\n";
    let found: Vec<&str> = types(code).into_iter().map(|(_, name)| name).collect();
    assert_eq!(found, ["A", "B", "C", "D", "G"]);
}

/// `tests/count-lines` decides what a line of code is.
#[test]
fn file_has_at_most_250_lines_of_code() {
    let script = Path::new(FOLDER).join("tests/count-lines");
    let output = Command::new("bash").arg(script).arg("--files").output().expect("bash");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let counted = text.lines().filter_map(|line| line.trim_start().split_once("  "));
    let files: Vec<(u32, &str)> = counted
        .filter(|(_, path)| path.contains('/'))
        .map(|(lines, path)| (lines.parse().expect("a number of lines"), path))
        .collect();
    assert!(files.len() > 100, "only {} files were counted", files.len());
    let long: Vec<_> = files.into_iter().filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "{long:#?}");
}
