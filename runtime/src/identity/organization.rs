//! The organization that is active in a session.

use std::fmt;

use super::OrgId;

/// The organization that is active in a session.
#[derive(Clone)]
pub struct Organization {
    pub(crate) id: OrgId,
    pub(crate) slug: Option<Box<str>>,
    pub(crate) role: Option<Box<str>>,
    pub(crate) permissions: Box<[Box<str>]>,
}

impl Organization {
    /// Returns the organization's ID.
    #[must_use]
    pub fn id(&self) -> &OrgId {
        &self.id
    }

    /// Returns the slug, if there is one.
    #[must_use]
    pub fn slug(&self) -> Option<&str> {
        self.slug.as_deref()
    }

    /// Returns the user's role in the organization, such as `org:admin`.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }

    /// Returns the user's custom permissions in the organization, such as `org:notes:read`. Tokens
    /// do not contain Clerk's system permissions (`org:sys_…`).
    pub fn permissions(&self) -> impl ExactSizeIterator<Item = &str> {
        self.permissions.iter().map(AsRef::as_ref)
    }
}

impl fmt::Debug for Organization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Organization(..)")
    }
}
