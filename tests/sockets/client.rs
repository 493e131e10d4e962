//! A WebSocket client that sends what a browser sends.

use std::{future::Future, time::Duration};

use axum::http::Response;
use clerk_auth_tests::Server;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderName, HeaderValue};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) response: Response<()>,
}

/// Turns a test that hangs into one that fails. Longer than the tokens of paused tests.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(200), future).await.unwrap()
}

impl Client {
    /// Opens a socket. The status if the handshake is rejected.
    pub(crate) async fn open(
        server: &Server,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Self, u16> {
        let url = format!("ws://{}{path}", server.address());
        let mut request = url.into_client_request().unwrap();
        for (name, value) in fields {
            let name = HeaderName::try_from(*name).unwrap();
            request.headers_mut().append(name, HeaderValue::try_from(*value).unwrap());
        }
        match soon(connect_async(request)).await {
            Ok((socket, response)) => Ok(Self { socket, response: response.map(drop) }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The subprotocol that the server selected.
    pub(crate) fn selected(&self) -> Option<&str> {
        let field = self.response.headers().get("sec-websocket-protocol");
        field.map(|value| value.to_str().unwrap())
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    pub(crate) async fn send_message(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// The next text, or the code and the reason that the server closed with.
    pub(crate) async fn next(&mut self) -> Result<String, (u16, String)> {
        loop {
            match soon(self.socket.next()).await.unwrap().unwrap() {
                Message::Text(text) => return Ok(text.to_string()),
                Message::Close(Some(frame)) => {
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                _ => {}
            }
        }
    }
}
