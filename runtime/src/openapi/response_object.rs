//! Refusals of one status in, the response that a document has for them out.
//!
//! What is said here is what [`Rejection`](crate::Rejection) sends.

use serde_json::{Map, Value, json};

use crate::response::kind::{PROBLEM_TYPE, RejectionKind};

/// How an operation can refuse with one status: one refusal or more, in the order of [`ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResponseObject(Vec<RejectionKind>);

/// By status.
const ALL: [RejectionKind; 8] = [
    RejectionKind::UnreadableCredential,
    RejectionKind::MissingCredential,
    RejectionKind::InvalidToken,
    RejectionKind::InsufficientScope,
    RejectionKind::Forbidden,
    RejectionKind::ReverificationNeeded,
    RejectionKind::Misconfigured,
    RejectionKind::ClerkUnavailable,
];

impl ResponseObject {
    /// Groups what can occur.
    pub(super) fn by_status(can_occur: impl Fn(RejectionKind) -> bool) -> Vec<Self> {
        let rejections: Vec<RejectionKind> =
            ALL.into_iter().filter(|rejection| can_occur(*rejection)).collect();
        let same_status =
            |one: &RejectionKind, other: &RejectionKind| one.status() == other.status();
        rejections.chunk_by(same_status).map(|group| Self(group.to_vec())).collect()
    }

    pub(super) fn status(&self) -> u16 {
        self.0.first().map_or(0, |rejection| rejection.status().as_u16())
    }

    /// The name in a document: a prefix of ours, and each refusal.
    pub(super) fn name(&self) -> String {
        self.0.iter().fold("clerk".to_owned(), |name, rejection| name + "." + rejection.as_str())
    }

    /// What has this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let of_name = |name| ALL.into_iter().find(|rejection| rejection.as_str() == name);
        let rejections = name.strip_prefix("clerk.")?.split('.').map(of_name);
        rejections.collect::<Option<Vec<RejectionKind>>>().map(Self)
    }

    /// A Response Object (OpenAPI 3.1 §4.8.17). Without our body, another one may come, of a type
    /// that is not known.
    pub(super) fn to_json(&self, has_our_body: bool) -> Value {
        let titles: Vec<&str> = self.0.iter().map(|rejection| rejection.title()).collect();
        let mut response = json!({ "description": titles.join(". ") + "." });
        let Some(members) = response.as_object_mut() else { return response };
        let headers = self.headers();
        if !headers.is_empty() {
            members.insert("headers".to_owned(), headers.into());
        }
        if has_our_body {
            members.insert("content".to_owned(), self.content().into());
        }
        response
    }

    fn headers(&self) -> Map<String, Value> {
        let mut headers = Map::new();
        if self.0.iter().any(|rejection| rejection.challenge_error().is_some()) {
            let challenge = json!({
                "description": "What is wrong, and what a token needs (RFC 6750 §3).",
                "schema": { "type": "string" },
            });
            headers.insert("WWW-Authenticate".to_owned(), challenge);
        }
        if self.0.contains(&RejectionKind::ClerkUnavailable) {
            let retry_after = json!({
                "description": "Seconds until another try makes sense.",
                "schema": { "type": "integer" },
            });
            headers.insert("Retry-After".to_owned(), retry_after);
        }
        headers
    }

    fn content(&self) -> Map<String, Value> {
        let mut content = Map::new();
        let problems =
            self.0.iter().filter(|rejection| **rejection != RejectionKind::ReverificationNeeded);
        let of = |rejection: &RejectionKind| format!("{PROBLEM_TYPE}{}", rejection.as_str());
        let types: Vec<String> = problems.map(of).collect();
        if !types.is_empty() {
            let problem = json!({
                "type": "object",
                "required": ["type", "title", "status"],
                "properties": {
                    "type": { "type": "string", "enum": types },
                    "title": { "type": "string" },
                    "status": { "type": "integer", "enum": [self.status()] },
                },
            });
            content.insert("application/problem+json".to_owned(), json!({ "schema": problem }));
        }
        if self.0.contains(&RejectionKind::ReverificationNeeded) {
            let clerk_error = json!({
                "type": "object",
                "description": "Clerk's front ends read it, and ask the user to verify again.",
                "required": ["clerk_error"],
                "properties": { "clerk_error": { "type": "object" } },
            });
            content.insert("application/json".to_owned(), json!({ "schema": clerk_error }));
        }
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_a_response_leads_back_to_it() {
        let responses = ResponseObject::by_status(|_| true);
        assert_eq!(
            responses.iter().map(ResponseObject::status).collect::<Vec<_>>(),
            [400, 401, 403, 500, 503]
        );
        for response in responses {
            assert_eq!(ResponseObject::named(&response.name()), Some(response));
        }
        for other in ["clerk", "clerk.", "clerk.other", "forbidden", "my.forbidden"] {
            assert_eq!(ResponseObject::named(other), None, "{other}");
        }
    }
}
