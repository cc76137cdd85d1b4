//! A bearer for a Google service account: a signed assertion is exchanged for it, and it is kept until shortly before
//! its end.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use parking_lot::Mutex;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;
use serde_json::json;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use url::Url;
use zeroize::Zeroizing;

use super::{Held, jwt};
use crate::providers::Providers;
use crate::secret::Secret;
use crate::upstream::{self, Guard, Outgoing, Why};

/// What the bearer may be used for: everything that the account's roles allow.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// An assertion is good for so long, seconds; Google takes no longer ones.
const ASSERTION_S: i64 = 3_600;
/// A bearer is given up so long before its end, seconds: a call that takes minutes must still be let in.
const SPARE_S: i64 = 300;
/// After an exchange that failed, the next one waits so long, seconds: a hundred jobs must not ask a hundred times.
const PAUSE_S: i64 = 5;
/// The longest that an exchange may take. A submit must go out within 15 s of its intent.
const EXCHANGE_WITHIN: Duration = Duration::from_secs(10);
/// The largest answer of an exchange, bytes; real ones have about one kilobyte.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// What a service account's JSON key holds for us.
pub(super) struct Account {
    email: String,
    key_id: Option<String>,
    key: RsaKeyPair,
    token_url: Url,
}

impl Account {
    /// Reads the JSON key; the error says what is needed and quotes nothing.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct File {
            client_email: String,
            private_key: String,
            private_key_id: Option<String>,
            token_uri: Option<String>,
        }
        let File { client_email, private_key, private_key_id, token_uri } = serde_json::from_str(text)
            .map_err(
                |_| "must be the JSON key of a service account, with `client_email` and `private_key`",
            )?;
        let private_key = Zeroizing::new(private_key);
        let der = PrivatePkcs8KeyDer::from_pem_slice(private_key.as_bytes())
            .map_err(|_| "has a `private_key` that is not in PEM (PKCS #8)")?;
        let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der())
            .map_err(|_| "has a `private_key` that is no RSA key of 2048 bits or more")?;
        let token_uri = token_uri.as_deref().unwrap_or("https://oauth2.googleapis.com/token");
        let token_url = Url::parse(token_uri).ok().filter(is_safe);
        let token_url = token_url.ok_or("has a `token_uri` that is no https URL")?;
        Ok(Self { email: client_email, key_id: private_key_id, key, token_url })
    }

    /// The assertion that a bearer is given for.
    fn assertion(&self, now_unix_s: i64) -> Option<Zeroizing<String>> {
        let mut header = json!({ "alg": "RS256", "typ": "JWT" });
        if let Some(id) = &self.key_id {
            header["kid"] = id.as_str().into();
        }
        let claims = json!({
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.token_url.as_str(),
            "iat": now_unix_s,
            "exp": now_unix_s + ASSERTION_S,
        });
        let input = jwt::signing_input(&header, &claims);
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature).ok()?;
        Some(jwt::signed(&input, &signature))
    }
}

/// An assertion is as good as a key for an hour: it goes out encrypted, or not beyond this machine.
fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(_)) | None => false,
    };
    url.host().is_some() && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

/// The bearer of one credential, once there is one.
#[derive(Default)]
pub(crate) struct Tokens {
    known: Mutex<Option<Known>>,
    /// Held while asking, so that whoever comes meanwhile waits for that answer. Not a lock on data, which an await
    /// under it could leave half changed.
    asking: tokio::sync::Mutex<()>,
}

enum Known {
    Token { text: Secret, until_unix_s: i64 },
    Failed { why: Why, until_unix_s: i64 },
}

impl Tokens {
    /// The bearer was refused: the next call gets a new one.
    pub(crate) fn forget(&self) {
        *self.known.lock() = None;
    }

    fn known(&self, now_unix_s: i64) -> Option<Result<Secret, Why>> {
        match &*self.known.lock() {
            Some(Known::Token { text, until_unix_s }) if now_unix_s < *until_unix_s => Some(Ok(text.clone())),
            Some(Known::Failed { why, until_unix_s }) if now_unix_s < *until_unix_s => Some(Err(*why)),
            _ => None,
        }
    }
}

impl Providers {
    /// The bearer of a service account's credential.
    pub(super) async fn google_token(&self, held: &Held) -> Result<Secret, Why> {
        let tokens = &held.tokens;
        if let Some(known) = tokens.known(self.now().unix_s()) {
            return known;
        }
        let _asking = tokens.asking.lock().await;
        let now_unix_s = self.now().unix_s();
        if let Some(known) = tokens.known(now_unix_s) {
            return known;
        }
        let answer = self.exchange(held, now_unix_s).await;
        let (known, token) = match answer {
            Ok((text, good_for_s)) => {
                let until_unix_s = now_unix_s + good_for_s - SPARE_S;
                (Known::Token { text: text.clone(), until_unix_s }, Ok(text))
            }
            Err(why) => (Known::Failed { why, until_unix_s: now_unix_s + PAUSE_S }, Err(why)),
        };
        *tokens.known.lock() = Some(known);
        token
    }

    /// Asks for a bearer. Second: how long it is good, seconds.
    async fn exchange(&self, held: &Held, now_unix_s: i64) -> Result<(Secret, i64), Why> {
        let account = Account::read(held.credential.secret.reveal()).map_err(|_| Why::Credential)?;
        let assertion = account.assertion(now_unix_s).ok_or(Why::Credential)?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .append_pair("assertion", &assertion)
            .finish();
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = upstream::header("content-type", "application/x-www-form-urlencoded") {
            headers.insert(name, value);
        }
        let outgoing = Outgoing {
            method: http::Method::POST,
            url: &account.token_url,
            headers,
            body: Bytes::from(body),
            // It stands in the operator's own key.
            guard: Guard::Configured,
            fresh: false,
            send_deadline_ms: None,
        };
        let answer = self.client.call(outgoing, EXCHANGE_WITHIN, ANSWER_BYTES_MAX).await;
        let answer = answer.map_err(|unanswered| unanswered.why)?;
        match answer.status().as_u16() {
            200 => {}
            429 | 500.. => return Err(Why::Token),
            _ => return Err(Why::Credential),
        }
        #[derive(Deserialize)]
        struct Granted {
            access_token: String,
            expires_in: i64,
        }
        let granted: Granted = serde_json::from_slice(answer.body()).map_err(|_| Why::Token)?;
        // What cannot stand in a header would be refused later with a less clear word.
        upstream::header("authorization", &granted.access_token).ok_or(Why::Token)?;
        Ok((Secret::new(granted.access_token), granted.expires_in.clamp(0, 86_400)))
    }
}

#[cfg(test)]
mod tests;
