//! Who is signed in, in which browser, and the handshakes whose cookies were not fetched yet.

use std::{collections::VecDeque, sync::Arc};

use super::{
    super::{instance::Instance, random, session::SessionTokenBuilder},
    user::{DevUser, Membership},
};
use crate::clock::UnixMillis;

/// Seven days, as at Clerk.
const SESSION_LIFE: i64 = 7 * 24 * 60 * 60 * 1000;
/// How long the cookies of a handshake can be fetched.
const NONCE_LIFE: i64 = 60 * 1000;
/// So many are kept of each kind. The oldest make room.
const MOST: usize = 1000;

/// A session of one browser.
#[derive(Clone)]
pub(super) struct BrowserSession {
    /// The value of the `__client` cookie.
    pub(super) client: String,
    pub(super) id: String,
    pub(super) user: DevUser,
    pub(super) membership: Option<Membership>,
    pub(super) is_pending: bool,
    pub(super) since: UnixMillis,
    pub(super) refresh_token: String,
    is_ended: bool,
}

impl BrowserSession {
    pub(super) fn new(
        user: DevUser,
        membership: Option<Membership>,
        is_pending: bool,
        since: UnixMillis,
    ) -> Self {
        Self {
            client: random::secret("client_"),
            id: random::id("sess_"),
            user,
            membership,
            is_pending,
            since,
            refresh_token: random::secret("rt_"),
            is_ended: false,
        }
    }

    pub(super) fn is_active(&self, now: UnixMillis) -> bool {
        !self.is_ended && now < self.since.plus(SESSION_LIFE)
    }

    /// A session token for pages of `origin`.
    pub(super) fn token(&self, instance: &Arc<Instance>, origin: &str) -> String {
        let minutes = (instance.now().0 - self.since.0).div_euclid(60_000);
        let mut token = SessionTokenBuilder::new(Arc::clone(instance), self.user.id.clone())
            .session_id(&*self.id)
            .authorized_party(origin)
            .factor_ages(minutes, -1);
        if let Some(Membership { id, slug, role, permissions }) = &self.membership {
            token = token.organization(id, slug, role).permissions(permissions);
        }
        if self.is_pending {
            token = token.pending();
        }
        for (name, value) in &self.user.claims {
            token = token.claim(name, value.clone());
        }
        token.jwt()
    }
}

/// All sessions of an instance, and the cookies of its handshakes by their nonces.
#[derive(Default)]
pub(in crate::testing) struct Sessions {
    sessions: VecDeque<BrowserSession>,
    payloads: VecDeque<(String, Vec<String>, UnixMillis)>,
}

impl Sessions {
    /// Starts a session, and ends the one that the browser had.
    pub(super) fn start(&mut self, session: BrowserSession, previous_client: Option<&str>) {
        if let Some(client) = previous_client {
            self.end_of_client(client);
        }
        keep_bounded(&mut self.sessions);
        self.sessions.push_back(session);
    }

    /// The active session of a browser.
    pub(super) fn of_client(
        &mut self,
        client: &str,
        now: UnixMillis,
    ) -> Option<&mut BrowserSession> {
        self.sessions.iter_mut().find(|it| it.client == client && it.is_active(now))
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&BrowserSession> {
        self.sessions.iter().find(|it| it.id == id)
    }

    pub(super) fn end_of_client(&mut self, client: &str) {
        let sessions = self.sessions.iter_mut().filter(|it| it.client == client);
        sessions.for_each(|session| session.is_ended = true);
    }

    /// `false` if there is no session with this ID.
    pub(in crate::testing) fn end(&mut self, id: &str) -> bool {
        let session = self.sessions.iter_mut().find(|it| it.id == id);
        session.map(|session| session.is_ended = true).is_some()
    }

    /// Keeps the cookies of a handshake, and returns the nonce that fetches them once.
    pub(super) fn store_payload(&mut self, cookies: Vec<String>, now: UnixMillis) -> String {
        let nonce = random::word::<32>();
        keep_bounded(&mut self.payloads);
        self.payloads.push_back((nonce.clone(), cookies, now.plus(NONCE_LIFE)));
        nonce
    }

    pub(super) fn take_payload(&mut self, nonce: &str, now: UnixMillis) -> Option<Vec<String>> {
        let index = self.payloads.iter().position(|(stored, ..)| stored == nonce)?;
        let (_, cookies, ends) = self.payloads.remove(index)?;
        (now < ends).then_some(cookies)
    }
}

fn keep_bounded<T>(list: &mut VecDeque<T>) {
    while list.len() >= MOST {
        list.pop_front();
    }
}
