//! Each mistake in the environment, and the exact text that tells it.

use super::{Clerk, ClerkBuilder, ConfigError, advice};

const SECRET: (&str, &str) = ("CLERK_SECRET_KEY", "sk_test_x");
const SECRET_LIVE: (&str, &str) = ("CLERK_SECRET_KEY", "sk_live_x");
/// `clerk.example.com`.
const LIVE: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
/// `happy-cat-12.clerk.accounts.dev`.
const TEST: &str = "pk_test_aGFwcHktY2F0LTEyLmNsZXJrLmFjY291bnRzLmRldiQ";
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
const TWO_KEYS: &str = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n\
                        -----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
const PKCS1: &str = "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----";
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";

const NO_SECRET_KEY: &str = "it is not a secret key; copy the one that begins with `sk_test_` or \
                             `sk_live_` from the dashboard, whole";

fn builder(variables: &[(&str, &str)]) -> ClerkBuilder {
    let set = variables.iter().filter(|(_, value)| !value.is_empty());
    let set = set.map(|(name, _)| (*name).to_owned()).collect();
    ClerkBuilder::from_variables(set, |name| {
        let found = variables.iter().rfind(|(variable, _)| *variable == name);
        Ok(found.map(|(_, value)| (*value).to_owned()))
    })
}

fn build(variables: &[(&str, &str)]) -> Result<Clerk, ConfigError> {
    builder(variables).build()
}

