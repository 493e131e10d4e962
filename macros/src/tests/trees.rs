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

/// The members are compared in pairs, and that finds every value without need in all of these.
#[test]
fn accepted_tree_needs_each_of_its_values() {
    let is_accepted = |tree: &String| !output(tree).contains("compile_error");
    let accepted: Vec<String> = trees().into_iter().filter(is_accepted).collect();
    assert!(accepted.len() > 50);
    for tree in accepted {
        let needless = without_one_value(&tree).into_iter().find(|without| {
            (0..8).all(|caller| lets_in(&tree, caller) == lets_in(without, caller))
        });
        assert_eq!(needless, None, "{tree}");
    }
}

/// The tree with each of its values in turn replaced by what decides nothing in its group.
fn without_one_value(tree: &str) -> Vec<String> {
    let mut around = Vec::new();
    let mut variants = Vec::new();
    for (position, letter) in tree.char_indices() {
        match letter {
            '(' => around.push(if tree[..position].ends_with("any") { "0" } else { "1" }),
            ')' => drop(around.pop()),
            '"' if tree[position + 2..].starts_with('"') => {
                let nothing = around.last().unwrap();
                variants.push(format!("{}{nothing}{}", &tree[..position], &tree[position + 3..]));
            }
            _ => {}
        }
    }
    variants
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

fn output(tree: &str) -> String {
    let args = format!("accepts = \"api_key\", scopes = {tree}");
    expand(&args, "async fn f() {}").to_string()
}

/// The tree that the first message with a whole tree says to write.
fn first_help(tree: &str) -> Option<String> {
    let output = output(tree).replace("\\\"", "\"");
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

/// Beyond it, the compiler would run out of stack frames when it evaluates the policy.
#[test]
fn tree_has_at_most_32_levels() {
    let nested = |levels: usize| {
        let around = |tree: String, level: usize| {
            let kind = if level.is_multiple_of(2) { "all" } else { "any" };
            format!("{kind}(\"s{level}\", {tree})")
        };
        (1..=levels).fold("\"s0\"".to_owned(), around)
    };
    assert!(!output(&nested(32)).contains("compile_error"));
    for levels in [33, 500] {
        let output = output(&nested(levels));
        assert_eq!(output.matches("compile_error").count(), 1, "{levels}");
        assert!(output.contains("more than 32 groups stand in each other"), "{levels}");
    }
}
