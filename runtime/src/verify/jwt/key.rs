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

use crate::{
    error::TokenError,
    token::{
        Jwt,
        json::{Member, Object},
    },
};

/// The signature algorithms of Clerk's tokens. There is no value for any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
}

/// A key that is ready to verify: parsed once, when it was loaded.
pub(crate) struct Key {
    algorithm: Algorithm,
    public: ParsedPublicKey,
    pub(crate) thumbprint: Thumbprint,
    /// The same whatever the key is called, and in whichever form it came.
    pub(crate) numbers: Thumbprint,
}

/// A hash of all that a signature is checked with: two keys with the same one verify the same
/// tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thumbprint([u8; 32]);

impl Thumbprint {
    pub(crate) fn of(parts: [&[u8]; 4]) -> Self {
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

/// Members of a private key (RFC 7518 §6.3.2).
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// The key cannot be used to verify Clerk's tokens.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
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
    #[error("as many others as are tried have its ID")]
    OneOfMany,
    #[error("it is cut off, or has something behind its end")]
    NotOne,
}

impl Algorithm {
    /// The names are compared with case (RFC 7515 §4.1.1).
    pub(crate) fn from_name(name: &str) -> Option<Self> {
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
    /// Reads one member of a key set, with its key ID (RFC 7517 §4, RFC 7518 §6.3). A key that
    /// names no algorithm is for RS256.
    pub(crate) fn from_jwk(jwk: &Object<'_>) -> Result<(String, Self), KeyError> {
        if !matches!(jwk.text("kty"), Member::Is(kty) if kty == "RSA") {
            return Err(KeyError::NotRsa);
        }
        if PRIVATE.iter().any(|member| jwk.has(member)) {
            return Err(KeyError::Private);
        }
        if !is_for_signatures(jwk) {
            return Err(KeyError::Purpose);
        }
        let kid = match jwk.text("kid") {
            Member::Is(kid) if !kid.is_empty() => kid.into_owned(),
            _ => return Err(KeyError::NoId),
        };
        let algorithm = match jwk.text("alg") {
            Member::Absent => Algorithm::Rs256,
            Member::Is(name) => Algorithm::from_name(&name).ok_or(KeyError::Purpose)?,
            Member::Null | Member::Mistyped => return Err(KeyError::Purpose),
        };
        let number = |name| match jwk.text(name) {
            Member::Is(text) => URL_SAFE_NO_PAD.decode(&*text).map_err(|_| KeyError::NotRsa),
            _ => Err(KeyError::NotRsa),
        };
        let (n, e) = (number("n")?, number("e")?);
        if !is_exponent(&e) {
            return Err(KeyError::NotRsa);
        }
        let components = || RsaPublicKeyComponents { n: &n, e: &e };
        let size: PublicEncryptingKey = components().try_into().map_err(|_| KeyError::NotRsa)?;
        assert_size(&size)?;
        let public = components()
            .to_parsed_public_key(algorithm.parameters())
            .map_err(|_| KeyError::NotRsa)?;
        let thumbprint = Thumbprint::of([kid.as_bytes(), algorithm.name().as_bytes(), &n, &e]);
        let numbers = numbers(algorithm, &size)?;
        Ok((kid, Self { algorithm, public, thumbprint, numbers }))
    }

    /// The RS256 key of a PEM text. Line breaks and armour are optional, because environment
    /// variables lose them: a literal `\n` is read as a line break.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.contains("PRIVATE KEY") {
            return Err(KeyError::Private);
        }
        let body = pem
            .replace("\\r", "")
            .replace("\\n", "\n")
            .replace("-----BEGIN PUBLIC KEY-----", "")
            .replace("-----END PUBLIC KEY-----", "");
        let body: String = body.split_ascii_whitespace().collect();
        let der = STANDARD.decode(body).map_err(|_| KeyError::NotPem)?;
        if !is_one_element(&der) {
            return Err(KeyError::NotOne);
        }
        // This type reads SubjectPublicKeyInfo and nothing else (RFC 5280 §4.1).
        let size = PublicEncryptingKey::from_der(&der).map_err(|_| KeyError::NotRsa)?;
        assert_size(&size)?;
        let algorithm = Algorithm::Rs256;
        let public =
            ParsedPublicKey::new(algorithm.parameters(), &der).map_err(|_| KeyError::NotRsa)?;
        let numbers = numbers(algorithm, &size)?;
        Ok(Self { algorithm, public, thumbprint: numbers, numbers })
    }

