//! Runs the example on a local stand-in for Clerk, and prints a page and requests to try.

use std::error::Error;

use clerk_auth::{pages::PagesLayer, testing::DevIssuer};
use notes_leptos::{AddNotePolicy, WhoamiPolicy, router};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = DevIssuer::start().await?;
    let clerk = issuer.clerk().build()?; // `Clerk::from_env()` for a real instance
    clerk.check(AddNotePolicy::POLICY)?;
    clerk.check(WhoamiPolicy::POLICY)?;

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    // Another host than the issuer's `clerk.localhost`: cookies do not tell ports apart.
    let address = format!("http://app.localhost:{}", listener.local_addr()?.port());
    let pages = PagesLayer::builder(clerk.clone())
        .sign_in_url(issuer.sign_in_url()) // `/sign-in`, or nothing for Clerk's own page
        .origins([&address])
        .build()?;
    let token = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    println!("curl -i {address}/api/add_note -d text=milk");
    println!("curl -i {address}/api/add_note -d text=milk -H 'Authorization: Bearer {token}'");

    println!("Open {address} in a browser.");
    axum::serve(listener, router(clerk, pages)).await?;
    Ok(())
}
