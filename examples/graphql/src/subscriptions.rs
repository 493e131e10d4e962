//! Subscriptions by the protocol `graphql-transport-ws`. The token is in `connection_init`, because a browser cannot set
//! `Authorization` on a WebSocket.

use std::{future::pending, pin::pin, time::Duration};

use async_graphql::{
    Data, Error,
    http::{WebSocket as Connection, WebSocketProtocols, WsMessage},
};
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
};
use clerk_auth::{
    Clerk, Policy, Rejection, Verified, policy,
    rejection::RejectionKind::{
        ClerkUnavailable, InvalidToken, Misconfigured, MissingCredential, UnreadableCredential,
    },
};
use futures_util::{FutureExt, SinkExt, StreamExt, future::ready};
use serde_json::Value;
use tokio::{sync::oneshot, time::timeout};

use crate::{MAX_REQUEST, policy_guard::graphql_error, schema::Notes};

/// The name in `Sec-WebSocket-Protocol`.
const PROTOCOL: &str = "graphql-transport-ws";

/// How long a client has to send its token.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Who can connect. Each subscription has a policy of its own.
const CALLERS: Policy = policy!(accepts = ["session_token", "oauth_token"]);

type Close = (u16, &'static str);

/// Cookies are not read, so a page of another origin has nothing to send.
pub async fn connect(
    State(clerk): State<Clerk>,
    State(schema): State<Notes>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MAX_REQUEST);
    if upgrade.selected_protocol().is_none() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    upgrade.on_upgrade(move |socket| serve(clerk, schema, socket))
}

async fn serve(clerk: Clerk, schema: Notes, socket: WebSocket) {
    let (mut sink, stream) = socket.split();
    let messages = stream.take_while(|message| ready(message.is_ok()));
    let requests = messages.filter_map(|message| {
        ready(message.ok().filter(|it| matches!(it, Message::Text(_))).map(Message::into_data))
    });
    let (decided, decision) = oneshot::channel();
    let connection = Connection::new(schema, requests, WebSocketProtocols::GraphQLWS)
        .on_connection_init(async move |payload| {
            let caller = authenticate(&clerk, &payload).await;
            // The receiver waits as long as the connection is open.
            let _ = decided.send(caller.clone());
            let mut data = Data::default();
            data.insert(caller.map_err(|rejection| graphql_error(&rejection))?);
            Ok::<_, Error>(data)
        });
    let (mut connection, mut end) = (pin!(connection), pin!(end(decision)));
    let (code, reason) = loop {
        let message = tokio::select! {
            message = connection.next() => message,
            close = &mut end => break close,
        };
        match message {
            Some(WsMessage::Text(text)) => {
                if sink.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
            }
            Some(WsMessage::Close(code, _)) => {
                // A rejected token has a code of its own.
                break end.now_or_never().unwrap_or((code, "protocol error"));
            }
            None => return,
        }
    };
    let frame = CloseFrame { code, reason: reason.into() };
    let _ = sink.send(Message::Close(Some(frame))).await;
}

async fn authenticate(clerk: &Clerk, payload: &Value) -> Result<Verified, Rejection> {
    let token = payload["token"].as_str().unwrap_or_default();
    clerk.authenticate_token(token, CALLERS).await
}

/// Waits until the connection must end, and returns why.
async fn end(decision: oneshot::Receiver<Result<Verified, Rejection>>) -> Close {
    match timeout(INIT_TIMEOUT, decision).await {
        Ok(Ok(Ok(caller))) => {
            caller.expired().await;
            (4401, "the token expired")
        }
        Ok(Ok(Err(rejection))) => close_of(&rejection),
        // The connection ends by itself.
        Ok(Err(_)) => pending().await,
        Err(_) => (4408, "no token"),
    }
}

fn close_of(rejection: &Rejection) -> Close {
    match rejection.kind() {
        MissingCredential | InvalidToken | UnreadableCredential => (4401, "unauthenticated"),
        ClerkUnavailable => (1013, "try again later"),
        Misconfigured => (1011, "internal error"),
        _ => (4403, "forbidden"),
    }
}
