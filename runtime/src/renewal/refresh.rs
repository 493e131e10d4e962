//! Refreshes an expired session: one call for all requests that wait for the same one.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    hmac::{HMAC_SHA256, Key, sign},
    rand::SystemRandom,
};
use http::{HeaderMap, HeaderName, header};
use quick_cache::sync::Cache;
use serde_json::{Map, json};

use super::{
    directive::Directives,
    page_request::PageRequest,
    site::{Site, directive_rules, verified_session},
};
use crate::{
    clerk::Clerk,
    error::UpstreamError,
    request::{
        cookie::{CookieSet, find, is_older, leading_integer},
        field::single_field,
    },
    verify::{Flight, NotRenewed, SingleFlight},
};

/// How long a refusal counts.
const REJECTION_LIFE: Duration = Duration::from_secs(10);
const MOST_REJECTIONS: usize = 4096;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

type Refreshed = Result<Arc<Directives>, NotRenewed>;

/// Stands for an expired token, its refresh cookie and the origin together. Whoever lacks one of them
/// shares nothing.
type RefreshId = [u8; 32];

/// Refreshes that run, and refusals of earlier ones.
pub(crate) struct Refresher {
    key: Key,
    flights: Arc<SingleFlight<RefreshId, Refreshed>>,
    rejections: Arc<Cache<RefreshId, (NotRenewed, Duration)>>,
}

/// One refresh.
struct Refresh {
    clerk: Clerk,
    /// The expired token.
    session: String,
    /// The value of the refresh cookie.
    secret: String,
    origin: String,
    host: String,
    frontend_api: String,
    is_suffixed: bool,
    /// Of the browser that asked first.
    headers: Map<String, serde_json::Value>,
}

impl Refresher {
    pub(crate) fn new(deadline: Duration) -> Option<Self> {
        let key = Key::generate(HMAC_SHA256, &SystemRandom::new()).ok()?;
        let rejections = Arc::new(Cache::new(MOST_REJECTIONS));
        Some(Self { key, flights: Arc::new(SingleFlight::new(deadline)), rejections })
    }

    fn id(&self, refresh: &Refresh) -> RefreshId {
        let texts = [&refresh.session, &refresh.secret, &refresh.origin];
        let prefixed = texts.map(|text| [&text.len().to_be_bytes(), text.as_bytes()].concat());
        let mut id = RefreshId::default();
        id.copy_from_slice(sign(&self.key, &prefixed.concat()).as_ref());
        id
    }

    fn join_or_start(&self, refresh: Refresh) -> Result<Flight<Refreshed>, NotRenewed> {
        let (id, now) = (self.id(&refresh), refresh.clerk.verifier().clock.steady());
        let rejected = || self.rejections.get(&id).filter(|(_, until)| now < *until);
        let known = || rejected().map(|(rejection, _)| rejection);
        if let Some(rejection) = known() {
            return Err(rejection);
        }
        let rejections = Arc::clone(&self.rejections);
        let store = move |refreshed: &Refreshed, started_at| {
            if let Err(rejection) = refreshed {
                rejections.insert(id, (*rejection, started_at + REJECTION_LIFE));
            }
        };
        self.flights.join_or_start(id, now, known, || Ok((refresh.call(), store)))
    }
}

/// A refresh that runs on its own: whoever waits for it can stop.
#[derive(Clone)]
pub(super) struct Refreshing {
    flight: Flight<Refreshed>,
    client_uat: i64,
}

/// Starts a refresh, or joins it. The expired token is verified up to its times.
pub(super) fn start(
    site: &Site,
    page: &PageRequest,
    headers: &HeaderMap,
) -> Result<Refreshing, NotRenewed> {
    let clerk = &site.clerk;
    let cookies = clerk.cookies().choose(headers, clerk.verifier().clock.now());
    let client_uat = leading_integer(cookies.client_uat.as_deref());
    let refresh = Refresh::read(site, page, headers, cookies)?;
    Ok(Refreshing { flight: site.refresher.join_or_start(refresh)?, client_uat })
}

impl Refreshing {
    /// The cookies of the refreshed session.
    pub(super) async fn result(self) -> Refreshed {
        let directives = self.flight.result().await?;
        // Requests that share a refresh can differ in this cookie.
        match directives.session_token() {
            Ok(Some(token)) if !is_older(token, self.client_uat) => Ok(directives),
            _ => Err(NotRenewed("invalid-session-token")),
        }
    }
}

