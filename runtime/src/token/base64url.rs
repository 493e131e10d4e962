//! One part of a JWT in, its bytes out: many at once where the processor can.

use base64::Engine;

use super::Malformed;

/// RFC 7515 §2: base64url without padding. Unused last bits must be zero, so that one token has
/// one text.
pub(crate) fn decode(part: &[u8], bytes: &mut Vec<u8>) -> Result<(), Malformed> {
    engine().decode_vec(part, bytes).map_err(|_| Malformed::Base64)
}

/// It looks once at what the processor can do.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn engine() -> &'static impl Engine {
    use std::sync::LazyLock;

    use base64::engine::{Simd, general_purpose::NO_PAD};

    static ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));
    &*ENGINE
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn engine() -> &'static impl Engine {
    &base64::engine::general_purpose::URL_SAFE_NO_PAD
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    /// Parts of every length up to where many bytes are decoded at once, and each with one byte
    /// that does not belong there.
    #[test]
    fn many_bytes_at_once_are_read_as_one_by_one() {
        for length in 0..100_usize {
            let sent: Vec<u8> =
                (0..length).map(|it| u8::try_from(it * 37 % 256).unwrap()).collect();
            let part = URL_SAFE_NO_PAD.encode(&sent);
            let mut bytes = Vec::new();
            assert_eq!(decode(part.as_bytes(), &mut bytes), Ok(()), "{part}");
            assert_eq!(bytes, sent, "{part}");
            for place in 0..part.len() {
                for wrong in ["+", "=", "\n", "~"] {
                    let mut part = part.clone();
                    part.replace_range(place..=place, wrong);
                    assert_eq!(
                        decode(part.as_bytes(), &mut Vec::new()),
                        Err(Malformed::Base64),
                        "{part:?}"
                    );
                }
            }
        }
    }
}
