//! How a credential goes onto a request: the one place where a secret leaves this program.

use http::HeaderMap;
use spool_domain::adapter::Auth;
use zeroize::Zeroizing;

use super::{Held, Reached, jwt, volcengine};
use crate::providers::Providers;
use crate::upstream::{Outgoing, Unanswered, Why, header};

impl Providers {
    /// Adds to a request what its provider wants to see: the credential in the form of the manifest, and an id of the
    /// request. Only where the request goes to the provider's own hosts, whatever URL an answer named. Some
    /// forms cover the whole request, so nothing may change after this.
    pub(crate) async fn sign(
        &self,
        reached: &Reached,
        outgoing: &mut Outgoing<'_>,
    ) -> Result<(), Unanswered> {
        if !reached.is_trusted(outgoing.url) {
            return Ok(());
        }
        self.attach(reached, outgoing).await.map_err(|why| Unanswered { sent: 0, why })
    }

    async fn attach(&self, reached: &Reached, outgoing: &mut Outgoing<'_>) -> Result<(), Why> {
        let manifest = reached.manifest();
        if let Some(name) = manifest.request_id_header
            && !outgoing.headers.contains_key(name)
        {
            let (name, id) = header(name, &self.request_id()).ok_or(Why::Refused)?;
            outgoing.headers.insert(name, id);
        }
        let Some(held) = reached.held() else { return Ok(()) };
        let secret = held.credential.secret.reveal();
        match manifest.auth {
            Auth::Open => Ok(()),
            Auth::Header { name, prefix } => {
                put(&mut outgoing.headers, name, Zeroizing::new(format!("{prefix}{secret}")))
            }
            Auth::Basic => {
                let pair = Zeroizing::new(data_encoding::BASE64.encode(secret.as_bytes()));
                put(&mut outgoing.headers, "authorization", Zeroizing::new(format!("Basic {}", *pair)))
            }
            Auth::Jwt => match secret.split_once(':') {
                Some((access, key)) => {
                    let token = jwt::of_pair(access, key, self.now().unix_s()).ok_or(Why::Credential)?;
                    bearer(&mut outgoing.headers, &token)
                }
                None => bearer(&mut outgoing.headers, secret),
            },
            Auth::Volcengine { service, region } => {
                let (access, secret) = secret.split_once(':').ok_or(Why::Credential)?;
                let signer = volcengine::Signer { access, secret, service, region };
                let Outgoing { method, url, headers, body, .. } = outgoing;
                signer.sign(method, url, headers, body, self.now()).ok_or(Why::Credential)
            }
            Auth::GoogleAccount => {
                let token = self.google_token(held).await?;
                bearer(&mut outgoing.headers, token.reveal())
            }
        }
    }

    /// A provider answered with this status: a token that it refuses is not used again.
    pub(crate) fn heed(&self, held: Option<&Held>, status: u16) {
        if let (Some(held), 401) = (held, status) {
            held.tokens.forget();
        }
    }

    /// A UUID of random bits (RFC 9562, version 4).
    fn request_id(&self) -> String {
        let mut bytes = [0; 16];
        self.entropy().fill(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = data_encoding::HEXLOWER.encode(&bytes);
        let (a, rest) = hex.split_at(8);
        let (b, rest) = rest.split_at(4);
        let (c, rest) = rest.split_at(4);
        let (d, e) = rest.split_at(4);
        format!("{a}-{b}-{c}-{d}-{e}")
    }
}

fn bearer(headers: &mut HeaderMap, token: &str) -> Result<(), Why> {
    put(headers, "authorization", Zeroizing::new(format!("Bearer {token}")))
}

fn put(headers: &mut HeaderMap, name: &str, value: Zeroizing<String>) -> Result<(), Why> {
    let (name, mut value) = header(name, &value).ok_or(Why::Credential)?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

#[cfg(test)]
mod tests;
