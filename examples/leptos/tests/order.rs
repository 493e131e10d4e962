//! The wrong order of the attributes does not compile, in the server or in the client. The case is a
//! target of this package: a workspace of its own would build Leptos once more.

use std::process::Command;

const MESSAGE: &str = "error: `#[server]` stands above `#[clerk_auth]`, so it would not be guarded
help: write `#[clerk_auth]` above `#[server]`";

#[test]
fn the_attribute_stands_above_that_of_leptos() {
    for side in ["ssr", "hydrate"] {
        let build = Command::new(env!("CARGO"))
            .args(["build", "--example=attribute_below", "--no-default-features"])
            .arg(format!("--features=misuse,{side}"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&build.stderr);
        assert!(!build.status.success());
        let unwrapped = errors.replace("\n       help", "\nhelp");
        assert!(unwrapped.contains(MESSAGE), "{side}: {errors}");
        assert!(errors.contains("due to 1 previous error"), "{side}: {errors}");
    }
}
