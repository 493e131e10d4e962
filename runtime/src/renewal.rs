//! Renews the session of a page: what pages lend to the guards inside them. Knows only `http`.
//!
//! | file | decides |
//! |---|---|
//! | `origins.rs`, `public_url.rs` | which URL the browser asked for, on an origin that is ours |
//! | `page_request.rs` | who asked: a navigation, a page of the same origin, or anyone else |
//! | `decision.rs` | the next step: pure, over the three above and the cookies |
//! | `directive.rs` | which cookies of Clerk are set, and how |
//! | `bound_return.rs`, `loop_counter.rs` | two cookies of ours |
//! | `handshake.rs`, `refresh.rs` | the two ways to a new session |
//! | `redirect.rs` | where the browser is sent |
//! | `site.rs` | settings, and what requests share |
//! | `progress.rs` | what the guards of one request share |

mod bound_return;
pub(crate) mod decision;
mod directive;
mod handshake;
mod loop_counter;
pub(crate) mod origins;
mod page_request;
mod progress;
mod public_url;
mod redirect;
mod refresh;
pub(crate) mod site;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, HeaderValue, Method, Uri, header::COOKIE, request::Parts};

use self::{
    decision::Step, directive::Directives, directive::sensitive, page_request::PageRequest,
    progress::Progress, redirect::Target, site::Site,
};
use crate::{
    clerk::Clerk,
    error::{ErrorKind, TokenError},
    request::cookie::{CookieError, CookieSet, overlay},
    response::{
        recovery::{Recoverable, Recovery},
        rejection::Rejection,
        report::Report,
    },
};

/// Stands in the extensions of a request inside a page. The type is private to the crate, so no one
/// else can insert one. Clones share what was renewed: the parts of a request are cloned for server
/// functions.
#[derive(Clone)]
pub(crate) struct Renewal(Arc<State>);

struct State {
    site: Arc<Site>,
    /// `None` if the origin is not ours: then nothing is renewed.
    page: Option<PageRequest>,
    method: Method,
    /// The `Cookie` fields as they were sent.
    sent: Vec<HeaderValue>,
    progress: Mutex<Progress>,
}

/// What a response must have beside what the handler wrote.
pub(crate) struct Additions {
    pub(crate) set_cookies: Vec<HeaderValue>,
    pub(crate) is_consulted: bool,
}

impl Renewal {
    /// `target` is the whole target of the request, if it is known.
    pub(crate) fn new(site: Arc<Site>, parts: &Parts, target: Option<Uri>) -> Self {
        let page = target.and_then(|target| PageRequest::read(parts, &target, &site.origins));
        let sent = parts.headers.get_all(COOKIE).iter().cloned().collect();
        let (method, progress) = (parts.method.clone(), Mutex::default());
        Self(Arc::new(State { site, page, method, sent, progress }))
    }

    /// Resolves the handshake that the request brings back, if this browser started it here. Returns
    /// the URL of the page without it.
    pub(crate) async fn resolve_handshake(&self, headers: &mut HeaderMap) -> Option<HeaderValue> {
        let State { site, page, .. } = &*self.0;
        let page = page.as_ref()?;
        let resolved = handshake::resolve(site, page, headers).await?;
        let consumed = bound_return::consumed(&page.url);
        self.progress().fields.extend(consumed.and_then(|field| sensitive(&field)));
        self.renew(headers, &resolved.directives?)?;
        // Not counted: each of these needs a handshake before it, which was.
        sensitive(&page.url.clean())
    }

    /// What the pages around the request lend to a guard that reads its cookies.
    pub(crate) fn lent(parts: &mut Parts, clerk: &Clerk) -> Option<Self> {
        let renewal = parts.extensions.get::<Self>()?.clone();
        let mut progress = renewal.progress();
        let is_closed = progress.is_closed;
        if is_closed && !progress.is_consulted {
            renewal.0.site.note_late_guard();
        }
        progress.is_consulted = true;
        let renewed = progress.cookie.clone();
        drop(progress);
        if !renewal.0.site.clerk.shares_instance_with(clerk) {
            renewal.0.site.note_other_clerk();
            return None;
        }
        if !renewal.is_of(parts) {
            return None;
        }
        if renewal.0.page.is_none() {
            renewal.0.site.note_other_origin();
        }
        if let Some(renewed) = renewed {
            parts.headers.insert(COOKIE, renewed);
        }
        (!is_closed).then_some(renewal)
    }

