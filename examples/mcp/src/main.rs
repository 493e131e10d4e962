//! Runs the MCP server: on a local stand-in for Clerk, or on real Clerk if its keys are set.

#![allow(clippy::print_stdout, reason = "it talks to the person who started it")]

mod requests;

use std::{env, error::Error, ffi::OsString};

use axum::http::Uri;
use clerk_auth::{ClerkBuilder, testing::DevIssuer};
use mcp::{ENTER, Notes, POLICIES, SCOPES, router};
use tokio::{net::TcpListener, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Refusals are logged with their reason: the caller does not learn it.
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,clerk_auth=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).without_time().init();

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .map_err(|error| format!("port {port} cannot be used ({error}); set PORT to another"))?;
    let local = format!("http://{}/mcp", listener.local_addr()?);

    // Kept until the end: the stand-in stops with it.
    let mut stand_in = None;
    let (builder, resource) = if is_configured() {
        println!("Real Clerk: tokens of the instance whose CLERK_ variables are set.\n");
        (ClerkBuilder::from_env(), env::var("CLERK_RESOURCE").unwrap_or_default())
    } else {
        println!("Dev issuer: a local stand-in for Clerk, because no CLERK_ variable is set.\n");
        let issuer = stand_in.insert(DevIssuer::start().await?);
        // The URL by which clients know this server, and the only audience that it accepts.
        (issuer.clerk().resource(&local).audience([&local]), local.clone())
    };
    let clerk = builder.scope_hierarchy(SCOPES).build()?;
    clerk.check(ENTER)?;
    for (target, policy) in POLICIES.iter() {
        clerk.check(policy)?;
        println!("  {:<28} {policy}", target.to_string());
    }
    let url: Option<Uri> = resource.parse().ok();
    let host = url.as_ref().and_then(Uri::host).unwrap_or_default();
    let app = router(clerk, host, Notes::default())?;

    println!("\nListening on {local}, known as {resource}. Ctrl-C stops it.\n");
    if let Some(issuer) = &stand_in {
        requests::print(issuer, &local);
    }
    axum::serve(listener, app).with_graceful_shutdown(stopped()).await?;
    println!("Stopped.");
    Ok(())
}

/// Whether real Clerk is wanted: a variable is set, or this is no debug build. A server that lost its
/// keys must not start with a stand-in that hands out tokens.
fn is_configured() -> bool {
    let is_set = |(name, value): (OsString, OsString)| {
        name.to_string_lossy().starts_with("CLERK_") && !value.is_empty()
    };
    env::vars_os().any(is_set) || !cfg!(debug_assertions)
}

async fn stopped() {
    // Without a signal handler the process simply ends at Ctrl-C.
    let _ = signal::ctrl_c().await;
}
