use clerk_auth::{OrgId, clerk_auth};

#[clerk_auth]
async fn handler(org_id: OrgId) {
    drop(org_id);
}

fn main() {}
