use clerk_auth::Claims;

fn main() {
    let _ = Claims::new("{}");
}
