//! One guarded route. A token in; the answer, and the number of loads that it caused, out.
//!
//! What a test asserts in full goes over a socket. Floods, and callers who go away, do without.

use std::{
    fmt::Debug,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use axum::{Router, body::Body, routing::get};
use clerk_auth::{
    Clerk, ClerkBuilder, clerk_auth,
    testing::{DevIssuer, TestClock},
};
use clerk_auth_tests::{Reply, Server};
use http::Request;
use tokio::{task::JoinSet, time::timeout};
use tower::ServiceExt;

/// The time at which each test starts, in seconds.
pub(crate) const NOW: u64 = 1_800_000_000;

/// A second of the test's time.
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// An app, the issuer that it believes, and the time that both see.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) issuer: DevIssuer,
    pub(crate) clock: TestClock,
    pub(crate) clerk: Clerk,
    router: Router,
    server: Arc<Server>,
}

/// What the handler says.
const RAN: &str = "the handler ran";

impl App {
    pub(crate) async fn start() -> Self {
        Self::with(|clerk| clerk).await
    }

    pub(crate) async fn with(set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Self {
        let clock = TestClock::at(NOW);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let clerk = set(issuer.clerk());
        Self::of(issuer, clock, clerk).await
    }

    /// A second app for the same issuer, without keys yet.
    pub(crate) async fn again(&self, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Self {
        let clerk = set(self.issuer.clerk());
        Self::of(self.issuer.clone(), self.clock.clone(), clerk).await
    }

    async fn of(issuer: DevIssuer, clock: TestClock, clerk: ClerkBuilder) -> Self {
        let clerk = clerk.build().unwrap();
        let router = Router::new().route("/", get(enter)).with_state(clerk.clone());
        let server = Arc::new(Server::start(router.clone()).await);
        Self { issuer, clock, clerk, router, server }
    }

    /// A good token that lives a day.
    pub(crate) fn token(&self) -> String {
        self.issuer.oauth("user_ada").jwt()
    }

    /// A token that names a key that nobody has.
    pub(crate) fn stranger(&self, kid: &str) -> String {
        self.issuer.oauth("user_ada").header("kid", kid).jwt()
    }

    /// The status of a request that goes over no socket.
    pub(crate) async fn ask(&self, token: &str) -> u16 {
        let request = Request::get("/").header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status().as_u16()
    }

    /// Asserts the status and what goes with it, how many requests for the key set it caused, and
    /// that the handler runs for nobody who is refused.
    pub(crate) async fn answers(
        &self,
        token: &str,
        status: u16,
        loads: usize,
        row: impl Debug,
    ) -> Reply {
        let before = self.loads();
        let reply = self.server.get("/", token).await;
        let caused = self.loads() - before;
        assert_eq!((reply.status, caused), (status, loads), "status and loads: {row:?}");
        assert_eq!(reply.body == RAN, status == 200, "{row:?}");
        // Where Clerk is to blame, the caller learns when to come again, and no more.
        assert_eq!(!reply.header("retry-after").is_empty(), status == 503, "{row:?}");
        let invalid = r#"Bearer realm="clerk", error="invalid_token""#;
        assert_eq!(reply.challenge(), if status == 401 { invalid } else { "" }, "{row:?}");
        reply
    }

    /// Like [`answers`](Self::answers), where the requests are sent behind the answer.
    pub(crate) async fn answers_at_last(
        &self,
        token: &str,
        status: u16,
        loads: usize,
        row: impl Debug,
    ) {
        let before = self.loads();
        assert_eq!(self.ask(token).await, status, "{row:?}");
        let loaded = async {
            while self.loads() < before + loads {
                tokio::task::yield_now().await;
            }
        };
        assert!(timeout(10 * SECOND, loaded).await.is_ok(), "{row:?}");
    }

    /// Asserts the status, and how many requests of any kind it caused.
    pub(crate) async fn costs(
        &self,
        token: &str,
        status: u16,
        calls: usize,
        row: impl Debug,
    ) -> Reply {
        let before = self.issuer.calls().total();
        let reply = self.server.get("/", token).await;
        let caused = self.issuer.calls().total() - before;
        assert_eq!((reply.status, caused), (status, calls), "status and calls: {row:?}");
        assert_eq!(reply.body == RAN, status == 200, "{row:?}");
        reply
    }

    /// The statuses of many requests at once with the same token.
    pub(crate) async fn ask_at_once(&self, callers: usize, token: &str) -> Vec<u16> {
        let mut requests = JoinSet::new();
        for _ in 0..callers {
            let (app, token) = (self.clone(), token.to_owned());
            requests.spawn(async move { app.ask(&token).await });
        }
        requests.join_all().await
    }

    /// How often the key set was asked for.
    pub(crate) fn loads(&self) -> usize {
        self.issuer.calls().key_set
    }
}

/// Leaves no time for a second try.
pub(crate) fn impatient(clerk: ClerkBuilder) -> ClerkBuilder {
    clerk.attempt_timeout(5 * SECOND).total_timeout(5 * SECOND)
}

/// A machine that is busy with ten thousand requests is not what is tested.
pub(crate) fn patient(clerk: ClerkBuilder) -> ClerkBuilder {
    clerk.attempt_timeout(60 * SECOND).total_timeout(60 * SECOND)
}

#[clerk_auth(accepts = "any")]
async fn enter() -> &'static str {
    RAN
}

/// Lets a future run once; whether it is not done yet.
pub(crate) async fn is_waiting<F: Future>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

/// Polls a future so often at most; what it ends with, or `None` where it was dropped before.
pub(crate) async fn polled<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // The last poll is over, and the work that it waits for is still under way.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
