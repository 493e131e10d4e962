//! What is said of operations, in a document of `aide`; and a guard that says it by itself.

use aide::{
    OperationInput, OperationOutput,
    generate::GenContext,
    openapi::{
        ApiKeyLocation, OAuth2Flow, OAuth2Flows, OpenApi, Operation as Documented, ReferenceOr,
        Response, SecurityRequirement, SecurityScheme, StatusCode,
    },
    util::iter_operations_mut,
};
use http::Method;
use serde_json::Value;

use super::{
    Document, RESPONSES, Write,
    operation::{Alternative, Operation},
    response_object_of,
    scheme::{Definition, Scheme},
    spellings,
};
use crate::{
    guard::{Guard, Guarded},
    policy::ScopeHierarchy,
    response::rejection::Rejection,
};

impl<'d> From<&'d mut OpenApi> for Document<'d> {
    fn from(document: &'d mut OpenApi) -> Self {
        Self(document)
    }
}

/// Feature `aide`: a handler with a guard says who may call it. The document still needs
/// [`Clerk::describe`](crate::Clerk::describe), which defines what the handler refers to.
impl<P: Guarded, C> OperationInput for Guard<P, C> {
    fn operation_input(_: &mut GenContext, documented: &mut Documented) {
        // What the hierarchy of the configuration makes superfluous is taken out later.
        write(documented, &Operation::new(&[P::POLICY], ScopeHierarchy::NONE));
    }
}

/// Feature `aide`: a handler may answer with a rejection, of which its guard tells already.
impl OperationOutput for Rejection {
    type Inner = Self;
}

impl Write for OpenApi {
    fn describe(&mut self, method: &Method, path: &str, operation: &Operation) -> bool {
        let spellings = spellings(path);
        let name = method.as_str().to_ascii_lowercase();
        let mut items = self.paths.iter_mut().flat_map(|paths| &mut paths.paths);
        let item = items.find(|(known, _)| spellings.contains(known)).map(|(_, item)| item);
        let mut operations =
            item.and_then(ReferenceOr::as_item_mut).into_iter().flat_map(iter_operations_mut);
        let documented = operations.find(|(known, _)| *known == name);
        documented.map(|(_, documented)| write(documented, operation)).is_some()
    }

    fn simplify(&mut self, hierarchy: ScopeHierarchy) {
        let items = self.paths.iter_mut().flat_map(|paths| paths.paths.values_mut());
        let items = items.filter_map(ReferenceOr::as_item_mut);
        for (_, operation) in items.flat_map(iter_operations_mut) {
            simplify(&mut operation.security, hierarchy);
        }
    }

    fn to_json(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }

    fn define_scheme(&mut self, name: &str, description: &str, definition: Definition<'_>) {
        let description = Some(description.to_owned());
        let extensions = [].into();
        let scheme = match definition {
            Definition::Bearer { format } => SecurityScheme::Http {
                scheme: "bearer".to_owned(),
                bearer_format: format.map(str::to_owned),
                description,
                extensions,
            },
            Definition::Cookie { name } => SecurityScheme::ApiKey {
                location: ApiKeyLocation::Cookie,
                name: name.to_owned(),
                description,
                extensions,
            },
            Definition::AuthorizationCode { authorization_url, token_url, scopes } => {
                let scopes = scopes.into_iter().map(|scope| (scope.to_owned(), String::new()));
                let flow = OAuth2Flow::AuthorizationCode {
                    authorization_url,
                    refresh_url: Some(token_url.clone()),
                    token_url,
                    scopes: scopes.collect(),
                };
                let authorization_code = Some(flow);
                let flows = OAuth2Flows { authorization_code, ..OAuth2Flows::default() };
                SecurityScheme::OAuth2 { flows, description, extensions }
            }
        };
        let components = self.components.get_or_insert_default();
        components.security_schemes.insert(name.to_owned(), ReferenceOr::Item(scheme));
    }

    fn define_response(&mut self, name: String, response: Value) -> serde_json::Result<()> {
        let response: Response = serde_json::from_value(response)?;
        let components = self.components.get_or_insert_default();
        components.responses.insert(name, ReferenceOr::Item(response));
        Ok(())
    }
}

/// May be called again for the same operation.
fn write(documented: &mut Documented, operation: &Operation) {
    let requirement = |Alternative { scheme, names }: &Alternative| {
        let names = names.iter().copied().map(str::to_owned).collect();
        SecurityRequirement::from([(scheme.name().to_owned(), names)])
    };
    let anonymous = operation.is_optional.then(SecurityRequirement::default);
    documented.security = operation.alternatives.iter().map(requirement).chain(anonymous).collect();
    let responses = documented.responses.get_or_insert_default();
    responses.responses.retain(|_, response| match response {
        ReferenceOr::Reference { reference, .. } => response_object_of(reference).is_none(),
        ReferenceOr::Item(_) => true,
    });
    for ours in &operation.responses {
        // What the handler itself documents stays.
        let response = responses.responses.entry(StatusCode::Code(ours.status()));
        response.or_insert_with(|| ReferenceOr::ref_(&format!("{RESPONSES}{}", ours.name())));
    }
}

/// A guard describes its handler before there is a configuration, so without its hierarchy.
fn simplify(security: &mut Vec<SecurityRequirement>, hierarchy: ScopeHierarchy) {
    for requirement in security.iter_mut() {
        for scheme in [Scheme::OAuthToken, Scheme::ApiKey] {
            if let Some(names) = requirement.get_mut(scheme.name()) {
                *names = hierarchy.without_implied(std::mem::take(names));
            }
        }
    }
    let mut known = Vec::new();
    security.retain(|requirement| {
        let is_new = !known.contains(requirement);
        known.push(requirement.clone());
        is_new
    });
}
