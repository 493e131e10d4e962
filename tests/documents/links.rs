//! Reads the links of a Markdown file, and follows those that lead into the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The folder, and the address that it will have.
pub(crate) struct Repository {
    pub(crate) folder: PathBuf,
    pub(crate) url: String,
}

/// Where links and images of a text lead.
pub(crate) fn destinations(text: &str) -> Vec<String> {
    let destination = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.to_string())
        }
        _ => None,
    };
    Parser::new(text).filter_map(destination).collect()
}

impl Repository {
    /// Returns whether the link leads into the repository.
    ///
    /// # Errors
    /// If it does, and nothing is there.
    pub(crate) fn check(&self, document: &Path, destination: &str) -> Result<bool, String> {
        let raw = self.url.replace("github.com", "raw.githubusercontent.com");
        let prefixes = [format!("{}/blob/main/", self.url), format!("{raw}/main/")];
        let inside = prefixes.iter().find_map(|prefix| destination.strip_prefix(prefix));
        let (path, anchor) = split_anchor(inside.unwrap_or(destination));
        let path = match inside {
            Some(_) => self.folder.join(path),
            None if destination.contains("://") || destination.contains("::") => return Ok(false),
            None if path.is_empty() => document.to_owned(),
            None => document.with_file_name(path),
        };
        if !path.exists() {
            return Err(format!("{destination} does not exist"));
        }
        match anchor {
            Some(anchor) if !anchors(&path).iter().any(|name| name == anchor) => {
                Err(format!("{destination}: no heading has this anchor"))
            }
            _ => Ok(true),
        }
    }
}

fn split_anchor(destination: &str) -> (&str, Option<&str>) {
    match destination.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (destination, None),
    }
}

/// The anchors of a file's headings; none if it is not Markdown.
fn anchors(path: &Path) -> Vec<String> {
    let is_markdown = path.extension().is_some_and(|extension| extension == "md");
    let text = if is_markdown { fs::read_to_string(path).unwrap() } else { String::new() };
    let mut anchors: Vec<String> = Vec::new();
    let mut heading: Option<String> = None;
    for event in Parser::new(&text) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(part) | Event::Code(part), Some(heading)) => heading.push_str(&part),
            (Event::End(TagEnd::Heading(_)), Some(_)) => {
                let name = anchor(&heading.take().unwrap_or_default());
                let same = anchors.iter().filter(|other| **other == name).count();
                anchors.push(if same == 0 { name } else { format!("{name}-{same}") });
            }
            _ => {}
        }
    }
    anchors
}

/// As code hosts and rustdoc write it: lower case, hyphens for spaces, no punctuation.
fn anchor(heading: &str) -> String {
    let written = |character: char| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ if character.is_alphanumeric() => Some(character),
        _ => None,
    };
    heading.to_lowercase().chars().filter_map(written).collect()
}
