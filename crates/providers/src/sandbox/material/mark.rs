//! The mark of clips that this server made: a box at the end of the file with a MAC over everything before it.
//!
//! The H.264 decoder is C code, and anybody may upload a clip. It therefore only sees files with this mark, which
//! nobody else can write.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Size, `free` and our own word: players skip a box of this name.
const HEAD: &[u8; 16] = b"\x00\x00\x00\x30freespoolclp";
const MAC_BYTES: usize = 32;

fn mac(key: &[u8; 32], clip: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(clip);
    Some(mac)
}

/// Marks a finished clip.
pub(super) fn add(key: &[u8; 32], clip: &mut Vec<u8>) {
    if let Some(mac) = mac(key, clip) {
        clip.extend_from_slice(HEAD);
        clip.extend_from_slice(&mac.finalize().into_bytes());
    }
}

/// Whether this server made the clip.
pub(super) fn is_own(key: &[u8; 32], file: &[u8]) -> bool {
    let Some(at) = file.len().checked_sub(HEAD.len() + MAC_BYTES) else { return false };
    let (clip, mark) = file.split_at(at);
    let (head, found) = mark.split_at(HEAD.len());
    head == HEAD && mac(key, clip).is_some_and(|mac| mac.verify_slice(found).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_untouched_clips_of_the_same_key_are_own() {
        let (key, other) = ([1; 32], [2; 32]);
        let mut clip = b"clip".to_vec();
        assert!(!is_own(&key, &clip));
        add(&key, &mut clip);
        assert!(is_own(&key, &clip));
        assert!(!is_own(&other, &clip));
        for at in 0..clip.len() {
            let mut altered = clip.clone();
            altered[at] ^= 1;
            assert!(!is_own(&key, &altered), "byte {at}");
        }
        assert!(!is_own(&key, &clip[1..]));
    }
}
