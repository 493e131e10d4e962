//! Which scopes imply others, as constant data.

use super::const_str::is_same_text;
use crate::identity::scopes::{Scopes, is_scope_token};

/// One scope, and those that it implies.
type Implication = (&'static str, &'static [&'static str]);

/// Declares which scopes imply others: a token with `write:notes` then also meets `read:notes`.
///
/// In OAuth, scopes are exact strings without order (RFC 6749 §3.3). Declare an order once, for
/// [`scope_hierarchy`](crate::ClerkBuilder::scope_hierarchy). Every policy of that
/// [`Clerk`](crate::Clerk) then follows it: in a guard, in a layer, and in `require`. A challenge
/// names no scope that another one in it implies.
///
/// It changes only decisions: [`Scopes`] stay what Clerk granted.
///
/// ```
/// use clerk_auth::{Clerk, policy::ScopeHierarchy};
///
/// // An administrator of notes may write, and so read.
/// const HIERARCHY: ScopeHierarchy = ScopeHierarchy::new(&[
///     ("admin:notes", &["write:notes"]),
///     ("write:notes", &["read:notes"]),
/// ]);
///
/// let clerk = Clerk::builder()
///     .secret_key("sk_test_not_a_real_key")
///     .scope_hierarchy(HIERARCHY)
///     .build()?;
/// # Ok::<(), clerk_auth::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScopeHierarchy(&'static [Implication]);

impl ScopeHierarchy {
    /// No scope implies another. This is the default.
    pub const NONE: Self = Self(&[]);

    /// Creates a hierarchy of one entry for each scope, with the scopes that it implies.
    /// Implications are transitive. Use it in a `const`: a mistake then does not compile.
    ///
    /// ```compile_fail
    /// # use clerk_auth::policy::ScopeHierarchy;
    /// const CIRCLE: ScopeHierarchy = ScopeHierarchy::new(&[
    ///     ("write:notes", &["read:notes"]),
    ///     ("read:notes", &["write:notes"]),
    /// ]);
    /// # let _ = CIRCLE;
    /// ```
    ///
    /// # Panics
    /// At run time, if a string is not a scope-token of RFC 6749 §3.3, a scope has two entries or
    /// implies nothing, a list names a scope twice, or a scope implies itself, directly or through
    /// others.
    #[must_use]
    #[track_caller]
    pub const fn new(implications: &'static [(&'static str, &'static [&'static str])]) -> Self {
        let mut rest = implications;
        while let [(scope, implied), tail @ ..] = rest {
            assert!(is_scope_token(scope), "not one scope of RFC 6749 section 3.3");
            assert!(!implied.is_empty(), "a scope implies nothing; remove its entry");
            assert_each_once(implied);
            let mut others = tail;
            while let [(other, _), tail @ ..] = others {
                assert!(!is_same_text(scope, other), "a scope has two entries; merge them");
                others = tail;
            }
            rest = tail;
        }
        let mut rest = implications;
        while let [(scope, _), tail @ ..] = rest {
            // A way without a circle passes each entry once at most.
            let circle = reaches(implications, scope, scope, implications.len());
            assert!(!circle, "a scope implies itself, directly or through others");
            rest = tail;
        }
        Self(implications)
    }

    /// Each scope that implies others, with those that its entry names.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        self.0.iter().copied()
    }

    /// Whether `scope` implies `other`, which is another scope.
    pub(crate) const fn implies(self, scope: &str, other: &str) -> bool {
        reaches(self.0, scope, other, self.0.len())
    }

    /// Those of the scopes that no other one of them implies.
    pub(crate) fn without_implied<S: AsRef<str> + Clone>(self, mut scopes: Vec<S>) -> Vec<S> {
        let all = scopes.clone();
        let implies = |other: &S, scope: &S| self.implies(other.as_ref(), scope.as_ref());
        scopes.retain(|scope| !all.iter().any(|other| implies(other, scope)));
        scopes
    }

    /// Whether what was granted is, or implies, `needed`.
    pub(crate) fn grants(self, granted: &Scopes, needed: &str) -> bool {
        granted.contains(needed) || granted.iter().any(|scope| self.implies(scope, needed))
    }
}

/// Whether a way of one to `steps` entries leads from one scope to the other.
const fn reaches(implications: &[Implication], from: &str, to: &str, steps: usize) -> bool {
    if steps == 0 {
        return false;
    }
    let mut rest = implications;
    while let [(scope, implied), tail @ ..] = rest {
        if is_same_text(scope, from) {
            let mut implied = *implied;
            while let [next, tail @ ..] = implied {
                if is_same_text(next, to) || reaches(implications, next, to, steps - 1) {
                    return true;
                }
                implied = tail;
            }
        }
        rest = tail;
    }
    false
}

#[track_caller]
const fn assert_each_once(scopes: &[&str]) {
    let mut rest = scopes;
    while let [scope, tail @ ..] = rest {
        assert!(is_scope_token(scope), "not one scope of RFC 6749 section 3.3");
        let mut others = tail;
        while let [other, tail @ ..] = others {
            assert!(!is_same_text(scope, other), "a scope is implied twice; remove one");
            others = tail;
        }
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: ScopeHierarchy = ScopeHierarchy::new(&[
        ("admin", &["write", "export"]),
        ("write", &["comment", "read"]),
        ("comment", &["read"]),
    ]);

    #[test]
    fn what_is_implied_implies_further_and_nothing_implies_upwards() {
        let table = [
            ("admin", "write", true),
            ("admin", "comment", true),
            ("admin", "read", true),
            ("admin", "export", true),
            ("write", "read", true),
            ("comment", "read", true),
            ("read", "write", false),
            ("comment", "write", false),
            ("export", "read", false),
            ("write", "export", false),
            ("writer", "read", false),
            ("WRITE", "read", false),
            ("write", "rea", false),
            ("unknown", "read", false),
        ];
        for (scope, other, expected) in table {
            assert_eq!(NOTES.implies(scope, other), expected, "{scope} implies {other}");
            assert!(!ScopeHierarchy::NONE.implies(scope, other), "{scope} implies {other}");
        }
    }

    #[test]
    fn what_is_granted_need_not_be_in_the_hierarchy() {
        let granted = |needed| NOTES.grants(&Scopes::from_text("profile comment"), needed);
        assert!(granted("profile") && granted("comment") && granted("read"));
        assert!(!granted("write") && !granted(""));
    }

    /// In a `const`, each of these stops the build.
    #[test]
    fn a_mistake_is_no_hierarchy() {
        let mistakes: &[&'static [Implication]] = &[
            &[("a", &["a"])],
            &[("a", &["b"]), ("b", &["a"])],
            &[("a", &["b"]), ("b", &["c"]), ("c", &["a"])],
            &[("z", &["a"]), ("a", &["b"]), ("b", &["a"])],
            &[("a", &["b"]), ("a", &["c"])],
            &[("a", &["b", "b"])],
            &[("a", &[])],
            &[("", &["b"])],
            &[("a b", &["c"])],
            &[("a", &["b c"])],
            &[("a", &["\"b\""])],
        ];
        for implications in mistakes {
            let outcome = std::panic::catch_unwind(|| ScopeHierarchy::new(implications));
            assert!(outcome.is_err(), "{implications:?}");
        }
    }
}
