//! Checks the text of `CLERK_JWT_KEY` before it is read as a key.

use super::text;

/// Names the cause if the text is something else than one PEM public key.
pub(crate) fn check(pem: &str) -> Result<(), String> {
    let copy = "copy the PEM public key from the API keys page of the dashboard";
    // A line end after the last line is part of the form.
    let text = pem.trim_ascii();
    if let Some(surplus) = text::surplus_around(text) {
        return Err(format!("it {surplus}"));
    }
    // A private key has a message of its own, and is never quoted.
    if text.contains("PRIVATE KEY") {
        return Ok(());
    }
    let fault = match text.matches("-----BEGIN ").count() {
        0 if text.starts_with('{') => "is JSON, perhaps a key of a key set, not PEM",
        // `-----BEGIN`, encoded.
        0 if text.starts_with("LS0tLS1CRUdJTi") => {
            return Err("it is PEM that was encoded in base64 once more; decode it".into());
        }
        0 if text.starts_with("ssh-") => "is a key for SSH, not PEM",
        0 if text.contains("://") => "is a URL, not a key",
        0 if text.starts_with(['/', '.', '~']) || text.contains(".pem") => {
            return Err("it is a path; set it to the text of the file".into());
        }
        2.. => return Err("it holds more than one PEM text; keep the key of your instance".into()),
        1 if text.contains("BEGIN CERTIFICATE") => "is a certificate, not a public key",
        1 if text.contains("BEGIN RSA PUBLIC KEY") => {
            return Err(
                "it is a PKCS#1 key, which begins with `BEGIN RSA PUBLIC KEY`; convert it \
                        with `openssl rsa -RSAPublicKey_in -pubout`"
                    .into(),
            );
        }
        _ => {
            return text::misplaced(text, "CLERK_JWT_KEY")
                .map_or(Ok(()), |it| Err(format!("it {it}")));
        }
    };
    Err(format!("it {fault}; {copy}"))
}
