use clerk_auth::{Guard, clerk_auth};

#[clerk_auth]
async fn handler() {}

fn main() {
    let _: Guard<handler> = Guard {};
}
