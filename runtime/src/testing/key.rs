//! A key id in, an RSA key pair out: it signs tokens and shows its public half as JWK and as PEM.

use std::io;

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

const DER_INTEGER: u8 = 0x02;
const DER_SEQUENCE: u8 = 0x30;

/// An RSA key of 2048 bits, as Clerk's are.
pub(super) struct SigningKey {
    pub(super) id: String,
    pair: KeyPair,
    modulus: String,
    exponent: String,
    pem: String,
}

impl SigningKey {
    /// Makes a new key. This keeps a core busy for a tenth of a second, and longer in a debug build.
    pub(super) fn generate(id: String) -> io::Result<Self> {
        let failed = || io::Error::other("no RSA key could be made");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| failed())?;
        let (modulus, exponent) = components(pair.public_key().as_ref()).ok_or_else(failed)?;
        let (modulus, exponent) =
            (URL_SAFE_NO_PAD.encode(modulus), URL_SAFE_NO_PAD.encode(exponent));
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| failed())?;
        let pem = pem(spki.as_ref());
        Ok(Self { id, pair, modulus, exponent, pem })
    }

    /// The JWT of `header` and `payload`, whatever they are.
    pub(super) fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        self.sign_with(padding(header), header, payload)
    }

    /// The same with RS256, whatever algorithm the header names.
    pub(super) fn sign_rs256(&self, header: &[u8], payload: &[u8]) -> String {
        self.sign_with(&RSA_PKCS1_SHA256, header, payload)
    }

    fn sign_with(
        &self,
        padding: &'static dyn RsaEncoding,
        header: &[u8],
        payload: &[u8],
    ) -> String {
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // It fails only without memory. The signature is then zeros, which no verifier accepts.
        let _ = self.pair.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature);
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The member of a key set, as Clerk writes it (RFC 7517 §4, RFC 7518 §6.3.1).
    pub(super) fn to_jwk(&self) -> Value {
        json!({
            "use": "sig",
            "kty": "RSA",
            "kid": self.id,
            "alg": "RS256",
            "n": self.modulus,
            "e": self.exponent,
        })
    }

    /// The public key as PEM (RFC 7468 §13).
    pub(super) fn to_pem(&self) -> String {
        self.pem.clone()
    }
}

/// RS256 for whatever is not RS384 or RS512: a token may claim any algorithm.
fn padding(header: &[u8]) -> &'static dyn RsaEncoding {
    let header: Value = serde_json::from_slice(header).unwrap_or_default();
    match header.get("alg").and_then(Value::as_str) {
        Some("RS384") => &RSA_PKCS1_SHA384,
        Some("RS512") => &RSA_PKCS1_SHA512,
        _ => &RSA_PKCS1_SHA256,
    }
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017 appendix A.1.1), without leading zeros.
///
/// The key itself gives them out only under a feature that the crate does not ask for.
fn components(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (key, _) = element(DER_SEQUENCE, der)?;
    let (modulus, rest) = element(DER_INTEGER, key)?;
    let (exponent, _) = element(DER_INTEGER, rest)?;
    Some((modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent))
}

/// Takes one DER element off the front: its content, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, length], rest) = der.split_first_chunk()?;
    if found != tag {
        return None;
    }
    // An RSA key of 2048 bits has lengths of one and of three bytes only.
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x82 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

fn pem(spki: &[u8]) -> String {
    let text = STANDARD.encode(spki);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    let mut rest = text.as_str();
    while let Some((line, after)) = rest.split_at_checked(64) {
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    if !rest.is_empty() {
        pem.push_str(rest);
        pem.push('\n');
    }
    pem.push_str("-----END PUBLIC KEY-----\n");
    pem
}
