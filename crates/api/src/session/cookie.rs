//! The cookie of a session: a key, sealed so that only this server can read it, and the end of it. Nothing is kept
//! here, so a session outlives restarts, and it ends with its key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use http::{HeaderMap, HeaderValue, header};
use spool_domain::ids::Entropy;
use spool_domain::time::Timestamp;
use spool_engine::secret::ServerKey;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::keys::{self, Presented};

/// How long a session lasts, milliseconds: 7 days.
const LIFE_MS: u64 = 7 * 24 * 3_600_000;

/// Cookies of 24 random bytes never meet, however many there are.
const NONCE_BYTES: usize = 24;
const SEED_BYTES: usize = 16;

/// The form of what is sealed. Another form would have another text, and would not open.
const FORM: &[u8] = b"spool session 1";

/// A cookie of ours has some 180 characters; a longer one is not even decoded.
const TEXT_CHARS_MAX: usize = 512;

/// Makes and reads the cookies of this server. No `Debug`: it holds secrets.
pub(crate) struct Cookies {
    cipher: XChaCha20Poly1305,
    key: ServerKey,
    /// Whether browsers reach this server by https, so that they may be told never to send the cookie otherwise.
    secure: bool,
}

/// What a session's cookie says beside its key.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// What its token is derived from.
    seed: [u8; SEED_BYTES],
    /// When it ends.
    pub(crate) ends: Timestamp,
}

impl Cookies {
    /// With a key derived from the server's own.
    pub(crate) fn new(key: &ServerKey, secure: bool) -> Self {
        let cipher = XChaCha20Poly1305::new(&key.derive("session").into());
        Self { cipher, key: key.clone(), secure }
    }

