//! Clerk's object IDs in a verified token.
//!
//! Only the verifier creates one. None can be parsed, deserialized or defaulted, so a value of
//! these types in a handler is from a verified token.

use std::{
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use serde::{Serialize, Serializer};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// `Display` and [`as_str`](Self::as_str) show the ID. `Debug` does not, so that it does
        /// not get into logs by accident. Cloning is cheap.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            pub(crate) fn new(id: &str) -> Self {
                Self(id.into())
            }

            /// Returns the ID as Clerk writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        /// Finds the ID by its text in a map.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

id! {
    /// A user, `user_…`.
    UserId
}
id! {
    /// An organization, `org_…`.
    OrgId
}
id! {
    /// A machine, `mch_…`.
    MachineId
}
id! {
    /// A session of a user, `sess_…`.
    SessionId
}
id! {
    /// An OAuth client: the application that acts for a user.
    ClientId
}
id! {
    /// The ID of a token. It is not the token.
    TokenId
}
id! {
    /// The ID of an API key, `ak_…`. It is not the secret.
    ApiKeyId
}

/// The subject of a verified token.
///
/// ```
/// use clerk_auth::Subject;
///
/// fn key(subject: &Subject) -> String {
///     format!("notes/{subject}") // notes/user_2zQ8…
/// }
/// ```
///
/// The enum is exhaustive on purpose: code that decides by the kind of subject must decide about
/// each.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A user: the subject of session tokens, OAuth tokens and most API keys.
    User(UserId),
    /// An organization: the subject of an organization's API keys.
    Organization(OrgId),
    /// A machine: the subject of M2M tokens.
    Machine(MachineId),
}

impl Subject {
    /// Reads an id by its prefix. `None` where the prefix is another or nothing follows it, or
    /// where a control character could break a log line or a header.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        if has_control(id) {
            return None;
        }
        let has = |prefix| id.strip_prefix(prefix).is_some_and(|rest: &str| !rest.is_empty());
        if has("user_") {
            Some(Self::User(UserId::new(id)))
        } else if has("org_") {
            Some(Self::Organization(OrgId::new(id)))
        } else if has("mch_") {
            Some(Self::Machine(MachineId::new(id)))
        } else {
            None
        }
    }

    /// Returns the user ID. `None` if the subject is not a user.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        if let Self::User(id) = self { Some(id) } else { None }
    }

    /// Returns the organization ID. `None` if the subject is not an organization.
    #[must_use]
    pub fn org_id(&self) -> Option<&OrgId> {
        if let Self::Organization(id) = self { Some(id) } else { None }
    }

    /// Returns the machine ID. `None` if the subject is not a machine.
    #[must_use]
    pub fn machine_id(&self) -> Option<&MachineId> {
        if let Self::Machine(id) = self { Some(id) } else { None }
    }

    /// Returns the ID as Clerk writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Organization(id) => id.as_str(),
            Self::Machine(id) => id.as_str(),
        }
    }
}

/// Whether a text has a character that can break a log line or a header.
pub(crate) fn has_control(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().fold(false, |any, byte| any | byte.is_ascii_control());
    }
    text.chars().any(char::is_control)
}

/// By its text, as `Borrow` requires: the prefix of an ID tells its kind.
impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Subject {}

impl PartialOrd for Subject {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Subject {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Subject {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Finds the subject by its ID in a map.
impl Borrow<str> for Subject {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Subject {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Subject {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Subject {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_known_by_its_prefix() {
        assert!(matches!(Subject::from_id("user_1"), Some(Subject::User(id)) if id == "user_1"));
        assert!(matches!(Subject::from_id("org_1"), Some(Subject::Organization(_))));
        assert!(matches!(Subject::from_id("mch_1"), Some(Subject::Machine(_))));
        for id in ["", "user_", "User_1", "usr_1", " user_1", "user_1\n", "user_\u{85}", "client_1"]
        {
            assert!(Subject::from_id(id).is_none(), "{id:?}");
        }
    }

    #[test]
    fn id_and_subject_are_found_by_their_text() {
        use std::collections::{BTreeSet, HashSet};
        for id in ["user_1", "org_1", "mch_1"] {
            let subject = Subject::from_id(id).unwrap();
            assert!(subject == *id && subject == id && subject.as_ref() == id);
            assert_eq!(HashSet::from([subject.clone()]).get(id), Some(&subject));
            assert_eq!(BTreeSet::from([subject.clone()]).get(id), Some(&subject));
            let ids = (subject.user_id(), subject.org_id(), subject.machine_id());
            let texts =
                [ids.0.map(UserId::as_str), ids.1.map(OrgId::as_str), ids.2.map(MachineId::as_str)];
            assert_eq!(texts.into_iter().flatten().collect::<Vec<_>>(), [id]);
        }
        assert!(HashSet::from([UserId::new("user_1")]).contains("user_1"));
    }

    #[test]
    fn debug_output_shows_no_id() {
        assert_eq!(format!("{:?}", Subject::from_id("user_secret")), "Some(User(UserId(..)))");
    }
}
