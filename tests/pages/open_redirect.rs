//! Every parameter, field and cookie that could name another place.

use http::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::site::{DOCUMENT, HOST, ORIGIN, Site, session_cookies};

const EVIL: &str = "https://evil.example";

#[tokio::test]
async fn parameter_or_path_names_no_other_place() {
    let site = Site::production().await;
    for target in [
        "/dashboard?redirect_url=https://evil.example",
        "/dashboard?__clerk_redirect_url=https://evil.example",
        "/dashboard?__clerk_redirect_url=https://evil.example&__clerk_synced=false",
        "/dashboard?sign_in_url=https://evil.example&after_sign_in_url=//evil.example",
        "/dashboard?x=1&redirect_url=//evil.example&redirect_url=https://evil.example",
        "/dashboard?%72edirect_url=https://evil.example",
        "//evil.example/dashboard",
        "///evil.example",
        "/%5cevil.example",
        "/%2fevil.example",
        "/.evil.example",
        "/@evil.example",
        "/dashboard?#https://evil.example",
        "/dashboard?a=https://ada@evil.example",
        "/dashboard;https://evil.example",
        "/https://evil.example",
        "/dashboard?redirect_url=%09//evil.example",
        "/dashboard?redirect_url=https:/%5Cevil.example",
        "/dashboard?redirect_url=https:%2f%2fapp.example.com%40evil.example",
        "/dashboard?redirect_url=https://xn--vil-9la.example",
        "/dashboard?redirect_url=//[::1]:8080",
        "/dashboard?redirect_url=https://app.example.com.",
        "/dashboard?redirect_url=https://app.example.com:8443",
        "/dashboard?__clerk_redirect_url=https://app.example.com@evil.example",
        "/dashboard?x=%0d%0aLocation:%20https://evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/%09/evil.example",
        "/%2f%2fevil.example",
        "/..%2f..%2f/evil.example",
        "/.%2e//evil.example",
        "/[::1]",
        "/:8443/x",
    ] {
        let reply = site.browser().open(target).await;
        assert_eq!(reply.status, 307, "{target}");
        reply.assert_stays_at_home(target);
        let mut browser = site.browser().signed_in("user_ada", 0);
        browser.jar.insert("__client_uat_naoXFJnI".into(), "2000000000".into());
        let reply = browser.open(target).await;
        assert_eq!(reply.target(), "handshake session-token-iat-before-client-uat", "{target}");
        reply.assert_stays_at_home(target);
    }
}

#[tokio::test]
async fn clean_url_of_a_handshake_names_no_other_place() {
    let site = Site::production().await;
    let cookies = session_cookies(&site.token("user_ada"), 1);
    let token = site.handshake_token(&json!({}), &json!({}), &cookies);
    for target in [
        "//evil.example",
        "///evil.example/",
        "/%5cevil.example",
        "/@evil.example",
        "/.evil.example",
    ] {
        let mut browser = site.browser();
        browser.store(["__client_uat=1"]);
        assert!(browser.open(target).await.target().starts_with("handshake"), "{target}");
        let reply = browser.come_back(&format!("__clerk_handshake={token}")).await;
        assert_eq!(reply.header("location"), format!("{ORIGIN}{target}"), "{target}");
        reply.assert_stays_at_home(target);
    }
}

#[tokio::test]
async fn field_names_no_other_place() {
    let site = Site::production().await;
    for (name, value) in [
        ("referer", EVIL),
        ("origin", EVIL),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "javascript"),
        ("x-forwarded-port", "1234"),
        ("x-forwarded-prefix", "//evil.example"),
        ("x-original-url", "//evil.example"),
        ("x-rewrite-url", EVIL),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-host", "evil.example"),
        ("x-clerk-redirect-to", EVIL),
        ("x-clerk-clerk-url", EVIL),
        ("cloudfront-forwarded-proto", "http"),
    ] {
        let reply =
            site.browser().send(Method::GET, "/dashboard", &[DOCUMENT, (name, value)]).await;
        assert_eq!(reply.parameter("redirect_url"), format!("{ORIGIN}/dashboard"), "{name}");
        reply.assert_stays_at_home(name);
    }
}

