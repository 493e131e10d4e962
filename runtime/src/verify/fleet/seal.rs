//! Seals what goes into a store that others may write to, and opens what comes out of it.
//!
//! A name and a seal are made with one of our secrets: the key that Clerk was called with. So whoever
//! lacks that key can neither make an entry, nor read one, nor tell which token it is about.

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf, hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::clock::UnixMillis;

/// The version of the format. An entry of another version is a miss.
const FORMAT: u8 = 1;

/// Format, nonce, and two times: what stands before the sealed content.
const HEADER: usize = 1 + NONCE_LEN + 8 + 8;

/// What an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Verification,
    KeySet,
    Forget,
}

/// Makes names and seals, with keys derived from one of our secrets.
pub(crate) struct Seal {
    key: RandomizedNonceKey,
    names: hmac::Key,
    /// The instance, the URL of the Backend API, and which of our keys this is of.
    context: [String; 3],
}

/// A sealed entry, or one to seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) content: Vec<u8>,
    /// When Clerk was asked for what the entry says.
    pub(crate) asked_at: UnixMillis,
    /// The moment from which it is not used.
    pub(crate) end: UnixMillis,
}

/// Why an entry of the store is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    Truncated,
    OtherFormat,
    Forged,
    FromFuture,
    Ended,
}

impl Unusable {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::OtherFormat => "other-format",
            Self::Forged => "forged",
            Self::FromFuture => "from-future",
            Self::Ended => "ended",
        }
    }
}

impl Seal {
    /// `which` names the secret, so that two secrets never share an entry.
    pub(crate) fn new(secret: &[u8], which: &str, instance: &str, api_url: &str) -> Option<Self> {
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, b"clerk-auth fleet 1").extract(secret);
        let derive = |purpose: &[u8]| {
            let mut key = [0; 32];
            let info = [purpose, which.as_bytes()];
            secret.expand(&info, hkdf::HKDF_SHA256).ok()?.fill(&mut key).ok()?;
            Some(key)
        };
        Some(Self {
            key: RandomizedNonceKey::new(&AES_256_GCM_SIV, &derive(b"seal ")?).ok()?,
            names: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"name ")?),
            context: [instance, api_url, which].map(Into::into),
        })
    }

    /// A name that tells nothing about `text` to whoever lacks the secret.
    pub(crate) fn name(&self, kind: EntryKind, text: &[u8]) -> String {
        let mut hash = hmac::Context::with_key(&self.names);
        hash.update(&[kind.number()]);
        for part in &self.context {
            hash.update(&length(part.as_bytes()));
            hash.update(part.as_bytes());
        }
        hash.update(text);
        URL_SAFE_NO_PAD.encode(hash.sign())
    }

    /// `name` is the entry's whole name, so that it counts under no other.
    pub(crate) fn seal(&self, kind: EntryKind, name: &str, entry: Entry) -> Option<Vec<u8>> {
        let Entry { mut content, asked_at, end } = entry;
        let data = self.associated_data(kind, name, asked_at, end);
        let nonce = self.key.seal_in_place_append_tag(Aad::from(data), &mut content).ok()?;
        let mut sealed = Vec::with_capacity(HEADER + content.len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&asked_at.0.to_be_bytes());
        sealed.extend_from_slice(&end.0.to_be_bytes());
        sealed.append(&mut content);
        Some(sealed)
    }

    /// Opens an entry in its time. The times count only after the seal is checked.
    pub(crate) fn open(
        &self,
        kind: EntryKind,
        name: &str,
        sealed: &[u8],
        now: UnixMillis,
    ) -> Result<Entry, Unusable> {
        let entry = self.open_until_now(kind, name, sealed, now)?;
        if entry.end <= now { Err(Unusable::Ended) } else { Ok(entry) }
    }

    /// Opens an entry that can have ended, to tell what was true once.
    pub(crate) fn open_until_now(
        &self,
        kind: EntryKind,
        name: &str,
        sealed: &[u8],
        now: UnixMillis,
    ) -> Result<Entry, Unusable> {
        let (format, rest) = sealed.split_first().ok_or(Unusable::Truncated)?;
        if *format != FORMAT {
            return Err(Unusable::OtherFormat);
        }
        let (nonce, rest) = rest.split_first_chunk().ok_or(Unusable::Truncated)?;
        let (asked_at, rest) = rest.split_first_chunk().ok_or(Unusable::Truncated)?;
        let (end, rest) = rest.split_first_chunk().ok_or(Unusable::Truncated)?;
        let [asked_at, end] = [asked_at, end].map(|time| UnixMillis(i64::from_be_bytes(*time)));
        let data = self.associated_data(kind, name, asked_at, end);
        let (nonce, mut content) = (Nonce::assume_unique_for_key(*nonce), rest.to_vec());
        let opened = self.key.open_in_place(nonce, Aad::from(data), &mut content);
        let opened = opened.map_err(|_| Unusable::Forged)?.len();
        content.truncate(opened);
        if asked_at > now {
            return Err(Unusable::FromFuture);
        }
        Ok(Entry { content, asked_at, end })
    }

    fn associated_data(
        &self,
        kind: EntryKind,
        name: &str,
        asked_at: UnixMillis,
        end: UnixMillis,
    ) -> Vec<u8> {
        let mut data = vec![FORMAT, kind.number()];
        for part in self.context.iter().map(String::as_str).chain([name]) {
            // With its length, so that no part can lend bytes to the next.
            data.extend_from_slice(&length(part.as_bytes()));
            data.extend_from_slice(part.as_bytes());
        }
        data.extend_from_slice(&asked_at.0.to_be_bytes());
        data.extend_from_slice(&end.0.to_be_bytes());
        data
    }
}

