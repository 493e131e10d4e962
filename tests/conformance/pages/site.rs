//! The sites of the vectors, with pages of this crate around their guards.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::{FromRef, Request},
    routing::any,
};
use clerk_auth::{Clerk, Subject, clerk_auth, pages::PagesLayer, testing::TestClock};
use http::StatusCode;
use tower::ServiceExt;

use super::{
    outcome::Outcome,
    vectors::{Kind, PageVector, PageVectors, SiteSettings},
};
use crate::vectors::Answer;

/// Whether a page needs a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Guarding {
    Required,
    Optional,
}

#[derive(Clone, FromRef)]
struct State {
    clerk: Clerk,
}

/// What Clerk answers next.
type Next = Arc<Mutex<(StatusCode, String)>>;

/// That of the publishable keys.
const ISSUER: &str = "https://clerk.example.com";

/// Nobody answers there.
const AWAY: &str = "http://127.0.0.1:9";

pub(crate) struct Sites<'v> {
    vectors: &'v PageVectors,
    clock: TestClock,
    api_url: String,
    next: Next,
    routers: HashMap<(&'v str, Guarding), Router>,
}

impl<'v> Sites<'v> {
    pub(crate) async fn start(vectors: &'v PageVectors) -> Self {
        let next = Next::default();
        let answer = {
            let next = Arc::clone(&next);
            async move || {
                let (status, body) = next.lock().unwrap().clone();
                (status, [("content-type", "application/json")], body)
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}", listener.local_addr().unwrap());
        let api = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, api).await.unwrap() });
        let (clock, routers) = (TestClock::at(vectors.now), HashMap::new());
        Self { vectors, clock, api_url, next, routers }
    }

    pub(crate) async fn open(
        &mut self,
        vector: &'v PageVector,
        kind: &Kind,
        guarding: Guarding,
    ) -> Outcome {
        let router = self.router(vector, guarding);
        let host = self.vectors.sites[&vector.site].origin.split_once("://").unwrap().1;
        let (mut target, mut cookie) = (vector.target.clone(), vector.cookie.clone());
        if vector.is_started {
            let start = Request::get("/page?a=b")
                .header("host", host)
                .header("sec-fetch-dest", "document")
                .header("cookie", "__clerk_db_jwt=dvb_1; __client_uat=100");
            let response =
                router.clone().oneshot(start.body(Body::empty()).unwrap()).await.unwrap();
            let (return_cookie, state) = Outcome::started(&response).unwrap();
            target = format!("{target}&{state}");
            cookie = Some(format!("{}; {return_cookie}", cookie.unwrap_or_default()));
        }
        let mut request = Request::builder().method(&*kind.method).uri(target).header("host", host);
        for (name, value) in kind.headers.iter().chain(&vector.headers) {
            request = request.header(name, value);
        }
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let request = request.body(Body::empty()).unwrap();
        Outcome::of_response(router.oneshot(request).await.unwrap()).await
    }

    fn router(&mut self, vector: &'v PageVector, guarding: Guarding) -> Router {
        let settings = &self.vectors.sites[&vector.site];
        // One that called Clerk remembers it.
        let Some(Answer { status, body, text }) = &vector.answer else {
            let known = self.routers.get(&(&*vector.site, guarding)).cloned();
            let router = known.unwrap_or_else(|| self.site(settings, guarding, &self.api_url));
            self.routers.insert((&vector.site, guarding), router.clone());
            return router;
        };
        if *status == 0 {
            return self.site(settings, guarding, AWAY);
        }
        let body = text.clone().unwrap_or_else(|| body.to_string());
        *self.next.lock().unwrap() = (StatusCode::from_u16(*status).unwrap(), body);
        self.site(settings, guarding, &self.api_url)
    }

    fn site(&self, settings: &SiteSettings, guarding: Guarding, api_url: &str) -> Router {
        let SiteSettings { instance, key, origin, issuer, options, .. } = settings;
        let mut clerk = Clerk::builder()
            .publishable_key(key)
            .jwt_key(&self.vectors.pem)
            .authorized_parties([origin])
            .api_url(api_url)
            .clock(self.clock.clone())
            .reveal_reasons();
        if !settings.is_keyless {
            clerk = clerk.secret_key(format!("sk_{instance}_x"));
        }
        if let Some(proxy) = &options.proxy_url {
            clerk = clerk.frontend_api_url(proxy);
        } else if issuer != ISSUER {
            clerk = clerk.frontend_api_url(issuer).issuers([ISSUER, issuer]);
        }
        let clerk = clerk.build().unwrap();
        let mut pages = PagesLayer::builder(clerk.clone())
            .origins([origin])
            .sign_in_url(&options.sign_in_url)
            .satellites(&settings.satellites);
        if options.is_satellite {
            pages = pages.satellite();
        }
        let layer = pages.build().unwrap();
        let page = match guarding {
            Guarding::Required => any(required),
            Guarding::Optional => any(optional),
        };
        Router::new().route("/page", page).layer(layer).with_state(State { clerk })
    }
}

#[clerk_auth]
async fn required() -> &'static str {
    "in"
}

#[clerk_auth(optional)]
async fn optional(subject: Option<Subject>) -> &'static str {
    if subject.is_some() { "in" } else { "anonymous" }
}

impl fmt::Display for Guarding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Required => "required",
            Self::Optional => "optional",
        })
    }
}