#[tokio::test]
async fn cookie_names_no_other_place() {
    let site = Site::production().await;
    for cookie in [
        "__clerk_redirect_url=https://evil.example",
        "__clerk_synced=false",
        "redirect_url=https://evil.example",
        "__Host-clerk_auth_return_AAAAAAAA=https://evil.example",
        "__clerk_handshake_nonce=https://evil.example",
        "__clerk_handshake=https://evil.example",
        "__clerk_db_jwt=https://evil.example",
        "__client_uat=https://evil.example",
        "__client_uat=1; __session=https://evil.example",
        "__client_uat=1; __session=a.b.c&redirect_url=https://evil.example",
    ] {
        let reply = site.send(Method::GET, "/dashboard", &[DOCUMENT, ("cookie", cookie)]).await;
        assert_eq!(reply.parameter("redirect_url"), format!("{ORIGIN}/dashboard"), "{cookie}");
        reply.assert_stays_at_home(cookie);
    }
}

/// Only what can be a token goes to the Frontend API.
#[tokio::test]
async fn cookie_that_is_no_token_enters_no_url() {
    let site = Site::production().await;
    for value in ["https://evil.example", "malformed", "a.b", "a.b.c.d", "oat_1"] {
        let cookies = format!("__session={value}; __client_uat=0");
        let fields = [DOCUMENT, ("cookie", cookies.as_str())];
        let reply = site.send(Method::GET, "/dashboard", &fields).await;
        assert_eq!(reply.target(), "handshake session-token-but-no-client-uat", "{value}");
        assert_eq!(reply.parameter("__session"), "", "{value}");
    }
}

/// A host that is not ours is neither redirected nor refreshed nor told to Clerk.
#[tokio::test]
async fn request_for_another_host_is_never_renewed() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    let cookies = browser.cookies();
    for host in [
        "evil.example",
        "app.example.com.evil.example",
        "app.example.com:8443",
        "app.example.com:80",
        "xapp.example.com",
        "app-example.com",
        "app.example.com.",
        "app.example.com:0443",
        "app.example.com:",
        "app.example.com:443:443",
        "ada@app.example.com",
        "app.example.com%2eevil.example",
        "[::1]",
        "127.0.0.1",
        "localhost",
    ] {
        for cookies in ["", &cookies] {
            let fields = [DOCUMENT, ("host", host), ("cookie", cookies)];
            let reply = site.send(Method::GET, "/dashboard", &fields).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{host}");
        }
    }
    for host in ["app.example.com:443", "APP.example.com"] {
        let reply = site.send(Method::GET, "/dashboard", &[DOCUMENT, ("host", host)]).await;
        assert_eq!(reply.parameter("redirect_url"), format!("{ORIGIN}/dashboard"), "{host}");
    }
    assert_eq!(site.api.count(), 0);
}

/// What Clerk and the browser bring back has no place in the cookies, however long it is.
#[tokio::test]
async fn long_url_makes_no_long_cookie() {
    let site = Site::production().await;
    for length in [10, 60_000] {
        let mut browser = site.browser();
        browser.store(["__client_uat=1"]);
        let target = format!("/dashboard?q={}", "x".repeat(length));
        let reply = browser.open(&target).await;
        assert_eq!(reply.parameter("redirect_url"), format!("{ORIGIN}{target}"));
        let longest = reply.set_cookies().into_iter().map(str::len).max();
        assert!(longest.is_some_and(|longest| longest < 200), "{longest:?}");
    }
}

/// Targets and fields that no client library writes.
#[tokio::test]
async fn odd_bytes_name_no_other_place() {
    let site = Site::production().await;
    for (target, fields) in [
        ("http://evil.example/dashboard", "Host: app.example.com"),
        ("https://evil.example/dashboard", "Host: evil.example"),
        ("https://app.example.com@evil.example/", "Host: app.example.com"),
        ("/dashboard", "Host: app.example.com\r\nHost: evil.example"),
        ("/dashboard", "Host: app.example.com, evil.example"),
        ("/dashboard", "Host: app.example.com/evil.example"),
        ("/dashboard", "Host: ada@app.example.com"),
        ("/dashboard", "Host: "),
        ("/\\evil.example", "Host: app.example.com"),
        ("*", "Host: app.example.com"),
    ] {
        let request = format!(
            "GET {target} HTTP/1.1\r\n{fields}\r\nSec-Fetch-Dest: document\r\nConnection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        let locations = reply.lines().filter(|line| line.to_lowercase().starts_with("location:"));
        for location in locations {
            assert!(location.contains(&format!("https://{HOST}/sign-in?")), "{target} {location}");
            assert!(!location.contains("%2F%2Fevil"), "{target} {location}");
        }
        assert!(reply.starts_with("HTTP/1.1 4") || target.starts_with("/\\"), "{target} {reply}");
    }
}
