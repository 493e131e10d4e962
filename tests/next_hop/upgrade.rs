//! A connection that leaves HTTP leaves the policies, so a preflight opens none.

use axum::{Router, http::StatusCode};
use clerk_auth::{ClerkLayer, mcp::Policies, testing::DevIssuer};

use crate::NOTES;
use clerk_auth_tests::{Server, connection::Connection};

const POLICIES: Policies = Policies::new().tools(&[("list", NOTES)]);

/// Upgrades whatever comes, by any method.
async fn upgrade() -> (StatusCode, [(&'static str, &'static str); 2]) {
    (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "h2c")])
}

#[tokio::test]
async fn preflight_with_upgrade_is_guarded() {
    let issuer = DevIssuer::start().await.unwrap();
    let layer = ClerkLayer::new(issuer.clerk().build().unwrap(), NOTES);
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let bearer = format!("authorization: Bearer {token}\r\n");
    for (layer, with_token) in [(layer.clone(), 101), (layer.mcp(&POLICIES), 400)] {
        let app = Server::start(Router::new().fallback(upgrade).layer(layer)).await;
        let table = [
            ("connection: upgrade\r\nupgrade: h2c\r\n", "", 401),
            ("connection: upgrade\r\nupgrade: websocket\r\n", "", 401),
            ("upgrade: h2c\r\n", "", 401),
            ("connection: upgrade\r\n", "", 401),
            ("connection: upgrade\r\nupgrade: h2c\r\n", bearer.as_str(), with_token),
        ];
        for (fields, authorization, status) in table {
            let mut connection = Connection::open(app.address()).await;
            let head = "OPTIONS / HTTP/1.1\r\nhost: app\r\norigin: https://evil.example\r\n\
                        access-control-request-method: GET\r\n";
            connection.send(format!("{head}{fields}{authorization}\r\n").as_bytes()).await;
            assert_eq!(connection.reply().await.status, status, "{fields:?}");
        }
    }
}