/// A setting, its value, and the one problem that is told beside a good secret key.
const MISTAKES: &[(&str, &str, &str)] = &[
    // Around a key.
    ("CLERK_SECRET_KEY", "\"sk_test_x\"", "it has quotes around it; remove them"),
    ("CLERK_SECRET_KEY", "'sk_test_x'", "it has quotes around it; remove them"),
    ("CLERK_SECRET_KEY", "\u{201c}sk_test_x\u{201d}", "it has quotes around it; remove them"),
    ("CLERK_SECRET_KEY", " sk_test_x", "it has white space around it; remove it"),
    ("CLERK_SECRET_KEY", "sk_test_x\n", "it has a line end around it; remove it"),
    ("CLERK_SECRET_KEY", "sk_test_x\r\n", "it has a line end around it; remove it"),
    (
        "CLERK_SECRET_KEY",
        "\u{feff}sk_test_x",
        "it starts with a byte order mark; save its file as UTF-8 without one",
    ),
    (
        "CLERK_SECRET_KEY",
        "sk_test_x y",
        "it has white space in it; remove it (commas separate the entries of a list)",
    ),
    ("CLERK_SECRET_KEY", "sk_test_\u{200b}x", "it has a character in it that is not visible ASCII"),
    ("CLERK_SECRET_KEY", "$CLERK_KEY", "it is a placeholder that was not filled in"),
    ("CLERK_SECRET_KEY", "sk_test_<your key>", "it is a placeholder that was not filled in"),
    ("CLERK_SECRET_KEY", "sk_test_...", "it is a placeholder that was not filled in"),
    ("CLERK_SECRET_KEY", "sk_test_***", "it is a placeholder that was not filled in"),
    ("CLERK_SECRET_KEY", "undefined", "it is a placeholder that was not filled in"),
    ("CLERK_SECRET_KEY", "sk_test_x\\n", NO_SECRET_KEY),
    ("CLERK_SECRET_KEY", "sk_test_x,sk_test_y", NO_SECRET_KEY),
    ("CLERK_SECRET_KEY", "sk_test_x#old", NO_SECRET_KEY),
    ("CLERK_SECRET_KEY", "sk_test_x;", NO_SECRET_KEY),
    (
        "CLERK_MACHINE_SECRET_KEY",
        "ak_x,ak_y",
        "it is not a machine secret key; copy the one that begins with `ak_` from the machine's \
             page in the dashboard, whole",
    ),
    ("CLERK_PUBLISHABLE_KEY", "'pk_test_x'", "it has quotes around it; remove them"),
    ("CLERK_PUBLISHABLE_KEY", "pk_test_x ", "it has white space around it; remove it"),
    ("CLERK_MACHINE_SECRET_KEY", "\"ak_x\"", "it has quotes around it; remove them"),
    ("CLERK_MACHINE_ID", "mch_x\n", "it has a line end around it; remove it"),
    ("CLERK_JWT_KEY", "\"-----BEGIN", "it has quotes around it; remove them"),
    (
        "CLERK_JWT_KEY",
        "\u{feff}-----BEGIN",
        "it starts with a byte order mark; save its file as UTF-8 without one",
    ),
    // In the wrong variable.
    ("CLERK_SECRET_KEY", LIVE, "it is a publishable key, which belongs in CLERK_PUBLISHABLE_KEY"),
    (
        "CLERK_SECRET_KEY",
        "ak_x",
        "it is a machine secret key, or an API key, which belongs in CLERK_MACHINE_SECRET_KEY",
    ),
    ("CLERK_SECRET_KEY", PEM, "it is a PEM public key, which belongs in CLERK_JWT_KEY"),
    ("CLERK_SECRET_KEY", PRIVATE, "it is a PEM text, which is not a setting of this crate"),
    (
        "CLERK_SECRET_KEY",
        "whsec_x",
        "it is a webhook signing secret, which is not a setting of this crate",
    ),
    ("CLERK_SECRET_KEY", JWT, "it is a token, which is not a setting of this crate"),
    ("CLERK_PUBLISHABLE_KEY", "sk_test_x", "it is a secret key, which belongs in CLERK_SECRET_KEY"),
    (
        "CLERK_MACHINE_SECRET_KEY",
        "sk_test_x",
        "it is a secret key, which belongs in CLERK_SECRET_KEY",
    ),
    ("CLERK_MACHINE_SECRET_KEY", "mch_x", "it is a machine ID, which belongs in CLERK_MACHINE_ID"),
    (
        "CLERK_MACHINE_ID",
        "ak_x",
        "it is a machine secret key, or an API key, which belongs in CLERK_MACHINE_SECRET_KEY",
    ),
    ("CLERK_JWT_KEY", "sk_test_x", "it is a secret key, which belongs in CLERK_SECRET_KEY"),
    ("CLERK_JWT_KEY", JWT, "it is a token, which is not a setting of this crate"),
    (
        "CLERK_ISSUER",
        "sk_test_x",
        "the value (not shown: it could be a secret) is a secret key, which belongs in \
             CLERK_SECRET_KEY",
    ),
    (
        "CLERK_AUDIENCE",
        "sk_test_x",
        "the value (not shown: it could be a secret) is a secret key, which belongs in \
             CLERK_SECRET_KEY",
    ),
    (
        "CLERK_RESOURCE",
        LIVE,
        "the value (not shown: it could be a secret) is a publishable key, which belongs in \
             CLERK_PUBLISHABLE_KEY",
    ),
    (
        "CLERK_API_URL",
        "sk_test_x",
        "the value (not shown: it could be a secret) is a secret key, which belongs in \
             CLERK_SECRET_KEY",
    ),
    // Another form of key.
    (
        "CLERK_JWT_KEY",
        CERTIFICATE,
        "it is a certificate, not a public key; copy the PEM public key from the API keys page \
             of the dashboard",
    ),
    (
        "CLERK_JWT_KEY",
        PKCS1,
        "it is a PKCS#1 key, which begins with `BEGIN RSA PUBLIC KEY`; convert it with \
             `openssl rsa -RSAPublicKey_in -pubout`",
    ),
    (
        "CLERK_JWT_KEY",
        "{\"kty\":\"RSA\"}",
        "it is JSON, perhaps a key of a key set, not PEM; copy the PEM public key from the API \
             keys page of the dashboard",
    ),
    (
        "CLERK_JWT_KEY",
        "https://clerk.example.com/.well-known/jwks.json",
        "it is a URL, not a key; copy the PEM public key from the API keys page of the \
             dashboard",
    ),
    (
        "CLERK_JWT_KEY",
        "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0=",
        "it is PEM that was encoded in base64 once more; decode it",
    ),
    ("CLERK_JWT_KEY", "/run/secrets/clerk.pem", "it is a path; set it to the text of the file"),
    ("CLERK_JWT_KEY", TWO_KEYS, "it holds more than one PEM text; keep the key of your instance"),
    // Lists.
    (
        "CLERK_AUTHORIZED_PARTIES",
        "https://a.example, https://*.b.example",
        "entry 2: \"https://*.b.example\" has a wildcard, and parties are exact; write each \
             origin",
    ),
    (
        "CLERK_AUTHORIZED_PARTIES",
        "[\"https://a.example\", \"https://b.example\"]",
        "\"[\\\"https://a.example\\\", \\\"https://b.example\\\"]\" is JSON; write plain text, \
             with commas between entries",
    ),
    (
        "CLERK_AUTHORIZED_PARTIES",
        "\"https://a.example,https://b.example\"",
        "\"\\\"https://a.example,https://b.example\\\"\" has quotes around it; remove them",
    ),
    (
        "CLERK_AUTHORIZED_PARTIES",
        ",",
        "it is set and names nothing; name something, or do not set it",
    ),
    ("CLERK_AUDIENCE", "\"notes\"", "\"\\\"notes\\\"\" has quotes around it; remove them"),
    // Values that were not filled in, and words: no URL is made of them.
    (
        "CLERK_AUTHORIZED_PARTIES",
        "https://${HOST}",
        "\"https://${HOST}\" is a placeholder that was not filled in",
    ),
    (
        "CLERK_AUTHORIZED_PARTIES",
        "https://app.$DOMAIN",
        "\"https://app.$DOMAIN\" is a placeholder that was not filled in",
    ),
    (
        "CLERK_AUTHORIZED_PARTIES",
        "https://<app>.example",
        "\"https://<app>.example\" is a placeholder that was not filled in",
    ),
    (
        "CLERK_AUTHORIZED_PARTIES",
        "undefined",
        "\"undefined\" is a placeholder that was not filled in",
    ),
    ("CLERK_AUTHORIZED_PARTIES", "true", "\"true\" has no scheme"),
    ("CLERK_AUTHORIZED_PARTIES", "1", "\"1\" has no scheme"),
    ("CLERK_AUTHORIZED_PARTIES", "user_2x", "\"user_2x\" has no scheme"),
    ("CLERK_AUTHORIZED_PARTIES", "https//app.example", "\"https//app.example\" has no scheme"),
    ("CLERK_ISSUER", "clerk", "\"clerk\" has no scheme"),
    (
        "CLERK_ISSUER",
        "https://{{issuer}}",
        "\"https://{{issuer}}\" is a placeholder that was not filled in",
    ),
    ("CLERK_AUDIENCE", "None", "\"None\" is a placeholder that was not filled in"),
    ("CLERK_SESSION_AUDIENCE", "null", "\"null\" is a placeholder that was not filled in"),
    // A dot that browsers and servers take for another host, and letters that look like others.
    (
        "CLERK_AUTHORIZED_PARTIES",
        "https://a.example.:8443",
        "\"https://a.example.:8443\" has a dot at the end of its host; remove it",
    ),
    (
        "CLERK_ISSUER",
        "https://api.clerk.com.",
        "\"https://api.clerk.com.\" has a dot at the end of its host; remove it",
    ),
    (
        "CLERK_API_URL",
        "https://dashboard.clerk.com./",
        "\"https://dashboard.clerk.com./\" has a dot at the end of its host; remove it",
    ),
    (
        "CLERK_API_URL",
        "https://api.clerk.c\u{43e}m",
        "\"https://api.clerk.c\u{43e}m\" has a letter in its host that is not ASCII; the host is that of \
             \"https://api.clerk.xn--cm-fmc\"",
    ),
    // URLs and the rest.
    (
        "CLERK_API_URL",
        "https://proxy.example.com/clerk/v1/jwks",
        "\"https://proxy.example.com/clerk/v1/jwks\" is the URL of a key set; write the URL without \
             the version and what follows it",
    ),
    (
        "CLERK_ISSUER",
        "https://api.clerk.com",
        "\"https://api.clerk.com\" issues no tokens; leave it unset and set \
             CLERK_PUBLISHABLE_KEY, which tells the issuer",
    ),
    (
        "CLERK_ISSUER",
        "https://clerk.example.com/.well-known/jwks.json",
        "\"https://clerk.example.com/.well-known/jwks.json\" is the URL of a document, not the \
             issuer; write \"https://clerk.example.com\"",
    ),
    (
        "CLERK_API_URL",
        "http://api.example.com",
        "\"http://api.example.com\" must begin with `https://` (or `http://` on loopback)",
    ),
    (
        "CLERK_API_URL",
        "https://user:word@api.clerk.com",
        "the value (not shown: it could be a secret) must have no user, password, query or \
             fragment",
    ),
    (
        "CLERK_API_URL",
        "api.clerk.com",
        "\"api.clerk.com\" has no scheme; write \"https://api.clerk.com\"",
    ),
    (
        "CLERK_API_VERSION",
        "2025-11-10",
        "it must be the version in the path of the Backend API, such as `v1`",
    ),
];

