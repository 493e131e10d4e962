//! Decides about texts while the program is compiled.

/// `==` of two strings, which the compiler cannot evaluate yet.
pub(crate) const fn is_same_text(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([left, left_rest @ ..], [right, right_rest @ ..]) = (one, other) {
        if *left != *right {
            return false;
        }
        (one, other) = (left_rest, right_rest);
    }
    one.is_empty() && other.is_empty()
}

/// `starts_with` of two texts as bytes.
pub(crate) const fn begins_with(text: &[u8], prefix: &[u8]) -> bool {
    match (text, prefix) {
        (_, []) => true,
        ([one, text @ ..], [other, prefix @ ..]) => *one == *other && begins_with(text, prefix),
        ([], _) => false,
    }
}
