//! Reads a token from standard input and tells why a policy accepts or rejects it, with the
//! configuration of the environment. Exits with 1 if the token is rejected.

#![allow(clippy::print_stdout, reason = "a command prints its answer")]

use std::{
    error::Error,
    io::{Read, stdin},
    process::ExitCode,
};

use clerk_auth::{Clerk, Policy, policy};

/// Put the policy of the route here, as it stands above the handler.
const POLICY: Policy = policy!(accepts = "any");

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut token = String::new();
    stdin().read_to_string(&mut token)?;
    let explanation = Clerk::from_env()?.explain(&token, POLICY).await;
    println!("{explanation}");
    Ok(if explanation.kind().is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
