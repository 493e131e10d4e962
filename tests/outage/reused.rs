//! Connections that are used again, and are gone. The test stands between the app and Clerk, and
//! decides what happens to the second request on a connection.

use std::{
    io::Result,
    sync::{Arc, Mutex},
};

use clerk_auth::{ClerkBuilder, policy::OpaqueTokenType};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

use crate::{
    app::{App, SECOND},
    opaque::tokens,
};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is read, and the connection is closed.
    Closed,
    /// It is read, and the connection is reset.
    Reset,
    /// It is answered with this, and the connection is closed.
    Answered(&'static str),
}

const BUSY: &str = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
const ERROR: &str = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
const PAGE: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\n\r\n<html>";
const HALF_HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-le";
const HALF_BODY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"object\":";
const NOT_HTTP: &str = "SSH-2.0-x\r\n\r\n";

/// What the test decides and sees.
#[derive(Default)]
struct State {
    /// For the next requests on connections that were used before.
    of_reused: Vec<Fate>,
    /// For all requests on new connections.
    of_new: Option<Fate>,
    requests: usize,
}

/// Passes requests on to the issuer, on connections that stay open. It goes with its last handle.
struct Relay {
    url: String,
    state: Arc<Mutex<State>>,
    task: AbortHandle,
}

impl Relay {
    async fn to(app: &App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let far = app.issuer.url().strip_prefix("http://").unwrap().to_owned();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        let accepting = async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(serve(near, far.clone(), Arc::clone(&shared)));
            }
        };
        let task = tokio::spawn(accepting).abort_handle();
        Self { url, state, task }
    }

    /// Sends `token` until a connection is used again and meets the fates; the status of that
    /// request, and how many requests it caused.
    async fn meets(&self, app: &App, token: &str, fates: &[Fate]) -> (u16, usize) {
        self.state.lock().unwrap().of_reused = fates.iter().rev().copied().collect();
        loop {
            let before = self.requests();
            assert!(before < 100, "no connection is used again");
            let status = app.ask(token).await;
            if self.state.lock().unwrap().of_reused.len() < fates.len() {
                return (status, self.requests() - before);
            }
            app.clock.advance(300 * SECOND);
        }
    }

    fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection.
async fn serve(mut near: TcpStream, far: String, state: Arc<Mutex<State>>) -> Result<()> {
    let mut is_reused = false;
    loop {
        let Some(request) = message(&mut near).await? else { return Ok(()) };
        let fate = {
            let mut state = state.lock().unwrap();
            state.requests += 1;
            if is_reused { state.of_reused.pop() } else { state.of_new }
        };
        match fate {
            None => {
                let answer = answer(&request, &far).await?;
                near.write_all(&answer).await?;
                is_reused = true;
            }
            Some(Fate::Closed) => return Ok(()),
            Some(Fate::Reset) => return near.set_zero_linger(),
            Some(Fate::Answered(answer)) => return near.write_all(answer.as_bytes()).await,
        }
    }
}

/// The issuer's answer, as for a connection that stays open.
async fn answer(request: &[u8], far: &str) -> Result<Vec<u8>> {
    let mut far = TcpStream::connect(far).await?;
    far.write_all(request).await?;
    Ok(message(&mut far).await?.unwrap_or_default())
}

/// A head and its body; `None` if the connection ends before.
async fn message(stream: &mut TcpStream) -> Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    loop {
        let head = message.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&message[..head]).to_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            if message.len() - head - 4 >= length.map_or(0, |it| it.parse().unwrap()) {
                return Ok(Some(message));
            }
        }
        if stream.read_buf(&mut message).await? == 0 {
            return Ok(None);
        }
    }
}

/// An app behind a relay, which makes one attempt for a load.
async fn app(first: &App, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> (App, Relay) {
    let relay = Relay::to(first).await;
    let time = 5 * SECOND;
    let app = first
        .again(|clerk| {
            set(clerk
                .api_url(&relay.url)
                .attempt_timeout(time)
                .total_timeout(time)
                .jwt_cache_bytes(0))
        })
        .await;
    (app, relay)
}

/// For the key set, and for each endpoint that verifies opaque tokens.
#[tokio::test]
async fn call_on_a_closed_connection_is_repeated_once() {
    use Fate::{Answered, Closed, Reset};
    let first = App::start().await;
    for (name, token, is_load) in all(&first) {
        for (fates, status, requests) in [
            (&[Closed][..], 200, 2),
            (&[Reset], 200, 2),
            // Without a whole head there is no response (RFC 9110 §9.2.2).
            (&[Answered(HALF_HEAD)], 200, 2),
            // Whoever was answered is not asked again.
            (&[Answered(BUSY)], 503, 1),
            (&[Answered(ERROR)], 503, 1),
            (&[Answered(PAGE)], 503, 1),
            (&[Answered(HALF_BODY)], 503, 1),
            (&[Answered(NOT_HTTP)], 503, 1),
        ] {
            let (app, relay) = app(&first, |clerk| clerk).await;
            let (met, sent) = relay.meets(&app, &token, fates).await;
            // Keys that are known go on while the load fails.
            let status = if is_load { 200 } else { status };
            assert_eq!((met, sent), (status, requests), "{name}: {fates:?}");
        }
    }
}

/// A token of each way to Clerk, and whether it needs the key set.
fn all(app: &App) -> Vec<(String, String, bool)> {
    let opaque = tokens(app).into_iter().map(|(kind, _, token)| (kind.to_string(), token, false));
    opaque.chain([("key set".to_owned(), app.token(), true)]).collect()
}

/// Clerk closes new connections too: that is an outage, and each call is made once.
#[tokio::test]
async fn call_on_a_new_connection_is_not_repeated() {
    let first = App::start().await;
    for (name, token, _) in all(&first) {
        for fate in [Fate::Closed, Fate::Reset] {
            let (app, relay) = app(&first, |clerk| clerk).await;
            relay.state.lock().unwrap().of_new = Some(fate);
            assert_eq!((app.ask(&token).await, relay.requests()), (503, 1), "{name}: {fate:?}");
            // The repeated call of a reused connection is not repeated again.
            relay.state.lock().unwrap().of_new = None;
            app.clock.advance(300 * SECOND);
            assert_eq!(app.ask(&token).await, 200, "{name}");
            app.clock.advance(300 * SECOND);
            relay.state.lock().unwrap().of_new = Some(fate);
            let (_, sent) = relay.meets(&app, &token, &[Fate::Closed]).await;
            assert_eq!(sent, 2, "{name}: {fate:?}");
        }
    }
}

/// The repeated call is a call: without one left in the limit, it is not made.
#[tokio::test]
async fn repeated_call_counts_against_the_rate_limit() {
    let first = App::start().await;
    let key = first.issuer.api_key("user_ada").opaque();
    for (calls, status, requests) in [(2, 503, 1), (3, 200, 2)] {
        let limit = |clerk: ClerkBuilder| clerk.opaque_rate_limit(OpaqueTokenType::ApiKey, calls);
        let (app, relay) = app(&first, limit).await;
        assert_eq!(app.ask(&key).await, 200);
        // Until the connection is back among those that are idle.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        relay.state.lock().unwrap().of_reused = vec![Fate::Closed];
        assert_eq!((app.ask(&key).await, relay.requests() - 1), (status, requests), "{calls}");
        assert_eq!(app.ask(&key).await, 503, "all calls are used up");
    }
}
