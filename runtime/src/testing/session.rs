//! Mints session tokens, and tokens of JWT templates.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    instance::Instance,
    permission, random,
    records::object,
    token::{Draft, SESSION, TEMPLATE, jwt, lifetime},
};

/// Sessions and templates live a minute, as at Clerk.
const LIFE: Duration = Duration::from_secs(60);

/// Builds a session token. Defaults to version 2, active, a sign-in now, and no second factor.
///
/// Created by [`DevIssuer::session`](super::DevIssuer::session).
#[must_use = "the token is made by `.jwt()`"]
pub struct SessionTokenBuilder {
    draft: Draft,
    version_1: bool,
    organization: Option<SessionOrganization>,
    permissions: Vec<String>,
    features: Option<String>,
    /// The claims that both versions share.
    claims: Map<String, Value>,
}

struct SessionOrganization {
    id: String,
    slug: String,
    role: String,
}

impl SessionTokenBuilder {
    pub(super) fn new(instance: Arc<Instance>, user: String) -> Self {
        let claims = object(json!({ "sid": random::id("sess_") }));
        Self {
            draft: Draft::new(instance, user, Some(LIFE)),
            version_1: false,
            organization: None,
            permissions: Vec::new(),
            features: None,
            claims,
        }
    }

    /// Sets the active organization, and the user's role in it: `editor` and `org:editor` are the
    /// same.
    pub fn organization(
        mut self,
        id: impl Into<String>,
        slug: impl Into<String>,
        role: impl Into<String>,
    ) -> Self {
        let (id, slug, role) = (id.into(), slug.into(), role.into());
        let role = role.strip_prefix("org:").unwrap_or(&role).to_owned();
        self.organization = Some(SessionOrganization { id, slug, role });
        self
    }

    /// Sets the user's permissions in the organization, such as `org:notes:read`.
    ///
    /// Without [`organization`](Self::organization), the organization has a new ID. The features of
    /// the permissions are added to [`features`](Self::features).
    pub fn permissions<I>(mut self, permissions: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.permissions = permissions.into_iter().map(Into::into).collect();
        self
    }

    /// Uses the claims of version 1, which Clerk stopped issuing in 2025 but still accepts.
    pub fn version_1(mut self) -> Self {
        self.version_1 = true;
        self
    }

    /// Makes the session pending: the user has tasks to finish, such as choosing an organization.
    pub fn pending(self) -> Self {
        self.member("sts", "pending")
    }

    /// Sets the session's ID, `sess_…`. Defaults to a new ID.
    pub fn session_id(self, id: impl Into<String>) -> Self {
        self.member("sid", id.into())
    }

    /// Sets the origin of the front end, as `azp`. Defaults to none.
    pub fn authorized_party(self, origin: impl Into<String>) -> Self {
        self.member("azp", origin.into())
    }

    /// Sets the minutes since the first and the second factor were verified. −1 means never.
    pub fn factor_ages(self, first: i64, second: i64) -> Self {
        self.member("fva", vec![first, second])
    }

    /// Sets the features in the form of the claim: `o:` for the organization's, `u:` for the
    /// user's, `ou:` for both.
    pub fn features(mut self, features: impl Into<String>) -> Self {
        self.features = Some(features.into());
        self
    }

    /// Sets the plans in the form of the claim, such as `u:free` or `o:team`.
    pub fn plans(self, plans: impl Into<String>) -> Self {
        self.member("pla", plans.into())
    }

    /// Sets the impersonator: another user who acts as this one.
    pub fn actor(self, user: impl Into<String>) -> Self {
        let instance = &self.draft.instance;
        let session = random::id("sess_");
        let actor = json!({ "iss": instance.name.issuer, "sid": session, "sub": user.into() });
        self.member("act", actor)
    }

    /// Returns the signed token.
    ///
    /// # Panics
    ///
    /// If a permission cannot be encoded in version 2, which has only `org:feature:permission`
    /// without commas. A token without it could make tests pass by mistake.
    #[must_use]
    #[track_caller]
    pub fn jwt(mut self) -> String {
        if self.organization.is_none() && !self.permissions.is_empty() {
            let id = random::id("org_");
            self = self.organization(id, "dev", "member");
        }
        if self.version_1 {
            let claims = self.claims_of_version_1();
            return self.draft.jwt("JWT", None, claims);
        }
        let claims = self.claims_of_version_2();
        assert!(claims.is_some(), "write permissions of a session as `org:feature:permission`");
        self.draft.jwt("JWT", Some(SESSION), claims.unwrap_or_default())
    }

    /// `None` if a permission cannot be written.
    fn claims_of_version_2(&self) -> Option<Map<String, Value>> {
        let mut claims = object(json!({
            "v": 2,
            "sts": "active",
            "fva": [0, -1],
            "jti": random::hex::<10>(),
        }));
        let mut features = self.features.clone();
        if let Some(SessionOrganization { id, slug, role }) = &self.organization {
            let mut organization = object(json!({ "id": id, "slg": slug, "rol": role }));
            if !self.permissions.is_empty() {
                let encoded =
                    permission::encode(features.as_deref().unwrap_or_default(), &self.permissions)?;
                organization.insert("per".to_owned(), encoded.permissions.into());
                organization.insert("fpm".to_owned(), encoded.masks.into());
                features = Some(encoded.features);
            }
            claims.insert("o".to_owned(), organization.into());
        }
        claims.extend(features.map(|features| ("fea".to_owned(), features.into())));
        claims.extend(self.claims.clone());
        Some(claims)
    }

    fn claims_of_version_1(&self) -> Map<String, Value> {
        let mut claims = self.claims.clone();
        if let Some(SessionOrganization { id, slug, role }) = &self.organization {
            claims.extend(object(json!({
                "org_id": id,
                "org_slug": slug,
                "org_role": format!("org:{role}"),
                "org_permissions": self.permissions,
            })));
        }
        claims.extend(self.features.clone().map(|features| ("fea".to_owned(), features.into())));
        claims
    }

    fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }
}

lifetime!(SessionTokenBuilder);
jwt!(SessionTokenBuilder);

/// Builds a token of a JWT template. It is not a session token: it has no session ID, and its
/// category differs.
///
/// Created by [`DevIssuer::template`](super::DevIssuer::template).
#[must_use = "the token is made by `.jwt()`"]
pub struct TemplateTokenBuilder {
    draft: Draft,
}

impl TemplateTokenBuilder {
    pub(super) fn new(instance: Arc<Instance>, user: String) -> Self {
        Self { draft: Draft::new(instance, user, Some(LIFE)) }
    }

    /// Returns the signed token.
    #[must_use]
    pub fn jwt(self) -> String {
        let claims = object(json!({ "jti": random::hex::<10>() }));
        self.draft.jwt("JWT", Some(TEMPLATE), claims)
    }
}

lifetime!(TemplateTokenBuilder);
jwt!(TemplateTokenBuilder);
