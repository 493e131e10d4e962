//! A PEM text or one member of a key set in, one RSA key that verifies signatures out.

use aws_lc_rs::{
    digest::{Context, SHA256},
    encoding::AsDer,
    rsa::PublicEncryptingKey,
    signature::{
        ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    },
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::Deserialize;

use crate::{error::TokenFault, token::Jwt};

/// The signature algorithms of Clerk's tokens. There is no value for any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
}

/// A key that is ready to verify: parsed once, when it was loaded.
pub(crate) struct Key {
    algorithm: Algorithm,
    public: ParsedPublicKey,
    pub(super) thumbprint: Thumbprint,
    /// The same whatever the key is called, and in whichever form it came.
    pub(super) numbers: Thumbprint,
}

/// A hash of all that a signature is checked with: two keys with the same one verify the same
/// tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Thumbprint([u8; 32]);

impl Thumbprint {
    pub(super) fn of(parts: [&[u8]; 4]) -> Self {
        let mut hash = Context::new(&SHA256);
        for part in parts {
            // With its length, so that no part can lend bytes to the next.
            hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.finish().as_ref());
        Self(bytes)
    }
}

/// One member of a key set, as it was sent (RFC 7517 §4, RFC 7518 §6.3).
#[derive(Deserialize)]
pub(super) struct Jwk {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: String,
    e: String,
    d: Option<serde::de::IgnoredAny>,
}

/// The key cannot be used to verify Clerk's tokens.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("it is not a PEM public key (`-----BEGIN PUBLIC KEY-----`)")]
    NotPem,
    #[error("it is a private key; give the public one, and replace the private one if it got out")]
    Private,
    #[error("it is not an RSA key of 2048 to 8192 bits, or is damaged")]
    NotRsa,
    #[error("it is not for signatures, or for another algorithm than RS256, RS384 or RS512")]
    Purpose,
    #[error("it has no id")]
    NoId,
    #[error("it is cut off, or has something behind its end")]
    NotOne,
}

impl Algorithm {
    /// The names are compared with case (RFC 7515 §4.1.1).
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "RS384" => Some(Self::Rs384),
            "RS512" => Some(Self::Rs512),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        }
    }
}

impl Key {
    /// The key of a set, with its id. A key that names no algorithm is for RS256.
    pub(super) fn from_jwk(jwk: Jwk) -> Result<(String, Self), Unusable> {
        if jwk.kty != "RSA" {
            return Err(Unusable::NotRsa);
        }
        if jwk.d.is_some() {
            return Err(Unusable::Private);
        }
        if jwk.purpose.is_some_and(|purpose| purpose != "sig") {
            return Err(Unusable::Purpose);
        }
        if jwk.kid.is_empty() {
            return Err(Unusable::NoId);
        }
        let algorithm = match jwk.alg {
            None => Algorithm::Rs256,
            Some(name) => Algorithm::from_name(&name).ok_or(Unusable::Purpose)?,
        };
        let number = |text| URL_SAFE_NO_PAD.decode(text).map_err(|_| Unusable::NotRsa);
        let (n, e) = (number(&jwk.n)?, number(&jwk.e)?);
        if !is_exponent(&e) {
            return Err(Unusable::NotRsa);
        }
        let components = || RsaPublicKeyComponents { n: &n, e: &e };
        let size: PublicEncryptingKey = components().try_into().map_err(|_| Unusable::NotRsa)?;
        assert_size(&size)?;
        let public = components()
            .to_parsed_public_key(algorithm.parameters())
            .map_err(|_| Unusable::NotRsa)?;
        let thumbprint = Thumbprint::of([jwk.kid.as_bytes(), algorithm.name().as_bytes(), &n, &e]);
        let numbers = numbers(algorithm, &size)?;
        Ok((jwk.kid, Self { algorithm, public, thumbprint, numbers }))
    }

    /// The RS256 key of a PEM text. Line breaks and armour are optional, because environment
    /// variables lose them: a literal `\n` is read as a line break.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, Unusable> {
        if pem.contains("PRIVATE KEY") {
            return Err(Unusable::Private);
        }
        let body = pem
            .replace("\\r", "")
            .replace("\\n", "\n")
            .replace("-----BEGIN PUBLIC KEY-----", "")
            .replace("-----END PUBLIC KEY-----", "");
        let body: String = body.split_ascii_whitespace().collect();
        let der = STANDARD.decode(body).map_err(|_| Unusable::NotPem)?;
        if !is_one_element(&der) {
            return Err(Unusable::NotOne);
        }
        // This type reads SubjectPublicKeyInfo and nothing else (RFC 5280 §4.1).
        let size = PublicEncryptingKey::from_der(&der).map_err(|_| Unusable::NotRsa)?;
        assert_size(&size)?;
        let algorithm = Algorithm::Rs256;
        let public =
            ParsedPublicKey::new(algorithm.parameters(), &der).map_err(|_| Unusable::NotRsa)?;
        let numbers = numbers(algorithm, &size)?;
        Ok(Self { algorithm, public, thumbprint: numbers, numbers })
    }

    /// Checks the signature over the first two parts exactly as they were sent.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        jwt: &Jwt<'_>,
    ) -> Result<Thumbprint, TokenFault> {
        if algorithm != self.algorithm {
            return Err(TokenFault::KeyAlgorithm);
        }
        self.public.verify_sig(jwt.signed, jwt.signature).map_err(|_| TokenFault::Signature)?;
        Ok(self.thumbprint)
    }
}

fn numbers(algorithm: Algorithm, key: &PublicEncryptingKey) -> Result<Thumbprint, Unusable> {
    let der = key.as_der().map_err(|_| Unusable::NotRsa)?;
    Ok(Thumbprint::of([b"", algorithm.name().as_bytes(), der.as_ref(), b""]))
}

/// Whether the outermost length in DER (X.690 §8.1.3) ends with the text: the parser would read the
/// first of two keys.
fn is_one_element(der: &[u8]) -> bool {
    let Some((length, rest)) = der.get(1..).and_then(|rest| rest.split_first()) else {
        return false;
    };
    if *length < 0x80 {
        return usize::from(*length) == rest.len();
    }
    let Some((length, rest)) = rest.split_at_checked(usize::from(*length & 0x7f)) else {
        return false;
    };
    length.len() <= 4
        && length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)) == rest.len()
}

/// RFC 7518 §3.3: 2048 bits or more. The library would say so only when it verifies.
fn assert_size(key: &PublicEncryptingKey) -> Result<(), Unusable> {
    let bits = key.key_size_bits();
    if (2048..=8192).contains(&bits) { Ok(()) } else { Err(Unusable::NotRsa) }
}

/// RFC 8017 §3.1: odd and at least 3. The library would take any number, and a key that can
/// verify nothing would stand before a good one of the same id.
fn is_exponent(big_endian: &[u8]) -> bool {
    let Some(first) = big_endian.iter().position(|byte| *byte != 0) else { return false };
    let is_one = matches!(big_endian.get(first..), Some([1]));
    !is_one && big_endian.last().is_some_and(|lowest| lowest % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponent_is_odd_and_at_least_3() {
        for good in [&[3][..], &[1, 0, 1], &[0, 1, 0, 1]] {
            assert!(is_exponent(good), "{good:?}");
        }
        for bad in [&[][..], &[0], &[1], &[0, 1], &[2], &[1, 0, 0]] {
            assert!(!is_exponent(bad), "{bad:?}");
        }
    }
}
