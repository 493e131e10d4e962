::core::compile_error! {
    "expected an async function\nhelp: write `#[clerk_auth]` on a free `async fn` with a body"
}
pub struct Notes {
    list: Vec<Note>,
}
