//! A document, read as a client reads it.

use axum::http::Method;
use roas::{
    v3_1::spec::Spec,
    validation::{Options, Validate},
};
use serde_json::Value;

/// Every operation of a document.
pub(crate) fn operations(document: &Value) -> impl Iterator<Item = (Method, &str, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| {
            let method = Method::try_from(method.to_uppercase().as_str()).unwrap();
            (method, path.as_str(), operation)
        })
    })
}

/// What an operation answers with this status, references followed.
pub(crate) fn response<'d>(
    document: &'d Value,
    operation: &'d Value,
    status: u16,
) -> Option<&'d Value> {
    let response = operation["responses"].get(status.to_string())?;
    let Some(reference) = response.get("$ref") else { return Some(response) };
    let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
    Some(document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere")))
}

/// By the rules of OpenAPI 3.1: shapes, references that lead somewhere, schemes and scopes that are
/// declared, and nothing declared that is not used.
pub(crate) fn assert_valid(document: &Value) {
    assert_eq!(document["openapi"], "3.1.0");
    let spec: Spec = serde_json::from_value(document.clone()).unwrap();
    let outcome = spec.validate(Options::new(), None);
    assert!(outcome.is_ok(), "{:?}\n{document:#}", outcome.err());
}
