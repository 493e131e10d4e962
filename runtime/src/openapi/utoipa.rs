//! What is said of operations, in a document of `utoipa`.

use http::Method;
use serde_json::Value;
use utoipa::openapi::{
    OpenApi, PathItem, Ref, RefOr,
    path::Operation as Documented,
    response::Response,
    security::{
        ApiKey, ApiKeyValue, AuthorizationCode, Flow, HttpAuthScheme, HttpBuilder, OAuth2,
        SecurityRequirement, SecurityScheme,
    },
};

use super::{
    Document, Write,
    operation::{Alternative, Operation},
    response_object_of,
    scheme::Definition,
    spellings,
};

impl<'d> From<&'d mut OpenApi> for Document<'d> {
    fn from(document: &'d mut OpenApi) -> Self {
        Self(document)
    }
}

impl Write for OpenApi {
    fn describe(&mut self, method: &Method, path: &str, operation: &Operation) -> bool {
        let mut items = self.paths.paths.iter_mut();
        let spellings = spellings(path);
        let item = items.find(|(known, _)| spellings.contains(known)).map(|(_, item)| item);
        let Some(documented) = item.and_then(|item| operation_of(item, method)) else {
            return false;
        };
        let requirement = |alternative: &Alternative| {
            SecurityRequirement::new(alternative.scheme.name(), alternative.names.iter().copied())
        };
        let anonymous = operation.is_optional.then(SecurityRequirement::default);
        let security = operation.alternatives.iter().map(requirement).chain(anonymous);
        documented.security = Some(security.collect());
        let responses = &mut documented.responses.responses;
        responses.retain(|_, response| match response {
            RefOr::Ref(reference) => response_object_of(&reference.ref_location).is_none(),
            RefOr::T(_) => true,
        });
        for ours in &operation.responses {
            // What the handler itself documents stays.
            let response = responses.entry(ours.status().to_string());
            response.or_insert_with(|| RefOr::Ref(Ref::from_response_name(ours.name())));
        }
        true
    }

    fn to_json(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }

    fn define_scheme(&mut self, name: &str, description: &str, definition: Definition<'_>) {
        let scheme = match definition {
            Definition::Bearer { format } => {
                let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
                let scheme = scheme.description(Some(description));
                SecurityScheme::Http(
                    format.into_iter().fold(scheme, HttpBuilder::bearer_format).build(),
                )
            }
            Definition::Cookie { name } => SecurityScheme::ApiKey(ApiKey::Cookie(
                ApiKeyValue::with_description(name, description),
            )),
            Definition::AuthorizationCode { authorization_url, token_url, scopes } => {
                let scopes = scopes.into_iter().map(|scope| (scope, "")).collect();
                let flow = AuthorizationCode::with_refresh_url(
                    authorization_url,
                    token_url.clone(),
                    scopes,
                    token_url,
                );
                let flow = Flow::AuthorizationCode(flow);
                SecurityScheme::OAuth2(OAuth2::with_description([flow], description))
            }
        };
        let components = self.components.get_or_insert_default();
        components.security_schemes.insert(name.to_owned(), scheme.into());
    }

    fn define_response(&mut self, name: String, response: Value) -> serde_json::Result<()> {
        let response: Response = serde_json::from_value(response)?;
        let components = self.components.get_or_insert_default();
        components.responses.insert(name, RefOr::T(response));
        Ok(())
    }
}

fn operation_of<'i>(item: &'i mut PathItem, method: &Method) -> Option<&'i mut Documented> {
    let operation = match method.as_str() {
        "GET" => &mut item.get,
        "PUT" => &mut item.put,
        "POST" => &mut item.post,
        "DELETE" => &mut item.delete,
        "OPTIONS" => &mut item.options,
        "HEAD" => &mut item.head,
        "PATCH" => &mut item.patch,
        "TRACE" => &mut item.trace,
        "QUERY" => &mut item.query,
        other => return item.additional_operations.get_mut(other),
    };
    operation.as_mut()
}
