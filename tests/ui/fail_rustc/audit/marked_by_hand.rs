use clerk_auth::{Policy, audit::GuardFirst};

struct Mine;

impl GuardFirst for Mine {
    const POLICY: Policy = Policy::REFUSE_ALL;
}

fn main() {}
