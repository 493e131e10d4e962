//! The policy of each method of a gRPC server.

use crate::policy::{Policy, is_same_text};

/// The policies of the methods of a gRPC server, for [`ClerkLayer::methods`].
///
/// A method is named as gRPC names it in the path: `/notes.v1.Notes/List`. A method that is not
/// listed is denied, so that a new one is not public by mistake.
///
/// ```
/// use clerk_auth::{Clerk, ClerkLayer, Policy, grpc::MethodPolicies, policy};
///
/// const ANY: Policy = policy!(accepts = ["oauth_token", "m2m_token"]);
/// const METHODS: MethodPolicies = MethodPolicies::new(&[
///     ("/notes.v1.Notes/List", policy!(oauth_token(scopes = "read:notes"), m2m_token)),
///     ("/notes.v1.Notes/Add", policy!(accepts = "oauth_token", scopes = "write:notes")),
/// ])
/// .public(&["/grpc.health.v1.Health/Check"]);
///
/// fn guard(clerk: Clerk) -> ClerkLayer {
///     ClerkLayer::new(clerk, ANY).methods(&METHODS)
/// }
/// ```
///
/// [`ClerkLayer::methods`]: crate::ClerkLayer::methods
#[derive(Clone, Copy, Debug)]
pub struct MethodPolicies {
    methods: &'static [(&'static str, Policy)],
    public: &'static [&'static str],
}

/// What a path means to a gRPC server with [`MethodPolicies`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Method {
    Public,
    Guarded(Policy),
    Unlisted,
}

impl MethodPolicies {
    /// Takes the full name and the policy of each method. Write it in a `const`: a mistake then
    /// does not compile.
    ///
    /// # Panics
    /// Panics if it is not evaluated at compile time, and a name is listed twice or does not have
    /// the form `/package.Service/Method`.
    #[must_use]
    #[track_caller]
    pub const fn new(methods: &'static [(&'static str, Policy)]) -> Self {
        let mut rest = methods;
        while let [(name, _), tail @ ..] = rest {
            check_form(name);
            let mut others = tail;
            while let [(other, _), tail @ ..] = others {
                assert!(!is_same_text(name, other), "a method is listed twice; remove one");
                others = tail;
            }
            rest = tail;
        }
        Self { methods, public: &[] }
    }

    /// Names methods that need no token, such as health checks and reflection. Their callers are
    /// not verified.
    ///
    /// # Panics
    /// Panics if it is not evaluated at compile time, and a name is listed twice, has a policy too,
    /// or does not have the form `/package.Service/Method`.
    #[must_use]
    #[track_caller]
    pub const fn public(self, methods: &'static [&'static str]) -> Self {
        assert!(self.public.is_empty(), "`public` is called twice; name all methods in one call");
        let mut rest = methods;
        while let [name, tail @ ..] = rest {
            check_form(name);
            let mut others = tail;
            while let [other, tail @ ..] = others {
                assert!(!is_same_text(name, other), "a method is listed twice; remove one");
                others = tail;
            }
            let mut guarded = self.methods;
            while let [(other, _), tail @ ..] = guarded {
                assert!(!is_same_text(name, other), "a public method has a policy; remove one");
                guarded = tail;
            }
            rest = tail;
        }
        Self { public: methods, ..self }
    }

    /// Returns each guarded method with its policy, in order: to check them at start, and to print
    /// them.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, Policy)> {
        self.methods.iter().copied()
    }

    /// Servers choose the method by the bytes of the path, so they are compared as they are.
    pub(crate) fn of(&self, path: &str) -> Method {
        if self.public.contains(&path) {
            return Method::Public;
        }
        let listed = self.iter().find(|(name, _)| *name == path);
        listed.map_or(Method::Unlisted, |(_, policy)| Method::Guarded(policy))
    }
}

/// A name with another form can never match a path.
#[track_caller]
const fn check_form(name: &str) {
    let mut bytes = name.as_bytes();
    let (mut slashes, mut follows_slash, mut is_name) = (0, false, true);
    while let [byte, rest @ ..] = bytes {
        let is_slash = matches!(byte, b'/');
        let is_identifier = matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.');
        is_name &= if is_slash { !follows_slash } else { is_identifier && slashes > 0 };
        slashes += is_slash as usize;
        follows_slash = is_slash;
        bytes = rest;
    }
    assert!(
        is_name && slashes == 2 && !follows_slash,
        "write a method as `/package.Service/Method`"
    );
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    const LIST: Policy = Policy::DENY_ALL;

    #[test]
    fn method_is_found_by_the_exact_bytes_of_the_path() {
        const METHODS: MethodPolicies = MethodPolicies::new(&[("/notes.v1.Notes/List", LIST)])
            .public(&["/notes.v1.Notes/Ping"]);
        let table = [
            ("/notes.v1.Notes/List", Method::Guarded(LIST)),
            ("/notes.v1.Notes/Ping", Method::Public),
            ("/notes.v1.Notes/list", Method::Unlisted),
            ("/notes.v1.Notes/ping", Method::Unlisted),
            ("/notes.v1.Notes/Pin%67", Method::Unlisted),
            ("/notes.v1.Notes/Ping/", Method::Unlisted),
            ("//notes.v1.Notes/Ping", Method::Unlisted),
            ("/notes.v1.Notes/../notes.v1.Notes/Ping", Method::Unlisted),
            ("notes.v1.Notes/Ping", Method::Unlisted),
            ("/", Method::Unlisted),
            ("", Method::Unlisted),
        ];
        for (path, expected) in table {
            assert_eq!(METHODS.of(path), expected, "{path}");
        }
    }

    #[test]
    fn name_that_can_never_match_is_rejected() {
        let names = [
            "notes.v1.Notes/List",
            "/notes.v1.Notes",
            "/notes.v1.Notes/",
            "//List",
            "/notes.v1.Notes/List/",
            "/notes.v1.Notes/*",
            "/notes.v1.Notes/List?x",
            "/notes v1/List",
            "/",
            "",
        ];
        for name in names {
            assert!(catch_unwind(|| check_form(name)).is_err(), "{name}");
        }
        for name in ["/notes.v1.Notes/List", "/Notes/List", "/a_b.C1/D"] {
            check_form(name);
        }
    }

    #[test]
    fn method_that_is_listed_twice_is_rejected() {
        assert!(
            catch_unwind(|| MethodPolicies::new(&[("/a.B/C", LIST), ("/a.B/C", LIST)])).is_err()
        );
        let methods = MethodPolicies::new(&[("/a.B/C", LIST)]);
        for public in [&["/a.B/C"][..], &["/a.B/D", "/a.B/D"]] {
            assert!(catch_unwind(|| methods.public(public)).is_err());
        }
        assert!(catch_unwind(|| methods.public(&["/a.B/D"]).public(&["/a.B/E"])).is_err());
    }
}
