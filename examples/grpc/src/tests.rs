//! The service over a real socket, called by tonic's own client.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use clerk_auth::{
    Clerk, ClerkLayer,
    testing::{Answer, DevIssuer, Endpoint, TestClock},
};
use futures_util::{StreamExt, stream};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    time::{advance, pause, resume, timeout},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Code, Request, Status,
    body::Body,
    client::GrpcService,
    codegen::{Bytes, Service, http},
    service::interceptor::InterceptedService,
    transport::{Channel, Server},
};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt;

use crate::{
    CALLERS, Notes, guard,
    proto::{
        ClearRequest, ListRequest, Note, WatchRequest, notes_client::NotesClient,
        notes_server::NotesServer,
    },
};

type Client = NotesClient<InterceptedService<Channel, Credential>>;

/// Puts these `authorization` fields into each request.
#[derive(Clone)]
struct Credential(Vec<String>);

impl tonic::service::Interceptor for Credential {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        for field in &self.0 {
            request.metadata_mut().append("authorization", field.parse().unwrap());
        }
        Ok(request)
    }
}

struct World {
    issuer: DevIssuer,
    channel: Channel,
}

impl World {
    async fn start() -> Self {
        Self::start_with(guard).await
    }

    /// The clock of the issuer and of the guard stands still.
    async fn start_with(guard: impl FnOnce(Clerk) -> ClerkLayer) -> Self {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock).start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (_reporter, health) = tonic_health::server::health_reporter();
        let server = Server::builder()
            .layer(guard(issuer.clerk().build().unwrap()))
            .add_service(health)
            .add_service(NotesServer::new(Notes::default()))
            .serve_with_incoming(TcpListenerStream::new(listener));
        tokio::spawn(server);
        let channel = Channel::from_shared(format!("http://{address}")).unwrap();
        Self { issuer, channel: channel.connect().await.unwrap() }
    }

    fn client(&self, token: &str) -> Client {
        self.client_with(&[&format!("Bearer {token}")])
    }

    fn client_with(&self, fields: &[&str]) -> Client {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        NotesClient::with_interceptor(self.channel.clone(), Credential(fields))
    }

    fn oauth<const N: usize>(&self, scopes: [&str; N]) -> String {
        self.issuer.oauth("user_ada").scopes(scopes).jwt()
    }
}

fn note(text: &str) -> Note {
    Note { text: text.to_owned() }
}

/// The code of each kind of call with the same credential: unary, client stream, server stream,
/// both.
async fn codes(mut client: Client) -> [Code; 4] {
    let code = |status: Status| status.code();
    let note = || stream::iter([note("milk")]);
    let list = client.list(ListRequest {}).await.map(drop);
    let import = client.import(note()).await.map(drop);
    let watch = client.watch(WatchRequest {}).await.map(drop);
    let edit = client.edit(note()).await.map(drop);
    [list, import, watch, edit].map(|called| called.err().map_or(Code::Ok, code))
}

#[tokio::test]
async fn accepted_caller_reaches_each_kind_of_method() {
    let world = World::start().await;
    let mut client = world.client(&world.oauth(["read:notes", "write:notes"]));
    let mut watched = client.watch(WatchRequest {}).await.unwrap().into_inner();
    let imported = client.import(stream::iter([note("milk"), note("bread")])).await.unwrap();
    assert_eq!(imported.into_inner().count, 2);
    assert_eq!(watched.message().await.unwrap(), Some(note("milk")));
    let stored = client.edit(stream::iter([note("eggs")])).await.unwrap().into_inner();
    assert_eq!(stored.map(Result::unwrap).collect::<Vec<_>>().await, [note("eggs")]);
    let listed = client.list(ListRequest {}).await.unwrap().into_inner().notes;
    assert_eq!(listed, ["milk", "bread", "eggs"].map(note));
}