#[test]
fn mistake_in_one_setting_is_told_with_its_cause() {
    for (setting, value, told) in MISTAKES {
        let error = build(&[SECRET, (setting, value)]).expect_err(value);
        let problems: Vec<&str> = error.problems().collect();
        assert_eq!(problems, [format!("{setting}: {told}")], "{value:?}");
    }
}

#[test]
fn resource_that_clients_write_otherwise_is_told_in_their_form() {
    let base = [SECRET, ("CLERK_PUBLISHABLE_KEY", TEST)];
    for (resource, told) in [
        ("https://API.example.com/mcp", "is not as clients write it; write \"https://api.example"),
        ("https://api.example.com:443/mcp", "write it; write \"https://api.example.com/mcp\""),
        ("https://api.example.com/a/../mcp", "write it; write \"https://api.example.com/mcp\""),
        ("'https://api.example.com'", "has quotes around it; remove them"),
        ("https://*.example.com", "has a wildcard, and a resource is one URL"),
        (
            "https://api.example.com/.well-known/oauth-protected-resource/mcp",
            "is the URL of metadata, not the resource; write \"https://api.example.com/mcp\"",
        ),
        (
            "https://api.example.com/.well-known/oauth-protected-resource",
            "is the URL of metadata, not the resource; write \"https://api.example.com\"",
        ),
        ("https://happy-cat-12.clerk.accounts.dev/mcp", "is a URL of Clerk, not of this API"),
        ("https://api.clerk.com", "is a URL of Clerk, not of this API"),
        ("https://0.0.0.0:8000/mcp", "is an address to listen on"),
        ("https://[::]:8000/mcp", "is an address to listen on"),
        ("api.example.com/mcp", "has no scheme; write \"https://api.example.com/mcp\""),
        ("https://api.example.com/mcp?a=1", "must have no user, password, query or fragment"),
    ] {
        let error = build(&[base[0], base[1], ("CLERK_RESOURCE", resource)]).expect_err(resource);
        assert!(error.to_string().starts_with("CLERK_RESOURCE: "), "{error}");
        assert!(error.to_string().contains(told), "{resource}: {error}");
    }
}

