//! A chat for pages of another origin. One policy guards both ways in.

mod page;

use axum::{
    Router,
    extract::{
        FromRef, State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes},
    },
    response::Response,
    routing::any,
};
use clerk_auth::{
    Clerk, ClerkLayer, Policy, Verified, policy,
    sockets::{BearerProtocolLayer, FirstMessage, GuardedSocket},
};
use tokio::sync::broadcast;

pub use self::page::page;

/// Who may chat.
pub const CHAT: Policy = policy!(session_token, oauth_token(scopes = "chat:write"));

#[derive(Clone, FromRef)]
struct Chat {
    first: FirstMessage,
    room: broadcast::Sender<Utf8Bytes>,
}

/// The sockets: `/chat` with the token as a subprotocol, `/chat/first` with it as the first message.
pub fn api(clerk: Clerk) -> Router {
    let first = FirstMessage::new(clerk.clone(), CHAT);
    let room = broadcast::Sender::new(64);
    let guarded = Router::new()
        .route("/chat", any(by_subprotocol))
        .layer(ClerkLayer::new(clerk.clone(), CHAT))
        .layer(BearerProtocolLayer::new(clerk));
    let open = Router::new().route("/chat/first", any(by_first_message));
    guarded.merge(open).with_state(Chat { first, room })
}

async fn by_subprotocol(
    State(chat): State<Chat>,
    caller: Verified,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.on_upgrade(async move |socket| {
        talk(GuardedSocket::new(socket, caller, CHAT), chat.room).await;
    })
}

async fn by_first_message(State(chat): State<Chat>, upgrade: WebSocketUpgrade) -> Response {
    chat.first.on_upgrade(upgrade, async move |socket| talk(socket, chat.room).await)
}

/// Sends each line to everyone, with the name of its caller. `token …` is a newer token.
async fn talk(mut socket: GuardedSocket, room: broadcast::Sender<Utf8Bytes>) {
    let mut lines = room.subscribe();
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if let Some(token) = text.strip_prefix("token ") {
                        if socket.renew(token).await.is_err() {
                            return;
                        }
                    } else {
                        let line = format!("{}: {text}", socket.caller().subject());
                        // Fails if all others left.
                        let _ = room.send(line.into());
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            Ok(line) = lines.recv() => {
                if socket.send(Message::Text(line)).await.is_err() {
                    return;
                }
            }
        }
    }
}
