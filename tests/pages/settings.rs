//! Settings of pages that can never match fail at build.

use clerk_auth::{
    Clerk, ClerkBuilder,
    pages::{PagesBuilder, PagesLayer},
};

use crate::site::PUBLISHABLE_KEY;

fn built(
    clerk: ClerkBuilder,
    pages: impl FnOnce(PagesBuilder) -> PagesBuilder,
) -> Result<PagesLayer, String> {
    let pages = pages(PagesLayer::builder(clerk.build().unwrap())).build();
    pages.map_err(|error| error.to_string())
}

fn production() -> ClerkBuilder {
    Clerk::builder().publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x")
}

#[test]
fn setting_that_cannot_be_used_names_the_fix() {
    assert!(built(production(), |pages| pages).is_ok());
    for url in ["/sign-in", "/sign-in?a=b", "https://accounts.example.com/sign-in"] {
        assert!(built(production(), |pages| pages.sign_in_url(url)).is_ok(), "{url}");
    }
    for url in [
        "",
        "sign-in",
        "//evil.example/sign-in",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http://app.example.com/sign-in",
        "https://ada@app.example.com/sign-in",
        "/sign in",
        "/sign-in\r\nx: y",
    ] {
        let problem = built(production(), |pages| pages.sign_in_url(url)).unwrap_err();
        assert!(problem.starts_with("sign_in_url: it must be"), "{url}: {problem}");
    }
    for origin in [
        "app.example.com",
        "https://app.example.com/",
        "https://*.example.com",
        "null",
        "capacitor://localhost",
        "https://ada@app.example.com",
    ] {
        let problem = built(production(), |pages| pages.origins([origin])).unwrap_err();
        assert!(problem.starts_with("origins: "), "{origin}: {problem}");
        let problem = built(production(), |pages| pages.satellites([origin])).unwrap_err();
        assert!(problem.starts_with("satellites: "), "{origin}: {problem}");
    }
    let problem = built(Clerk::builder().secret_key("sk_test_x"), |pages| pages).unwrap_err();
    assert!(problem.starts_with("CLERK_PUBLISHABLE_KEY: "), "{problem}");
    for pages in [PagesBuilder::satellite as fn(PagesBuilder) -> PagesBuilder, |pages| {
        pages.satellite().sign_in_url("/sign-in")
    }] {
        let problem = built(production(), pages).unwrap_err();
        assert!(problem.starts_with("sign_in_url: "), "{problem}");
    }
}

#[test]
fn origin_at_the_host_of_no_party_is_rejected() {
    let parties = ["https://app.example.com", "https://admin.example.com:8443"];
    let clerk = || production().authorized_parties(parties);
    for origin in parties.into_iter().chain(["https://app.example.com:9000"]) {
        assert!(built(clerk(), |pages| pages.origins([origin])).is_ok(), "{origin}");
    }
    for origin in ["https://www.example.com", "https://example.com"] {
        let problem = built(clerk(), |pages| pages.origins([parties[0], origin])).unwrap_err();
        let told = "is at the host of no authorized party, so each of its sessions is rejected; \
                    add it to CLERK_AUTHORIZED_PARTIES";
        assert_eq!(problem, format!("origins: {origin:?} {told}"));
        assert!(built(production(), |pages| pages.origins([origin])).is_ok(), "no parties");
    }
}

#[test]
fn origin_that_could_be_a_secret_is_not_shown() {
    for origin in ["http://sk-live.sk_live_a.example.com", "http://4f3e2d1c0b9a88776655.example"] {
        let problem = built(production(), |pages| pages.origins([origin])).unwrap_err();
        assert!(problem.starts_with("origins: the value (not shown"), "{problem}");
    }
}
