//! The origins of the site, and which of them a request is for.

use std::net::IpAddr;

use http::{HeaderName, header::HOST, request::Parts};
use reqwest::Url;

use crate::request::field::single_field;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A request for another origin is never redirected, and its session is never refreshed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// As browsers write them.
    pub(crate) own: Vec<String>,
    /// Without own ones, every origin of this machine is ours: it is for development.
    pub(crate) loopback: bool,
    /// A proxy sets the forwarded fields, and removes those of callers.
    pub(crate) trusts_forwarded: bool,
}

impl Origins {
    /// The origin that a request is for, if it is ours.
    pub(crate) fn of(&self, parts: &Parts) -> Option<String> {
        let forwarded = |name| single_field(&parts.headers, name).filter(|_| self.trusts_forwarded);
        let host = match forwarded(FORWARDED_HOST) {
            Some(host) => host,
            None => own_host(parts)?,
        };
        let scheme = forwarded(FORWARDED_PROTO);
        if !is_authority(host) || scheme.is_some_and(|it| !["http", "https"].contains(&it)) {
            return None;
        }
        if self.own.is_empty() && self.loopback {
            let url = Url::parse(&format!("{}://{host}", scheme.unwrap_or("http"))).ok()?;
            return is_loopback(&url).then(|| url.origin().ascii_serialization());
        }
        let is_it = |origin: &&String| names(origin, scheme, host);
        self.own.iter().find(is_it).cloned()
    }
}

/// Whether an origin has this host and port, and this scheme if one is known.
fn names(origin: &str, scheme: Option<&str>, host: &str) -> bool {
    let Some((own_scheme, own_host)) = origin.split_once("://") else { return false };
    let default_port = if own_scheme == "https" { ":443" } else { ":80" };
    // Browsers leave the scheme's own port out of an origin; proxies may write it into `Host`.
    let host = host.strip_suffix(default_port).unwrap_or(host);
    scheme.is_none_or(|scheme| scheme == own_scheme) && own_host.eq_ignore_ascii_case(host)
}

/// The host that a request names. HTTP/2 has it in the target, and some clients in a field too.
fn own_host(parts: &Parts) -> Option<&str> {
    let target = parts.uri.authority().map(http::uri::Authority::as_str);
    match (single_field(&parts.headers, HOST), target) {
        (Some(field), Some(target)) => (field == target).then_some(field),
        (field, target) => field.or(target),
    }
}

/// Host and perhaps port, and nothing else that a URL could have there.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match address {
        Some(address) => matches!(address.parse(), Ok(IpAddr::V6(_))),
        None => !host.is_empty() && host.bytes().all(is_name),
    };
    is_host
        && port.is_none_or(|port| {
            port.bytes().all(|it| it.is_ascii_digit()) && port.parse::<u16>().is_ok()
        })
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    // RFC 6761 §6.3: a name below `localhost` is this machine too.
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn origin(origins: &Origins, fields: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::get("/");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        origins.of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn origin_is_ours_or_none() {
        let own = ["https://app.example.com", "http://localhost:3000"].map(String::from).to_vec();
        let origins = Origins { own, ..Origins::default() };
        let app = Some("https://app.example.com");
        for (fields, expected) in [
            (&[("host", "app.example.com")][..], app),
            (&[("host", "APP.example.com:443")], app),
            (&[("host", "localhost:3000")], Some("http://localhost:3000")),
            (&[("host", "app.example.com:80")], None),
            (&[("host", "localhost")], None),
            (&[("host", "evil.example")], None),
            (&[("host", "app.example.com.evil.example")], None),
            (&[("host", "app.example.com@evil.example")], None),
            (&[("host", "evil.example/app.example.com")], None),
            (&[("host", "app.example.com"), ("host", "evil.example")], None),
            (&[("host", "")], None),
            (&[], None),
            (&[("host", "evil.example"), ("x-forwarded-host", "app.example.com")], None),
            (&[("host", "app.example.com"), ("x-forwarded-host", "evil.example")], app),
            (&[("host", "app.example.com"), ("forwarded", "host=evil.example")], app),
        ] {
            assert_eq!(origin(&origins, fields).as_deref(), expected, "{fields:?}");
        }
    }

    /// HTTP/2 has the host in the target, HTTP/1 in a field, and an absolute target has both.
    #[test]
    fn target_and_host_field_name_one_host() {
        let own = ["https://app.example.com".to_owned()].to_vec();
        let origins = Origins { own, ..Origins::default() };
        for (target, host, is_ours) in [
            ("/", "app.example.com", true),
            ("https://app.example.com/", "", true),
            ("https://app.example.com:443/", "", true),
            ("https://app.example.com/", "app.example.com", true),
            ("http://app.example.com/", "app.example.com", true),
            ("https://evil.example/", "", false),
            ("https://evil.example/", "app.example.com", false),
            ("https://app.example.com/", "evil.example", false),
            ("https://app.example.com/", "app.example.com:443", false),
            ("https://ada@app.example.com/", "", false),
            ("https://app.example.com@evil.example/", "", false),
            ("https://app.example.com.:443/", "", false),
        ] {
            let mut request = Request::get(target);
            if !host.is_empty() {
                request = request.header("host", host);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(origins.of(&parts).is_some(), is_ours, "{target} {host}");
        }
    }

    #[test]
    fn trusted_forwarded_field_is_exact_or_the_origin_is_unknown() {
        let own = ["https://app.example.com".to_owned(), "http://app.example.com".to_owned()];
        let origins = Origins { own: own.to_vec(), trusts_forwarded: true, loopback: true };
        let [app, plain] = own.each_ref().map(|it| Some(it.as_str()));
        for (fields, expected) in [
            (&[("x-forwarded-host", "app.example.com")][..], app),
            (&[("x-forwarded-proto", "https")], None),
            (&[("x-forwarded-host", "app.example.com"), ("x-forwarded-proto", "http")], plain),
            (&[("x-forwarded-host", "app.example.com"), ("x-forwarded-proto", "HTTPS")], None),
            (&[("x-forwarded-host", "app.example.com"), ("x-forwarded-proto", "https,http")], None),
            (&[("x-forwarded-host", "app.example.com"), ("x-forwarded-proto", "javascript")], None),
            (&[("x-forwarded-host", "app.example.com, evil.example")], None),
            (&[("x-forwarded-host", "app.example.com"), ("x-forwarded-host", "a.b")], None),
            (&[("x-forwarded-host", "evil.example")], None),
            (&[("x-forwarded-host", "app.example.com/evil")], None),
        ] {
            let fields: Vec<_> = [("host", "internal")].iter().chain(fields).copied().collect();
            assert_eq!(origin(&origins, &fields).as_deref(), expected, "{fields:?}");
        }
    }

    #[test]
    fn without_own_origins_only_this_machine_is_ours_in_development() {
        let development = Origins { loopback: true, ..Origins::default() };
        for (host, expected) in [
            ("localhost:3000", Some("http://localhost:3000")),
            ("app.localhost", Some("http://app.localhost")),
            ("127.0.0.1:80", Some("http://127.0.0.1")),
            ("[::1]:3000", Some("http://[::1]:3000")),
            ("evil.example", None),
            ("localhost.evil.example", None),
            ("localhost:3000@evil.example", None),
            ("localhost:99999", None),
            ("192.168.1.20", None),
        ] {
            assert_eq!(origin(&development, &[("host", host)]).as_deref(), expected, "{host}");
            assert_eq!(origin(&Origins::default(), &[("host", host)]), None, "{host}");
        }
    }
}
