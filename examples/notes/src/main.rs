//! Runs the notes API: on a local stand-in for Clerk, or on real Clerk if its keys are set.

#![allow(clippy::print_stdout, reason = "it talks to the person who started it")]

mod requests;

use std::{env, error::Error, ffi::OsString};

use clerk_auth::{Clerk, testing::DevIssuer};
use notes::{AppState, Notes, playground, routes};
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
    let address = format!("http://{}", listener.local_addr()?);

    // Kept until the end: the stand-in stops with it.
    let mut stand_in = None;
    let clerk = if is_configured() {
        println!("Real Clerk: tokens of the instance whose CLERK_ variables are set.\n");
        Clerk::from_env()?
    } else {
        println!("Dev issuer: a local stand-in for Clerk, because no CLERK_ variable is set.\n");
        let issuer = stand_in.insert(DevIssuer::start().await?);
        issuer.clerk().build()?
    };
    let (router, table) = routes();
    print!("{table}");
    for policy in table.policies() {
        if let Err(lacks) = clerk.check(policy) {
            println!("Not yet, {policy}: {lacks}");
        }
    }
    println!("\nListening on {address}. Ctrl-C stops it.\n");
    if let Some(issuer) = &stand_in {
        requests::print(issuer, &address);
        println!("Or open {address} in a browser, and try tokens of every type and state.\n");
    }

    let mut app = router.with_state(AppState { clerk: clerk.clone(), notes: Notes::default() });
    if let Some(issuer) = stand_in {
        app = app.merge(playground::router(issuer, clerk, table).await?);
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
