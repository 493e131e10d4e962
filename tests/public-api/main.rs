//! Prints the public API that a file of rustdoc's JSON describes, one item a line.

#![allow(clippy::print_stdout, reason = "this is what the program is for")]

use std::{env, error::Error};

use public_api::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("give the path of a file of rustdoc's JSON")?;
    // Implementations that every type has say nothing.
    let api = Builder::from_rustdoc_json(path)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    print!("{api}");
    Ok(())
}
