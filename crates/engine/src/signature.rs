//! Signed asset URLs: whoever holds one may read one asset until it expires, without a key.
//!
//! The signature covers version, key id, method class, asset id, expiry and disposition. For each permission
//! there is exactly one accepted spelling of the query, so no two different URLs mean the same thing. Whether the
//! asset still exists is the caller's question, asked after the signature and answered with the same 404.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use spool_domain::ids::AssetId;
use subtle::ConstantTimeEq;

use crate::secret::ServerKey;

/// Where files are served, followed by id, dot and format.
pub const PATH: &str = "/v1/assets/";

/// The shortest time a signed URL may live, in seconds.
pub const TTL_MIN_S: i64 = 60;
/// The longest time a signed URL may live, in seconds: 7 days.
pub const TTL_MAX_S: i64 = 7 * 24 * 60 * 60;
/// The time a signed URL lives when nobody asks for another, in seconds: 1 hour.
pub const TTL_DEFAULT_S: i64 = 60 * 60;

/// HMAC-SHA256 is as strong as its key up to the length of its output; less is a configuration mistake.
const SECRET_MIN_BYTES: usize = 32;
const KEY_ID_MAX_CHARS: usize = 16;
const TAG_BYTES: usize = 32;

/// How the asset is presented when its URL is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Shown, as far as the asset's own type permits it.
    Inline,
    /// Always offered as a download.
    Attachment,
}

/// The query does not permit reading the asset now. Expired, altered and unknown are one answer on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signed address is not valid")]
pub struct Invalid;

/// The asked lifetime lies outside [`TTL_MIN_S`] to [`TTL_MAX_S`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signed address may live from {TTL_MIN_S} to {TTL_MAX_S} seconds")]
pub struct TtlOutOfBounds;

/// A signing key or a pair of keys that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// The id is empty, too long, or has characters that need escaping in a query.
    #[error("a key id has 1 to {KEY_ID_MAX_CHARS} letters, digits, `-` or `_`")]
    Id,
    /// The secret is too short.
    #[error("a signing secret has at least {SECRET_MIN_BYTES} bytes")]
    Secret,
    /// Both keys carry one id, so a URL could not say which of them signed it.
    #[error("the current and the previous key need different ids")]
    SameId,
}

/// One signing key with the short public id that goes into the URLs it signs. No `Debug`: it is a secret.
pub struct Key {
    id: String,
    keyed: Hmac<Sha256>,
}

