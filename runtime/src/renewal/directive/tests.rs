use super::*;

const RULES: DirectiveRules<'_> = DirectiveRules {
    suffix: "MJ9VOVLZ",
    host: "app.example.com",
    frontend_api: "clerk.example.com",
    secure: true,
};

fn written(text: &str, rules: &DirectiveRules<'_>) -> Option<String> {
    Directives::parse(&[text.to_owned()], rules)?.fields().first()?.to_str().ok().map(str::to_owned)
}

#[test]
fn cookie_is_written_anew() {
    let development = DirectiveRules { secure: false, host: "localhost", ..RULES };
    for (text, rules, expected) in [
        (
            "__session=a.b.c; Path=/; SameSite=Lax; Secure",
            &RULES,
            "__session=a.b.c; Path=/; SameSite=Lax; Secure",
        ),
        ("__session=a", &RULES, "__session=a; Path=/; Secure"),
        ("__session=a", &development, "__session=a; Path=/"),
        (
            " __session_MJ9VOVLZ = a ;PATH=/;samesite=none;secure",
            &development,
            "__session_MJ9VOVLZ=a; Path=/; SameSite=None; Secure",
        ),
        (
            "__client_uat=0; Domain=.example.com; Max-Age=315360000",
            &RULES,
            "__client_uat=0; Path=/; Domain=example.com; Max-Age=315360000; Secure",
        ),
        (
            "__client_uat=1; Domain=App.Example.com",
            &RULES,
            "__client_uat=1; Path=/; Domain=app.example.com; Secure",
        ),
        (
            "__client_uat=1; Domain=localhost",
            &development,
            "__client_uat=1; Path=/; Domain=localhost",
        ),
        (
            "__refresh_MJ9VOVLZ=r; HttpOnly; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            &RULES,
            "__refresh_MJ9VOVLZ=r; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly",
        ),
        (
            "__clerk_handshake=; Max-Age=0; Priority=High; X=y",
            &RULES,
            "__clerk_handshake=; Path=/; Max-Age=0; Secure",
        ),
        ("__clerk_db_jwt=d; Partitioned", &RULES, "__clerk_db_jwt=d; Path=/; Secure; Partitioned"),
    ] {
        assert_eq!(written(text, rules).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn cookie_that_is_not_ours_voids_the_list() {
    for bad in [
        "",
        "__session",
        "=a",
        "session=a",
        "__Session=a",
        "__session_OTHERSFX=a",
        "__session_=a",
        "__session_MJ9VOVLZ2=a",
        "__sessions=a",
        "__clerk_redirect_count=0",
        "__Host-clerk_auth_return_AAAAAAAA=x",
        "csrf=a",
        "__session=a,b",
        "__session=\"a\"",
        "__session=a\\b",
        "__session=a b",
        "__session=a\r\nSet-Cookie: x=y",
        "__session=a\nLocation: https://evil.example",
        "__session=a\0",
        "__session=\u{e9}",
        "__session=a; Path=/admin",
        "__session=a; Path=",
        "__session=a; Path=/; Path=/",
        "__session=a; Domain=evil.example",
        "__session=a; Domain=com",
        "__session=a; Domain=",
        "__session=a; Domain=.",
        "__session=a; Domain=b.example.com",
        "__session=a; Domain=clerk.example.com",
        "__session=a; Domain=example.com; Domain=example.com",
        "__session=a; Max-Age=x",
        "__session=a; SameSite=Evil",
        "__session=a; SameSite=Lax\r\nX: y",
    ] {
        let texts = ["__client_uat=1".to_owned(), bad.to_owned()];
        assert_eq!(Directives::parse(&texts, &RULES), None, "{bad:?}");
    }
    let long = format!("__session={}", "a".repeat(LONGEST_VALUE + 1));
    assert_eq!(written(&long, &RULES), None);
    assert_eq!(Directives::parse(&vec!["__session=a".to_owned(); 25], &RULES), None);
}

#[test]
fn date_that_is_none_is_left_out() {
    let text = "__session=a; Expires=x\r\nSet-Cookie: y";
    assert_eq!(written(text, &RULES).unwrap(), "__session=a; Path=/; Secure");
}

#[test]
fn domain_is_host_or_the_parent_shared_with_the_frontend_api() {
    for (host, frontend_api, domain, fits) in [
        ("app.example.com", "clerk.example.com", "example.com", true),
        ("example.com", "clerk.example.com", "example.com", true),
        ("app.example.co.uk", "clerk.example.co.uk", "example.co.uk", true),
        ("app.example.co.uk", "clerk.example.co.uk", "co.uk", false),
        ("a.b.example.com", "clerk.b.example.com", "b.example.com", true),
        ("a.b.example.com", "clerk.b.example.com", "example.com", false),
        ("localhost", "happy.clerk.accounts.dev", "dev", false),
        ("app.dev", "happy.clerk.accounts.dev", "dev", false),
        ("app.example", "clerk.other", "example", false),
        ("127.0.0.1", "127.0.0.2", "0.0.1", false),
        ("10.0.0.1", "11.0.0.1", "0.0.1", false),
    ] {
        let rules = DirectiveRules { host, frontend_api, ..RULES };
        let text = format!("__session=a; Domain={domain}");
        assert_eq!(written(&text, &rules).is_some(), fits, "{host} {domain}");
    }
}

#[test]
fn session_directives_agree_or_none_counts() {
    for (texts, expected) in [
        (&["__session=a", "__session_MJ9VOVLZ=a"][..], Ok(Some("a"))),
        (&["__session=a", "__session_MJ9VOVLZ=b"], Err(SeveralSessions)),
        (&["__session=a", "__session=b"], Err(SeveralSessions)),
        (&["__session=", "__session_MJ9VOVLZ=b"], Ok(Some("b"))),
        (&["__session=a; Max-Age=0", "__session_MJ9VOVLZ=b"], Ok(Some("b"))),
        (&["__session=; Max-Age=0", "__client_uat=0"], Ok(None)),
        (&["__client_uat=1"], Ok(None)),
        (&[], Ok(None)),
    ] {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let directives = Directives::parse(&texts, &RULES).unwrap();
        assert_eq!(directives.session_token(), expected, "{texts:?}");
    }
}
