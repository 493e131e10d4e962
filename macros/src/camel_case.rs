//! A name in snake case in, the same in camel case out.

/// `_` stays between digits: `v1_2` and `v12` are two handlers.
pub(crate) fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    for word in name.split('_') {
        let mut letters = word.chars();
        let Some(first) = letters.next() else { continue };
        if first.is_numeric() && camel.ends_with(char::is_numeric) {
            camel.push('_');
        }
        camel.extend(first.to_uppercase());
        camel.push_str(letters.as_str());
    }
    camel
}