    /// Checks the signature over the first two parts exactly as they were sent.
    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        jwt: &Jwt<'_>,
    ) -> Result<Thumbprint, TokenError> {
        if algorithm != self.algorithm {
            return Err(TokenError::KeyAlgorithm);
        }
        self.public.verify_sig(jwt.signed, jwt.signature).map_err(|_| TokenError::Signature)?;
        Ok(self.thumbprint)
    }
}

/// A purpose that is written must be this one: `use` is `sig`, and `key_ops` is a list of unique
/// names with `verify` among them (RFC 7517 §4.2, §4.3).
fn is_for_signatures(jwk: &Object<'_>) -> bool {
    let is_used = match jwk.text("use") {
        Member::Absent => true,
        Member::Is(purpose) => purpose == "sig",
        Member::Null | Member::Mistyped => false,
    };
    is_used
        && match jwk.texts("key_ops") {
            Member::Absent => true,
            Member::Is(mut operations) => {
                operations.sort_unstable();
                let repeats = operations.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
                !repeats && operations.iter().any(|operation| operation == "verify")
            }
            Member::Null | Member::Mistyped => false,
        }
}

fn numbers(algorithm: Algorithm, key: &PublicEncryptingKey) -> Result<Thumbprint, KeyError> {
    let der = key.as_der().map_err(|_| KeyError::NotRsa)?;
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
fn assert_size(key: &PublicEncryptingKey) -> Result<(), KeyError> {
    let bits = key.key_size_bits();
    if (2048..=8192).contains(&bits) { Ok(()) } else { Err(KeyError::NotRsa) }
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

    /// A key of 2048 bits whose other members are `rest`.
    fn from_jwk(rest: &str) -> Result<(), KeyError> {
        let modulus = URL_SAFE_NO_PAD.encode([0xff; 256]);
        let json = format!(r#"{{"kty":"RSA","kid":"k","n":"{modulus}","e":"AQAB"{rest}}}"#);
        Key::from_jwk(&Object::parse_text(&json).unwrap()).map(|_| ())
    }

    #[test]
    fn key_is_used_only_for_what_it_says() {
        for good in [
            "",
            r#","use":"sig""#,
            r#","alg":"RS256""#,
            r#","alg":"RS512""#,
            r#","key_ops":["verify"]"#,
            r#","key_ops":["sign","verify"]"#,
            r#","use":"sig","alg":"RS384","key_ops":["verify","encrypt"]"#,
            r#","ext":true,"x5t":"x","anything":null"#,
        ] {
            assert_eq!(from_jwk(good), Ok(()), "{good}");
        }
        for bad in [
            r#","use":null"#,
            r#","use":"enc""#,
            r#","use":"""#,
            r#","use":"SIG""#,
            r#","use":["sig"]"#,
            r#","alg":null"#,
            r#","alg":"""#,
            r#","alg":"PS256""#,
            r#","alg":"rs256""#,
            r#","alg":["RS256"]"#,
            r#","key_ops":null"#,
            r#","key_ops":[]"#,
            r#","key_ops":["encrypt"]"#,
            r#","key_ops":["sign"]"#,
            r#","key_ops":["VERIFY"]"#,
            r#","key_ops":["verify "]"#,
            r#","key_ops":["verify",null]"#,
            r#","key_ops":["verify",7]"#,
            r#","key_ops":["verify","verify"]"#,
            r#","key_ops":"verify""#,
            r#","key_ops":{"0":"verify"}"#,
            r#","use":"sig","key_ops":["sign"]"#,
            r#","use":"enc","key_ops":["verify"]"#,
        ] {
            assert_eq!(from_jwk(bad), Err(KeyError::Purpose), "{bad}");
        }
        for private in PRIVATE {
            for value in [r#""AQAB""#, "null"] {
                let member = format!(r#","{private}":{value}"#);
                assert_eq!(from_jwk(&member), Err(KeyError::Private), "{member}");
            }
        }
    }

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
