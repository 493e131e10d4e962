use clerk_auth::{Clerk, audit::Routes};

fn main() {
    let _ = Routes::<Clerk>::new().get("/", "hello");
}
