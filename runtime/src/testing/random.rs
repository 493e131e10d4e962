//! A secret seed in; ids, secrets and token texts in Clerk's shapes out.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::{
    digest::{self, SHA512},
    rand,
};
use base64::{Engine, engine::general_purpose::STANDARD};

const WORD: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The operating system is asked once, so that everything after the start is infallible.
pub(super) struct Random {
    seed: [u8; 32],
    drawn: AtomicU64,
}

impl Random {
    pub(super) fn new() -> io::Result<Self> {
        let mut seed = [0; 32];
        rand::fill(&mut seed).map_err(|_| io::Error::other("no random numbers"))?;
        Ok(Self { seed, drawn: AtomicU64::new(0) })
    }

    /// The id of a user, a machine, a session, a key: `prefix` and 27 word characters.
    pub(super) fn id(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.word(27))
    }

    /// The id of an opaque token: `prefix` and 32 hexadecimal digits.
    pub(super) fn object_id(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.hex(16))
    }

    /// An opaque token or a secret key: `prefix` and 43 word characters.
    pub(super) fn secret(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.word(43))
    }

    /// An API key. Clerk's may contain `+`, `/` and `=`, so ours always end in `=`.
    pub(super) fn api_key(&self) -> String {
        let bytes = self.bytes();
        format!("ak_{}", STANDARD.encode(bytes.first_chunk::<32>().unwrap_or(&self.seed)))
    }

    /// Up to 64 word characters.
    pub(super) fn word(&self, length: usize) -> String {
        // 62 does not divide 256: the first characters come a little more often. That is fine here.
        let character = |byte: &u8| WORD.get(usize::from(*byte) % WORD.len()).copied();
        self.bytes().iter().take(length).filter_map(character).map(char::from).collect()
    }

    /// Up to 64 bytes as lower-case hexadecimal digits.
    pub(super) fn hex(&self, bytes: usize) -> String {
        let digit = |half: u8| char::from_digit(half.into(), 16);
        let digits = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
        self.bytes().iter().take(bytes).flat_map(digits).flatten().collect()
    }

    fn bytes(&self) -> [u8; 64] {
        let mut input = digest::Context::new(&SHA512);
        input.update(&self.seed);
        input.update(&self.drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let mut bytes = [0; 64];
        bytes.copy_from_slice(input.finish().as_ref());
        bytes
    }
}
