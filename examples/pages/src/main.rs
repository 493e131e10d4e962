//! Runs the site: on a local stand-in for Clerk, or on real Clerk if its keys are set.

#![allow(clippy::print_stdout, reason = "it talks to the person who started it")]

use std::{env, error::Error, ffi::OsString};

use clerk_auth::{Clerk, pages::PagesLayer, testing::DevIssuer};
use pages::{AppState, BackendApi, FrontendApi, Notes, site, site_on_issuer};
use tokio::{net::TcpListener, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,clerk_auth=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).without_time().init();

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .map_err(|error| format!("port {port} cannot be used ({error}); set PORT to another"))?;
    // Another host than the issuer's `clerk.localhost`: cookies do not tell ports apart.
    let origin = format!("http://app.localhost:{}", listener.local_addr()?.port());

    // Kept until the end: the stand-in stops with it.
    let mut stand_in = None;
    let client = reqwest::Client::new();
    let site = if is_configured() {
        println!("Real Clerk: users of the instance whose CLERK_ variables are set.");
        let clerk = Clerk::from_env()?;
        let variable = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
        let backend_api = BackendApi {
            url: "https://api.clerk.com".to_owned(),
            secret_key: variable("CLERK_SECRET_KEY")?,
            client,
        };
        let frontend_api = FrontendApi(variable("CLERK_FRONTEND_API_URL")?);
        let pages = PagesLayer::builder(clerk.clone()).build()?;
        site(pages, AppState { clerk, notes: Notes::default(), backend_api, frontend_api })
    } else {
        println!("Dev issuer: a local stand-in for Clerk, because no CLERK_ variable is set.");
        let issuer = stand_in.insert(DevIssuer::start().await?);
        site_on_issuer(issuer, &origin, client)?
    };
    println!("Open {origin} in a browser. Ctrl-C stops it.");
    axum::serve(listener, site).with_graceful_shutdown(stopped()).await?;
    println!("Stopped.");
    Ok(())
}

/// Whether real Clerk is wanted: a variable is set, or this is not a debug build.
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
