use clerk_auth::UserId;

fn main() {
    let _ = UserId::from(String::from("user_1"));
}