    /// Whether the request is the one of the page. An application can carry extensions from one
    /// request to another.
    fn is_of(&self, parts: &Parts) -> bool {
        let cookies = || parts.headers.get_all(COOKIE).iter();
        let is_renewed = || self.progress().cookie.as_ref().is_some_and(|it| cookies().eq([it]));
        self.0.method == parts.method && (cookies().eq(&self.0.sent) || is_renewed())
    }

    /// Notes a rejection that a framework answers itself, for the pages around the request.
    pub(crate) fn note(parts: &Parts, rejected: Recoverable) {
        let renewal = parts.extensions.get::<Self>().filter(|renewal| renewal.is_of(parts));
        if let Some(renewal) = renewal {
            renewal.progress().rejected = Some(rejected);
        }
    }

    /// Takes the rejection that was noted.
    pub(crate) fn noted(&self) -> Option<Recoverable> {
        self.progress().rejected.take()
    }

    /// What a page must do before its session cookie counts.
    pub(crate) fn sync_first(&self, headers: &HeaderMap) -> Option<CookieError> {
        let State { site, page, .. } = &*self.0;
        let page = page.as_ref()?;
        let satellite_waits = || redirect::satellite_page(site, page).is_some();
        decision::sync_first(site.kind, page, &self.cookies(headers), satellite_waits)
    }

    /// Refreshes a session that has expired and passes each other rule. True if the headers have a new
    /// one by now.
    pub(crate) async fn refresh(&self, headers: &mut HeaderMap, failure: &ErrorKind) -> bool {
        let State { site, page, .. } = &*self.0;
        let page = page.as_ref().filter(|page| page.may_refresh());
        let (Some(page), ErrorKind::Token(TokenError::Expired)) = (page, failure) else {
            return false;
        };
        let started = {
            let mut progress = self.progress();
            // Clerk takes an expired token for one refresh: its cookies must not be lost.
            if progress.is_closed {
                return false;
            }
            let started = refresh::start(site, page, headers);
            progress.refreshing = started.as_ref().ok().cloned();
            started
        };
        let refreshed = match started {
            Ok(refreshing) => refreshing.result().await,
            Err(refusal) => Err(refusal),
        };
        self.progress().refreshing = None;
        match refreshed {
            Ok(directives) => self.renew(headers, &directives).is_some(),
            Err(refusal) => {
                self.progress().not_renewed = Some(refusal.0);
                false
            }
        }
    }

    /// Closes the head of the response. A framework can have it before its guards end: their refresh
    /// ends first, so that the head has its cookies, or is a redirect.
    pub(crate) async fn close(&self) {
        loop {
            let Some(refreshing) = self.progress().refreshing_or_close() else { return };
            match refreshing.result().await {
                Ok(directives) => {
                    self.renew(&mut self.headers(), &directives);
                }
                Err(refusal) => {
                    let rejected =
                        Recoverable::expired(Arc::clone(&self.0.site.clerk.appearance().instance));
                    let mut progress = self.progress();
                    progress.not_renewed = Some(refusal.0);
                    progress.rejected = Some(rejected);
                }
            }
        }
    }

    /// Notes that a guard admitted the session: the next redirect is the first again.
    pub(crate) fn admitted(&self) {
        let mut progress = self.progress();
        progress.is_admitted = true;
        progress.rejected = None;
    }

    /// Whether a page that admits anonymous requests too takes another way than that.
    pub(crate) fn hands_over(&self, headers: &HeaderMap, failure: &ErrorKind) -> bool {
        let Progress { is_admitted, is_closed, .. } = *self.progress();
        if is_admitted || is_closed {
            return false;
        }
        let step = Recovery::of(failure).and_then(|recovery| self.next_step(recovery, headers));
        step.is_some_and(|(step, _)| step != Step::SignIn)
    }