impl Key {
    /// Takes an id of 1 to 16 letters, digits, `-` or `_`, and a secret of at least 32 bytes.
    pub fn new(id: &str, secret: &[u8]) -> Result<Self, BadKey> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if id.is_empty() || id.len() > KEY_ID_MAX_CHARS || !id.bytes().all(plain) {
            return Err(BadKey::Id);
        }
        if secret.len() < SECRET_MIN_BYTES {
            return Err(BadKey::Secret);
        }
        let keyed = Hmac::new_from_slice(secret).map_err(|_| BadKey::Secret)?;
        Ok(Self { id: id.to_owned(), keyed })
    }

    /// The message starts with its purpose, and the asset id goes last, so that no choice of one field can
    /// be read as another. `GET` is the method class, and it covers HEAD.
    fn tag(&self, asset: &str, expires_unix_s: i64, disposition: Disposition) -> [u8; TAG_BYTES] {
        let mut mac = self.keyed.clone();
        let (id, letter) = (&self.id, letter(disposition));
        mac.update(format!("spool asset url\n1\n{id}\nGET\n{expires_unix_s}\n{letter}\n{asset}").as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Signs and verifies with the current key, and still verifies with the previous one. No `Debug`: it holds secrets.
pub struct Signer {
    current: Key,
    previous: Option<Key>,
}

impl Signer {
    /// Takes the key that signs and, during a rotation, the one that signed before it.
    pub fn new(current: Key, previous: Option<Key>) -> Result<Self, BadKey> {
        match &previous {
            Some(previous) if previous.id == current.id => Err(BadKey::SameId),
            _ => Ok(Self { current, previous }),
        }
    }

    /// The one signer of this server's asset URLs.
    pub fn of_assets(key: &ServerKey) -> Result<Self, BadKey> {
        Self::new(Key::new("1", &key.derive("asset-url"))?, None)
    }

    /// Path and query that let their holder read a file of this format until `expires_unix_s` (exclusive).
    pub fn link(
        &self,
        file: AssetId,
        format: &str,
        now_unix_s: i64,
        expires_unix_s: i64,
    ) -> Result<String, TtlOutOfBounds> {
        let id = file.to_string();
        let query = self.sign(&id, now_unix_s, expires_unix_s, false)?;
        let format = if format.is_empty() { "bin" } else { format };
        Ok(format!("{PATH}{id}.{format}?{query}"))
    }

    /// The file that an address names and permits reading now, whatever host it names: nobody else can sign it.
    pub fn named_in(&self, url: &url::Url, now_unix_s: i64) -> Option<AssetId> {
        let file = url.path().strip_prefix(PATH)?.split(['.', '/']).next()?;
        self.verify(file, url.query()?, now_unix_s).ok()?;
        AssetId::parse(file).ok()
    }

    /// The query that lets its holder read `asset` until `expires_unix_s` (exclusive), without the leading `?`.
    ///
    /// Both times are seconds since 1970; their distance must lie between [`TTL_MIN_S`] and [`TTL_MAX_S`].
    pub fn sign(
        &self,
        asset: &str,
        now_unix_s: i64,
        expires_unix_s: i64,
        attachment: bool,
    ) -> Result<String, TtlOutOfBounds> {
        let ttl_s = expires_unix_s.checked_sub(now_unix_s).ok_or(TtlOutOfBounds)?;
        if expires_unix_s < 0 || !(TTL_MIN_S..=TTL_MAX_S).contains(&ttl_s) {
            return Err(TtlOutOfBounds);
        }
        let disposition = if attachment { Disposition::Attachment } else { Disposition::Inline };
        let tag = URL_SAFE_NO_PAD.encode(self.current.tag(asset, expires_unix_s, disposition));
        Ok(format!("v=1&k={}&e={expires_unix_s}&d={}&s={tag}", self.current.id, letter(disposition)))
    }

    /// Whether `query` (without the leading `?`) permits reading `asset` by GET or HEAD at `now_unix_s`, and how
    /// it is presented. Accepts exactly what [`Signer::sign`] writes, character for character.
    pub fn verify(&self, asset: &str, query: &str, now_unix_s: i64) -> Result<Disposition, Invalid> {
        let claim = Claim::parse(query).ok_or(Invalid)?;
        let named = [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|key| key.id == claim.key_id);
        // An unknown key id costs the same computation as a known one, and an expired URL is compared like any
        // other, so that the time of the answer tells as little as its content.
        let tag = named.unwrap_or(&self.current).tag(asset, claim.expires_unix_s, claim.disposition);
        let genuine = bool::from(tag.ct_eq(&claim.tag));
        if genuine & named.is_some() & (now_unix_s < claim.expires_unix_s) {
            Ok(claim.disposition)
        } else {
            Err(Invalid)
        }
    }
}

/// What a query says about itself, before anything of it is believed.
struct Claim<'q> {
    key_id: &'q str,
    expires_unix_s: i64,
    disposition: Disposition,
    tag: [u8; TAG_BYTES],
}

impl<'q> Claim<'q> {
    /// Five parameters in the one order in which they are written: a missing, repeated, unknown or moved one
    /// does not fit, and neither does an escape, because no value is ever decoded as one.
    fn parse(query: &'q str) -> Option<Self> {
        let mut parts = query.split('&');
        let mut value = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
        let version = value("v")?;
        let key_id = value("k")?;
        let expires = value("e")?;
        let disposition = match value("d")? {
            "i" => Disposition::Inline,
            "a" => Disposition::Attachment,
            _ => return None,
        };
        let signature = value("s")?;
        if version != "1" || parts.next().is_some() {
            return None;
        }
        let expires_unix_s: i64 = expires.parse().ok()?;
        // The number parser takes a plus sign and leading zeros; the canonical form has neither.
        if expires_unix_s < 0 || expires_unix_s.to_string() != expires {
            return None;
        }
        // The decoder refuses padding and stray bits behind the last byte, so each tag has one spelling.
        let tag = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        Some(Self { key_id, expires_unix_s, disposition, tag })
    }
}

fn letter(disposition: Disposition) -> char {
    match disposition {
        Disposition::Inline => 'i',
        Disposition::Attachment => 'a',
    }
}

#[cfg(test)]
mod tests;
