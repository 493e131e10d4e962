//! Reads a token from standard input and tells why it may or may not enter, with the
//! configuration of the environment.

#![allow(clippy::print_stdout, reason = "a command prints its answer")]

use std::io::{Read, stdin};

use clerk_auth::{Clerk, Policy, policy};

/// Put the policy of the route here, as it stands above the handler.
const POLICY: Policy = policy!(accepts = "any");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut token = String::new();
    stdin().read_to_string(&mut token)?;
    println!("{}", Clerk::from_env()?.explain(&token, &POLICY).await);
    Ok(())
}
