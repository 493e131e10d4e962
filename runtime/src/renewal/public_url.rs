//! The URL of a request as its browser sees it, on an origin that is ours.

use std::borrow::Cow;

use http::Uri;
use reqwest::Url;

/// What Clerk adds to a URL. None of it is part of the page that was asked for.
pub(crate) const NONCE: &str = "__clerk_handshake_nonce";
pub(crate) const TOKEN: &str = "__clerk_handshake";
pub(crate) const DEV_BROWSER: &str = "__clerk_db_jwt";
pub(crate) const SYNCED: &str = "__clerk_synced";
/// Ours, beside those of Clerk: see `bound_return`.
pub(crate) const STATE: &str = "__clerk_auth_state";
pub(crate) const RETURN_TO_SATELLITE: &str = "__clerk_redirect_url";
const OF_CLERK: [&str; 8] = [
    STATE,
    NONCE,
    TOKEN,
    DEV_BROWSER,
    SYNCED,
    RETURN_TO_SATELLITE,
    "__clerk_help",
    "__dev_session",
];

/// Origin, path and query of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    /// One of our own origins, never one that only the request names.
    pub(crate) origin: String,
    path: String,
    query: Option<String>,
}

impl PublicUrl {
    /// `None` if the target is not a path.
    pub(crate) fn new(origin: String, target: &Uri) -> Option<Self> {
        let path = Some(target.path()).filter(|path| path.starts_with('/'))?;
        Some(Self { origin, path: path.to_owned(), query: target.query().map(ToOwned::to_owned) })
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The host without its port.
    pub(crate) fn host(&self) -> String {
        let url = Url::parse(&self.origin).ok();
        url.and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or_default()
    }

    /// The value of a parameter, if it is there and not empty.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let is_it =
            |(found, value): &(Cow<'_, str>, Cow<'_, str>)| found == name && !value.is_empty();
        let url = Url::parse(&self.as_it_is()).ok()?;
        url.query_pairs().find(is_it).map(|(_, value)| value.into_owned())
    }

    /// The page that was asked for, without what Clerk added.
    pub(crate) fn clean(&self) -> String {
        let pairs = self.query.iter().flat_map(|query| query.split('&'));
        let kept: Vec<&str> = pairs.filter(|pair| !pair.is_empty() && !is_of_clerk(pair)).collect();
        let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        format!("{}{}{query}", self.origin, self.path)
    }

    /// The same for all spellings of one page: whoever sends the browser back may write the query in
    /// another order and escape other characters.
    pub(crate) fn canonical(&self) -> Option<Vec<u8>> {
        let url = Url::parse(&self.clean()).ok()?;
        let mut pairs: Vec<_> = url.query_pairs().into_owned().collect();
        pairs.sort();
        let texts = [url.origin().ascii_serialization(), url.path().to_owned()];
        let texts =
            texts.into_iter().chain(pairs.into_iter().flat_map(|(name, value)| [name, value]));
        let prefixed = |text: String| [&text.len().to_be_bytes(), text.as_bytes()].concat();
        Some(texts.flat_map(prefixed).collect())
    }

    /// Whether `url` is the page that was asked for, whatever the query.
    pub(crate) fn is_page_of(&self, url: &Url) -> bool {
        let own = Url::parse(&self.as_it_is());
        own.is_ok_and(|own| own.origin() == url.origin() && own.path() == url.path())
    }

    fn as_it_is(&self) -> String {
        let query = self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        format!("{}{}{query}", self.origin, self.path)
    }
}

/// Whether a pair of the query has one of Clerk's names, however it is escaped.
fn is_of_clerk(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().replace('+', " ");
    let name = percent_encoding::percent_decode_str(&name).decode_utf8_lossy();
    OF_CLERK.contains(&name.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(target: &'static str) -> PublicUrl {
        PublicUrl::new("https://app.example.com".into(), &Uri::from_static(target)).unwrap()
    }

    #[test]
    fn clean_url_has_nothing_of_clerk_and_all_else_as_it_was() {
        for (target, clean) in [
            ("/", "/"),
            ("/a?b=%20&c", "/a?b=%20&c"),
            ("/a?&b&&", "/a?b"),
            ("/a?__clerk_auth_state=x&", "/a"),
            ("/a?__clerk_handshake=x", "/a"),
            ("/a?b=1&__clerk_handshake_nonce=x&__clerk_synced=true&c=2", "/a?b=1&c=2"),
            ("/a?%5f%5fclerk_db_jwt=x&b", "/a?b"),
            ("/a?__clerk_help=1&__dev_session=2", "/a"),
            ("/a?x__clerk_handshake=1", "/a?x__clerk_handshake=1"),
            ("//evil.example/x", "//evil.example/x"),
            ("/a?next=https://evil.example", "/a?next=https://evil.example"),
        ] {
            assert_eq!(url(target).clean(), format!("https://app.example.com{clean}"), "{target}");
        }
    }

    #[test]
    fn canonical_url_is_of_the_page_not_of_its_spelling() {
        let same = |one, other| url(one).canonical() == url(other).canonical();
        for (one, other, is_same) in [
            ("/a?b=1&c=2", "/a?c=2&__clerk_handshake=t&b=1", true),
            ("/a?b=x%20y", "/a?b=x+y", true),
            ("/a", "/a?", true),
            ("/a?b=1", "/a?b=2", false),
            ("/a?b=1", "/a?b=1&b=1", false),
            ("/a?b=1&c=2", "/a?b=2&c=1", false),
            ("/a?bc=1", "/a?b=c1", false),
            ("/a", "/a/", false),
            ("/a", "/b", false),
        ] {
            assert_eq!(same(one, other), is_same, "{one} {other}");
        }
        let other =
            PublicUrl::new("https://b.example.com".into(), &Uri::from_static("/a")).unwrap();
        assert_ne!(url("/a").canonical(), other.canonical());
    }

    #[test]
    fn target_that_is_not_a_path_is_not_a_page() {
        let page = |target| PublicUrl::new("https://app.example.com".into(), &target);
        assert_eq!(page(Uri::from_static("*")), None);
        assert_eq!(page(Uri::from_static("app.example.com:443")), None);
    }

    #[test]
    fn page_is_told_by_origin_and_path() {
        for (asked, is_it) in [
            ("https://app.example.com/sign-in", true),
            ("https://app.example.com/sign-in?a=b", true),
            ("https://app.example.com:443/sign-in", true),
            ("https://app.example.com/", false),
            ("http://app.example.com/sign-in", false),
            ("https://accounts.example.com/sign-in", false),
        ] {
            let asked = Url::parse(asked).unwrap();
            assert_eq!(url("/sign-in?x=1").is_page_of(&asked), is_it, "{asked}");
        }
    }
}
