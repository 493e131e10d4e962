//! The rows of ARCHITECTURE.md are in import order: a folder imports only from those above it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::FOLDER;

/// The folders and files of a table in ARCHITECTURE.md, in its order.
fn rows(crate_folder: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(FOLDER).join("ARCHITECTURE.md")).unwrap();
    let heading = format!("| `{crate_folder}` | holds |");
    let table = text.split_once(&heading).expect(crate_folder).1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = rows.map(|row| row.split('|').nth(1).unwrap().replace(['`', ' '], ""));
    names
        .flat_map(|cell| cell.split(',').map(str::to_owned).collect::<Vec<_>>())
        .map(|name| name.trim_end_matches(['/']).trim_end_matches(".rs").to_owned())
        .collect()
}

pub(super) fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules at the root of the crate that a file imports, tests and comments apart.
fn imported(code: &str) -> BTreeSet<String> {
    let code = code.split("#[cfg(test)]\nmod").next().unwrap();
    let code = code.split("#[cfg(all(test").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let Some(group) = after.strip_prefix('{') else {
            found.extend(word(after));
            continue;
        };
        let (mut depth, mut starts_entry) = (0_u32, true);
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => starts_entry = true,
                _ if character.is_whitespace() => {}
                _ if depth == 0 && starts_entry => {
                    found.extend(word(&group[at..]));
                    starts_entry = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn word(text: &str) -> Option<String> {
    let end = text.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

fn upward_imports(crate_folder: &str) -> Vec<String> {
    let (order, folder) = (rows(crate_folder), Path::new(FOLDER).join(crate_folder));
    let position = |name: &str| order.iter().position(|row| row == name);
    let mut found = Vec::new();
    sources(&folder, &mut found);
    assert!(found.len() > 20, "{}", folder.display());
    let mut upward = Vec::new();
    for path in found {
        let place = path.strip_prefix(&folder).unwrap();
        let place = place.to_str().unwrap().trim_end_matches(".rs");
        let top = place.split(['/', '\\']).next().unwrap();
        if top == "lib" || place.contains("tests") {
            continue;
        }
        let own = position(top).unwrap_or_else(|| panic!("ARCHITECTURE.md lacks `{top}`"));
        for name in imported(&fs::read_to_string(&path).unwrap()) {
            if position(&name).is_some_and(|other| other > own) {
                upward.push(format!("{place} imports {name}"));
            }
        }
    }
    upward
}

#[test]
fn folder_imports_only_from_rows_above_it() {
    assert_eq!(upward_imports("runtime/src"), Vec::<String>::new());
}

#[test]
fn imports_are_found_in_each_form() {
    let code = "use crate::{\n    clock::{Clock, UnixMillis},\n    verify,\n};\nuse crate::error::E;\n\
                fn f() -> crate::token::T {}\n/// crate::guide\n#[cfg(test)]\nmod tests { use crate::guard; }";
    let found: Vec<String> = imported(code).into_iter().collect();
    assert_eq!(found, ["clock", "error", "token", "verify"]);
}
