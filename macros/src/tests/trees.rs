//! Every small tree is accepted, or the help says which tree to write instead: one that is accepted,
//! and that lets in the same callers.

use super::{expand, tokens};

const VALUES: [&str; 3] = ["\"a\"", "\"b\"", "\"c\""];

#[test]
fn every_tree_without_need_has_one_that_decides_the_same() {
    let trees = trees();
    assert!(trees.iter().filter_map(|tree| first_help(tree)).count() > 100);
    for tree in trees {
        let Some(instead) = first_help(&tree) else {
            continue;
        };
        for caller in 0..8 {
            assert_eq!(lets_in(&tree, caller), lets_in(&instead, caller), "{tree} → {instead}");
        }
        assert_eq!(first_help(&instead), None, "{tree} → {instead}");
    }
}

/// Groups of two, of groups of two: all of them, also those that say something twice.
fn trees() -> Vec<String> {
    let leaves: Vec<String> = VALUES.map(str::to_owned).into();
    let groups = pairs(&leaves, &leaves);
    let deep: Vec<String> = pairs(&leaves, &groups);
    let both = pairs(&groups, &groups);
    let deeper = pairs(&leaves, &deep);
    [groups, deep, both, deeper].concat()
}

fn pairs(first: &[String], second: &[String]) -> Vec<String> {
    let mut groups = Vec::new();
    for kind in ["any", "all"] {
        for left in first {
            groups.extend(second.iter().map(|right| format!("{kind}({left}, {right})")));
        }
    }
    groups
}

/// The tree that the first message with a whole tree says to write.
fn first_help(tree: &str) -> Option<String> {
    let args = format!("accepts = \"api_key\", scopes = {tree}");
    let output = expand(&args, "async fn f() {}").to_string().replace("\\\"", "\"");
    let (_, help) = output.split_once("help: write `scopes = ")?;
    let (instead, _) = help.split_once('`')?;
    Some(instead.to_owned())
}

/// An evaluator of its own: words are replaced until `1` or `0` is left.
fn lets_in(tree: &str, caller: u32) -> bool {
    let mut text: String = tokens(tree).to_string().split_whitespace().collect();
    for (number, value) in VALUES.iter().enumerate() {
        text = text.replace(value, if caller >> number & 1 == 1 { "1" } else { "0" });
    }
    while text.len() > 1 {
        let before = text.clone();
        for (group, answer) in [("any(", "1"), ("all(", "0")] {
            let other = if answer == "1" { "0" } else { "1" };
            for left in ["0", "1"] {
                for right in ["0", "1"] {
                    let decided = if left == answer || right == answer { answer } else { other };
                    text = text.replace(&format!("{group}{left},{right})"), decided);
                }
            }
            for (three, decided) in threes(group, answer, other) {
                text = text.replace(&three, decided);
            }
        }
        assert_ne!(text, before, "{tree}");
    }
    text == "1"
}

/// `any(0,1,0)` and its answer.
fn threes<'a>(
    group: &'a str,
    answer: &'a str,
    other: &'a str,
) -> impl Iterator<Item = (String, &'a str)> {
    (0..8_u32).map(move |bits| {
        let digits = [0, 1, 2].map(|bit| if bits >> bit & 1 == 1 { "1" } else { "0" });
        let decided = if digits.contains(&answer) { answer } else { other };
        (format!("{group}{})", digits.join(",")), decided)
    })
}
