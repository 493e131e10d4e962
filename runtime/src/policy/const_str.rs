//! Two texts in, whether they are the same out, while the program is compiled.

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
