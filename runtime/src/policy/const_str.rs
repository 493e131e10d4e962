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

/// Whether a role has the form of a permission: behind `org:`, it names a feature too.
pub(crate) const fn is_permission(role: &str) -> bool {
    let mut key = role.as_bytes();
    while let [b'o', b'r', b'g', b':', rest @ ..] = key {
        key = rest;
    }
    while let [letter, rest @ ..] = key {
        if *letter == b':' {
            return true;
        }
        key = rest;
    }
    false
}

/// How the IDs begin that Clerk gives to users, organizations, sessions and machines.
const OTHER_IDS: [&str; 4] = ["user_", "org_", "sess_", "mch_"];

/// Whether one of the clients is the ID of something else.
pub(crate) const fn has_other_id(clients: &[&str]) -> bool {
    let mut rest = clients;
    while let [client, tail @ ..] = rest {
        let mut prefixes: &[&str] = &OTHER_IDS;
        while let [prefix, others @ ..] = prefixes {
            if begins_with(client.as_bytes(), prefix.as_bytes()) {
                return true;
            }
            prefixes = others;
        }
        rest = tail;
    }
    false
}

const fn begins_with(text: &[u8], prefix: &[u8]) -> bool {
    match (text, prefix) {
        (_, []) => true,
        ([one, text @ ..], [other, prefix @ ..]) => *one == *other && begins_with(text, prefix),
        ([], _) => false,
    }
}
