use clerk_auth::Verified;

fn main() {
    let _ = Verified {};
}
