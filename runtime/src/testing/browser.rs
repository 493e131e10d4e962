//! The browser's side of an instance: sign-in, sign-out and the handshake, and their sessions in
//! the Backend API.

mod cookies;
mod handshake;
mod page;
mod refresh;
mod request;
mod sessions;
mod sign_in;
mod sign_out;
mod user;

use std::sync::{Mutex, MutexGuard, PoisonError};

use self::sessions::Sessions;
use super::instance::InstanceName;

pub use self::user::DevUser;
pub(super) use self::{
    handshake::{handshake, handshake_payload},
    page::style,
    refresh::{refresh, revoke},
    request::{only_loopback_host_and_own_origin, only_own_host},
    sign_in::{sign_in, sign_in_page},
    sign_out::{sign_out, sign_out_page},
};

/// The browser side of an instance.
pub(super) struct BrowserSide {
    /// The Frontend API as browsers reach it, without a slash at the end.
    pub(super) url: String,
    /// The accepted values of `Host`.
    hosts: Vec<String>,
    users: Vec<DevUser>,
    /// Handshakes return a token instead of a nonce.
    by_token: bool,
    sessions: Mutex<Sessions>,
}

impl BrowserSide {
    /// `address` is where the instance listens, such as `127.0.0.1:4000`.
    pub(super) fn new(
        address: &str,
        name: &InstanceName,
        users: Vec<DevUser>,
        by_token: bool,
    ) -> Self {
        let port = address.rsplit(':').next().unwrap_or_default();
        let own = format!("clerk.localhost:{port}");
        let mut hosts = vec![own.clone(), address.to_owned(), format!("localhost:{port}")];
        let mut url = format!("http://{own}");
        if name.is_production {
            hosts.push(name.frontend_api.clone());
            url.clone_from(&name.issuer);
        }
        Self { url, hosts, users, by_token, sessions: Mutex::default() }
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
