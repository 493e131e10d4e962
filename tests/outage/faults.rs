//! Each fault there is, on each way to Clerk: who enters meanwhile, and how it is afterwards.

use std::time::{Duration, Instant};

use clerk_auth::{
    ClerkBuilder,
    policy::OpaqueTokenType,
    testing::{Answer, DevIssuer, Endpoint},
};

use crate::{
    app::{App, SECOND, polled},
    wire::{Break, Wire},
};

/// So long may a guard wait here.
const DEADLINE: Duration = Duration::from_millis(500);

/// As long as Clerk may ask to be left alone.
const MINUTE: Duration = Duration::from_secs(60);

/// How a question to Clerk can come to nothing.
#[derive(Clone, Debug)]
enum Fault {
    Answered(Answer),
    /// Clerk asks to be left alone.
    Busy(Answer),
    Broken(Break),
}

impl Fault {
    /// How long Clerk is not asked again.
    fn pause(&self) -> Duration {
        if let Self::Busy(_) = self { MINUTE } else { SECOND }
    }
}

/// What says nothing: neither about keys nor about a token.
fn faults() -> Vec<Fault> {
    let busy = [Answer::status(429), Answer::retry_after(30)].map(Fault::Busy);
    let statuses = [408, 500, 502, 503, 504].map(Answer::status);
    let json = ["", "<html></html>", r#"{"keys":[{"kty":"RSA","#, "\u{feff}{}", "{} {}"];
    let json = json.map(|body| Answer::body(200, "application/json", body));
    let other = [
        Answer::drop_connection(),
        Answer::redirect("https://elsewhere.example/"),
        Answer::body(204, "application/json", ""),
        Answer::body(200, "text/html", "<!doctype html>"),
        Answer::body(200, "text/html", "x".repeat(1024 * 1024)),
    ];
    let answers = [&statuses[..], &json, &other].concat().into_iter().map(Fault::Answered);
    answers.chain(busy).chain(Break::ALL.map(Fault::Broken)).collect()
}

/// An app, and all that stands between it and Clerk.
struct Scene {
    app: App,
    wire: Wire,
}

impl Scene {
    async fn of(first: &App, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Self {
        let wire = Wire::to(&first.issuer).await;
        let url = wire.url().to_owned();
        let brief = |clerk: ClerkBuilder| clerk.attempt_timeout(DEADLINE).total_timeout(DEADLINE);
        Self { app: first.again(|clerk| set(brief(clerk.api_url(url)))).await, wire }
    }

    fn breaks(&self, endpoint: Endpoint, fault: &Fault) {
        match fault {
            Fault::Answered(answer) | Fault::Busy(answer) => {
                self.app.issuer.answer_with(endpoint, answer.clone());
            }
            Fault::Broken(broken) => self.wire.set(Some(*broken)),
        }
    }

    fn heals(&self) {
        self.app.issuer.answer_normally();
        self.wire.set(None);
    }

    /// Asserts the status, and that nobody waits longer than is promised.
    async fn answers(&self, token: &str, status: u16, row: &Fault) {
        let start = Instant::now();
        assert_eq!(self.app.ask(token).await, status, "{row:?}");
        let elapsed = start.elapsed();
        assert!(elapsed < 8 * DEADLINE, "{elapsed:?}: {row:?}");
    }
}

#[tokio::test]
async fn key_set_out_of_reach_at_start_is_503_until_it_is_back() {
    let first = App::start().await;
    let impostor = DevIssuer::builder().impersonate(&first.issuer).start().await.unwrap();
    let (good, forged) = (first.token(), impostor.oauth("user_ada").jwt());
    for fault in faults() {
        let scene = Scene::of(&first, |clerk| clerk).await;
        scene.breaks(Endpoint::KeySet, &fault);
        for token in [&good, &forged, &first.stranger("stranger")] {
            scene.answers(token, 503, &fault).await;
        }
        scene.heals();
        scene.app.clock.advance(fault.pause());
        scene.answers(&good, 200, &fault).await;
        scene.answers(&forged, 401, &fault).await;
    }
}

#[tokio::test]
async fn key_set_out_of_reach_later_stops_good_tokens_after_an_hour_and_bad_ones_always() {
    let first = App::start().await;
    let impostor = DevIssuer::builder().impersonate(&first.issuer).start().await.unwrap();
    for fault in faults() {
        let (good, forged) = (first.token(), impostor.oauth("user_ada").jwt());
        let other = first.issuer.oauth("user_bob").jwt();
        let scene = Scene::of(&first, |clerk| clerk).await;
        let clock = &scene.app.clock;
        scene.answers(&good, 200, &fault).await;
        scene.breaks(Endpoint::KeySet, &fault);
        // Seconds since the load, and what good tokens get.
        let mut age = 0;
        for (at, status) in
            [(299, 200), (300, 200), (301, 200), (3000, 200), (3599, 200), (3600, 503)]
        {
            clock.advance((at - age) * SECOND);
            age = at;
            scene.answers(&good, status, &fault).await;
            scene.answers(&other, status, &fault).await;
            let rejected = if status == 200 { 401 } else { 503 };
            scene.answers(&forged, rejected, &fault).await;
            scene.answers(&first.stranger("stranger"), 503, &fault).await;
        }
        scene.heals();
        clock.advance(fault.pause());
        scene.answers(&good, 200, &fault).await;
        scene.answers(&forged, 401, &fault).await;
        scene.answers(&first.stranger("stranger"), 401, &fault).await;
    }
}

/// For each opaque type: where Clerk is asked, a good token, a revoked one, and junk.
fn opaque(issuer: &DevIssuer) -> [(Endpoint, String, String, &'static str); 3] {
    let pairs = [
        (Endpoint::OAuthVerify, [(); 2].map(|()| issuer.oauth("user_ada").opaque()), "oat_junk"),
        (Endpoint::M2mVerify, [(); 2].map(|()| issuer.m2m("mch_caller").opaque()), "mt_junk"),
        (Endpoint::ApiKeyVerify, [(); 2].map(|()| issuer.api_key("org_a").opaque()), "ak_junk"),
    ];
    pairs.map(|(endpoint, [good, revoked], junk)| {
        assert!(issuer.revoke(&revoked));
        (endpoint, good, revoked, junk)
    })
}

#[tokio::test]
async fn opaque_tokens_are_503_while_clerk_is_away_and_good_when_it_is_back() {
    let first = App::start().await;
    for fault in faults() {
        let scene = Scene::of(&first, |clerk| clerk).await;
        for (endpoint, good, revoked, junk) in opaque(&first.issuer) {
            scene.breaks(endpoint, &fault);
            for token in [&good, &revoked, junk] {
                scene.answers(token, 503, &fault).await;
            }
            scene.heals();
            if let Fault::Busy(_) = fault {
                scene.app.clock.advance(fault.pause());
            }
            scene.answers(&good, 200, &fault).await;
            scene.answers(&revoked, 401, &fault).await;
            scene.answers(junk, 401, &fault).await;
        }
    }
}

#[tokio::test]
async fn cached_approvals_serve_while_clerk_is_unreachable() {
    let first = App::start().await;
    for fault in faults() {
        let scene = Scene::of(&first, |it| it.opaque_cache(OpaqueTokenType::ApiKey, MINUTE)).await;
        let key = first.issuer.api_key("user_ada").opaque();
        scene.answers(&key, 200, &fault).await;
        scene.breaks(Endpoint::ApiKeyVerify, &fault);
        scene.app.clock.advance(Duration::from_millis(59_999));
        scene.answers(&key, 200, &fault).await;
        scene.app.clock.advance(Duration::from_millis(1));
        scene.answers(&key, 503, &fault).await;
        scene.heals();
    }
}

/// Clerk's name has no address. RFC 6761 §6.4 keeps this one free for ever.
#[tokio::test]
async fn name_without_an_address_is_503() {
    let app = App::start().await;
    let brief = |clerk: ClerkBuilder| clerk.attempt_timeout(DEADLINE).total_timeout(DEADLINE);
    let lost = app.again(|clerk| brief(clerk.api_url("https://clerk.invalid"))).await;
    let fault = Fault::Broken(Break::Closed);
    let scene = Scene { app: lost, wire: Wire::to(&app.issuer).await };
    for token in [app.token(), app.issuer.api_key("user_ada").opaque()] {
        scene.answers(&token, 503, &fault).await;
    }
}

/// Whoever holds a token of a known key does not notice that Clerk hangs: nobody waits for what
/// is loaded behind the answer.
#[tokio::test]
async fn nobody_waits_for_a_load_ahead_of_expiry() {
    let first = App::start().await;
    for broken in [Break::Silent, Break::TrickledBody] {
        let scene = Scene::of(&first, |clerk| clerk.jwt_cache_bytes(0)).await;
        let good = first.token();
        scene.answers(&good, 200, &Fault::Broken(broken)).await;
        scene.wire.set(Some(broken));
        scene.app.clock.advance(240 * SECOND);
        for _ in 0..10 {
            let answer = polled(1, scene.app.ask(&good)).await;
            assert_eq!(answer, Some(200), "{broken:?}");
        }
    }
}
