//! A user and a session's state in; a session token out, or a token of a JWT template.

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

/// A session token to be: version 2, active, signed in just now, without a second factor.
///
/// Made by [`DevIssuer::session`](super::DevIssuer::session).
#[must_use = "the token is made by `.jwt()`"]
pub struct SessionTokenBuilder {
    draft: Draft,
    version_1: bool,
    organization: Option<SessionOrganization>,
    permissions: Vec<String>,
    features: Option<String>,
    /// The claims that both versions write alike.
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

    /// The active organization, and the user's role there: `editor` and `org:editor` are the same.
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

    /// What the user may do in the organization, such as `org:notes:read`.
    ///
    /// Without [`organization`](Self::organization) there is one with a new id. Features that
    /// the permissions name are added to [`features`](Self::features).
    pub fn permissions<I>(mut self, permissions: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.permissions = permissions.into_iter().map(Into::into).collect();
        self
    }

    /// The claims of version 1, which Clerk stopped issuing in 2025 but still accepts.
    pub fn version_1(mut self) -> Self {
        self.version_1 = true;
        self
    }

    /// The user still has tasks to do, such as choosing an organization.
    pub fn pending(self) -> Self {
        self.member("sts", "pending")
    }

    /// The session's id, `sess_…`. It is new otherwise.
    pub fn session_id(self, id: impl Into<String>) -> Self {
        self.member("sid", id.into())
    }

    /// The origin that the token was made for, as `azp`. It is absent otherwise.
    pub fn authorized_party(self, origin: impl Into<String>) -> Self {
        self.member("azp", origin.into())
    }

    /// Minutes since the first and the second factor were verified. Minus one is never.
    pub fn factor_ages(self, first: i64, second: i64) -> Self {
        self.member("fva", vec![first, second])
    }

    /// The features, written as in the claim: `o:` an organization's, `u:` a user's, `ou:` both.
    pub fn features(mut self, features: impl Into<String>) -> Self {
        self.features = Some(features.into());
        self
    }

    /// The plans, written as in the claim, such as `u:free` or `o:team`.
    pub fn plans(self, plans: impl Into<String>) -> Self {
        self.member("pla", plans.into())
    }

    /// Another user, who acts as this one: impersonation.
    pub fn actor(self, user: impl Into<String>) -> Self {
        let instance = &self.draft.instance;
        let session = random::id("sess_");
        let actor = json!({ "iss": instance.name.issuer, "sid": session, "sub": user.into() });
        self.member("act", actor)
    }

    /// The signed token.
    ///
    /// # Panics
    ///
    /// If a permission cannot be written in version 2, which knows only `org:feature:permission`
    /// without commas. A token that silently lacked it would make tests pass that must not.
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

/// A token of a JWT template to be. It is no session: it has no session id, and its category says so.
///
/// Made by [`DevIssuer::template`](super::DevIssuer::template).
#[must_use = "the token is made by `.jwt()`"]
pub struct TemplateTokenBuilder {
    draft: Draft,
}

impl TemplateTokenBuilder {
    pub(super) fn new(instance: Arc<Instance>, user: String) -> Self {
        Self { draft: Draft::new(instance, user, Some(LIFE)) }
    }

    /// The signed token.
    #[must_use]
    pub fn jwt(self) -> String {
        let claims = object(json!({ "jti": random::hex::<10>() }));
        self.draft.jwt("JWT", Some(TEMPLATE), claims)
    }
}

lifetime!(TemplateTokenBuilder);
jwt!(TemplateTokenBuilder);
