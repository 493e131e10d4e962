//! A browser, and the replies that it gets.

use std::collections::BTreeMap;

use http::{HeaderMap, Method};
use reqwest::Url;

use crate::site::{DOCUMENT, ISSUER, NOW, ORIGIN, Site, session_cookies};

/// An answer, and what is asked of it most.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A browser: it keeps cookies, and follows no redirect by itself.
#[derive(Clone)]
pub(crate) struct Browser<'s> {
    pub(crate) site: &'s Site,
    pub(crate) jar: BTreeMap<String, String>,
    /// Where the last handshake leads back to.
    pub(crate) back: String,
}

impl Browser<'_> {
    /// Stores cookies that somebody sets.
    pub(crate) fn store<'c>(&mut self, cookies: impl IntoIterator<Item = &'c str>) {
        for cookie in cookies {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() || attributes.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A signed-in browser, whose token was minted `seconds` ago.
    pub(crate) fn signed_in(mut self, user: &str, seconds: u64) -> Self {
        let token = self.site.token(user);
        self.store(session_cookies(&token, NOW).iter().map(String::as_str));
        self.site.advance(seconds);
        self
    }

    /// The name of the cookie that binds the last handshake.
    pub(crate) fn return_name(&self) -> String {
        let (_, state) = self.back.split_once("__clerk_auth_state=").unwrap();
        format!("__Host-clerk_auth_return_{}", &state[..8])
    }

    pub(crate) fn cookies(&self) -> String {
        let pairs: Vec<String> =
            self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Opens a page.
    pub(crate) async fn open(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, &[DOCUMENT]).await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Reply {
        let cookies = self.cookies();
        let mut fields = fields.to_vec();
        if !cookies.is_empty() {
            fields.push(("cookie", &cookies));
        }
        let reply = self.site.send(method, path, &fields).await;
        self.store(reply.set_cookies());
        let location = reply.headers.get("location").and_then(|it| it.to_str().ok());
        let location = location.and_then(|it| Url::parse(it).ok());
        if let Some(location) = location.filter(|it| it.path().ends_with("/v1/client/handshake")) {
            let mut pairs = location.query_pairs();
            let (_, back) = pairs.find(|(name, _)| name == "redirect_url").unwrap();
            let (_, path) = back.split_once("://").unwrap().1.split_once('/').unwrap();
            self.back = format!("/{path}");
        }
        reply
    }

    /// Comes back from the last handshake with `brought`.
    pub(crate) async fn come_back(&mut self, brought: &str) -> Reply {
        let separator = if brought.is_empty() { "" } else { "&" };
        let target = format!("{}{separator}{brought}", self.back);
        self.open(&target).await
    }

    /// Opens a page, goes through the handshake that it asks for, and comes back with `brought`, a
    /// parameter or nothing.
    pub(crate) async fn return_from_handshake(&mut self, path: &str, brought: &str) -> Reply {
        let reply = self.open(path).await;
        assert_eq!(reply.location().path(), "/v1/client/handshake", "{reply:?}");
        self.come_back(brought).await
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect()
    }

    /// The names of the cookies that are set or deleted, without the end that differs by handshake.
    pub(crate) fn cookie_names(&self) -> Vec<&str> {
        let names = self.set_cookies().into_iter().map(|cookie| cookie.split('=').next().unwrap());
        names.map(|name| name.find("_return_").map_or(name, |at| &name[..at + 7])).collect()
    }

    #[track_caller]
    pub(crate) fn location(&self) -> Url {
        assert_eq!(self.status, 307, "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        Url::parse(self.header("location")).unwrap()
    }

    /// What kind of redirect it is: `handshake`, `sign-in`, or the URL itself.
    pub(crate) fn target(&self) -> String {
        if self.status != 307 {
            return self.status.to_string();
        }
        let location = self.location();
        match location.path() {
            "/v1/client/handshake" => {
                assert_eq!(location.origin().ascii_serialization(), ISSUER);
                format!("handshake {}", location_parameter(&location, "__clerk_hs_reason"))
            }
            "/sign-in" => "sign-in".to_owned(),
            _ => location.to_string(),
        }
    }

    /// Whatever the request was, it leads to this site or to its Frontend API, and back to this site.
    #[track_caller]
    pub(crate) fn assert_stays_at_home(&self, what: &str) {
        let Some(location) = self.headers.get("location") else { return };
        let location = Url::parse(location.to_str().unwrap()).unwrap();
        let origin = location.origin().ascii_serialization();
        assert!([ORIGIN, ISSUER].contains(&&*origin), "{what}: {location}");
        assert!(location.username().is_empty(), "{what}: {location}");
        let back = location_parameter(&location, "redirect_url");
        let back = Url::parse(&back).map_or(origin, |back| back.origin().ascii_serialization());
        assert!([ORIGIN, ISSUER].contains(&&*back), "{what}: {location}");
    }

    /// A parameter of the URL in `Location`.
    #[track_caller]
    pub(crate) fn parameter(&self, name: &str) -> String {
        location_parameter(&self.location(), name)
    }
}

/// A parameter of a URL, in that of a page without the state.
pub(crate) fn location_parameter(location: &Url, name: &str) -> String {
    let mut pairs = location.query_pairs();
    let value = pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned());
    without_state(&value.unwrap_or_default())
}

/// The state is the last parameter of a URL to return to.
pub(crate) fn without_state(url: &str) -> String {
    match url.rsplit_once("__clerk_auth_state=") {
        Some((page, state)) => {
            assert_eq!(state.len(), 22, "{url}");
            page.trim_end_matches(['?', '&']).to_owned()
        }
        None => url.to_owned(),
    }
}
