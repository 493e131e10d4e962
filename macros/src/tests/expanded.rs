//! Sources of every example in, what the attribute writes for each of their handlers out, in
//! `examples/<story>/expanded/<handler>.rs`. Refresh with `UPDATE_EXPECT=1` and read the difference.
//!
//! The notes example compiles these files and asks them the same requests as its own handlers.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Item, ItemFn, Meta};

use super::pretty;
use crate::expand_attribute;

#[test]
fn every_handler_of_an_example_has_its_expansion_beside_it() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    if !examples.is_dir() {
        eprintln!("skipped: the examples are in the repository, not in the published crate");
        return;
    }
    let stories = entries(&examples).into_iter().filter(|story| story.join("src").is_dir());
    let handlers: usize = stories.map(|story| check_story(&story)).sum();
    assert!(handlers > 0, "no guarded handler in {}", examples.display());
}

/// Returns how many handlers it has.
fn check_story(story: &Path) -> usize {
    let mut handlers = BTreeMap::new();
    collect_sources(&story.join("src"), &mut handlers);

    let folder = story.join("expanded");
    let is_refreshed = env::var_os("UPDATE_EXPECT").is_some();
    if is_refreshed && !handlers.is_empty() {
        fs::create_dir_all(&folder).unwrap();
    }
    // A story that is guarded by layers alone has none.
    let files = if folder.is_dir() { entries(&folder) } else { Vec::new() };
    let left_over = |file: &PathBuf| !handlers.keys().any(|name| *file == file_of(&folder, name));
    for file in files.into_iter().filter(left_over) {
        assert!(is_refreshed, "{} belongs to no handler", file.display());
        fs::remove_file(file).unwrap();
    }
    for (name, expansion) in &handlers {
        expect_file![file_of(&folder, name)].assert_eq(expansion);
    }
    handlers.len()
}

fn collect_sources(path: &Path, handlers: &mut BTreeMap<String, String>) {
    if path.is_dir() {
        for entry in entries(path) {
            collect_sources(&entry, handlers);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let text = fs::read_to_string(path).unwrap();
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        collect_handlers(file.items, handlers);
    }
}

fn collect_handlers(items: Vec<Item>, handlers: &mut BTreeMap<String, String>) {
    for item in items {
        match item {
            Item::Mod(module) => {
                let items = module.content.map(|(_, items)| items);
                collect_handlers(items.unwrap_or_default(), handlers);
            }
            Item::Fn(mut function) => {
                let Some(args) = take_attribute(&mut function) else {
                    continue;
                };
                let name = function.sig.ident.to_string();
                let output = expand_attribute(args, function.into_token_stream());
                let other = handlers.insert(name.clone(), in_paragraphs(output));
                assert!(other.is_none(), "two handlers of one example are named `{name}`");
            }
            _ => {}
        }
    }
}

/// Takes `#[clerk_auth(…)]` away, as the compiler does before it calls the attribute.
fn take_attribute(function: &mut ItemFn) -> Option<TokenStream> {
    let is_ours = |name: &syn::PathSegment| name.ident == "clerk_auth";
    let position = function
        .attrs
        .iter()
        .position(|attribute| attribute.path().segments.last().is_some_and(is_ours))?;
    match function.attrs.remove(position).meta {
        Meta::List(list) => Some(list.tokens),
        Meta::Path(_) | Meta::NameValue(_) => Some(TokenStream::new()),
    }
}

/// One empty line between two items.
fn in_paragraphs(output: TokenStream) -> String {
    let file: syn::File = syn::parse2(output).unwrap();
    let items = file.items.into_iter().map(|item| pretty(item.into_token_stream()));
    items.collect::<Vec<String>>().join("\n")
}

fn file_of(folder: &Path, handler: &str) -> PathBuf {
    folder.join(handler).with_extension("rs")
}

/// In order of their names.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}
