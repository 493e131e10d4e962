//! What runs in the browser, without the renderer that is there.

use dioxus::prelude::VirtualDom;

fn main() {
    VirtualDom::new(notes_dioxus::App).rebuild_in_place();
}
