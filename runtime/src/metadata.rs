//! Serves protected resource metadata (RFC 9728), which tells clients where to get a token.

use axum::{Router, body::Bytes, routing::get};
use http::{
    HeaderName, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_TYPE, LOCATION,
    },
};
use serde::Serialize;

use crate::{
    clerk::{Clerk, ConfigError},
    policy::Policy,
    response::resource::Resource,
};

/// Where clients of the first MCP specification look for the authorization server: they take
/// this server for it (2025-03-26, «Server Metadata Discovery»).
const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";

/// Where the metadata of a resource without a path stands, and where older MCP clients look for
/// that of every resource.
const ROOT: &str = "/.well-known/oauth-protected-resource";

/// Metadata is public, so any page may read it.
const ANY_ORIGIN: (HeaderName, &str) = (ACCESS_CONTROL_ALLOW_ORIGIN, "*");
/// It changes with a new release of the server, so clients may keep it for an hour.
const CACHED: (HeaderName, &str) = (CACHE_CONTROL, "public, max-age=3600");

/// Metadata of one or more protected resources, to merge into a router: see [the
/// guide](crate::guide::resource_metadata).
///
/// Created by [`Clerk::resource_metadata`]. It converts into a [`Router`], so [`Router::merge`]
/// accepts it.
#[derive(Clone, Debug)]
#[must_use = "metadata is served by the router that it is merged into"]
pub struct ResourceMetadata {
    documents: Vec<MetadataDocument>,
    serves_root: bool,
    /// The URL of the authorization server's metadata.
    authorization_server: String,
}

#[derive(Clone, Debug)]
struct MetadataDocument {
    path: String,
    json: Bytes,
}

/// The members of RFC 9728 §2 that we know. One that would be empty is left out (§3.2).
#[derive(Serialize)]
struct MetadataMembers<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'static str>,
    bearer_methods_supported: [&'static str; 1],
}

impl Clerk {
    /// Returns the metadata of the configured resource (RFC 9728), for the router of your
    /// application. It tells clients which authorization server issues tokens, and the scopes:
    /// those of `policies` for OAuth tokens, in that order.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use clerk_auth::{Clerk, Policy, clerk_auth};
    ///
    /// #[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
    /// async fn list_notes() -> &'static str {
    ///     "[]"
    /// }
    ///
    /// const POLICIES: [Policy; 1] = [ListNotesPolicy::POLICY];
    ///
    /// # fn app() -> Result<Router, clerk_auth::ConfigError> {
    /// let clerk = Clerk::builder()
    ///     .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
    ///     .resource("https://api.example.com/notes")
    ///     .build()?;
    /// let metadata = clerk.resource_metadata(POLICIES)?;
    /// let app = Router::new().route("/notes", get(list_notes)).with_state(clerk).merge(metadata);
    /// # Ok(app) }
    /// # app().unwrap();
    /// ```
    ///
    /// # Errors
    /// Returns an error if no resource is configured.
    pub fn resource_metadata(
        &self,
        policies: impl IntoIterator<Item = Policy>,
    ) -> Result<ResourceMetadata, ConfigError> {
        let appearance = self.appearance();
        let Some(resource) = &appearance.resource else {
            let wrong =
                "it is not set; set it to the public URL of this API, to serve its metadata";
            return Err(ConfigError::new("CLERK_RESOURCE", wrong));
        };
        Ok(ResourceMetadata {
            documents: vec![MetadataDocument::new(resource, policies)],
            serves_root: true,
            authorization_server: resource.issuer_metadata_url().to_owned(),
        })
    }
}

impl ResourceMetadata {
    /// Adds the metadata of another resource of the same Clerk instance.
    ///
    /// # Errors
    /// Returns an error if both resources have the same path, so that one document would hide the
    /// other, or are of different instances.
    pub fn merge(mut self, other: Self) -> Result<Self, ConfigError> {
        if self.authorization_server != other.authorization_server {
            let wrong = "two resources of one router have different issuers";
            return Err(ConfigError::new("CLERK_ISSUER", wrong));
        }
        for document in &other.documents {
            if self.documents.iter().any(|known| known.path == document.path) {
                let wrong = format!("two resources have their metadata at {}", document.path);
                return Err(ConfigError::new("CLERK_RESOURCE", wrong));
            }
        }
        self.documents.extend(other.documents);
        self.serves_root &= other.serves_root;
        Ok(self)
    }

    /// Omits the copy of the document at the root well-known path,
    /// `/.well-known/oauth-protected-resource`. Without this option, the only resource with a path
    /// is served there too, because older MCP clients read only that URL.
    pub fn without_root(mut self) -> Self {
        self.serves_root = false;
        self
    }

    /// Each path that is served: the documents, and the redirect to the authorization server.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        let documents = self.documents.iter().map(|document| document.path.as_str());
        let root = self.root().map(|_| ROOT);
        documents.chain(root).chain([AUTHORIZATION_SERVER])
    }

    /// The document to repeat at the root: one resource with a path is served, and it alone. Of
    /// several, none is the one that a client at the root means.
    fn root(&self) -> Option<&MetadataDocument> {
        match self.documents.as_slice() {
            [only] if self.serves_root && only.path != ROOT => Some(only),
            _ => None,
        }
    }
}

impl MetadataDocument {
    fn new(resource: &Resource, policies: impl IntoIterator<Item = Policy>) -> Self {
        let mut scopes_supported = Vec::new();
        for scope in policies.into_iter().flat_map(|policy| policy.scopes_of_oauth_tokens()) {
            // A refresh token is between the client and the authorization server: a resource
            // has no use for it.
            if scope != "offline_access" && !scopes_supported.contains(&scope) {
                scopes_supported.push(scope);
            }
        }
        let members = MetadataMembers {
            resource: resource.identifier(),
            authorization_servers: [resource.issuer()],
            scopes_supported,
            bearer_methods_supported: ["header"],
        };
        let json = serde_json::to_vec(&members).unwrap_or_default();
        Self { path: resource.metadata_path().to_owned(), json: json.into() }
    }
}

/// Routes without a guard: merge them behind any layer that rejects requests.
impl<S: Clone + Send + Sync + 'static> From<ResourceMetadata> for Router<S> {
    fn from(metadata: ResourceMetadata) -> Self {
        let root = metadata
            .root()
            .map(|document| MetadataDocument { path: ROOT.into(), ..document.clone() });
        let location = metadata.authorization_server;
        // The instance serves its own document. A copy could be old, or name what is turned off.
        let redirect = async move || {
            (StatusCode::TEMPORARY_REDIRECT, [ANY_ORIGIN, CACHED], [(LOCATION, location)])
        };
        // A path of the operator's may begin with a colon or an asterisk.
        let routes = Self::new().without_v07_checks();
        let routes = routes.route(AUTHORIZATION_SERVER, get(redirect).options(preflight));
        metadata.documents.into_iter().chain(root).fold(
            routes,
            |routes, MetadataDocument { path, json }| {
                let json_type = (CONTENT_TYPE, "application/json");
                let answer = async move || ([ANY_ORIGIN, CACHED, json_type], json);
                routes.route(&path, get(answer).options(preflight))
            },
        )
    }
}

/// Browsers ask before they send a field of their own, such as `MCP-Protocol-Version`.
async fn preflight() -> (StatusCode, [(HeaderName, &'static str); 4]) {
    let fields = [
        ANY_ORIGIN,
        (ACCESS_CONTROL_ALLOW_METHODS, "GET"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "*"),
        (ACCESS_CONTROL_MAX_AGE, "3600"),
    ];
    (StatusCode::NO_CONTENT, fields)
}