#[tokio::test]
async fn rejection_is_the_status_of_the_table() {
    use Code::{InvalidArgument, Ok, PermissionDenied, Unauthenticated, Unavailable};

    let world = World::start().await;
    let issuer = &world.issuer;
    let bearer = |token: String| vec![format!("Bearer {token}")];
    let expired = issuer.oauth("user_ada").scopes(["read:notes"]).expired().jwt();
    let forged = {
        let mut token = world.oauth(["read:notes"]);
        let last = token.pop().unwrap();
        token.extend([if last == 'A' { 'B' } else { 'A' }]);
        token
    };
    let opaque = issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]).opaque();
    let table = [
        ("no credential", vec![], [Unauthenticated; 4]),
        ("not a token", bearer("x".to_owned()), [Unauthenticated; 4]),
        ("another type", bearer(issuer.api_key("user_ada").opaque()), [Unauthenticated; 4]),
        ("expired", bearer(expired), [Unauthenticated; 4]),
        ("forged", bearer(forged), [Unauthenticated; 4]),
        (
            "two fields",
            [bearer("a".to_owned()), bearer("b".to_owned())].concat(),
            [InvalidArgument; 4],
        ),
        ("no scope", bearer(world.oauth([])), [PermissionDenied; 4]),
        (
            "read only",
            bearer(world.oauth(["read:notes"])),
            [Ok, PermissionDenied, Ok, PermissionDenied],
        ),
        ("outage", bearer(opaque), [Unavailable; 4]),
    ];
    issuer.answer_with(Endpoint::OAuthVerify, Answer::status(502));
    for (name, fields, expected) in table {
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        assert_eq!(codes(world.client_with(&fields)).await, expected, "{name}");
    }
}

/// A client would read the body of an HTTP response as messages.
#[tokio::test]
async fn rejection_without_grpc_is_a_status_that_clients_map() {
    let world = World::start_with(|clerk| ClerkLayer::new(clerk, CALLERS)).await;
    let status = world.client("x").list(ListRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated, "{status:?}");
    world.issuer.answer_with(Endpoint::OAuthVerify, Answer::status(502));
    let opaque = world.issuer.oauth("user_ada").opaque();
    let status = world.client(&opaque).list(ListRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
}

#[tokio::test]
async fn status_names_the_kind_and_the_missing_scopes() {
    let world = World::start().await;
    let mut client = world.client(&world.oauth(["read:notes"]));
    let status = client.import(stream::iter([note("milk")])).await.unwrap_err();
    assert_eq!(status.message(), "The token lacks a required scope");
    let info = status.get_details_error_info().unwrap();
    assert_eq!((&*info.reason, &*info.domain), ("INSUFFICIENT_SCOPE", "clerk-auth"));
    assert_eq!(info.metadata["scopes"], "write:notes");
    let challenge = status.metadata().get("www-authenticate").unwrap().to_str().unwrap();
    assert!(
        challenge.contains(r#"error="insufficient_scope", scope="write:notes""#),
        "{challenge}"
    );

    let status = world.client("x").list(ListRequest {}).await.unwrap_err();
    let info = status.get_details_error_info().unwrap();
    assert_eq!((&*info.reason, info.metadata.len()), ("INVALID_TOKEN", 0));
}

#[tokio::test]
async fn unlisted_method_is_denied_after_verification() {
    let world = World::start().await;
    let all = world.oauth(["read:notes", "write:notes"]);
    let status = world.client(&all).clear(ClearRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let status = world.client("x").clear(ClearRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn public_method_needs_no_token_and_its_neighbour_does() {
    let world = World::start().await;
    let mut health = HealthClient::new(world.channel.clone());
    let request = || HealthCheckRequest { service: String::new() };
    assert!(health.check(request()).await.is_ok());
    let status = health.watch(request()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn stream_ends_with_unauthenticated_at_expiry() {
    let world = World::start().await;
    let token = || {
        let token = world.issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]);
        token.lives(Duration::from_secs(60)).jwt()
    };
    let mut client = world.client(&token());
    let mut watched = client.watch(WatchRequest {}).await.unwrap().into_inner();
    let endless = || stream::iter([note("milk")]).chain(stream::pending());
    let mut edited = client.edit(endless()).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap(), Some(note("milk")));
    assert_eq!(edited.message().await.unwrap(), Some(note("milk")));
    // From here, timers fire at once, in order.
    pause();
    let imported = client.import(endless()).await.unwrap_err();
    assert_eq!(watched.message().await.unwrap(), Some(note("milk")), "sent before expiry");
    for status in
        [watched.message().await.unwrap_err(), edited.message().await.unwrap_err(), imported]
    {
        assert_eq!(status.code(), Code::Unauthenticated, "{status:?}");
        assert_eq!(status.get_details_error_info().unwrap().reason, "INVALID_TOKEN");
    }
}

/// A channel whose requests name another content type, which tonic serves all the same.
#[derive(Clone)]
struct Mistyped(Channel);

impl Service<http::Request<Body>> for Mistyped {
    type Response = http::Response<Body>;
    type Error = tonic::transport::Error;
    type Future = <Channel as Service<http::Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::poll_ready(&mut self.0, context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
        Service::call(&mut self.0, request)
    }
}

#[tokio::test]
async fn stream_of_another_content_type_ends_at_expiry_too() {
    let world = World::start().await;
    let mut watched = world.client(&world.oauth(["read:notes"]));
    let mut watched = watched.watch(WatchRequest {}).await.unwrap().into_inner();
    let token = world.issuer.oauth("user_ada").scopes(["write:notes"]);
    let bearer = format!("Bearer {}", token.lives(Duration::from_secs(60)).jwt());
    let channel = Mistyped(world.channel.clone());
    let mut client = NotesClient::with_interceptor(channel, Credential(vec![bearer]));
    let endless = stream::iter([note("eggs")]).chain(stream::pending());
    let imported = tokio::spawn(async move { client.import(endless).await });
    assert_eq!(watched.message().await.unwrap(), Some(note("eggs")), "the method reads");
    pause();
    advance(Duration::from_secs(66)).await;
    resume();
    let imported = timeout(Duration::from_secs(9), imported).await;
    assert!(imported.expect("the method reads on").unwrap().is_err());
}

/// The first byte of a message. The rest follows when `wait` is ready.
struct HeldBack<F> {
    sent: usize,
    wait: Pin<Box<F>>,
}

impl<F: Future<Output = ()>> http_body::Body for HeldBack<F> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Status>>> {
        if self.sent == 1 && self.wait.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.sent += 1;
        let part: &'static [u8] = match self.sent {
            1 => b"\0",
            2 => b"\0\0\0\0",
            _ => return Poll::Ready(None),
        };
        Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(part)))))
    }

    /// The frame of the rest ends the stream, so that the server never waits for an end.
    fn is_end_stream(&self) -> bool {
        self.sent == 2
    }
}