/// `CLERK_ISSUER`, and the issuers or the error that it makes beside the live publishable key.
#[test]
fn issuers_of_the_environment_are_a_list_of_exact_entries() {
    const PRIMARY: &str = "https://clerk.example.com";
    const SATELLITE: &str = "https://clerk.satellite.example";
    for (value, issuers) in [
        ("", &[PRIMARY][..]),
        ("https://clerk.example.com", &[PRIMARY]),
        ("https://clerk.example.com,https://clerk.satellite.example", &[PRIMARY, SATELLITE]),
        (" https://clerk.satellite.example , https://clerk.example.com, ", &[SATELLITE, PRIMARY]),
    ] {
        let clerk = build(&[SECRET_LIVE, ("CLERK_PUBLISHABLE_KEY", LIVE), ("CLERK_ISSUER", value)]);
        assert_eq!(clerk.expect(value).verifier().rules.issuers, issuers, "{value}");
    }
    for (value, told) in [
        ("https://clerk.example.com,clerk.satellite.example", "entry 2: "),
        ("https://clerk.example.com https://clerk.satellite.example", "white space"),
        ("https://clerk.example.com;https://clerk.satellite.example", ""),
        ("[\"https://clerk.example.com\",\"https://clerk.satellite.example\"]", "JSON"),
        ("https://clerk.satellite.example,https://clerk.other.example", "is not the issuer of"),
        ("https://clerk.example.com,https://happy-cat-12.clerk.accounts.dev", "is not the issuer"),
    ] {
        let error = build(&[SECRET_LIVE, ("CLERK_PUBLISHABLE_KEY", LIVE), ("CLERK_ISSUER", value)]);
        let error = error.expect_err(value).to_string();
        assert!(error.starts_with("CLERK_ISSUER: ") && error.contains(told), "{value}: {error}");
    }
}

