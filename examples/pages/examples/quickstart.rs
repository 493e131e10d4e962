//! The program of the guide `pages`, word for word: change both.

#![allow(clippy::print_stdout, reason = "it talks to the person who started it")]

use std::{env, error::Error};

use axum::{
    Form, Router,
    response::Redirect,
    routing::{get, post},
};
use clerk_auth::{Clerk, Subject, clerk_auth, pages::PagesLayer, testing::DevIssuer};
use maud::{Markup, html};
use serde::Deserialize;
use tokio::net::TcpListener;

/// A public page that greets a signed-in user.
#[clerk_auth(optional)]
async fn home(subject: Option<Subject>) -> Markup {
    let name = subject.map_or("guest".to_owned(), |subject| subject.to_string());
    html! { h1 { "Hello, " (name) } a href="/dashboard" { "Dashboard" } }
}

/// A page behind sign-in.
#[clerk_auth]
async fn dashboard(subject: Subject) -> Markup {
    html! {
        h1 { "Notes of " (subject) }
        form method="post" action="/notes" { input name="text" required; button { "Save" } }
    }
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

/// The form. The guard runs before the body is read.
#[clerk_auth]
async fn create_note(subject: Subject, Form(note): Form<Note>) -> Redirect {
    println!("{subject} writes: {}", note.text);
    Redirect::to("/dashboard")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let origin = env::var("ORIGIN").unwrap_or("http://app.localhost:3000".to_owned());

    // A debug build without keys uses the dev issuer, which runs until `issuer` is dropped.
    let is_local = cfg!(debug_assertions) && env::var_os("CLERK_SECRET_KEY").is_none();
    let issuer = if is_local { Some(DevIssuer::start().await?) } else { None };
    let clerk = match &issuer {
        Some(issuer) => issuer.clerk().build()?,
        None => Clerk::from_env()?,
    };
    let mut pages = PagesLayer::builder(clerk.clone()).origins([&origin]);
    if let Some(issuer) = &issuer {
        pages = pages.sign_in_url(issuer.sign_in_url());
    }

    let app = Router::new()
        .route("/", get(home))
        .route("/dashboard", get(dashboard))
        .route("/notes", post(create_note))
        .layer(pages.build()?)
        .with_state(clerk);
    println!("open {origin}");
    axum::serve(TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
