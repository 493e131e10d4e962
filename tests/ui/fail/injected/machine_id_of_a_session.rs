use clerk_auth::{MachineId, clerk_auth};

#[clerk_auth]
async fn handler(machine_id: MachineId) {
    drop(machine_id);
}

fn main() {}
