//! What the guards of one request share.

use http::HeaderValue;

use super::{decision::Step, directive::Directives, refresh::Refreshing};
use crate::response::{recovery::Recoverable, report::Report};

#[derive(Default)]
pub(super) struct Progress {
    /// Whether a guard read the cookies.
    pub(super) is_consulted: bool,
    /// Whether a guard admitted the session, so that redirects have come to an end.
    pub(super) is_admitted: bool,
    /// The `Cookie` field with what was set meanwhile.
    pub(super) cookie: Option<HeaderValue>,
    /// The `Set-Cookie` fields of the response.
    pub(super) fields: Vec<HeaderValue>,
    /// What a guard waits for.
    pub(super) refreshing: Option<Refreshing>,
    /// Why the session was not refreshed.
    pub(super) not_renewed: Option<&'static str>,
    /// The last rejection that does not become a response. A later admission takes it back.
    pub(super) rejected: Option<Recoverable>,
    /// Whether the head of the response is made: nothing is added to it any more.
    pub(super) is_closed: bool,
    pub(super) reports: Reports,
}

/// Rejections that the operator is told of once it is known whether the page is redirected.
#[derive(Default)]
pub(super) struct Reports {
    kept: Vec<Report>,
    /// Where the page is redirected.
    pub(super) redirected: Option<Step>,
    is_known: bool,
}

impl Progress {
    /// Sets cookies.
    pub(super) fn set(&mut self, cookie: HeaderValue, directives: &Directives) {
        self.cookie = Some(cookie);
        // Guards that waited for the same refresh set the same cookies.
        for field in directives.fields() {
            if !self.fields.contains(&field) {
                self.fields.push(field);
            }
        }
    }

    /// Takes the refresh that runs. Without one, nothing is added any more.
    pub(super) fn refreshing_or_close(&mut self) -> Option<Refreshing> {
        let refreshing = self.refreshing.take();
        self.is_closed = refreshing.is_none();
        refreshing
    }
}

impl Reports {
    /// Keeps a report until the response is known. A guard can end later than that.
    pub(super) fn push(&mut self, report: Report) {
        self.kept.push(report);
        if self.is_known {
            self.tell();
        }
    }

    /// Tells the operator what became of the rejections.
    pub(super) fn tell(&mut self) {
        self.is_known = true;
        for report in self.kept.drain(..) {
            match self.redirected {
                Some(step) => report.tell_redirected(step.as_str()),
                None => report.tell(),
            }
        }
    }
}

/// A request can end without a response: the caller closed the connection.
impl Drop for Reports {
    fn drop(&mut self) {
        self.tell();
    }
}