impl Refresh {
    fn read(
        site: &Site,
        page: &PageRequest,
        headers: &HeaderMap,
        cookies: CookieSet,
    ) -> Result<Self, NotRenewed> {
        let clerk = site.clerk.clone();
        let suffix = clerk.cookies().instance.as_ref().map(|instance| &instance.suffix);
        let secret = suffix.and_then(|suffix| find(headers, &format!("__refresh_{suffix}")));
        Ok(Self {
            session: cookies.session.ok_or(NotRenewed("missing-session-token"))?,
            secret: secret.ok_or(NotRenewed("non-eligible-no-refresh-cookie"))?,
            origin: page.url.origin.clone(),
            host: page.url.host(),
            frontend_api: site.frontend_api_host().to_owned(),
            is_suffixed: cookies.is_suffixed,
            headers: forwarded_headers(headers, site.origins.trusts_forwarded),
            clerk,
        })
    }

    async fn call(self) -> Refreshed {
        let clerk = &self.clerk;
        let (verifier, session) = (clerk.verifier(), self.session.as_bytes());
        let now = verifier.clock.now();
        let expired = verifier.jwt.verify_expired(session, &verifier.rules, now).await;
        let expired = expired.map_err(|_| NotRenewed("expired-session-token-decode-failed"))?;
        let session_id = expired.session_id().as_str();
        if !is_segment(session_id) {
            return Err(NotRenewed("expired-session-token-missing-sid-claim"));
        }
        let body = json!({
            "format": "cookie",
            "expired_token": self.session,
            "refresh_token": self.secret,
            "request_origin": self.origin,
            "request_headers": self.headers,
        });
        let body = body.to_string().into_bytes();
        let texts = clerk.sessions().refresh(session_id, self.is_suffixed, body).await?;
        let rules = directive_rules(clerk, &self.host, &self.frontend_api).ok_or(UNUSABLE)?;
        let directives = Directives::parse(&texts, &rules).ok_or(UNUSABLE)?;
        let token = directives.session_token().ok().flatten().ok_or(UNUSABLE)?;
        let invalid = NotRenewed("invalid-session-token");
        let session = verified_session(clerk, token).await.map_err(|_| invalid)?;
        let is_same =
            session.user_id() == expired.user_id() && session.session_id() == expired.session_id();
        if is_same { Ok(Arc::new(directives)) } else { Err(invalid) }
    }
}

/// What Clerk's SDK calls an answer that it cannot use.
const UNUSABLE: NotRenewed = NotRenewed("unexpected-sdk-error");

/// What Clerk may know of the browser, and no other field.
fn forwarded_headers(
    headers: &HeaderMap,
    trusts_forwarded: bool,
) -> Map<String, serde_json::Value> {
    let names = [
        Some(header::USER_AGENT),
        Some(header::ACCEPT_LANGUAGE),
        trusts_forwarded.then_some(FORWARDED_FOR),
    ];
    let names = names.into_iter().flatten();
    let field = |name: HeaderName| {
        let key = name.as_str().to_owned();
        Some((key, json!([single_field(headers, name)?])))
    };
    names.filter_map(field).collect()
}

/// The ID of a session becomes a segment of a path.
fn is_segment(session_id: &str) -> bool {
    let rest = session_id.strip_prefix("sess_").unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl From<UpstreamError> for NotRenewed {
    fn from(_: UpstreamError) -> Self {
        Self("fetch-error")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_id_is_one_plain_segment() {
        for (id, is_one) in [
            ("sess_2zQ8oD8wNaZf5XeR1yLhPvTjImE", true),
            ("sess_1", true),
            ("sess_", false),
            ("", false),
            ("2zQ8oD8w", false),
            ("sess_../users", false),
            ("sess_a/b", false),
            ("sess_a%2fb", false),
            ("sess_a?b", false),
            ("sess_a#b", false),
            ("sess_a_b", false),
            ("sess_a.b", false),
            ("SESS_a", false),
        ] {
            assert_eq!(is_segment(id), is_one, "{id}");
        }
    }

    #[test]
    fn only_listed_fields_are_forwarded() {
        let mut headers = HeaderMap::new();
        for name in [
            "user-agent",
            "accept-language",
            "x-forwarded-for",
            "cookie",
            "authorization",
            "x-secret",
        ] {
            headers.insert(HeaderName::from_static(name), header::HeaderValue::from_static("v"));
        }
        let names =
            |trusts| forwarded_headers(&headers, trusts).keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(false), ["accept-language", "user-agent"]);
        assert_eq!(names(true), ["accept-language", "user-agent", "x-forwarded-for"]);
    }
}
