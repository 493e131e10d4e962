//! The granted scopes of a token, and the grammar of one scope.

use std::{borrow::Cow, fmt, slice, sync::Arc};

use serde::{Serialize, Serializer};

/// One scope, for a `const` that policies name: a misspelt name does not compile.
///
/// ```
/// use clerk_auth::Scope;
///
/// pub const READ_NOTES: Scope = Scope::new("read:notes");
/// assert_eq!(READ_NOTES.as_str(), "read:notes");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope(&'static str);

impl Scope {
    /// Creates a scope. Use it in a `const`: an invalid scope then does not compile.
    ///
    /// # Panics
    /// At run time, if the string is not a scope-token of RFC 6749 §3.3: visible ASCII without
    /// space, quote and backslash.
    #[must_use]
    pub const fn new(scope: &'static str) -> Self {
        assert!(is_scope_token(scope), "not one scope of RFC 6749 section 3.3");
        Self(scope)
    }

    /// Returns the scope as a string.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// The scopes that a verified token was granted, in the order Clerk lists them.
///
/// Scopes are compared as exact strings (RFC 6749 §3.3): with case, and no scope includes another.
/// Cloning is cheap. Only the verifier creates a value, so `Scopes` in a handler are what Clerk
/// granted.
///
/// ```
/// use clerk_auth::Scopes;
///
/// fn may_write(scopes: &Scopes) -> bool {
///     scopes.contains("write:notes")
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Scopes(Arc<[Box<str>]>);

impl Scopes {
    /// Takes the members of a list. Empty members grant nothing and are dropped.
    pub(crate) fn from_list<'a>(scopes: impl IntoIterator<Item = Cow<'a, str>>) -> Self {
        let full = scopes.into_iter().filter(|scope| !scope.is_empty());
        Self(full.map(|scope| scope.into_owned().into_boxed_str()).collect())
    }

    /// Splits a list that is delimited by spaces, and by spaces only (RFC 6749 §3.3).
    pub(crate) fn from_text(scopes: &str) -> Self {
        Self::from_list(scopes.split(' ').map(Cow::Borrowed))
    }

    /// Returns whether exactly this scope was granted.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|granted| granted.as_ref() == scope)
    }

    /// Iterates over the granted scopes.
    #[must_use]
    pub fn iter(&self) -> ScopesIter<'_> {
        ScopesIter(self.0.iter())
    }

    /// Returns the number of granted scopes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether no scope was granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An iterator over granted scopes, which [`Scopes::iter`] returns.
#[derive(Clone)]
pub struct ScopesIter<'s>(slice::Iter<'s, Box<str>>);

impl<'s> Iterator for ScopesIter<'s> {
    type Item = &'s str;

    fn next(&mut self) -> Option<&'s str> {
        self.0.next().map(AsRef::as_ref)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for ScopesIter<'_> {}

impl<'s> IntoIterator for &'s Scopes {
    type Item = &'s str;
    type IntoIter = ScopesIter<'s>;

    fn into_iter(self) -> ScopesIter<'s> {
        self.iter()
    }
}

/// Prints how many are left: scopes are claims, and claims stay out of logs.
impl fmt::Debug for ScopesIter<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ScopesIter({} left)", self.len())
    }
}

/// Prints the scopes with spaces between, as in an OAuth `scope` parameter.
impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.iter().enumerate() {
            if position > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(scope)?;
        }
        Ok(())
    }
}

/// Prints how many there are: scopes are claims, and claims stay out of logs. Use `Display` to
/// show them.
impl fmt::Debug for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Scopes({} granted)", self.len())
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// Whether `scope` is one scope-token: visible ASCII without `"` and `\` (RFC 6749 §3.3).
pub(crate) const fn is_scope_token(scope: &str) -> bool {
    let mut rest = scope.as_bytes();
    if rest.is_empty() {
        return false;
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E) {
            return false;
        }
        rest = tail;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_exact_strings_split_by_spaces_only() {
        let scopes = Scopes::from_text("read:notes  write:notes\tadmin ");
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["read:notes", "write:notes\tadmin"]);
        assert!(scopes.contains("read:notes"));
        for near in ["read", "read:note", "READ:notes", "read:notes ", "admin", "write:notes", ""] {
            assert!(!scopes.contains(near), "{near:?}");
        }
        let mut listed = Vec::new();
        for scope in &scopes {
            listed.push(scope);
        }
        assert_eq!((listed.len(), scopes.iter().len()), (2, 2));
        assert!(Scopes::from_text("").is_empty());
        assert_eq!(Scopes::from_text("a b").to_string(), "a b");
    }

    #[test]
    fn a_scope_token_is_visible_ascii_without_quote_and_backslash() {
        for good in ["a", "read:notes", "!", "[", "]", "~", "https://x/y"] {
            assert!(is_scope_token(good), "{good}");
        }
        for bad in ["", " ", "a b", "a\tb", "a\"b", "a\\b", "ä", "\u{a0}", "\u{7f}"] {
            assert!(!is_scope_token(bad), "{bad:?}");
        }
    }
}
