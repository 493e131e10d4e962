//! A session and the name of a role, permission, feature or plan in, whether it has it out.

use crate::identity::{Organization, SessionToken};

/// What Clerk's JavaScript SDK answers with `has()`: one method for each thing to ask for. A policy
/// asks the same questions.
impl SessionToken {
    /// Whether the user has this role in the active organization, with or without `org:` before it.
    ///
    /// ```
    /// use clerk_auth::{SessionToken, clerk_auth};
    ///
    /// #[clerk_auth]
    /// async fn title(identity: SessionToken) -> &'static str {
    ///     if identity.has_role("org:admin") { "Notes of all members" } else { "Your notes" }
    /// }
    /// ```
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        let asked = without_prefix(role);
        let own = self.organization().and_then(Organization::role);
        // Tokens of the two versions differ in the prefix.
        !asked.is_empty() && own.is_some_and(|own| without_prefix(own) == asked)
    }

    /// Whether the user has this custom permission in the active organization, such as
    /// `org:notes:read`. Clerk leaves its system permissions (`org:sys_…`) out of the token.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        let asked = without_prefix(permission);
        let Some(organization) = self.organization().filter(|_| !asked.is_empty()) else {
            return false;
        };
        // The token's must have `org:` once; the asked one may have it or not.
        organization.permissions().any(|own| own.strip_prefix("org:") == Some(asked))
    }

    /// Whether the organization (`o:reports`), the user (`u:reports`), or either (`reports`) has
    /// this feature.
    #[must_use]
    pub fn has_feature(&self, feature: &str) -> bool {
        lists(self.0.features.as_deref(), feature)
    }

    /// Whether the organization (`o:pro`), the user (`u:pro`), or either (`pro`) has this plan.
    #[must_use]
    pub fn has_plan(&self, plan: &str) -> bool {
        lists(self.0.plans.as_deref(), plan)
    }
}

/// A feature or plan as a policy names it.
#[derive(Clone, Copy)]
pub(crate) struct FeatureName<'a> {
    /// Whether it counts if the organization has it.
    pub(crate) of_organization: bool,
    /// Whether it counts if the user has it.
    pub(crate) of_user: bool,
    pub(crate) text: &'a str,
}

/// Whether a claim such as `o:reports,u:beta,ou:audit` lists a feature or plan.
fn lists(claim: Option<&str>, asked: &str) -> bool {
    let (Some(claim), Some(asked)) = (claim, feature_name(asked)) else { return false };
    let mut found = false;
    for item in claim.split(',').map(str::trim) {
        // One item that cannot be read makes the whole claim say nothing.
        let Some((scope, own)) = item.split_once(':') else { return false };
        let counts = match scope {
            "o" => asked.of_organization,
            "u" => asked.of_user,
            "ou" | "uo" => asked.of_organization || asked.of_user,
            _ => false,
        };
        found |= counts && own == asked.text;
    }
    found
}

/// Reads the name of a feature or plan. `None` if no claim can list it. A name without a scope is
/// looked for in both; only the part up to a second colon is the name.
pub(crate) fn feature_name(asked: &str) -> Option<FeatureName<'_>> {
    let (of_organization, of_user, text) = match asked.split_once(':') {
        None => (true, true, asked),
        Some((scope @ ("o" | "org" | "organization"), rest)) => (true, false, name_of(scope, rest)),
        Some((scope @ ("u" | "user"), rest)) => (false, true, name_of(scope, rest)),
        Some(_) => return None,
    };
    // A claim separates its items by commas, and its items are trimmed.
    let can_be_listed = !text.is_empty() && !text.contains(',') && text.trim_end() == text;
    can_be_listed.then_some(FeatureName { of_organization, of_user, text })
}

/// `reports` of `org:reports:x`. With nothing behind the scope, the scope's word is the name.
fn name_of<'a>(scope: &'a str, rest: &'a str) -> &'a str {
    match rest.split_once(':').map_or(rest, |(first, _)| first) {
        "" => scope,
        name => name,
    }
}

/// The name of a role or permission, without any `org:` before it.
pub(crate) const fn without_prefix(name: &str) -> &str {
    let mut rest = name;
    while let [b'o', b'r', b'g', b':', ..] = rest.as_bytes() {
        (_, rest) = rest.split_at("org:".len());
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_looked_for_where_its_scope_says() {
        let claim = Some("o:reports, u:beta,ou:audit");
        let table = [
            ("reports", true),
            ("o:reports", true),
            ("org:reports", true),
            ("organization:reports", true),
            ("org:reports:x", true),
            ("u:reports", false),
            ("beta", true),
            ("u:beta", true),
            ("user:beta", true),
            ("o:beta", false),
            ("o:audit", true),
            ("u:audit", true),
            ("x:reports", false),
            ("Reports", false),
            ("", false),
            ("org:", false),
        ];
        assert!(lists(Some("o:org"), "org:") && !lists(Some("o:org"), "u:"));
        for (asked, expected) in table {
            assert_eq!(lists(claim, asked), expected, "{asked}");
        }
        assert!(!lists(None, "reports"));
        assert!(!lists(Some("o:reports,beta"), "reports"));
        assert!(!lists(Some(""), "reports"));
    }
}
