//! Decides about texts while the program is compiled.

/// `==` of two strings, which the compiler cannot evaluate yet. From the end: names of a kind begin
/// alike.
pub(crate) const fn is_same_text(one: &str, other: &str) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([left_rest @ .., left], [right_rest @ .., right]) = (one, other) {
        if *left != *right {
            return false;
        }
        (one, other) = (left_rest, right_rest);
    }
    true
}

/// `starts_with` of two texts as bytes.
pub(crate) const fn begins_with(text: &[u8], prefix: &[u8]) -> bool {
    match (text, prefix) {
        (_, []) => true,
        ([one, text @ ..], [other, prefix @ ..]) => *one == *other && begins_with(text, prefix),
        ([], _) => false,
    }
}