/// Two settings that are good alone, and never match together.
#[test]
fn settings_that_contradict_each_other_are_rejected() {
    let table: [(&[(&str, &str)], &str); 8] = [
        (
            &[("CLERK_PUBLISHABLE_KEY", LIVE), ("CLERK_ISSUER", "https://clerk.example.org")],
            "CLERK_ISSUER: \"https://clerk.example.org\" is not the issuer of \
             CLERK_PUBLISHABLE_KEY, which is \"https://clerk.example.com\"; leave CLERK_ISSUER \
             unset, or set both for one instance (for a proxy of the Frontend API, set \
             `frontend_api_url` too)",
        ),
        (
            &[("CLERK_PUBLISHABLE_KEY", LIVE), ("CLERK_SECRET_KEY", "sk_test_x")],
            "CLERK_SECRET_KEY: it and CLERK_PUBLISHABLE_KEY are of different instances: one is for \
             production, the other for development",
        ),
        (
            &[("CLERK_PUBLISHABLE_KEY", LIVE), ("CLERK_API_URL", "http://localhost:4000")],
            "CLERK_API_URL: an `http://` URL is for development; CLERK_PUBLISHABLE_KEY is not",
        ),
        (
            &[("CLERK_PUBLISHABLE_KEY", LIVE), ("CLERK_API_URL", "https://clerk.example.com")],
            "CLERK_API_URL: it is the Frontend API of CLERK_PUBLISHABLE_KEY; leave it unset",
        ),
        (
            &[
                ("CLERK_PUBLISHABLE_KEY", LIVE),
                ("CLERK_AUTHORIZED_PARTIES", "https://a.example,http://a.example"),
            ],
            "CLERK_AUTHORIZED_PARTIES: \"http://a.example\" cannot use a production instance; \
             write `https://`",
        ),
        (
            &[SECRET_LIVE, ("CLERK_ISSUER", "https://happy-cat-12.clerk.accounts.dev")],
            "CLERK_ISSUER: \"https://happy-cat-12.clerk.accounts.dev\" is of a development instance, \
             and CLERK_SECRET_KEY is for production",
        ),
        (
            &[("CLERK_PUBLISHABLE_KEY", LIVE), ("CLERK_RESOURCE", "https://clerk.example.com/mcp")],
            "CLERK_RESOURCE: \"https://clerk.example.com/mcp\" is a URL of Clerk, not of this API; \
             write the URL that clients of this server use",
        ),
        (
            &[SECRET, ("CLERK_RESOURCE", "https://api.example.com")],
            "CLERK_RESOURCE: its metadata names the issuer, which is not known; set \
             CLERK_PUBLISHABLE_KEY or CLERK_ISSUER too",
        ),
    ];
    for (variables, told) in table {
        assert_eq!(build(variables).expect_err(told).to_string(), told);
    }
    for good in [
        &[("CLERK_PUBLISHABLE_KEY", TEST), ("CLERK_API_URL", "http://api.localhost:4000")][..],
        &[("CLERK_SECRET_KEY", "sk_live_x"), ("CLERK_API_URL", "http://127.0.0.1:4000")],
        &[("CLERK_PUBLISHABLE_KEY", LIVE), ("CLERK_AUTHORIZED_PARTIES", "http://localhost:3000")],
        &[("CLERK_PUBLISHABLE_KEY", TEST), ("CLERK_AUTHORIZED_PARTIES", "http://10.0.0.1:3000")],
        // A proxy of the Frontend API beside the API.
        &[
            SECRET_LIVE,
            ("CLERK_ISSUER", "https://example.com/__clerk"),
            ("CLERK_RESOURCE", "https://example.com/mcp"),
        ],
    ] {
        assert!(build(good).is_ok(), "{good:?}");
    }
}