/// tonic calls a method when its message is whole, so one byte would keep the call for later.
#[tokio::test]
async fn rest_of_a_message_after_expiry_calls_no_method() {
    let world = World::start().await;
    let token = world.issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]);
    let bearer = format!("Bearer {}", token.lives(Duration::from_secs(60)).jwt());
    for path in ["/notes.v1.Notes/List", "/notes.v1.Notes/Import"] {
        let (send, wait) = oneshot::channel::<()>();
        let wait = Box::pin(async move { drop(wait.await) });
        let request = http::Request::post(path)
            .header("content-type", "application/grpc")
            .header("authorization", &bearer)
            .body(Body::new(HeldBack { sent: 0, wait }))
            .unwrap();
        let mut channel = world.channel.clone();
        poll_fn(|context| GrpcService::poll_ready(&mut channel, context)).await.unwrap();
        let reply = tokio::spawn(GrpcService::call(&mut channel, request));
        // The server admits the call before the clock moves.
        assert!(world.client(&world.oauth(["read:notes"])).list(ListRequest {}).await.is_ok());
        pause();
        advance(Duration::from_secs(66)).await;
        resume();
        drop(send);
        let reply = timeout(Duration::from_secs(9), reply).await.unwrap().unwrap().unwrap();
        assert_eq!(reply.headers().get("grpc-status").unwrap(), "16", "{path}: {reply:?}");
    }
}

/// tonic looks at the path of a request and not at its method, so a preflight would call a method.
#[tokio::test]
async fn preflight_calls_no_method_without_a_token() {
    let methods = ["Import", "Edit", "List", "Clear"].map(|it| format!("/notes.v1.Notes/{it}"));
    let layers = [guard, |clerk| ClerkLayer::new(clerk, CALLERS).grpc()];
    for layer in layers {
        let world = World::start_with(layer).await;
        for path in &methods {
            let request = http::Request::options(path)
                .header("origin", "https://evil.example")
                .header("access-control-request-method", "POST")
                .header("content-type", "application/grpc");
            let mut channel = world.channel.clone();
            poll_fn(|context| GrpcService::poll_ready(&mut channel, context)).await.unwrap();
            let request = request.body(Body::empty()).unwrap();
            let reply = GrpcService::call(&mut channel, request).await.unwrap();
            assert_eq!(reply.headers()["grpc-status"], "16", "{path}: {reply:?}");
        }
    }
}
