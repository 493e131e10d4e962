//! Users whom one can pick on the sign-in page.

use serde_json::{Map, Value};

use crate::testing::permission;

/// A user whom one can pick on the sign-in page of a [`DevIssuer`](super::super::DevIssuer).
///
/// ```
/// use clerk_auth::testing::DevUser;
///
/// let ada = DevUser::new("user_ada")
///     .claim("name", "Ada Lovelace")
///     .organization("org_notes", "notes", "editor", ["org:notes:read"]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `DevIssuerBuilder::users`"]
pub struct DevUser {
    pub(super) id: String,
    pub(super) memberships: Vec<Membership>,
    pub(super) claims: Map<String, Value>,
}

/// An organization of a user.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) role: String,
    pub(super) permissions: Vec<String>,
}

impl DevUser {
    /// A user with this ID, `user_…`, in no organization.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), memberships: Vec::new(), claims: Map::new() }
    }

    /// Adds an organization with the user's role and permissions there, such as `org:notes:read`.
    pub fn organization<I>(
        mut self,
        id: impl Into<String>,
        slug: impl Into<String>,
        role: impl Into<String>,
        permissions: I,
    ) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.memberships.push(Membership {
            id: id.into(),
            slug: slug.into(),
            role: role.into(),
            permissions: permissions.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Sets a claim of each session token of the user. The sign-in page shows `name`.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// The user who signs in if no other is set.
    pub(in crate::testing) fn defaults() -> Vec<Self> {
        let ada = Self::new("user_ada")
            .claim("name", "Ada Lovelace")
            .organization("org_notes", "notes", "editor", ["org:notes:read", "org:notes:write"])
            .organization("org_archive", "archive", "viewer", ["org:notes:read"]);
        let grace = Self::new("user_grace").claim("name", "Grace Hopper").organization(
            "org_notes",
            "notes",
            "guest",
            [""; 0],
        );
        vec![ada, grace, Self::new("user_alan").claim("name", "Alan Turing")]
    }

    /// Whether a session token can carry all permissions.
    pub(in crate::testing) fn is_writable(&self) -> bool {
        let encoded = |it: &Membership| permission::encode("", &it.permissions).is_some();
        self.memberships.iter().all(encoded)
    }

    pub(super) fn name(&self) -> &str {
        self.claims.get("name").and_then(Value::as_str).unwrap_or(&self.id)
    }
}
