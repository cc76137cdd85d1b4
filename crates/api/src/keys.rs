//! API keys: how they look, how one is made, and how one is read before anything is looked up (S6).
//!
//! `spool_live_` or `spool_test_`, then 8 characters that find the key's row, `_`, 43 characters of secret
//! (32 random bytes), and 6 characters of checksum. The checksum keeps typing mistakes and scanners away from
//! the database, and lets a secret scanner recognise a leaked key for what it is; it proves nothing.

use sha2::{Digest, Sha256};
use spool_domain::ids::{AccountId, Entropy, KeyId};
use spool_domain::order::Mode;
use spool_domain::scope::Scopes;
use spool_domain::store::KeyRow;
use spool_domain::time::Timestamp;

const LIVE: &str = "spool_live_";
const TEST: &str = "spool_test_";
const ID_CHARS: usize = 8;
/// The fewest base62 digits that hold 256 bits.
const SECRET_CHARS: usize = 43;
/// The fewest base62 digits that hold 32 bits.
const CHECKSUM_CHARS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key that was just made. The only moment at which its text exists. No `Debug`: it holds a secret.
pub struct NewKey {
    text: String,
    id: KeyId,
    mode: Mode,
}

/// Makes a key for one mode.
pub fn generate(entropy: &dyn Entropy, mode: Mode) -> NewKey {
    let id = random_chars(entropy, ID_CHARS);
    let mut secret = [0; 32];
    entropy.fill(&mut secret);
    let mut text = format!("{}{id}_", prefix(mode));
    push_base62(&mut text, &secret, SECRET_CHARS);
    let checksum = crc32fast::hash(text.as_bytes());
    push_base62(&mut text, &checksum.to_be_bytes(), CHECKSUM_CHARS);
    NewKey { text, id: KeyId(id), mode }
}

impl NewKey {
    /// Its public part.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// What the store keeps of it. It may do all that a customer's key can; narrow it in the row.
    pub fn row(
        &self,
        account: AccountId,
        name: &str,
        at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> KeyRow {
        KeyRow {
            id: self.id.clone(),
            account,
            mode: self.mode,
            name: name.to_owned(),
            sha256: Sha256::digest(&self.text).into(),
            last4: self.text[self.text.len() - 4..].to_owned(),
            created_at: at,
            expires_at,
            revoked_at: None,
            scopes: Scopes::customer(),
            rate: None,
        }
    }

    /// The key itself, to be shown once.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// What a presented key says about itself; only its row can say that it is genuine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Which row it belongs to.
    pub id: KeyId,
    /// SHA-256 of the whole text, for the comparison with the row.
    pub sha256: [u8; 32],
}

/// Reads a key. Nothing for a text that this server cannot have given out.
pub fn parse(text: &str) -> Option<Presented> {
    let rest = text.strip_prefix(LIVE).or_else(|| text.strip_prefix(TEST))?;
    let (id, tail) = rest.split_once('_')?;
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if id.len() != ID_CHARS || tail.len() != SECRET_CHARS + CHECKSUM_CHARS || !plain(id) || !plain(tail) {
        return None;
    }
    let (body, checksum) = text.split_at(text.len() - CHECKSUM_CHARS);
    let mut expected = String::with_capacity(CHECKSUM_CHARS);
    push_base62(&mut expected, &crc32fast::hash(body.as_bytes()).to_be_bytes(), CHECKSUM_CHARS);
    (checksum == expected)
        .then(|| Presented { id: KeyId(id.to_owned()), sha256: Sha256::digest(text).into() })
}

fn prefix(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => LIVE,
        Mode::Test => TEST,
    }
}

/// Characters that are all equally likely: bytes beyond the last whole multiple of 62 are drawn again.
fn random_chars(entropy: &dyn Entropy, count: usize) -> String {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let mut drawn = [0; 16];
        entropy.fill(&mut drawn);
        let fair = drawn.into_iter().filter(|byte| *byte < 248);
        text.extend(fair.take(count - text.len()).map(|byte| char::from(ALPHABET[usize::from(byte % 62)])));
    }
    text
}

/// Appends a big-endian number in base 62, with leading zeros up to `digits`.
fn push_base62(text: &mut String, number: &[u8], digits: usize) {
    let mut number = number.to_vec();
    let mut reversed = Vec::with_capacity(digits);
    for _ in 0..digits {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            // The rest is below 62, so the quotient fits a byte.
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        reversed.push(ALPHABET[rest as usize]);
    }
    text.extend(reversed.into_iter().rev().map(char::from));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A linear congruential sequence: different bytes on every draw.
    struct Seeded(parking_lot::Mutex<u64>);

    impl Entropy for Seeded {
        fn fill(&self, bytes: &mut [u8]) {
            let mut state = self.0.lock();
            for byte in bytes {
                *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                *byte = (*state >> 56) as u8;
            }
        }
    }

    fn seeded(seed: u64) -> Seeded {
        Seeded(parking_lot::Mutex::new(seed))
    }

    #[test]
    fn s6_a_key_is_read_back_and_its_row_holds_only_its_hash() {
        for (mode, start) in [(Mode::Live, "spool_live_"), (Mode::Test, "spool_test_")] {
            let key = generate(&seeded(1), mode);
            let row = key.row(AccountId(7), "ci", Timestamp(5), Some(Timestamp(9)));
            let text = key.into_text();
            assert!(text.starts_with(start) && text.len() == 11 + 8 + 1 + 43 + 6, "{text}");
            let read = parse(&text).unwrap();
            assert_eq!((&read.id, &read.sha256), (&row.id, &row.sha256));
            assert_eq!(row.last4, text[text.len() - 4..]);
            assert_eq!((row.mode, row.account, row.expires_at), (mode, AccountId(7), Some(Timestamp(9))));
        }
    }

    #[test]
    fn s6_every_change_of_one_character_breaks_the_checksum() {
        let text = generate(&seeded(2), Mode::Live).into_text();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            assert_eq!(parse(&String::from_utf8(bytes).unwrap()), None, "changed at {at}");
        }
        let test = text.replace("_live_", "_test_");
        for bad in ["", "spool_live_", &text[1..], &text[..text.len() - 1], &format!("{text}0"), &test] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn base_62_is_exact() {
        let shown = |number: &[u8], digits| {
            let mut text = String::new();
            push_base62(&mut text, number, digits);
            text
        };
        assert_eq!(shown(&[0, 0, 0, 61], 6), "00000z");
        assert_eq!(shown(&[0, 0, 0, 62], 6), "000010");
        assert_eq!(shown(&[255; 4], 6), "4gfFC3");
        // The largest secret still fits its digits: the first one is not cut off.
        assert_eq!(shown(&[255; 32], 43), shown(&[255; 32], 44)[1..]);
        assert!(shown(&[255; 32], 44).starts_with('0'));
    }

    #[test]
    fn no_two_keys_are_alike() {
        let entropy = seeded(3);
        let all: std::collections::HashSet<String> =
            (0..200).map(|_| generate(&entropy, Mode::Live).into_text()).collect();
        assert_eq!(all.len(), 200);
    }
}