impl EntryKind {
    const fn number(self) -> u8 {
        match self {
            Self::Verification => 1,
            Self::KeySet => 2,
            Self::Forget => 3,
        }
    }
}

fn length(part: &[u8]) -> [u8; 8] {
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: UnixMillis = UnixMillis(1_800_000_000_000);
    const END: UnixMillis = UnixMillis(1_800_000_001_000);
    const NOW: UnixMillis = UnixMillis(1_800_000_000_500);
    const KIND: EntryKind = EntryKind::Verification;

    fn seal_of(secret: &str, which: &str, instance: &str, api_url: &str) -> Seal {
        Seal::new(secret.as_bytes(), which, instance, api_url).unwrap()
    }

    fn ours() -> Seal {
        seal_of("sk_test_a", "instance", "a.example", "https://api.example")
    }

    fn entry() -> Entry {
        Entry { content: b"the response".to_vec(), asked_at: ASKED, end: END }
    }

    fn sealed() -> Vec<u8> {
        ours().seal(KIND, "name", entry()).unwrap()
    }

    #[test]
    fn sealed_entry_opens_to_what_was_sealed() {
        for now in [ASKED, NOW, END.plus(-1)] {
            assert_eq!(ours().open(KIND, "name", &sealed(), now), Ok(entry()));
        }
    }

    #[test]
    fn entry_outside_its_time_is_unusable() {
        for (now, why) in [
            (ASKED.plus(-1), Unusable::FromFuture),
            (END, Unusable::Ended),
            (END.plus(1), Unusable::Ended),
        ] {
            assert_eq!(ours().open(KIND, "name", &sealed(), now), Err(why), "{now:?}");
        }
    }

    #[test]
    fn entry_with_any_byte_changed_is_unusable() {
        let sealed = sealed();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let why = if at == 0 { Unusable::OtherFormat } else { Unusable::Forged };
            assert_eq!(ours().open(KIND, "name", &changed, NOW), Err(why), "byte {at}");
        }
    }

    #[test]
    fn entry_of_any_other_length_is_unusable() {
        let sealed = sealed();
        for length in 0..sealed.len() {
            let why = if length < HEADER { Unusable::Truncated } else { Unusable::Forged };
            assert_eq!(ours().open(KIND, "name", &sealed[..length], NOW), Err(why), "{length}");
        }
        let longer = [&*sealed, b"x"].concat();
        assert_eq!(ours().open(KIND, "name", &longer, NOW), Err(Unusable::Forged));
    }

    /// What a seal binds: moved to another place, an entry does not open.
    #[test]
    fn entry_moved_to_another_place_is_unusable() {
        let open = |seal: &Seal, kind, name: &str| seal.open(kind, name, &sealed(), NOW);
        assert!(open(&ours(), KIND, "name").is_ok());
        assert_eq!(open(&ours(), KIND, "another"), Err(Unusable::Forged));
        assert_eq!(open(&ours(), EntryKind::KeySet, "name"), Err(Unusable::Forged));
        assert_eq!(open(&ours(), EntryKind::Forget, "name"), Err(Unusable::Forged));
        for [secret, which, instance, api_url] in [
            ["sk_test_b", "instance", "a.example", "https://api.example"],
            ["sk_test_a", "machine", "a.example", "https://api.example"],
            ["sk_test_a", "instance", "b.example", "https://api.example"],
            ["sk_test_a", "instance", "a.example", "https://b.example"],
            ["sk_test_a", "instance", "a.exampleh", "ttps://api.example"],
        ] {
            let other = seal_of(secret, which, instance, api_url);
            assert_eq!(open(&other, KIND, "name"), Err(Unusable::Forged), "{instance} {api_url}");
        }
    }

    #[test]
    fn name_depends_on_secret_kind_and_text() {
        let names = [
            ours().name(KIND, b"oat_a"),
            ours().name(KIND, b"oat_b"),
            ours().name(EntryKind::KeySet, b"oat_a"),
            seal_of("sk_test_b", "instance", "a.example", "https://api.example")
                .name(KIND, b"oat_a"),
            seal_of("sk_test_a", "machine", "a.example", "https://api.example")
                .name(KIND, b"oat_a"),
        ];
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        assert_eq!(ours().name(KIND, b"oat_a"), names[0]);
        assert!(names.iter().all(|name| name.len() == 43 && !name.contains("oat")));
    }

    #[test]
    fn same_entry_sealed_twice_differs() {
        assert_ne!(sealed(), sealed());
    }
}
