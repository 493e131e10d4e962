//! Which cookie speaks for the caller, and when none may.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::*;

const NOW: UnixMillis = UnixMillis(1_800_000_030_000);
const KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
const SUFFIX: &str = "naoXFJnI";

fn rules(production: bool) -> CookieRules {
    let instance = CookieInstance::new(KEY, "clerk.example.com".to_owned(), production);
    CookieRules {
        instance: Some(instance),
        authorized_parties: vec!["https://app.example.com".into()],
        ..CookieRules::default()
    }
}

/// A token that nobody signed: `id` tells it from others.
fn jwt(id: &str, claims: &str) -> String {
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    format!("{}.{}.c2ln", part("{}"), part(&format!(r#"{{"jti":"{id}",{claims}}}"#)))
}

fn headers(cookies: &[(&str, &str)]) -> HeaderMap {
    let pairs: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{}={value}", name.replace('~', &format!("_{SUFFIX}"))))
        .collect();
    HeaderMap::from_iter([(COOKIE, pairs.join("; ").parse().unwrap())])
}

#[test]
fn the_suffix_is_made_of_the_key_as_it_is_written() {
    let table = [
        ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "naoXFJnI"),
        ("pk_test_aGFwcHktY2F0LTEyLmNsZXJrLmFjY291bnRzLmRldiQ", "XbPsHh4i"),
        ("pk_test_aGFwcHktY2F0LTEyLmNsZXJrLmFjY291bnRzLmRldiQ=", "BEHSmscT"),
        ("pk_test_YXBwLTUuY2xlcmsuYWNjb3VudHMuZGV2JA==", "KuRIzqj-"),
    ];
    for (key, suffix) in table {
        assert_eq!(CookieInstance::new(key, String::new(), true).suffix, suffix, "{key}");
    }
}

/// A name, whether the instance is for production, cookies, and the token that is chosen.
type Row<'a> = (&'a str, bool, Vec<(&'a str, String)>, &'a str);

/// `~` stands for the suffix. The last column tells which token is chosen.
#[test]
fn the_first_rule_that_applies_chooses_the_set() {
    let ours = r#""iss":"https://clerk.example.com","iat":100"#;
    let newer = r#""iss":"https://clerk.example.com","iat":200"#;
    let plain = jwt("plain", ours);
    let plain_newer = jwt("plain newer", newer);
    let suffixed = jwt("suffixed", ours);
    let suffixed_newer = jwt("suffixed newer", newer);
    let over = jwt("over", r#""iss":"https://clerk.example.com","exp":1800000030"#);
    let other = jwt("other", r#""iss":"https://clerk.other.com","iat":999"#);
    let slash = jwt("slash", r#""iss":"https://clerk.example.com/","iat":999"#);
    let nameless = jwt("nameless", r#""iat":1"#);
    let odd = jwt("odd", r#""iss":7,"iat":999"#);
    let zero = jwt("zero", r#""iss":0,"iat":1"#);
    let no = jwt("no", r#""iss":false,"iat":1"#);
    let both = |plain: &str, out: &str, suffixed: &str, suffixed_out: &str| {
        vec![
            ("__session", plain.to_owned()),
            ("__client_uat", out.to_owned()),
            ("__session~", suffixed.to_owned()),
            ("__client_uat~", suffixed_out.to_owned()),
        ]
    };
    let table: Vec<Row<'_>> = vec![
        ("1: undecodable", true, both("junk", "1", &suffixed, "1"), "junk"),
        ("1: no issuer", true, both(&nameless, "1", &suffixed, "1"), &nameless),
        ("2: another issuer", true, both(&other, "1", &suffixed, "1"), &suffixed),
        ("2: a slash more", true, both(&slash, "1", &suffixed, "1"), &suffixed),
        ("2: zero is another issuer", true, both(&zero, "1", &suffixed, "1"), &suffixed),
        ("2: false is another issuer", true, both(&no, "1", &suffixed, "1"), &suffixed),
        ("2: no string", true, both(&odd, "1", &suffixed, "1"), &suffixed),
        (
            "3: no suffixed set",
            true,
            vec![("__session", plain.clone()), ("__client_uat", "1".into())],
            &plain,
        ),
        ("4: plain is newer", true, both(&plain_newer, "1", &suffixed, "1"), &plain_newer),
        ("5: suffixed is out", true, both(&plain, "1", &suffixed_newer, "0"), &plain),
        ("6: over, development", false, both(&plain, "0", &over, "1"), &plain),
        ("6: over, production", true, both(&plain, "0", &over, "1"), &over),
        (
            "7: suffixed has no uat",
            true,
            vec![("__session", plain.clone()), ("__session~", suffixed_newer.clone())],
            &plain,
        ),
        ("8: as old", true, both(&plain, "1", &suffixed, "1"), &suffixed),
        ("8: suffixed is newer", true, both(&plain, "1", &suffixed_newer, "1"), &suffixed_newer),
    ];
    for (name, production, cookies, chosen) in table {
        let cookies: Vec<(&str, &str)> =
            cookies.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let set = rules(production).choose(&headers(&cookies), NOW);
        assert_eq!(set.session.as_deref(), Some(chosen), "{name}");
    }
}

/// The plain cookie is that of a satellite domain. Issuers, and the cookie that is chosen.
#[test]
fn plain_cookie_of_a_satellite_is_chosen_like_that_of_the_primary() {
    const PRIMARY: &str = "https://clerk.example.com";
    let satellite = jwt("satellite", r#""iss":"https://clerk.satellite.example","iat":200"#);
    let suffixed = jwt("suffixed", r#""iss":"https://clerk.example.com","iat":100"#);
    let alone = headers(&[("__session", &satellite), ("__client_uat", "1")]);
    let beside = headers(&[
        ("__session", &satellite),
        ("__client_uat", "1"),
        ("__session~", &suffixed),
        ("__client_uat~", "1"),
    ]);
    for (issuers, is_ours) in [
        (&[PRIMARY, "https://clerk.satellite.example"][..], true),
        (&["https://clerk.satellite.example", PRIMARY], true),
        (&[PRIMARY], false),
        (&[], false),
        (&[PRIMARY, "https://clerk.satellite.example/"], false),
        (&[PRIMARY, "https://clerk.satellite.example.other"], false),
        // A proxy: its cookies are chosen as Clerk does.
        (&["https://clerk.satellite.example"], false),
    ] {
        let issuers: Vec<String> = issuers.iter().map(|&issuer| issuer.into()).collect();
        let mut rules = rules(true);
        rules.instance = rules.instance.map(|instance| instance.with_issuers(&issuers));
        let alone = rules.choose(&alone, NOW).session;
        assert_eq!(alone.as_ref(), is_ours.then_some(&satellite), "{issuers:?}");
        let chosen = if is_ours { &satellite } else { &suffixed };
        assert_eq!(rules.choose(&beside, NOW).session.as_ref(), Some(chosen), "{issuers:?}");
    }
}

#[test]
fn a_session_cookie_counts_only_beside_a_matching_client_uat() {
    let issued = jwt("session", r#""iss":"https://clerk.example.com","iat":100"#);
    let undated = jwt("session", r#""iss":"https://clerk.example.com""#);
    let session = |token: &str, uat: &str| {
        let cookies = headers(&[("__session", token), ("__client_uat", uat)]);
        let cookie = rules(true).token(&cookies, NOW)?;
        cookie.map_or(Ok(false), |cookie| cookie.check().map(|()| true))
    };
    assert_eq!(session(&issued, "100"), Ok(true));
    assert_eq!(session(&issued, "99abc"), Ok(true));
    assert_eq!(session(&undated, "100"), Ok(true));
    assert_eq!(session(&issued, "101"), Err(CookieError::Stale));
    assert_eq!(session(&issued, "99999999999999999999"), Err(CookieError::Stale));
    // What is wrong with a token of another class is its class.
    assert_eq!(session(&jwt("machine", r#""sub":"mch_1","iat":100"#), "101"), Ok(true));
    assert_eq!(session(&issued, "0"), Err(CookieError::NoClientUat));
    assert_eq!(session(&issued, "abc"), Err(CookieError::NoClientUat));
    // Digits are decimal, so this is 0.
    assert_eq!(session(&issued, "0x10"), Err(CookieError::NoClientUat));
    assert_eq!(session(&issued, "-5"), Ok(true));
    assert_eq!(session(&issued, "+101"), Err(CookieError::Stale));
    assert_eq!(session(&issued, "-"), Err(CookieError::NoClientUat));
    assert_eq!(session("", "-5"), Err(CookieError::NoSession));
    assert_eq!(session("", "100"), Err(CookieError::NoSession));
    assert_eq!(session("", "0"), Ok(false));
    assert_eq!(rules(true).token(&HeaderMap::new(), NOW), Ok(None));
}

#[test]
fn a_development_session_needs_its_browser_token() {
    let issued = jwt("session", r#""iss":"https://clerk.example.com","iat":100"#);
    let without = headers(&[("__session", &issued), ("__client_uat", "100")]);
    let signed_out = headers(&[("__session", &issued), ("__client_uat", "0")]);
    let gone = headers(&[("__client_uat", "100")]);
    for cookies in [without.clone(), signed_out, gone] {
        let cookie = rules(false).token(&cookies, NOW).map(Option::unwrap);
        assert_eq!(cookie.and_then(|it| it.check()), Err(CookieError::NoDevBrowser));
    }
    assert!(rules(true).token(&without, NOW).is_ok());
    let with = [("__session", issued.as_str()), ("__client_uat", "100"), ("__clerk_db_jwt", "x")];
    assert!(rules(false).token(&headers(&with), NOW).is_ok());
    assert_eq!(rules(false).token(&HeaderMap::new(), NOW), Ok(None));
}

#[test]
fn fields_are_split_before_values_are_decoded() {
    let read_bytes = |field: &[u8]| {
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_bytes(field).unwrap())]);
        find(&headers, "__session")
    };
    let read = |field: &str| read_bytes(field.as_bytes());
    assert_eq!(read_bytes(b"theirs=\xE9\xFF; __session=a").as_deref(), Some("a"));
    // A cookie whose value is no text is the first of its name all the same.
    assert_eq!(read_bytes(b"__session=\xFF; __session=a").as_deref(), Some("\u{fffd}"));
    assert_eq!(read("__session=%FF; __session=a").as_deref(), Some("\u{fffd}"));
    // What is space to Unicode is a part of the name here, as it is for the browser.
    assert_eq!(read("\u{a0}__session=a"), None);
    assert_eq!(read("\u{85}__session=a; __session\u{2003}=b"), None);
    assert_eq!(read("\t__session\t=\ta ").as_deref(), Some("a"));
    assert_eq!(read("__session=a").as_deref(), Some("a"));
    assert_eq!(read("x=1;  __session=a ; __session=b").as_deref(), Some("a"));
    assert_eq!(read("__session=%61b").as_deref(), Some("ab"));
    assert_eq!(read("__session=\"a\"").as_deref(), Some("\"a\""));
    assert_eq!(read("x=1%3B__session%3Da"), None);
    assert_eq!(read("__session="), None);
    assert_eq!(read("__Session=a"), None);
}

/// A method, header fields, and whether the cookie may be used.
type Request = (&'static str, &'static [(&'static str, &'static str)], bool);

#[test]
fn what_can_change_something_must_come_from_our_own_pages() {
    const APP: &str = "https://app.example.com";
    let table: [Request; 25] = [
        ("GET", &[("sec-fetch-site", "cross-site")], true),
        ("HEAD", &[("origin", "https://evil.example")], true),
        ("GET", &[("sec-fetch-site", "cross-site"), ("upgrade", "websocket")], false),
        ("GET", &[("origin", "https://evil.example"), ("upgrade", "websocket")], false),
        ("POST", &[], true),
        ("POST", &[("sec-fetch-site", "same-origin")], true),
        ("POST", &[("sec-fetch-site", "none")], true),
        ("POST", &[("sec-fetch-site", "same-site")], false),
        ("POST", &[("sec-fetch-site", "cross-site")], false),
        ("POST", &[("sec-fetch-site", "new-value")], false),
        ("POST", &[("sec-fetch-site", "cross-site"), ("origin", APP)], true),
        ("POST", &[("origin", "https://api.example.com")], true),
        ("POST", &[("origin", "https://api.example.com:8443")], false),
        ("POST", &[("origin", "https://evil.example")], false),
        ("POST", &[("origin", "null")], false),
        ("DELETE", &[("origin", APP)], true),
        ("DELETE", &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], true),
        ("CONNECT", &[("origin", "https://evil.example")], false),
        // The same host, as browsers and proxies may write it.
        ("POST", &[("host", "api.example.com:443"), ("origin", "https://api.example.com")], true),
        ("POST", &[("host", "API.example.com"), ("origin", "https://api.example.com")], true),
        ("POST", &[("host", "api.example.com:80"), ("origin", "https://api.example.com")], false),
        // Nobody knows which of two counts, and no host is nobody's own.
        ("POST", &[("host", ""), ("origin", "https://")], false),
        ("POST", &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
        (
            "POST",
            &[("origin", "https://api.example.com"), ("origin", "https://evil.example")],
            false,
        ),
        ("POST", &[("origin", APP), ("origin", "https://evil.example")], false),
    ];
    for (method, fields, passes) in table {
        let mut request = http::Request::builder().method(method);
        if !fields.iter().any(|(name, _)| *name == "host") {
            request = request.header(HOST, "api.example.com");
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(rules(true).check_site(&parts).is_ok(), passes, "{method} {fields:?}");
    }
}