#[test]
fn frontend_api_of_another_instance_is_rejected() {
    let built = |key: &str, url: &str| {
        builder(&[("CLERK_PUBLISHABLE_KEY", key)]).frontend_api_url(url).build()
    };
    for (key, url) in [
        (LIVE, "https://clerk.example.com/v1"),
        (LIVE, "https://happy-cat-12.clerk.accounts.dev"),
        (TEST, "https://other-cat-13.clerk.accounts.dev"),
    ] {
        let error = built(key, url).expect_err(url).to_string();
        let problem = "is not the Frontend API of CLERK_PUBLISHABLE_KEY; leave it unset";
        assert!(error.starts_with("frontend_api_url: \"") && error.ends_with(problem), "{error}");
    }
    for (key, url) in [
        (LIVE, "https://clerk.example.com"),
        (LIVE, "https://clerk.satellite.example"),
        (LIVE, "https://example.com/__clerk"),
        (TEST, "https://happy-cat-12.clerk.accounts.dev/"),
        (TEST, "http://localhost:3000/__clerk"),
    ] {
        assert!(built(key, url).is_ok(), "{key} {url}");
    }
}

#[test]
fn variable_of_another_library_is_named_if_ours_is_missing() {
    let publishable = [
        "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
        "VITE_CLERK_PUBLISHABLE_KEY",
        "PUBLIC_CLERK_PUBLISHABLE_KEY",
        "EXPO_PUBLIC_CLERK_PUBLISHABLE_KEY",
        "NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
        "REACT_APP_CLERK_PUBLISHABLE_KEY",
        "GATSBY_CLERK_PUBLISHABLE_KEY",
        "CLERK_PUBLISHABLE",
    ];
    for theirs in publishable {
        let told = format!(
            "CLERK_PUBLISHABLE_KEY: it is not set, but {theirs} is, which is not read; set \
             CLERK_PUBLISHABLE_KEY to the same value"
        );
        let error = build(&[(theirs, TEST)]).expect_err(theirs);
        assert_eq!(error.problems().last(), Some(&*told));
        assert_eq!(advice::of(&builder(&[SECRET, (theirs, TEST)]), false), [told]);
        let both = builder(&[("CLERK_PUBLISHABLE_KEY", TEST), (theirs, TEST)]);
        assert!(advice::of(&both, false).is_empty(), "{theirs}");
    }
    for theirs in ["CLERK_SECRET", "NUXT_CLERK_SECRET_KEY", "CLERK_API_KEY"] {
        let error = build(&[(theirs, "sk_test_x")]).expect_err(theirs).to_string();
        assert!(error.contains(theirs) && !error.contains("sk_test"), "{error}");
    }
    // A check that another name was meant to switch on.
    for (ours, theirs) in [
        ("CLERK_AUTHORIZED_PARTIES", "CLERK_AUTHORISED_PARTIES"),
        ("CLERK_AUTHORIZED_PARTIES", "CLERK_AUTHORIZED_PARTY"),
        ("CLERK_AUDIENCE", "CLERK_AUD"),
        ("CLERK_SESSION_AUDIENCE", "CLERK_SESSION_AUDIENCES"),
        ("CLERK_ISSUER", "CLERK_ISSUERS"),
        ("CLERK_AUTHORIZED_PARTIES", "CLERK_AUTHORIZED_PARTEIS"),
        ("CLERK_AUTHORIZED_PARTIES", "CLERK_AUTHORIZEDPARTIES"),
        ("CLERK_AUTHORIZED_PARTIES", "Clerk_Authorized_Parties"),
        ("CLERK_AUDIENCE", "CLERK_AUDEINCE"),
        ("CLERK_SESSION_AUDIENCE", "CLERK_SESION_AUDIENCE"),
        ("CLERK_ISSUER", "CLERK_ISSUER_URL"),
        ("CLERK_MACHINE_ID", "CLERK_MACHINEID"),
        ("CLERK_RESOURCE", "APP_CLERK_RESOURCE"),
    ] {
        let told = advice::of(&builder(&[SECRET, (theirs, "x")]), false);
        assert!(told.iter().all(|it| it.starts_with(ours) && it.contains(theirs)), "{told:?}");
        assert_eq!(told.len(), 1, "{theirs}");
    }
    // What Clerk's own libraries read beside ours.
    for theirs in [
        "CLERK_FAPI",
        "CLERK_FAPI_URL",
        "CLERK_PROXY_URL",
        "CLERK_DOMAIN",
        "CLERK_IS_SATELLITE",
        "CLERK_SIGN_IN_URL",
        "CLERK_SIGN_UP_URL",
        "CLERK_ENCRYPTION_KEY",
        "CLERK_JS_URL",
        "CLERK_JS_VERSION",
        "CLERK_WEBHOOK_SIGNING_SECRET",
        "CLERK_TELEMETRY_DISABLED",
        "CLERK_DISABLE_AUTO_PROXY",
    ] {
        let told = advice::of(&builder(&[SECRET, (theirs, "x")]), false);
        assert!(told.is_empty(), "{told:?}");
    }
    let unrelated = build(&[SECRET, ("CLERK_SECRET", "x"), ("CLERK_API_VERSION", "/")]);
    assert_eq!(unrelated.expect_err("a version").problems().count(), 1);
}

