//! Words that the guides and the compiler messages do not use, and the length of a page.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{FOLDER, documents};

/// What is not written, and what is written instead. `*` stands for any end of a word.
const WORDS: [(&str, &str); 35] = [
    ("let in", "accept, admit"),
    ("lets in", "accept, admit"),
    ("let* anybody", "accept, admit"),
    ("let* nobody", "reject"),
    ("may enter", "is accepted"),
    ("can* enter", "is accepted"),
    ("could enter", "is accepted"),
    ("refus*", "reject, rejection"),
    ("turn* away", "reject"),
    ("turn* nobody away", "accept"),
    ("stranger*", "anonymous request"),
    ("nobody", "no caller; an anonymous request"),
    ("anybody", "anyone, every caller"),
    ("somebody", "someone, another user"),
    ("everybody", "every caller, all users"),
    ("whoever", "the caller, anyone who"),
    ("who comes", "a caller that"),
    ("who asks", "the caller"),
    ("junk", "invalid, malformed"),
    ("is no", "is not a"),
    ("are no", "are not"),
    ("is over", "is expired, ends; is larger than"),
    ("was over", "was expired"),
    ("ask* clerk", "verify with the Backend API, call Clerk"),
    ("clerk is asked", "a call is made to Clerk"),
    ("asked of clerk", "a call to Clerk"),
    ("question* to clerk", "call to Clerk"),
    ("verdict*", "verification response"),
    ("budget*", "rate limit"),
    ("remember*", "cache, cached"),
    ("comes and goes", "is intermittently unavailable"),
    ("stays away", "is unavailable"),
    ("goes away", "disconnects, is closed"),
    ("always there", "always present"),
    ("the attribute writes", "the expansion, the attribute expands to"),
];

/// Where a word of the list is right.
const ALLOWED: [(&str, &str); 4] = [
    ("there is no", "says that something is absent"),
    ("there are no", "says that something is absent"),
    ("is no longer", "says that something ended"),
    ("are no longer", "says that something ended"),
];

/// Files with words of the list, and why.
const EXEMPT: [(&str, &str); 3] = [
    ("CONTRIBUTING.md", "it lists the words"),
    ("CODE_OF_CONDUCT.md", "it is about people"),
    ("CHANGELOG.md", "a release is not written again"),
];

/// Pages that people read from the beginning to the end.
const LONGEST_PAGE: usize = 250;

/// Words of a text with the line of each. A name in code is one word.
fn words(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().zip(1..);
    let parts = lines.flat_map(|(line, number)| {
        let is_part = |character: char| character.is_alphanumeric() || "_'".contains(character);
        line.split(move |character| !is_part(character)).map(move |word| (number, word))
    });
    let words = parts.filter(|(_, word)| !word.is_empty());
    words.map(|(number, word)| (number, word.to_lowercase())).collect()
}

fn begins(words: &[(usize, String)], phrase: &str) -> bool {
    let mut words = words.iter();
    phrase.split(' ').all(|wanted| {
        words.next().is_some_and(|(_, word)| match wanted.strip_suffix('*') {
            Some(start) => word.starts_with(start),
            None => word == wanted,
        })
    })
}

/// Each word of the list in a text: its line, itself, and what to write.
fn found(text: &str) -> Vec<String> {
    let words = words(text);
    let mut found = Vec::new();
    for at in 0..words.len() {
        let rest = &words[at..];
        let allowed = |(phrase, _): &(&str, &str)| {
            // The phrase may begin one word before the one that is not written.
            begins(rest, phrase) || (at > 0 && begins(&words[at - 1..], phrase))
        };
        for (phrase, instead) in WORDS {
            if begins(rest, phrase) && !ALLOWED.iter().any(allowed) {
                found.push(format!("{}: `{phrase}`: write {instead}", rest[0].0));
            }
        }
    }
    found
}

/// The guides, the READMEs of the examples, and what the attribute and the compiler say.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(FOLDER);
    let mut files = Vec::new();
    documents(&folder.join("runtime"), &mut files);
    documents(&folder.join("examples"), &mut files);
    let at_the_root = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.extend(at_the_root.filter(|path| path.extension().is_some_and(|it| it == "md")));
    files.retain(|path| !EXEMPT.iter().any(|(exempt, _)| path.ends_with(exempt)));
    for folders in ["macros/src/tests/messages", "tests/ui/fail", "tests/ui/fail_rustc"] {
        messages(&folder.join(folders), &mut files);
    }
    files
}

fn messages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_message = path.extension().is_some_and(|it| it == "txt" || it == "stderr");
        if path.is_dir() {
            messages(&path, found);
        } else if is_message {
            found.push(path);
        }
    }
}

#[test]
fn pages_and_messages_have_only_words_of_the_field() {
    let (files, mut wrong) = (files(), Vec::new());
    for file in &files {
        for line in found(&fs::read_to_string(file).unwrap()) {
            wrong.push(format!("{}:{line}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(files.len() > 60, "only {} files", files.len());
}

#[test]
fn page_is_at_most_250_lines_long() {
    let mut pages = vec![Path::new(FOLDER).join("README.md")];
    documents(&Path::new(FOLDER).join("runtime/docs"), &mut pages);
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let mut is_code = false;
        // Readers do not see the lines that rustdoc hides.
        let lines = text.lines().filter(|line| {
            is_code ^= line.starts_with("```");
            !(is_code && line.starts_with("# "))
        });
        let lines = lines.count();
        assert!(lines <= LONGEST_PAGE, "{} has {lines} lines", page.display());
    }
}

#[test]
fn word_of_the_list_is_found_where_no_phrase_allows_it() {
    // A text, and how many words of the list it has.
    let texts = [
        ("It lets a caller in", 0),
        ("it Lets in a caller", 1),
        ("the token was\nrefused, by nobody", 2),
        ("`clerk_nobody` and `is_no`", 0),
        ("a set is no token", 1),
        ("there is no token, and it is no longer used", 0),
        ("what the attribute writes", 1),
    ];
    for (text, count) in texts {
        assert_eq!(found(text).len(), count, "{text}: {:?}", found(text));
    }
}
