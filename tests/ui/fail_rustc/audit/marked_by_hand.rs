use clerk_auth::{Policy, audit::GuardedHandler};

struct Mine;

impl GuardedHandler for Mine {
    const POLICY: Policy = Policy::DENY_ALL;
}

fn main() {}
