use clerk_auth::{audit::Routes, clerk_auth};

#[derive(Clone)]
struct AppState;

#[clerk_auth]
async fn list_notes() {}

fn main() {
    let _: Routes<AppState> = Routes::new().get("/notes", list_notes);
}
