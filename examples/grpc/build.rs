//! Generates the client and the server of `proto/notes.proto`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files = protox::compile(["proto/notes.proto"], ["proto"])?;
    Ok(tonic_prost_build::configure().compile_fds(files)?)
}
