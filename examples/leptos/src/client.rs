//! What runs in the browser.

fn main() {
    leptos::mount::hydrate_body(notes_leptos::App);
}
