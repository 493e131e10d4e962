//! An RSA key pair: it signs tokens and exports its public key as JWK and as PEM.

use std::io;

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{
        KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PKCS1_SHA512, RsaEncoding, UnparsedPublicKey,
    },
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

/// The DER of each public key of 2048 bits differs in its modulus only: AWS-LC generates keys with
/// exponent 65537.
const BEFORE_MODULUS: [u8; 9] = [0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00];
const EXPONENT_65537: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// An RSA key of 2048 bits, as Clerk's are.
pub(super) struct SigningKey {
    pub(super) id: String,
    pair: KeyPair,
    modulus: String,
    pem: String,
}

impl SigningKey {
    /// Makes a new key. This keeps a core busy for a tenth of a second, and longer in a debug build.
    pub(super) fn generate(id: String) -> io::Result<Self> {
        let failed = || io::Error::other("no RSA key could be made");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| failed())?;
        let modulus = modulus(pair.public_key().as_ref()).ok_or_else(failed)?;
        let modulus = URL_SAFE_NO_PAD.encode(modulus);
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| failed())?;
        let pem = pem(spki.as_ref());
        Ok(Self { id, pair, modulus, pem })
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

    /// Whether this key signed `signed` with RS256.
    pub(super) fn has_signed(&self, signed: &[u8], signature: &[u8]) -> bool {
        let public = self.pair.public_key().as_ref();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
        public.verify(signed, signature).is_ok()
    }

    /// The member of a key set, as Clerk writes it (RFC 7517 §4, RFC 7518 §6.3.1).
    pub(super) fn to_jwk(&self) -> Value {
        json!({
            "use": "sig",
            "kty": "RSA",
            "kid": self.id,
            "alg": "RS256",
            "n": self.modulus,
            "e": "AQAB",
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

/// The modulus of an `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn modulus(der: &[u8]) -> Option<&[u8]> {
    der.strip_prefix(&BEFORE_MODULUS)?.strip_suffix(&EXPONENT_65537)
}

fn pem(spki: &[u8]) -> String {
    let text = STANDARD.encode(spki);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}
