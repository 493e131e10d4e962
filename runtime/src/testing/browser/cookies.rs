//! The cookies of an instance: those that an application must set, and those of the Frontend API.

use super::super::instance::Instance;
use crate::request::cookie;

const YEAR: u32 = 31_536_000;
const TEN_YEARS: u32 = 315_360_000;
const WEEK: u32 = 604_800;

/// Writes the cookies that an application must set. Their ages are counted by the browser's clock:
/// a test that moves the issuer's does not make them expire.
pub(super) struct AppCookies<'i> {
    instance: &'i Instance,
    suffix: String,
}

impl<'i> AppCookies<'i> {
    pub(super) fn of(instance: &'i Instance) -> Self {
        let suffix = cookie::suffix(&instance.name.publishable_key);
        Self { instance, suffix }
    }

    /// The session token and the refresh token: what a refresh sets.
    pub(super) fn session(&self, token: &str, refresh_token: &str) -> Vec<String> {
        let mut cookies = self.both("__session", token, &age(YEAR));
        cookies.push(self.refresh(refresh_token, WEEK));
        cookies
    }

    /// What a sign-out sets beside [`client_uat`](Self::client_uat).
    pub(super) fn no_session(&self) -> Vec<String> {
        let mut cookies = self.both("__session", "", &age(0));
        cookies.push(self.refresh("", 0));
        cookies
    }

    /// When the browser signed in, in seconds; 0 if it did not.
    pub(super) fn client_uat(&self, seconds: i64) -> Vec<String> {
        let domain = parent_domain(self.instance).map(|it| format!("; Domain={it}"));
        let rest = format!("{}{}", age(TEN_YEARS), domain.unwrap_or_default());
        self.both("__client_uat", &seconds.to_string(), &rest)
    }

    pub(super) fn dev_browser(&self, dev_browser: &str) -> Vec<String> {
        self.both("__clerk_db_jwt", dev_browser, &age(YEAR))
    }

    fn refresh(&self, value: &str, seconds: u32) -> String {
        let name = format!("__refresh_{}", self.suffix);
        to_text(self.instance, &name, value, &format!("; HttpOnly{}", age(seconds)))
    }

    /// By the plain name and with the suffix of the publishable key.
    fn both(&self, name: &str, value: &str, rest: &str) -> Vec<String> {
        let names = [name.to_owned(), format!("{name}_{}", self.suffix)];
        names.map(|name| to_text(self.instance, &name, value, rest)).to_vec()
    }
}

/// The cookie by which the Frontend API knows a browser. Without a value, it is deleted.
pub(super) fn client(instance: &Instance, client: Option<&str>) -> String {
    let seconds = if client.is_some() { YEAR } else { 0 };
    let rest = format!("; HttpOnly{}", age(seconds));
    to_text(instance, "__client", client.unwrap_or_default(), &rest)
}

/// What a handshake brings back to a page of a production instance, which shares a domain with it.
pub(super) fn handshake(instance: &Instance, name: &str, value: &str) -> String {
    let domain = parent_domain(instance).map(|it| format!("; Domain={it}"));
    let rest = format!("; HttpOnly{}{}", age(60), domain.unwrap_or_default());
    to_text(instance, name, value, &rest)
}

/// The domain that a production instance shares with its application.
pub(super) fn parent_domain(instance: &Instance) -> Option<&str> {
    let host = instance.name.frontend_api.split_once('.').map(|(_, parent)| parent);
    host.filter(|_| instance.name.is_production)
}

fn age(seconds: u32) -> String {
    format!("; Max-Age={seconds}")
}

fn to_text(instance: &Instance, name: &str, value: &str, rest: &str) -> String {
    let secure = if instance.name.is_production { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; SameSite=Lax{secure}{rest}")
}
