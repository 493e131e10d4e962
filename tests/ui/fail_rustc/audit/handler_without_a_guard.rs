use clerk_auth::{Clerk, audit::Routes};

async fn handler() {}

fn main() {
    let _ = Routes::<Clerk>::new().get("/", handler);
}