#[test]
fn setting_that_is_probably_not_meant_is_logged() {
    let told = |variables: &[(&str, &str)]| advice::of(&builder(variables), true).join("\n");
    let resource = ("CLERK_RESOURCE", "https://api.example.com");
    assert!(told(&[SECRET, resource]).starts_with("CLERK_RESOURCE: it is not an audience"));
    assert_eq!(told(&[SECRET, resource, ("CLERK_AUDIENCE", "https://api.example.com")]), "");
    for other in ["https://api.example.com/", "https://api.example.com/MCP", "notes"] {
        let told = told(&[SECRET, resource, ("CLERK_AUDIENCE", other)]);
        assert!(told.starts_with("CLERK_RESOURCE: CLERK_AUDIENCE does not name it"), "{told}");
    }
    let both = [("CLERK_ANY_MACHINE", "true"), ("CLERK_MACHINE_ID", "mch_x")];
    assert!(told(&[SECRET, both[0], both[1]]).starts_with("CLERK_ANY_MACHINE: M2M tokens"));
    assert_eq!(told(&[SECRET, ("CLERK_ANY_MACHINE", "false"), both[1]]), "");
    assert_eq!(told(&[SECRET, both[0]]), "");
    let reveals = builder(&[SECRET]).reveal_reasons();
    assert_eq!(advice::of(&reveals, true).len(), 1);
    assert_eq!(advice::of(&reveals, false).len(), 0);
}
