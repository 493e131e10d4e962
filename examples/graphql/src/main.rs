//! Runs the app: on a local stand-in for Clerk, or on real Clerk if its keys are set.

#![allow(clippy::print_stdout, reason = "it talks to the person who started it")]

use std::{env, error::Error, ffi::OsString};

use clerk_auth::{Clerk, testing::DevIssuer};
use notes_graphql::{ReadNotes, WriteNotes, router};
use tokio::{net::TcpListener, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Rejections are logged with their reason: the caller does not learn it.
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,clerk_auth=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).without_time().init();

    // Kept until the end: the stand-in stops with it.
    let mut stand_in = None;
    let clerk = if is_configured() {
        Clerk::from_env()?
    } else {
        stand_in.insert(DevIssuer::start().await?).clerk().build()?
    };
    for (fields, policy) in
        [("notes, noteAdded", ReadNotes::POLICY), ("addNote", WriteNotes::POLICY)]
    {
        clerk.check(policy)?;
        println!("  {fields:<18} {policy}");
    }

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .map_err(|error| format!("port {port} cannot be used ({error}); set PORT to another"))?;
    let url = format!("http://{}/graphql", listener.local_addr()?);
    println!("\nListening on {url}, and for subscriptions on {url}/ws. Ctrl-C stops it.");
    if let Some(issuer) = &stand_in {
        let token = issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]).jwt();
        println!(
            "\ncurl {url} -H 'Content-Type: application/json' \\\n  -H 'Authorization: Bearer {token}' \\\n  -d '{{\"query\":\"mutation {{ addNote(text: \\\"milk\\\") {{ text }} }}\"}}'"
        );
    }
    axum::serve(listener, router(clerk)).with_graceful_shutdown(stopped()).await?;
    println!("Stopped.");
    Ok(())
}

/// Whether real Clerk is wanted: a variable is set, or this is not a debug build. A server that
/// lost its keys must not start with a stand-in.
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
