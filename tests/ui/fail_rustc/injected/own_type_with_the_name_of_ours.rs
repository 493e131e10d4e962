use clerk_auth::clerk_auth;

struct Subject;

#[clerk_auth]
async fn handler(subject: Subject) {
    drop(subject);
}

fn main() {}
