//! The HTTP client for calls to Clerk, built when the first call needs it.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE, USER_AGENT},
};
use reqwest::{Client, ClientBuilder, redirect};

use super::watched;
use crate::error::{UpstreamError, UpstreamErrorKind};

/// The version of the Backend API whose answers this crate reads.
pub(crate) const API_VERSION: &str = "2026-05-12";

/// A client that is built once. Cloning is cheap and shares the client.
#[derive(Clone)]
pub(crate) struct HttpClient {
    reach: Reach,
    built: Arc<OnceLock<Client>>,
}

/// What a client connects to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    pub(crate) connect_timeout: Duration,
    /// Some URL is on this machine, so it may be `http://` and is not behind a proxy.
    pub(crate) loopback: bool,
    /// Some URL is `https://`, so the CA certificates of the system are needed.
    pub(crate) encrypted: bool,
}

impl HttpClient {
    /// Builds nothing yet: a verifier that makes no call works without CA certificates.
    pub(crate) fn new(reach: Reach) -> Self {
        Self { reach, built: Arc::default() }
    }

    /// Builds the application's own client at once, so that its mistakes are found at start.
    pub(crate) fn from_builder(
        builder: ClientBuilder,
        reach: Reach,
    ) -> Result<Self, reqwest::Error> {
        let client = confine(builder, reach).build()?;
        Ok(Self { reach, built: Arc::new(OnceLock::from(client)) })
    }

    /// A failed build is tried again at the next call: certificates can be mounted later.
    pub(crate) fn get(&self) -> Result<&Client, UpstreamError> {
        if let Some(client) = self.built.get() {
            return Ok(client);
        }
        let mut builder = Client::builder();
        if self.reach.loopback {
            // What listens on this machine is not behind the proxy of the environment.
            builder = builder.no_proxy();
        }
        if !self.reach.encrypted {
            // Reads no certificates, which a machine can lack.
            builder = builder.tls_certs_only([]);
        }
        let client = confine(builder, self.reach).build().map_err(|error| {
            let fault = UpstreamError::caused(UpstreamErrorKind::Client, error);
            tracing::error!(
                error = &fault as &dyn std::error::Error,
                "calls to Clerk cannot start"
            );
            fault
        })?;
        Ok(self.built.get_or_init(|| client))
    }
}

/// Sets what every client must have, whoever configured it. It follows no redirect: a response
/// counts only from the endpoint that was called.
fn confine(builder: ClientBuilder, reach: Reach) -> ClientBuilder {
    watched(builder)
        .connect_timeout(reach.connect_timeout)
        .redirect(redirect::Policy::none())
        .https_only(!reach.loopback)
        .default_headers(default_headers())
}

fn default_headers() -> HeaderMap {
    let user_agent = concat!("clerk-auth/", env!("CARGO_PKG_VERSION"));
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("application/json")),
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (USER_AGENT, HeaderValue::from_static(user_agent)),
        (HeaderName::from_static("clerk-api-version"), HeaderValue::from_static(API_VERSION)),
    ])
}
