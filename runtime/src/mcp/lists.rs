//! Lists of tools, prompts and resources, without what the caller cannot use.

mod events;

use axum::body::Bytes;
use axum_core::{body::Body, response::Response};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG},
};
use http_body::Body as _;
use serde_json::value::RawValue;

use self::events::FilteredEvents;
use super::{
    body,
    carried::{Carried, text},
    fault::MessageRejection,
    message::Message,
    policies::Policies,
};
use crate::{
    identity::{Identity, VerifiedToken},
    policy::{Denial, Policy, ScopeHierarchy},
    token::{
        TokenType,
        json::{Member, Object},
    },
};

/// The fields that describe the bytes of a body.
const DIGESTS: [HeaderName; 4] = [
    ETAG,
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
];

/// A request for a list.
#[derive(Debug)]
pub(crate) struct ListRequest {
    kind: &'static ListKind,
    /// As JSON.
    id: String,
}

#[derive(Debug)]
struct ListKind {
    method: &'static str,
    /// The member of the result that is the list.
    list: &'static str,
    /// The member of an item that names it.
    name: &'static str,
    carried: fn(std::borrow::Cow<'_, str>) -> Carried<'_>,
    /// What uses an item.
    used_by: &'static str,
}

const KINDS: [ListKind; 4] = [
    ListKind {
        method: "tools/list",
        list: "tools",
        name: "name",
        carried: |name| Carried::Tool(name),
        used_by: "tools/call",
    },
    ListKind {
        method: "prompts/list",
        list: "prompts",
        name: "name",
        carried: |name| Carried::Prompt(name),
        used_by: "prompts/get",
    },
    ListKind {
        method: "resources/list",
        list: "resources",
        name: "uri",
        carried: |name| Carried::Resource(name),
        used_by: "resources/read",
    },
    ListKind {
        method: "resources/templates/list",
        list: "resourceTemplates",
        name: "uriTemplate",
        carried: |name| Carried::Reference(name),
        used_by: "resources/read",
    },
];

impl ListRequest {
    pub(crate) fn of(message: &Message<'_>) -> Option<Self> {
        let method = message.method.as_deref()?;
        let kind = KINDS.iter().find(|kind| kind.method == method)?;
        Some(Self { kind, id: message.id.unwrap_or("null").to_owned() })
    }
}

/// Filters the response to a request for a list.
pub(crate) struct ListFilter {
    policies: &'static Policies,
    request: ListRequest,
    caller: Option<Identity>,
    hierarchy: ScopeHierarchy,
}

/// The server's text is not a message with the list that was asked for.
struct UnreadableList;

impl ListFilter {
    /// Also makes sure that the server behind does not encode its response.
    pub(crate) fn new(
        policies: &'static Policies,
        request: ListRequest,
        caller: Option<Identity>,
        hierarchy: ScopeHierarchy,
        headers: &mut HeaderMap,
    ) -> Self {
        headers.remove(ACCEPT_ENCODING);
        Self { policies, request, caller, hierarchy }
    }

    pub(crate) async fn apply(self, response: Response) -> Response {
        // An error is not a list, and nor is the answer to a notification.
        if !response.status().is_success() || response.body().is_end_stream() {
            return response;
        }
        let (mut head, body) = response.into_parts();
        let media_type = head.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        let media_type = media_type.split(|byte| *byte == b';').next().unwrap_or_default();
        let media_type = media_type.trim_ascii().to_ascii_lowercase();
        let is_plain = body::is_plain(&head.headers);
        for field in DIGESTS.iter().chain([&CONTENT_LENGTH]) {
            head.headers.remove(field);
        }
        match &*media_type {
            b"application/json" if is_plain => {
                let message = body::collect(body, self.policies.most_bytes).await;
                let message = message.ok().and_then(|message| self.json(&message).ok());
                message.map_or_else(
                    || MessageRejection::UnreadableList.reject_request(&self.request.id),
                    |message| Response::from_parts(head, Body::from(message)),
                )
            }
            b"text/event-stream" if is_plain => {
                Response::from_parts(head, Body::new(FilteredEvents::new(body, self)))
            }
            _ => MessageRejection::UnreadableList.reject_request(&self.request.id),
        }
    }

    fn json(&self, message: &Bytes) -> Result<Bytes, UnreadableList> {
        let text = str::from_utf8(message).map_err(|_| UnreadableList)?;
        let filtered = self.filtered(text)?;
        Ok(filtered.map_or_else(|| message.clone(), Bytes::from))
    }

    /// `None` for a message that is not a result: an error, or a request of the server.
    fn filtered(&self, message: &str) -> Result<Option<String>, UnreadableList> {
        let message = Object::parse_text(message).map_err(|_| UnreadableList)?;
        if !message.has("result") && (message.has("error") || message.has("method")) {
            return Ok(None);
        }
        let Member::Is(result) = message.object("result") else { return Err(UnreadableList) };
        let list = result.raw(self.request.kind.list).ok_or(UnreadableList)?;
        let items: Vec<&RawValue> = serde_json::from_str(list).map_err(|_| UnreadableList)?;
        let mut kept = Vec::new();
        for item in items {
            if self.keeps(item)? {
                kept.push(item);
            }
        }
        let filtered = || {
            let kept = serde_json::value::to_raw_value(&kept).ok()?;
            let mut result = result.with(self.request.kind.list, &kept)?;
            // What one caller sees is not for a cache that others share.
            if let Ok(object) = Object::parse_text(&result)
                && object.has("cacheScope")
            {
                let private = RawValue::from_string(r#""private""#.to_owned()).ok()?;
                result = object.with("cacheScope", &private)?;
            }
            message.with("result", &RawValue::from_string(result).ok()?)
        };
        filtered().map(Some).ok_or(UnreadableList)
    }

    fn keeps(&self, item: &RawValue) -> Result<bool, UnreadableList> {
        let item = Object::parse_text(item.get()).map_err(|_| UnreadableList)?;
        let name = text(&item, self.request.kind.name).ok_or(UnreadableList)?;
        let (method, carried) = (self.request.kind.used_by, (self.request.kind.carried)(name));
        let caller = self.caller.as_ref();
        Ok(self.policies.unlisted(method, &carried).is_none()
            && self
                .policies
                .met(method, &carried)
                .all(|policy| is_in_reach(policy, caller, self.hierarchy)))
    }
}

/// Whether the caller passes a policy, or would with more scopes, a reverification or a token.
fn is_in_reach(policy: Policy, caller: Option<&Identity>, hierarchy: ScopeHierarchy) -> bool {
    let Some(caller) = caller else { return true };
    match policy.decide(caller, hierarchy) {
        Ok(()) | Err(Denial::Reverification(_)) => true,
        // Only an OAuth client can ask for more.
        Err(Denial::MissingScopes(_)) => caller.token_type() == TokenType::OAuthToken,
        Err(_) => false,
    }
}
