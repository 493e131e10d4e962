//! The wrong order of the attributes does not compile in the server. Dioxus drops what stands below
//! its attribute from the client. The case is a target of this package: a workspace of its own would
//! build Dioxus once more.

use std::process::Command;

#[test]
fn the_attribute_stands_above_that_of_dioxus() {
    let build = Command::new(env!("CARGO"))
        .args(["build", "--example=attribute_below", "--features=misuse"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&build.stderr);
    assert!(!build.status.success());
    let message = "argument #1 of type `Guard<PurgePolicy>` is missing";
    assert!(errors.contains("error[E0061]") && errors.contains(message), "{errors}");
}
