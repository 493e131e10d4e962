use clerk_auth::UserId;

fn main() {
    let _ = UserId::new("user_1");
}