    /// The `__Host-` makes browsers refuse the name from anybody but this very host over https.
    fn name(&self) -> &'static str {
        if self.secure { "__Host-spool_session" } else { "spool_session" }
    }

    /// The session's cookie among those of a request. Two of the name are as good as none that opens: one of them was
    /// put there by somebody else.
    pub(crate) fn find<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut ours = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name());
        let (_, first) = ours.next()?;
        Some(if ours.next().is_some() { "" } else { first })
    }

    /// Starts a session for a key, which ends with the key if that ends earlier: the `Set-Cookie` for it.
    pub(crate) fn start(
        &self,
        key: &str,
        key_ends: Option<Timestamp>,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Session, HeaderValue) {
        let ends = now.after_ms(LIFE_MS);
        let ends = key_ends.map_or(ends, |key_ends| key_ends.min(ends));
        let mut session = Session { seed: [0; SEED_BYTES], ends };
        entropy.fill(&mut session.seed);
        let text = self.seal(session, key, entropy);
        let life_s = ends.since_ms(now) / 1_000;
        (session, self.set(&text, life_s))
    }

    /// Takes the cookie away from whoever sent it.
    pub(crate) fn clear(&self) -> HeaderValue {
        self.set("", 0)
    }

    fn set(&self, text: &str, life_s: u64) -> HeaderValue {
        let (name, secure) = (self.name(), if self.secure { "; Secure" } else { "" });
        let line = format!("{name}={text}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Strict{secure}");
        // Base64 and fixed words are all visible ASCII.
        let mut value = HeaderValue::try_from(line).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    fn seal(&self, Session { seed, ends }: Session, key: &str, entropy: &dyn Entropy) -> String {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let ends = ends.0.to_be_bytes();
        let msg = Zeroizing::new([&seed, ends.as_slice(), key.as_bytes()].concat());
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), Payload { msg: &msg, aad: FORM });
        // Only texts of more than 256 GiB are refused; a key has 69 characters.
        #[expect(clippy::expect_used, reason = "a key is shorter than 256 GiB")]
        let sealed = sealed.expect("the text is short enough");
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a cookie that this server made and that has not ended: the key in it, and the session.
    pub(crate) fn open(&self, text: &str, now: Timestamp) -> Option<(Presented, Session)> {
        if text.len() > TEXT_CHARS_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let msg = self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: FORM }).ok()?;
        let msg = Zeroizing::new(msg);
        let (seed, rest) = msg.split_first_chunk::<SEED_BYTES>()?;
        let (ends, key) = rest.split_first_chunk::<8>()?;
        let session = Session { seed: *seed, ends: Timestamp(i64::from_be_bytes(*ends)) };
        let presented = keys::parse(std::str::from_utf8(key).ok()?)?;
        (now < session.ends).then_some((presented, session))
    }

    /// What a page of ours sends along to show that the request is its own: only who may read our answers knows it.
    pub(crate) fn token(&self, session: &Session) -> String {
        let seed = data_encoding::HEXLOWER.encode(&session.seed);
        URL_SAFE_NO_PAD.encode(self.key.derive(&format!("session token {seed}")))
    }

    /// Whether this is the session's token.
    pub(crate) fn is_token(&self, session: &Session, given: &HeaderValue) -> bool {
        self.token(session).as_bytes().ct_eq(given.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use spool_domain::order::Mode;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU8);

    impl Entropy for Count {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    const NOW: Timestamp = Timestamp(1_000_000);

    fn cookies(secure: bool) -> Cookies {
        Cookies::new(&ServerKey::new([1; 32]), secure)
    }

    fn text(set: &HeaderValue) -> String {
        let line = set.to_str().unwrap();
        line.split_once('=').unwrap().1.split(';').next().unwrap().to_owned()
    }

    fn request(lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).unwrap()));
        lines.collect()
    }

    #[test]
    fn a_cookie_opens_until_its_end_and_holds_the_key_unreadably() {
        let (cookies, entropy) = (cookies(false), Count::default());
        let key = keys::generate(&entropy, Mode::Test).into_text();
        let (session, set) = cookies.start(&key, None, NOW, &entropy);
        assert_eq!(session.ends, NOW.after_ms(LIFE_MS));
        assert!(set.is_sensitive());
        let line = set.to_str().unwrap();
        assert!(line.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict"), "{line}");
        let text = text(&set);
        assert!(!text.contains(&key[11..40]) && text.len() < TEXT_CHARS_MAX);
        let (presented, opened) = cookies.open(&text, NOW).unwrap();
        assert_eq!(presented, keys::parse(&key).unwrap());
        assert_eq!((opened.seed, opened.ends), (session.seed, session.ends));
        assert!(cookies.open(&text, Timestamp(session.ends.0 - 1)).is_some());
        assert!(cookies.open(&text, session.ends).is_none());
    }

    #[test]
    fn a_session_ends_with_its_key() {
        let (cookies, entropy) = (cookies(false), Count::default());
        let key = keys::generate(&entropy, Mode::Test).into_text();
        let (session, set) = cookies.start(&key, Some(NOW.after_ms(60_000)), NOW, &entropy);
        assert_eq!(session.ends, NOW.after_ms(60_000));
        assert!(set.to_str().unwrap().contains("Max-Age=60;"));
    }

    #[test]
    fn a_changed_cookie_and_one_of_another_server_do_not_open() {
        let (cookies, entropy) = (cookies(false), Count::default());
        let key = keys::generate(&entropy, Mode::Test).into_text();
        let text = text(&cookies.start(&key, None, NOW, &entropy).1);
        assert!(Cookies::new(&ServerKey::new([2; 32]), false).open(&text, NOW).is_none());
        let whole = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for byte in 0..whole.len() {
            let mut changed = whole.clone();
            changed[byte] ^= 1;
            assert!(cookies.open(&URL_SAFE_NO_PAD.encode(changed), NOW).is_none(), "byte {byte}");
            assert!(cookies.open(&URL_SAFE_NO_PAD.encode(&whole[..byte]), NOW).is_none(), "{byte} bytes");
        }
        for text in ["", "=", "a key", &text[1..], &"A".repeat(TEXT_CHARS_MAX + 1)] {
            assert!(cookies.open(text, NOW).is_none());
        }
    }

    #[test]
    fn each_session_has_a_token_of_its_own() {
        let (cookies, entropy) = (cookies(false), Count::default());
        let key = keys::generate(&entropy, Mode::Test).into_text();
        let [one, two] = [(); 2].map(|()| cookies.start(&key, None, NOW, &entropy).0);
        let token = cookies.token(&one);
        assert!(token != cookies.token(&two));
        assert!(cookies.is_token(&one, &HeaderValue::from_str(&token).unwrap()));
        for wrong in [cookies.token(&two), String::new(), token[1..].to_owned(), format!("{token}A")] {
            assert!(!cookies.is_token(&one, &HeaderValue::from_str(&wrong).unwrap()), "{wrong}");
        }
    }

    #[test]
    fn over_https_the_name_belongs_to_the_host_alone() {
        let cookies = cookies(true);
        let cleared = cookies.clear();
        let line = "__Host-spool_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(cleared.to_str().unwrap(), line);
        assert_eq!(cookies.find(&request(&["spool_session=a"])), None);
        assert_eq!(cookies.find(&request(&["spool_session=a; __Host-spool_session=b"])), Some("b"));
    }

    #[test]
    fn the_cookie_is_found_among_others_and_two_of_the_name_are_no_good() {
        let cookies = cookies(false);
        for (lines, found) in [
            (&["theme=dark; spool_session=a"][..], Some("a")),
            (&["theme=dark", "spool_session=a=="], Some("a==")),
            (&["spool_session2=a; my_spool_session=b"], None),
            (&["spool_session"], None),
            (&[], None),
            (&["spool_session=a; spool_session=b"], Some("")),
            (&["spool_session=a", "spool_session=a"], Some("")),
        ] {
            assert_eq!(cookies.find(&request(lines)), found, "{lines:?}");
        }
    }
}
