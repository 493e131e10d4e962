//! Cookies that Clerk asks us to set: parsed, checked and written anew.
//!
//! A text that Clerk did not mean as a cookie must not become a header field of ours. So nothing is
//! copied that is not understood, and one bad cookie voids all.

use http::HeaderValue;

/// The cookies that may be set, by their plain names or with the suffix of the instance.
const SESSION: &str = "__session";
const CLIENT_UAT: &str = "__client_uat";
const REFRESH: &str = "__refresh";
const NAMES: [&str; 6] = [
    SESSION,
    CLIENT_UAT,
    REFRESH,
    "__clerk_db_jwt",
    "__clerk_handshake",
    "__clerk_handshake_nonce",
];
/// Clerk sets fewer.
const MOST_COOKIES: usize = 24;
/// Browsers store no longer value.
const LONGEST_VALUE: usize = 4096;

/// What a cookie must fit.
pub(crate) struct DirectiveRules<'r> {
    /// That of the instance, behind an underscore in names.
    pub(crate) suffix: &'r str,
    /// The host of the page, without its port.
    pub(crate) host: &'r str,
    /// The host of the Frontend API: both may share a parent domain.
    pub(crate) frontend_api: &'r str,
    /// Whether each cookie is for TLS only.
    pub(crate) secure: bool,
}

/// One cookie to set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directive {
    name: String,
    value: String,
    domain: Option<String>,
    max_age: Option<i64>,
    expires: Option<String>,
    same_site: Option<&'static str>,
    is_secure: bool,
    is_http_only: bool,
    is_partitioned: bool,
}

/// Several cookies, each of which passes the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directives(Vec<Directive>);

impl Directives {
    /// `None` if one cookie breaks a rule.
    pub(crate) fn parse(texts: &[String], rules: &DirectiveRules<'_>) -> Option<Self> {
        if texts.len() > MOST_COOKIES {
            return None;
        }
        texts.iter().map(|text| Directive::parse(text, rules)).collect::<Option<_>>().map(Self)
    }

    /// The one session token that is set. `Ok(None)` if none is, which signs out; an error if two
    /// cookies disagree.
    pub(crate) fn session_token(&self) -> Result<Option<&str>, SeveralSessions> {
        let is_session = |name: &str| {
            name.strip_prefix(SESSION).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        let sessions = self.0.iter().filter(|it| is_session(&it.name));
        let mut tokens = sessions.filter_map(Directive::stored_value);
        let Some(first) = tokens.next() else { return Ok(None) };
        if tokens.all(|token| token == first) { Ok(Some(first)) } else { Err(SeveralSessions) }
    }

    /// Whether a list without a session says so: it sets no time of a sign-in, and nothing that a
    /// session is refreshed with.
    pub(crate) fn only_signs_out(&self) -> bool {
        self.0.iter().filter_map(|it| Some((&it.name, it.stored_value()?))).all(|(name, value)| {
            let is_signed_out = name.starts_with(CLIENT_UAT) && value == "0";
            is_signed_out || !(name.starts_with(CLIENT_UAT) || name.starts_with(REFRESH))
        })
    }

    /// Names with the value that a browser stores; without one, it deletes the cookie.
    pub(crate) fn cookies(&self) -> Vec<(&str, Option<&str>)> {
        self.0.iter().map(|it| (it.name.as_str(), it.stored_value())).collect()
    }

    /// The `Set-Cookie` fields.
    pub(crate) fn fields(&self) -> Vec<HeaderValue> {
        self.0.iter().filter_map(|it| sensitive(&it.to_text())).collect()
    }
}

/// Two cookies of one list hold different session tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeveralSessions;

/// A field that a log must not show.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut field = HeaderValue::from_str(text).ok()?;
    field.set_sensitive(true);
    Some(field)
}

