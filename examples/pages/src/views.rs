//! The pages as HTML. maud escapes each value.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

fn page(title: &str, user: Option<&str>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Margin" }
                link rel="stylesheet" href="/page.css";
            }
            body {
                header {
                    a.brand href="/" { "Margin" }
                    nav {
                        a href="/dashboard" { "Notes" }
                        a href="/organization" { "Organization" }
                        @if user.is_some() {
                            form method="post" action="/sign-out" {
                                button.quiet #sign-out { "Sign out" }
                            }
                        } @else {
                            a.button #sign-in href="/dashboard" { "Sign in" }
                        }
                    }
                }
                main { (content) }
            }
        }
    }
}

pub(crate) fn home(user: Option<&str>) -> Markup {
    page(
        "Home",
        user,
        &html! {
            h1 #greeting {
                @match user {
                    Some(user) => { "Hello, " (user) }
                    None => "Hello"
                }
            }
            p.lead { "A place for short notes. This page is public, and greets you if you are signed in." }
        },
    )
}

pub(crate) fn dashboard(user: &str, notes: &[String]) -> Markup {
    page(
        "Notes",
        Some(user),
        &html! {
            h1 { "Notes of " span #user { (user) } }
            form.card method="post" action="/notes" {
                label for="text" { "New note" }
                textarea #text name="text" rows="3" required {}
                button #save { "Save note" }
            }
            @if notes.is_empty() {
                p.empty { "No notes yet. Write the first one above." }
            } @else {
                ul #notes { @for note in notes.iter().rev() { li.card { (note) } } }
            }
        },
    )
}

pub(crate) fn organization(user: &str, organization: &str) -> Markup {
    page(
        "Organization",
        Some(user),
        &html! {
            h1 { "Organization" }
            p.lead {
                "You read the notes of " code #organization { (organization) }
                ", because your role there has the permission " code { "org:notes:read" } "."
            }
        },
    )
}

/// What a reader is told in place of a page.
pub(crate) fn problem(status: StatusCode) -> Response {
    let (title, text) = match status {
        StatusCode::UNAUTHORIZED => (
            "Sign-in needed",
            "Sign in to see this page. If you did, finish the steps that are open.",
        ),
        StatusCode::FORBIDDEN => ("Not permitted", "Your account may not do this."),
        StatusCode::NOT_FOUND => ("Not found", "No page has this address."),
        StatusCode::SERVICE_UNAVAILABLE => ("Try again", "Sign-in cannot be checked right now."),
        _ => ("Not possible", "The request cannot be answered."),
    };
    let content = html! {
        h1 #problem { (title) }
        p.lead { (text) }
        p { a href="/" { "Back to the start" } }
    };
    (status, page(title, None, &content)).into_response()
}
