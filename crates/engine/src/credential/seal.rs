//! Sealing of secrets for the database (S8). Each record has a data key of its own, which the master key wraps;
//! the associated data ties every piece to its place, so that none can be put in another's.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use spool_domain::credential::Envelope;
use spool_domain::ids::Entropy;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Nonces of 24 random bytes never meet, however many records there are.
const NONCE_BYTES: usize = 24;

/// The form of an envelope. Another form would have another first byte.
const FORM: u8 = 1;

/// Whose credentials these are. Providers' credentials belong to the operator; tenants may have their own one day.
const TENANT: &str = "operator";

/// The key that wraps the data keys: 32 bytes from a file outside the data folder.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// An envelope could not be opened: another master key sealed it, or it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot be opened with this master key")]
pub struct NotOpened;

/// Which record an envelope is of.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) provider: &'a str,
    pub(crate) name: &'a str,
    pub(crate) version: u32,
}

impl Place<'_> {
    /// Every part with its length before it, so that neighbours cannot flow into each other.
    fn associated(self, piece: &str) -> Vec<u8> {
        let version = self.version.to_be_bytes();
        let parts: [&[u8]; 5] =
            [TENANT.as_bytes(), self.provider.as_bytes(), self.name.as_bytes(), &version, piece.as_bytes()];
        let mut out = vec![FORM];
        for part in parts {
            out.extend((part.len() as u64).to_be_bytes());
            out.extend(part);
        }
        out
    }
}

impl MasterKey {
    /// Takes the key in.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Seals a secret, and the callback secret where there is one.
    pub(crate) fn seal(
        &self,
        place: Place,
        secret: &Secret,
        callback_secret: Option<&Secret>,
        entropy: &dyn Entropy,
    ) -> Envelope {
        let mut data_key = Zeroizing::new([0; 32]);
        entropy.fill(data_key.as_mut());
        let seal = |key: &[u8; 32], piece: &str, text: &[u8]| {
            let mut nonce = [0; NONCE_BYTES];
            entropy.fill(&mut nonce);
            let aad = place.associated(piece);
            let sealed = XChaCha20Poly1305::new(key.into())
                .encrypt(&XNonce::from(nonce), Payload { msg: text, aad: &aad });
            // Only texts of more than 256 GiB are refused; secrets are bounded where they come in.
            #[expect(clippy::expect_used, reason = "a secret is shorter than 256 GiB")]
            let sealed = sealed.expect("the text is short enough");
            [&[FORM], nonce.as_slice(), &sealed].concat()
        };
        Envelope {
            wrapped_key: seal(&self.0, "data-key", data_key.as_ref()),
            secret: seal(&data_key, "secret", secret.reveal().as_bytes()),
            callback_secret: callback_secret
                .map(|secret| seal(&data_key, "callback-secret", secret.reveal().as_bytes())),
        }
    }

    /// Opens an envelope of this place: the secret, and the callback secret where there is one.
    pub(crate) fn open(
        &self,
        place: Place,
        envelope: &Envelope,
    ) -> Result<(Secret, Option<Secret>), NotOpened> {
        let open = |key: &[u8; 32], piece: &str, sealed: &[u8]| {
            let (form, sealed) = sealed.split_first().ok_or(NotOpened)?;
            let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(NotOpened)?;
            if *form != FORM {
                return Err(NotOpened);
            }
            let aad = place.associated(piece);
            XChaCha20Poly1305::new(key.into())
                .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad })
                .map(Zeroizing::new)
                .map_err(|_| NotOpened)
        };
        let data_key = open(&self.0, "data-key", &envelope.wrapped_key)?;
        let data_key = Zeroizing::new(<[u8; 32]>::try_from(data_key.as_slice()).map_err(|_| NotOpened)?);
        let text = |piece: &str, sealed: &[u8]| {
            let bytes = open(&data_key, piece, sealed)?;
            std::str::from_utf8(&bytes).map(Secret::new).map_err(|_| NotOpened)
        };
        let secret = text("secret", &envelope.secret)?;
        let callback_secret =
            envelope.callback_secret.as_deref().map(|sealed| text("callback-secret", sealed)).transpose()?;
        Ok((secret, callback_secret))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU8);

    impl Entropy for Count {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    const PLACE: Place = Place { provider: "fal", name: "main", version: 3 };

    fn sealed(key: &MasterKey) -> Envelope {
        let (secret, callback) = (Secret::new("a secret"), Secret::new("another"));
        key.seal(PLACE, &secret, Some(&callback), &Count::default())
    }

    fn opened(key: &MasterKey, place: Place, envelope: &Envelope) -> Option<(String, Option<String>)> {
        let text = |secret: Secret| secret.reveal().to_owned();
        let (secret, callback) = key.open(place, envelope).ok()?;
        Some((text(secret), callback.map(text)))
    }

    #[test]
    fn s8_what_is_sealed_is_opened_at_its_place_and_nowhere_else() {
        let key = MasterKey::new([1; 32]);
        let envelope = sealed(&key);
        let whole = Some(("a secret".to_owned(), Some("another".to_owned())));
        assert_eq!(opened(&key, PLACE, &envelope), whole);
        for other in [
            Place { provider: "openai", ..PLACE },
            Place { name: "mai", ..PLACE },
            Place { version: 2, ..PLACE },
            Place { provider: "falm", name: "ain", ..PLACE },
        ] {
            assert_eq!(opened(&key, other, &envelope), None);
        }
        assert_eq!(opened(&MasterKey::new([2; 32]), PLACE, &envelope), None);
    }

    #[test]
    fn s8_a_changed_byte_or_a_swapped_piece_is_refused() {
        let key = MasterKey::new([1; 32]);
        let whole = sealed(&key);
        let pieces = |envelope: &Envelope| {
            [
                envelope.wrapped_key.clone(),
                envelope.secret.clone(),
                envelope.callback_secret.clone().unwrap_or_default(),
            ]
        };
        let joined = |[wrapped_key, secret, callback]: [Vec<u8>; 3]| Envelope {
            wrapped_key,
            secret,
            callback_secret: Some(callback),
        };
        for piece in 0..3 {
            for byte in 0..pieces(&whole)[piece].len() {
                let mut changed = pieces(&whole);
                changed[piece][byte] ^= 1;
                assert_eq!(opened(&key, PLACE, &joined(changed)), None, "byte {byte} of piece {piece}");
            }
            let mut short = pieces(&whole);
            short[piece].truncate(20);
            assert_eq!(opened(&key, PLACE, &joined(short)), None);
        }
        let [key_piece, secret, callback] = pieces(&whole);
        assert_eq!(opened(&key, PLACE, &joined([key_piece, callback, secret])), None);
    }

    #[test]
    fn s8_each_record_has_a_data_key_of_its_own_and_no_secret_in_its_bytes() {
        let (key, count) = (MasterKey::new([1; 32]), Count::default());
        let secret = Secret::new("a secret");
        let (one, two) = (key.seal(PLACE, &secret, None, &count), key.seal(PLACE, &secret, None, &count));
        assert!(one.wrapped_key != two.wrapped_key && one.secret != two.secret);
        for piece in [&one.wrapped_key, &one.secret] {
            assert!(!piece.windows(8).any(|window| window == b"a secret"));
        }
    }
}
