//! A question to Clerk in, the bytes of its answer out, within bounds of time and size.

mod call_error;
mod clerk_error;
pub(crate) mod client;
mod connection;

use std::time::Duration;

use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, RETRY_AFTER},
};
use reqwest::Url;
use tokio::time::Instant;

pub(crate) use self::{call_error::CallError, connection::watched};

use self::client::HttpClient;
use crate::{
    error::{UpstreamError, UpstreamErrorKind},
    telemetry::{self, ClerkEndpoint},
};

/// Longest answer that is read, in bytes. Clerk's are below 4 KiB.
const LONGEST_ANSWER: usize = 256 * 1024;

/// Longest `Retry-After` that is believed, in seconds.
const LONGEST_RETRY_AFTER: u64 = 3600;

/// The first pause before a retry; each further one is twice as long.
const RETRY_PAUSE: Duration = Duration::from_millis(250);

/// How often the sources of the key set are asked for one load.
const ROUNDS: u32 = 3;

/// How long a guard waits for Clerk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) attempt: Duration,
    pub(crate) deadline: Duration,
}

/// The way to Clerk.
#[derive(Clone)]
pub(crate) struct Upstream {
    http: HttpClient,
    timeouts: Timeouts,
}

/// One endpoint of Clerk, and the key that it wants.
pub(crate) struct ApiRequest {
    pub(crate) endpoint: ClerkEndpoint,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) key: Option<ApiSecret>,
}

/// A secret of ours as a header value, and the variable that sets it.
#[derive(Clone)]
pub(crate) struct ApiSecret {
    pub(crate) authorization: HeaderValue,
    pub(crate) variable: &'static str,
}

impl Upstream {
    pub(crate) fn new(timeouts: Timeouts, http: HttpClient) -> Self {
        Self { http, timeouts }
    }

    /// Asks once, and once more if `may_repeat` says so after a reused connection turned out to be
    /// gone.
    pub(crate) async fn ask(
        &self,
        question: &ApiRequest,
        body: Vec<u8>,
        may_repeat: impl FnOnce() -> bool,
    ) -> Result<Vec<u8>, CallError> {
        self.ask_within(self.timeouts.attempt, question, Some(body), may_repeat).await
    }

    /// Asks once, also if the connection turned out to be gone: the question may change something.
    pub(crate) async fn ask_once(
        &self,
        question: &ApiRequest,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, CallError> {
        self.ask_within(self.timeouts.attempt, question, body, || false).await
    }

    /// Servers close idle connections, and a request can cross with that. Only for calls that change
    /// nothing at Clerk, because it may have read the first one (RFC 9110 §9.2.2).
    async fn ask_within(
        &self,
        time: Duration,
        question: &ApiRequest,
        body: Option<Vec<u8>>,
        may_repeat: impl FnOnce() -> bool,
    ) -> Result<Vec<u8>, CallError> {
        let end = Instant::now() + time;
        let ask = |body| {
            let time = end.saturating_duration_since(Instant::now());
            telemetry::call(question.endpoint, self.send(time, question, body), CallError::outcome)
        };
        match ask(body.clone()).await {
            Err(failed) if failed.is_stale_connection() && may_repeat() => ask(body).await,
            answered => answered,
        }
    }

    /// The time is for the whole answer: one that trickles is cut too.
    async fn send(
        &self,
        time: Duration,
        question: &ApiRequest,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, CallError> {
        let mut request = self.http.get()?.request(question.method.clone(), question.url.clone());
        request = request.timeout(time);
        if let Some(key) = &question.key {
            request = request.header(AUTHORIZATION, key.authorization.clone());
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = connection::send(request).await?;
        let status = response.status();
        // The endpoints answer 200. Another success is not what they answer, so it says nothing.
        if status == StatusCode::OK {
            return read_bounded(response).await;
        }
        let is_outage = status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        if is_outage {
            let mut fault = UpstreamError::new(UpstreamErrorKind::Status(status.as_u16()));
            if let Some(seconds) = retry_after(response.headers()) {
                fault.retry_after = seconds;
            }
            return Err(fault.into());
        }
        let variable = question.key.as_ref().map(|key| key.variable);
        let body =
            if status.is_client_error() { read_bounded(response).await? } else { Vec::new() };
        Err(clerk_error::read(status, &body, variable))
    }

    /// Asks again where that can succeed and can finish in time: each of several sources of the
    /// same answer once, then after a pause each once more. Only for questions that do not depend
    /// on the caller: a retry must not multiply what a stranger can make us send.
    pub(crate) async fn ask_with_retry<T>(
        &self,
        sources: &[ApiRequest],
        read: impl Fn(&[u8]) -> Result<T, UpstreamError>,
    ) -> Result<T, CallError> {
        let end = Instant::now() + self.timeouts.deadline;
        let count = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        let mut failed = CallError::from(UpstreamError::new(UpstreamErrorKind::Connection));
        let mut pause = RETRY_PAUSE;
        for round in 0..ROUNDS {
            if round > 0 {
                if Instant::now() + pause + self.timeouts.attempt > end {
                    break;
                }
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            let mut again = false;
            for (to_ask, source) in (1..=count).rev().zip(sources) {
                // A source that hangs leaves those after it their share.
                let share = end.saturating_duration_since(Instant::now()) / to_ask;
                let time = share.min(self.timeouts.attempt);
                failed = match self.ask_within(time, source, None, || true).await {
                    Ok(body) => match read(&body) {
                        Ok(answer) => return Ok(answer),
                        Err(fault) => fault.into(),
                    },
                    Err(failed) => failed,
                };
                if failed.is_final() {
                    return Err(failed);
                }
                again |= failed.can_pass();
            }
            if !again {
                break;
            }
        }
        Err(failed)
    }

    /// How long a guard waits, and the time within which work ends by its own time-outs.
    pub(crate) fn deadline(&self) -> Duration {
        self.timeouts.deadline
    }
}

impl ApiSecret {
    /// `None` where the secret cannot stand in a header.
    pub(crate) fn new(secret: &str, variable: &'static str) -> Option<Self> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {secret}")).ok()?;
        authorization.set_sensitive(true);
        Some(Self { authorization, variable })
    }
}

async fn read_bounded(mut response: reqwest::Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(connection::lost)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(UpstreamError::new(UpstreamErrorKind::Body).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(seconds.clamp(1, LONGEST_RETRY_AFTER))
}
