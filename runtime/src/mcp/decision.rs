//! An MCP message and its caller in; the message that may go on, or the answer that ends it, out.

use std::time::Duration;

use axum::body::Bytes;
use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header::UPGRADE, request::Parts};
use tokio::time::timeout;

use super::{
    body,
    carried::Carried,
    fault::{MessageRejection, reject_unlisted},
    fields,
    folding::is_same,
    lists::ListRequest,
    message::{self, Message},
    policies::{Policies, PolicyTarget},
    template::{self, is_malformed},
};
use crate::policy::Policy;

/// How long a whole message may take. A caller who was admitted is not verified again before it is
/// there, not even if their token was revoked.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What happens to a message.
pub(crate) enum Decision {
    /// It goes on, and the list that it asks for is filtered.
    Admitted(Option<ListRequest>),
    Rejected(Response),
}

impl Policies {
    /// The whole message of a request, whose head describes it afterwards.
    pub(crate) async fn read(&self, parts: &mut Parts, body: Body) -> Result<Bytes, Response> {
        let message = self.try_read(parts, body).await.map_err(MessageRejection::reject)?;
        body::describe(&mut parts.headers, message.len());
        Ok(message)
    }

    async fn try_read(&self, parts: &Parts, body: Body) -> Result<Bytes, MessageRejection> {
        // What is said after an upgrade or a `CONNECT` (RFC 9110 §7.8, §9.3.6) passes by here.
        if parts.method == Method::CONNECT || parts.headers.contains_key(UPGRADE) {
            return Err(MessageRejection::Upgrade);
        }
        if !body::is_plain(&parts.headers) || !body::is_json(&parts.headers, false) {
            return Err(MessageRejection::Encoded);
        }
        if parts.uri.query().is_some_and(message::is_in_query) {
            return Err(MessageRejection::Unreadable);
        }
        let message = timeout(LONGEST_WAIT, body::collect(body, self.most_bytes));
        let message = message.await.map_err(|_| MessageRejection::TooSlow)??;
        if !body::is_json(&parts.headers, !message.is_empty()) {
            return Err(MessageRejection::Encoded);
        }
        Ok(message)
    }

    /// Requires each policy that the message must pass, by `require`.
    pub(crate) fn decide<R: IntoResponse>(
        &self,
        headers: &HeaderMap,
        message: &[u8],
        require: impl FnMut(Policy) -> Result<(), R>,
    ) -> Decision {
        // A request without a body, such as the GET of a stream, calls nothing.
        if message.is_empty() {
            return if fields::name_a_message(headers) {
                Decision::Rejected(MessageRejection::FieldMismatch.reject())
            } else {
                Decision::Admitted(None)
            };
        }
        let Ok(message) = message::read(message) else {
            return Decision::Rejected(MessageRejection::Unreadable.reject());
        };
        if let Some(rejected) = self.rejection(headers, &message, require) {
            return Decision::Rejected(rejected);
        }
        let list = self.filters_lists.then(|| ListRequest::of(&message));
        Decision::Admitted(list.flatten())
    }

    fn rejection<R: IntoResponse>(
        &self,
        headers: &HeaderMap,
        message: &Message<'_>,
        mut require: impl FnMut(Policy) -> Result<(), R>,
    ) -> Option<Response> {
        if let Some(method) = message.method.as_deref() {
            if let Some((fault, name)) = self.unlisted(method, &message.carried) {
                return Some(reject_unlisted(fault, name, message));
            }
            for policy in self.met(method, &message.carried) {
                if let Err(rejected) = require(policy) {
                    return Some(rejected.into_response());
                }
            }
        }
        let agree = fields::agree(headers, message);
        (!agree).then(|| MessageRejection::FieldMismatch.reject_message(message))
    }

    /// The policy of each entry that must pass.
    pub(crate) fn met<'m>(
        &self,
        method: &'m str,
        carried: &'m Carried<'_>,
    ) -> impl Iterator<Item = Policy> + 'm {
        let policies = *self;
        policies
            .into_entries()
            .filter(|(target, _)| is_met(*target, method, carried))
            .map(|it| it.1)
    }

    /// What no entry lists in the message, and the fault that this is.
    pub(crate) fn unlisted<'m>(
        &self,
        method: &'m str,
        carried: &'m Carried<'_>,
    ) -> Option<(MessageRejection, &'m str)> {
        use MessageRejection as Fault;
        let by_layer = self.unlisted_by_layer.contains(&method);
        let is_listed = by_layer || has(self.methods, method);
        let (is_known, fault, name) = match carried {
            Carried::Nothing => return None,
            Carried::Malformed => (false, Fault::InvalidParams, ""),
            Carried::Other => (is_listed, Fault::UnknownMethod, method),
            Carried::Tool(name) => {
                (is_name_known(self.tools, name, by_layer), Fault::UnknownTool, &**name)
            }
            Carried::Prompt(name) => {
                (is_name_known(self.prompts, name, by_layer), Fault::UnknownPrompt, &**name)
            }
            Carried::Resource(uri) => {
                (self.is_uri_known(uri, by_layer), Fault::UnknownResource, &**uri)
            }
            Carried::Reference(uri) => {
                let is_known = has(self.resources, uri) || self.is_uri_known(uri, by_layer);
                (is_known, Fault::UnknownResource, &**uri)
            }
            Carried::Subscriptions { asks_for_more: true, .. } if !is_listed => {
                (false, Fault::InvalidParams, "")
            }
            Carried::Subscriptions { uris, .. } => {
                let unknown = uris.iter().find(|uri| !self.is_uri_known(uri, by_layer));
                (unknown.is_none(), Fault::UnknownResource, unknown.map_or("", |uri| uri))
            }
        };
        let is_uri = fault == Fault::UnknownResource;
        let fault = if is_uri && is_malformed(name) { Fault::InvalidParams } else { fault };
        (!is_known).then_some((fault, name))
    }

    /// `by_layer` admits a well-formed URI that no reader takes for one with an entry.
    fn is_uri_known(&self, uri: &str, by_layer: bool) -> bool {
        let any = |is: fn(&str, &str) -> bool| self.resources.iter().any(|it| is(it.0, uri));
        any(template::matches) || by_layer && !is_malformed(uri) && !any(template::resembles)
    }
}

fn has(entries: &[(&str, Policy)], name: &str) -> bool {
    entries.iter().any(|(listed, _)| *listed == name)
}

/// `by_layer` admits a name that no reader takes for one with an entry.
fn is_name_known(entries: &[(&str, Policy)], name: &str, by_layer: bool) -> bool {
    let is_plain = || !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    let is_taken = || entries.iter().any(|(listed, _)| is_same(listed, name));
    has(entries, name) || by_layer && is_plain() && !is_taken()
}

/// Whether an entry for `target` must pass.
fn is_met(target: PolicyTarget, method: &str, carried: &Carried<'_>) -> bool {
    match (target, carried) {
        (PolicyTarget::Method(listed), _) => listed == method,
        (PolicyTarget::Tool(listed), Carried::Tool(name))
        | (PolicyTarget::Prompt(listed), Carried::Prompt(name)) => listed == name,
        (PolicyTarget::Resource(listed), Carried::Resource(uri)) => template::touches(listed, uri),
        (PolicyTarget::Resource(listed), Carried::Reference(uri)) => {
            listed == uri || template::touches(listed, uri)
        }
        (PolicyTarget::Resource(listed), Carried::Subscriptions { uris, .. }) => {
            uris.iter().any(|uri| template::touches(listed, uri))
        }
        _ => false,
    }
}
