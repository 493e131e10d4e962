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

/// A text that is put together at compile time. What is longer than this is cut off.
pub(crate) struct ConstText {
    bytes: [u8; 256],
    length: usize,
}

impl ConstText {
    pub(crate) const fn of(parts: &[&str]) -> Self {
        let (mut bytes, mut length) = ([0; 256], 0);
        let mut parts = parts;
        while let [part, others @ ..] = parts {
            let mut rest = part.as_bytes();
            while let ([byte, tail @ ..], [place, ..]) = (rest, bytes.split_at_mut(length).1) {
                *place = *byte;
                length += 1;
                rest = tail;
            }
            parts = others;
        }
        Self { bytes, length }
    }

    /// Empty if a letter is cut.
    pub(crate) const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}
