use clerk_auth::Subject;

fn main() {
    let _: Subject = "user_1".parse().unwrap();
}