impl Directive {
    fn parse(text: &str, rules: &DirectiveRules<'_>) -> Option<Self> {
        let mut parts = text.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (name.trim_matches([' ', '\t']), value.trim_matches([' ', '\t']));
        let is_value = value.len() <= LONGEST_VALUE && value.bytes().all(is_cookie_octet);
        if !(is_value && is_name(name, rules.suffix)) {
            return None;
        }
        let mut cookie = Self { name: name.to_owned(), value: value.to_owned(), ..Self::default() };
        let mut seen: Vec<String> = Vec::new();
        for attribute in parts {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            // Browsers take the last of two.
            if seen.contains(&name) {
                return None;
            }
            cookie.read_attribute(&name, value, rules)?;
            seen.push(name);
        }
        cookie.is_secure |= rules.secure;
        Some(cookie)
    }

    /// An attribute without a meaning here is left out: it adds nothing that a browser must know.
    fn read_attribute(
        &mut self,
        name: &str,
        value: &str,
        rules: &DirectiveRules<'_>,
    ) -> Option<()> {
        match name {
            "path" => return (value == "/").then_some(()),
            "domain" => self.domain = Some(domain(value, rules)?),
            "max-age" => self.max_age = Some(value.parse().ok()?),
            "expires" => self.expires = Some(value).filter(|it| is_date(it)).map(str::to_owned),
            "samesite" => self.same_site = Some(same_site(value)?),
            "secure" => self.is_secure = true,
            "httponly" => self.is_http_only = true,
            "partitioned" => self.is_partitioned = true,
            _ => {}
        }
        Some(())
    }

    fn stored_value(&self) -> Option<&str> {
        let is_deleted = self.value.is_empty() || self.max_age.is_some_and(|age| age <= 0);
        (!is_deleted).then_some(self.value.as_str())
    }

    fn to_text(&self) -> String {
        let mut text = format!("{}={}; Path=/", self.name, self.value);
        let optional = [
            self.domain.as_ref().map(|domain| format!("; Domain={domain}")),
            self.max_age.map(|age| format!("; Max-Age={age}")),
            self.expires.as_ref().map(|date| format!("; Expires={date}")),
            self.same_site.map(|value| format!("; SameSite={value}")),
            self.is_secure.then(|| "; Secure".to_owned()),
            self.is_http_only.then(|| "; HttpOnly".to_owned()),
            self.is_partitioned.then(|| "; Partitioned".to_owned()),
        ];
        text.extend(optional.into_iter().flatten());
        text
    }
}

fn is_name(name: &str, suffix: &str) -> bool {
    NAMES.iter().any(|known| match name.strip_prefix(known) {
        Some("") => true,
        Some(rest) => rest.strip_prefix('_') == Some(suffix),
        None => false,
    })
}

/// RFC 6265 §4.1.1.
fn is_cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

/// The host of the page, or the parent domain that it shares with the Frontend API.
fn domain(value: &str, rules: &DirectiveRules<'_>) -> Option<String> {
    let value = value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase();
    let is_host = value == rules.host.to_ascii_lowercase();
    let is_ours = is_host || shared_parent(rules.host, rules.frontend_api).as_ref() == Some(&value);
    is_ours.then_some(value)
}

/// The longest domain that both hosts are in, of two labels at least.
fn shared_parent(host: &str, other: &str) -> Option<String> {
    let labels = |host: &str| host.to_ascii_lowercase().rsplit('.').map(str::to_owned).collect();
    let (host, other): (Vec<_>, Vec<_>) = (labels(host), labels(other));
    let same = host.iter().zip(&other).take_while(|(one, other)| one == other);
    let shared: Vec<&str> = same.map(|(label, _)| label.as_str()).collect();
    let is_name = !shared.iter().all(|label| label.parse::<u8>().is_ok());
    let domain: Vec<&str> = shared.into_iter().rev().collect();
    (domain.len() > 1 && is_name).then(|| domain.join("."))
}

fn same_site(value: &str) -> Option<&'static str> {
    ["Strict", "Lax", "None"].into_iter().find(|known| value.eq_ignore_ascii_case(known))
}

fn is_date(text: &str) -> bool {
    let known =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b',' | b':' | b'-');
    text.len() <= 40 && text.bytes().all(known)
}

#[cfg(test)]
mod tests;