    /// Whether the page may be redirected instead of this rejection.
    pub(crate) fn may_redirect(&self, rejection: &Rejection) -> bool {
        let may = self.0.page.as_ref().is_some_and(PageRequest::may_redirect);
        may && rejection.recoverable().is_some_and(|rejected| self.is_ours(&rejected))
    }

    /// Tells the operator of a rejection once the response is known.
    pub(crate) fn tell_later(&self, report: Report) {
        self.progress().reports.push(report);
    }

    fn is_ours(&self, rejected: &Recoverable) -> bool {
        Arc::ptr_eq(&rejected.instance, &self.0.site.clerk.appearance().instance)
    }

    /// The URL that a page is redirected to instead of its rejection.
    pub(crate) fn redirect(&self, rejected: &Recoverable) -> Option<HeaderValue> {
        if !self.is_ours(rejected) {
            return None;
        }
        let headers = self.headers();
        let (step, page) = self.next_step(rejected.recovery, &headers)?;
        let site = &self.0.site;
        let cookies = self.cookies(&headers);
        let expired;
        let reason = match rejected.recovery {
            Recovery::Refresh => {
                let cause = self.progress().not_renewed.unwrap_or("non-eligible-no-refresh-cookie");
                expired = format!("{}-refresh-{cause}", rejected.reason);
                &expired
            }
            Recovery::SignIn => "dev-browser-missing",
            _ => rejected.reason,
        };
        let start = site.return_key.start(&page.url, site.clerk.verifier().clock.now())?;
        let is_sync = rejected.recovery == Recovery::SyncWithPrimary;
        let state = &start.state;
        let target = Target { site, page, cookies: &cookies, reason, state, is_sync };
        let location = target.location(step)?;
        let mut progress = self.progress();
        progress.is_admitted = false;
        progress.reports.redirected = Some(step);
        drop(progress);
        let mut fields = vec![loop_counter::count(page.redirects?, page.url.is_encrypted())];
        if step == Step::Handshake {
            fields.push(start.cookie);
        }
        let fields = fields.iter().filter_map(|field| sensitive(field));
        self.progress().fields.extend(fields);
        Some(location)
    }

    /// Takes what the response must have, right before its head is sent. By now it is known what
    /// became of the rejections.
    pub(crate) fn additions(&self) -> Additions {
        let mut progress = self.progress();
        progress.is_closed = true;
        progress.reports.tell();
        if let Some(page) = self.0.page.as_ref().filter(|page| page.redirects != Some(0))
            && progress.is_admitted
        {
            let field = loop_counter::removed(page.url.is_encrypted());
            progress.fields.extend(sensitive(&field));
        }
        Additions {
            set_cookies: std::mem::take(&mut progress.fields),
            is_consulted: progress.is_consulted,
        }
    }

    fn next_step(&self, recovery: Recovery, headers: &HeaderMap) -> Option<(Step, &PageRequest)> {
        let State { site, page, .. } = &*self.0;
        let page = page.as_ref()?;
        let step = decision::next_step(recovery, site.kind, page, &self.cookies(headers))?;
        Some((step, page))
    }

    /// Sets cookies, in the response and in the rest of this request.
    fn renew(&self, headers: &mut HeaderMap, directives: &Directives) -> Option<()> {
        let cookie = overlay(headers, &directives.cookies())?;
        headers.insert(COOKIE, cookie.clone());
        self.progress().set(cookie, directives);
        Some(())
    }

    fn cookies(&self, headers: &HeaderMap) -> CookieSet {
        let clerk = &self.0.site.clerk;
        clerk.cookies().choose(headers, clerk.verifier().clock.now())
    }

    /// The cookies of the request as they are by now.
    fn headers(&self) -> HeaderMap {
        let renewed = self.progress().cookie.clone();
        let fields = match renewed {
            Some(renewed) => vec![renewed],
            None => self.0.sent.clone(),
        };
        fields.into_iter().map(|field| (COOKIE, field)).collect()
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
