//! Header and payload as JSON: one object each, with unique names, in UTF-8.

use super::rejected_locally;
use crate::{
    app::App,
    draft::{Class, Draft},
};

/// Puts `member` in front of the object's members.
fn led_by(member: &str, json: &str) -> String {
    format!("{{{member},{}", &json[1..])
}

/// Puts `member` behind the object's members.
fn followed_by(json: &str, member: &str) -> String {
    format!("{},{member}}}", &json[..json.len() - 1])
}

/// Good tokens of each class in which the header or the payload is `change`d.
fn changed(app: &App, change: impl Fn(&str) -> Vec<u8>) -> Vec<String> {
    let sign = |header: &[u8], payload: &[u8]| app.issuer.sign_bytes(header, payload);
    let both = |draft: Draft| {
        let (header, payload) = (draft.header_json(), draft.payload_json());
        [sign(&change(&header), payload.as_bytes()), sign(header.as_bytes(), &change(&payload))]
    };
    Class::ALL.into_iter().flat_map(|class| both(class.draft(&app.issuer))).collect()
}

#[tokio::test]
async fn names_that_repeat_are_rejected_in_every_spelling() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    // The same value twice, or another, before or behind, plain or escaped, or deep inside.
    for (name, value) in [
        ("sub", r#""user_ada""#),
        ("sub", r#""mch_caller""#),
        (r"\u0073ub", r#""user_eve""#),
        (r"s\u0075\u0062", r#""mch_eve""#),
        ("exp", "1900000000"),
        ("aud", "null"),
        ("iss", r#""https://other.example""#),
    ] {
        for class in Class::ALL {
            let draft = class.draft(&app.issuer);
            let draft = draft.claim("aud", Some("https://api.example.com".into()));
            let payload = draft.payload_json();
            let member = format!(r#""{name}":{value}"#);
            for payload in [led_by(&member, &payload), followed_by(&payload, &member)] {
                let header = draft.header_json();
                tokens.push((
                    member.clone(),
                    app.issuer.sign_bytes(header.as_bytes(), payload.as_bytes()),
                ));
            }
        }
    }
    for (name, value) in [
        ("alg", r#""RS256""#),
        ("alg", r#""none""#),
        (r"\u0061lg", r#""HS256""#),
        ("typ", r#""at+jwt""#),
        ("typ", r#""JWT""#),
        (r"t\u0079p", "null"),
        ("kid", r#""other""#),
        ("cat", r#""cl_B7d4PD111AAA""#),
    ] {
        for class in Class::ALL {
            let draft = class.draft(&app.issuer);
            let draft = draft.header("cat", Some("cl_I7d4PD111III".into()));
            let header = draft.header_json();
            let member = format!(r#""{name}":{value}"#);
            for header in [led_by(&member, &header), followed_by(&header, &member)] {
                let payload = draft.payload_json();
                tokens.push((
                    member.clone(),
                    app.issuer.sign_bytes(header.as_bytes(), payload.as_bytes()),
                ));
            }
        }
    }
    for nested in [
        r#""x":{"a":1,"a":1}"#,
        r#""x":{"a":1,"\u0061":2}"#,
        r#""x":[{"y":{"id":1,"i\u0064":2}}]"#,
        r#""x":[[[{"":1,"":2}]]]"#,
        r#""x":1,"x":1"#,
        r#""":1,"":2"#,
    ] {
        let with = |json: &str| followed_by(json, nested).into_bytes();
        tokens.extend(changed(&app, with).into_iter().map(|token| (nested.to_owned(), token)));
    }
    rejected_locally(app, tokens).await;
}

#[tokio::test]
async fn header_that_is_not_a_json_object_is_rejected() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let inside = |value: &str| {
        let member = format!(r#""x":{value}"#);
        move |json: &str| followed_by(json, &member).into_bytes()
    };
    let whole: [&[u8]; 18] = [
        b"null",
        b"[]",
        b"\"text\"",
        b"7",
        b"true",
        b"",
        b" ",
        b"{",
        b"}",
        b"{}{}",
        b"{\"sub\"}",
        b"{'sub':'user_ada'}",
        b"{sub:\"user_ada\"}",
        b"\xFF\xFE{\0}\0",
        b"[{}]",
        b"undefined",
        b"\0",
        b"{\"sub\":\"user_ada\"",
    ];
    for json in whole {
        let row = String::from_utf8_lossy(json).into_owned();
        let all = changed(&app, |_| json.to_vec());
        tokens.extend(all.into_iter().map(|token| (row.clone(), token)));
    }
    let wrapped = |before: &'static [u8], after: &'static [u8]| {
        move |json: &str| [before, json.as_bytes(), after].concat()
    };
    for (row, all) in [
        ("byte order mark", changed(&app, wrapped(b"\xEF\xBB\xBF", b""))),
        ("something behind", changed(&app, wrapped(b"", b"x"))),
        ("a second object", changed(&app, wrapped(b"", b"{}"))),
        ("NUL behind", changed(&app, wrapped(b"", b"\0"))),
        ("comma in front", changed(&app, wrapped(b",", b""))),
        ("in a list", changed(&app, wrapped(b"[", b"]"))),
        ("comment", changed(&app, wrapped(b"/* */", b""))),
        ("no-break space", changed(&app, wrapped(b"\xC2\xA0", b""))),
        ("NaN", changed(&app, inside("NaN"))),
        ("minus NaN", changed(&app, inside("-NaN"))),
        ("Infinity", changed(&app, inside("-Infinity"))),
        ("hexadecimal", changed(&app, inside("0x10"))),
        ("leading zero", changed(&app, inside("01"))),
        ("plus sign", changed(&app, inside("+1"))),
        ("comma at the end", changed(&app, inside("1,"))),
        ("bad escape", changed(&app, inside(r#""\x41""#))),
        ("raw line break", changed(&app, inside("\"\n\""))),
        ("raw NUL", changed(&app, inside("\"\0\""))),
        ("depth of 200", changed(&app, inside(&deep(200)))),
        ("depth of 3000", changed(&app, inside(&deep(3000)))),
        ("open depth", changed(&app, inside(&"[".repeat(5000)))),
        ("open objects", changed(&app, inside(&r#"{"a":"#.repeat(1000)))),
    ] {
        tokens.extend(all.into_iter().map(|token| (row.to_owned(), token)));
    }
    let utf16 = |mark: &'static [u8], bytes: fn(u16) -> [u8; 2]| {
        move |json: &str| [mark, &json.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()].concat()
    };
    let utf32 = |json: &str| json.chars().flat_map(|it| u32::from(it).to_le_bytes()).collect();
    for (row, all) in [
        ("UTF-16, little end first", changed(&app, utf16(b"\xFF\xFE", u16::to_le_bytes))),
        ("UTF-16, big end first", changed(&app, utf16(b"\xFE\xFF", u16::to_be_bytes))),
        ("UTF-16 without a mark", changed(&app, utf16(b"", u16::to_le_bytes))),
        ("UTF-16, big, without a mark", changed(&app, utf16(b"", u16::to_be_bytes))),
        ("UTF-32", changed(&app, utf32)),
    ] {
        tokens.extend(all.into_iter().map(|token| (row.to_owned(), token)));
    }
    for bytes in [&b"\xFF"[..], b"\xC0\xAF", b"\xED\xA0\x80", b"\xF4\x90\x80\x80", b"\xE2\x82"] {
        let with = |json: &str| {
            let object = &json.as_bytes()[..json.len() - 1];
            [object, b",\"x\":\"", bytes, b"\"}"].concat()
        };
        let row = format!("not UTF-8: {bytes:?}");
        tokens.extend(changed(&app, with).into_iter().map(|token| (row.clone(), token)));
    }
    rejected_locally(app, tokens).await;
}

#[tokio::test]
async fn white_space_between_the_tokens_of_json_is_fine() {
    let app = App::start().await.warm().await;
    let spaced = |json: &str| format!(" \t\r\n{} ", json.replace(',', " ,\n")).into_bytes();
    for token in changed(&app, spaced) {
        app.accepts("/any", &token, "spaces").await;
    }
}
