//! The page that tells where each family of attacks is: it names files that are there.

use std::path::Path;

const PAGE: &str = include_str!("../README.md");

/// The first cell of each row of the page's tables, and the files in its second.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| ")?.rsplit_once(" | "));
    let files = |cell: &'static str| cell.split('`').skip(1).step_by(2).collect();
    let rows = rows.map(|(family, cell)| (family, files(cell)));
    rows.filter(|(_, files): &(_, Vec<_>)| !files.is_empty()).collect()
}

#[test]
fn each_family_is_where_the_page_says() {
    assert!(rows().len() > 50, "the tables of the page are read");
    for (family, files) in rows() {
        for file in files {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            assert!(path.exists(), "{family}: {file}");
        }
    }
}

/// A new file of attacks has its place on the page.
#[test]
fn each_file_of_attacks_is_on_the_page() {
    let folders = [
        "tokens/forgeries",
        "tokens/claims",
        "tokens/opaque",
        "tokens/keys",
        "tokens/properties",
        "http/cookies",
    ];
    for folder in folders {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in path.read_dir().unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let file = format!("{folder}/{name}");
            // What helps the others, and what Clerk receives, are no attacks.
            if ["tokens/keys/samples.rs", "tokens/opaque/questions.rs"].contains(&file.as_str()) {
                continue;
            }
            assert!(rows().iter().any(|(_, files)| files.contains(&file.as_str())), "{file}");
        }
    }
}
