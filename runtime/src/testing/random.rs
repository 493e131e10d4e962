//! Random IDs, secrets and token texts in Clerk's shapes.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::STANDARD};

const WORD: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The ID of a user, a machine, a session, a key: `prefix` and 27 word characters.
pub(super) fn id(prefix: &str) -> String {
    format!("{prefix}{}", word::<27>())
}

/// The ID of an opaque token: `prefix` and 32 hexadecimal digits.
pub(super) fn object_id(prefix: &str) -> String {
    format!("{prefix}{}", hex::<16>())
}

/// An opaque token or a secret key: `prefix` and 43 word characters.
pub(super) fn secret(prefix: &str) -> String {
    format!("{prefix}{}", word::<43>())
}

/// An API key. Clerk's may contain `+`, `/` and `=`, so ours always end in `=`.
pub(super) fn api_key() -> String {
    format!("ak_{}", STANDARD.encode(bytes::<32>()))
}

pub(super) fn word<const LENGTH: usize>() -> String {
    // 62 does not divide 256: the first characters are a little more frequent. That is fine here.
    let character = |byte: u8| WORD.get(usize::from(byte) % WORD.len()).copied();
    bytes::<LENGTH>().into_iter().filter_map(character).map(char::from).collect()
}

/// This many bytes as lower-case hexadecimal digits.
pub(super) fn hex<const BYTES: usize>() -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16);
    let digits = |byte| [digit(byte >> 4), digit(byte & 15)];
    bytes::<BYTES>().into_iter().flat_map(digits).flatten().collect()
}

fn bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    // If it failed, the issuer's key, which needs random numbers too, could not be made either.
    let _ = rand::fill(&mut bytes);
    bytes
}
