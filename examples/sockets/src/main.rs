//! Runs the chat on a local stand-in for Clerk: the API on one port, the page on another.

#![allow(clippy::print_stdout, reason = "it talks to the person who started it")]

use std::{error::Error, time::Duration};

use axum::{Router, routing::get};
use clerk_auth::testing::DevIssuer;
use sockets::{CHAT, api, page};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,clerk_auth=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).without_time().init();

    let api_listener = TcpListener::bind("127.0.0.1:0").await?;
    let page_listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", page_listener.local_addr()?);
    let socket_url = format!("ws://{}", api_listener.local_addr()?);

    let issuer = DevIssuer::start().await?;
    let clerk = issuer.clerk().authorized_parties([&origin]).build()?;
    clerk.check(CHAT)?;
    let token = issuer.session("user_ada").authorized_party(&origin);
    let token = token.lives(Duration::from_secs(3600)).jwt();
    let html = page(&socket_url, &token);
    let pages = Router::new().route("/", get(async || html));

    println!("  {socket_url}/chat        {CHAT}");
    println!("  {socket_url}/chat/first  {CHAT}");
    println!("\nOpen {origin} or {origin}/#first in two tabs. Ctrl-C stops it.");
    tokio::select! {
        served = axum::serve(api_listener, api(clerk)) => served?,
        served = axum::serve(page_listener, pages) => served?,
        _ = tokio::signal::ctrl_c() => println!("Stopped."),
    }
    Ok(())
}
