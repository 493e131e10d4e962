//! Sessions of an MCP server, each bound to the caller who opened it.
//!
//! An `Mcp-Session-Id` that callers see starts with a keyed hash of the ID and of the caller. The
//! server sees its own ID, and only in requests of that caller.

use aws_lc_rs::{
    hmac::{HMAC_SHA256, Key, sign, verify},
    rand::SystemRandom,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::fault::MessageRejection;
use crate::{
    identity::{ClientId, Identity, OrgId, VerifiedToken},
    request::sensitive::reads_as,
};

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// How many characters the hash has.
const HASH: usize = 43;

/// A key for the hashes.
#[derive(Debug)]
pub(crate) struct SessionKey(Option<Key>);

impl SessionKey {
    /// The same on each replica, which all have the instance's secret. Without one, a session
    /// belongs to this process. If the system has no random numbers, no session is known.
    pub(crate) fn new(secret: Option<&[u8]>) -> Self {
        let Some(secret) = secret else {
            return Self(Key::generate(HMAC_SHA256, &SystemRandom::new()).ok());
        };
        let derived = sign(&Key::new(HMAC_SHA256, secret), b"clerk-auth: session of an MCP server");
        Self(Some(Key::new(HMAC_SHA256, derived.as_ref())))
    }

    /// Gives the server its own ID, if the caller of a request opened the session.
    pub(crate) fn unbind(
        &self,
        caller: Option<&Identity>,
        headers: &mut HeaderMap,
    ) -> Result<(), MessageRejection> {
        let is_session = |name: &&HeaderName| reads_as(name, SESSION.as_str());
        // A server behind a gateway may read another spelling, or the second of two values.
        let mut names = headers.keys().filter(is_session);
        let (name, other) = (names.next(), names.next());
        if name.is_none() {
            return Ok(());
        }
        let mut values = headers.get_all(&SESSION).iter();
        let own = match (other, values.next(), values.next()) {
            (None, Some(bound), None) => self.own(caller, bound.as_bytes()),
            _ => None,
        };
        headers.insert(SESSION, own.ok_or(MessageRejection::UnknownSession)?);
        Ok(())
    }

    fn own(&self, caller: Option<&Identity>, bound: &[u8]) -> Option<HeaderValue> {
        let (hash, id) = bound.split_at_checked(HASH)?;
        let id = id.strip_prefix(b".")?;
        let hash = URL_SAFE_NO_PAD.decode(hash).ok()?;
        verify(self.0.as_ref()?, &signed(caller, id), &hash).ok()?;
        HeaderValue::from_bytes(id).ok()
    }

    /// Binds the ID in a response to the caller of its request.
    pub(crate) fn bind(&self, caller: Option<&Identity>, headers: &mut HeaderMap) {
        let bound = |id: &HeaderValue| {
            let hash = sign(self.0.as_ref()?, &signed(caller, id.as_bytes()));
            let hash = URL_SAFE_NO_PAD.encode(hash);
            HeaderValue::from_bytes(&[hash.as_bytes(), b".", id.as_bytes()].concat()).ok()
        };
        let bound: Vec<_> = headers.get_all(&SESSION).iter().filter_map(bound).collect();
        headers.remove(&SESSION);
        for id in bound {
            headers.append(SESSION, id);
        }
    }
}

/// The caller and the ID, each part with its length. The key stands for the issuer: it is that of
/// one instance.
fn signed(caller: Option<&Identity>, id: &[u8]) -> Vec<u8> {
    let caller = caller.map(|caller| {
        let (client, organization) = (caller.client_id(), caller.org_id());
        [
            Some(caller.token_type().as_str()),
            Some(caller.subject().as_str()),
            client.map(ClientId::as_str),
            organization.map(OrgId::as_str),
        ]
    });
    let parts = caller.unwrap_or_default().map(|part| part.map(str::as_bytes));
    let mut signed = Vec::new();
    for part in parts.into_iter().chain([Some(id)]) {
        signed.push(u8::from(part.is_some()));
        let part = part.unwrap_or_default();
        signed.extend_from_slice(&part.len().to_be_bytes());
        signed.extend_from_slice(part);
    }
    signed
}
