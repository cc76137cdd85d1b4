//! Delivering webhooks (INVARIANTS, section 5): one loop that takes due messages out of the outbox, sends each signed
//! to its receiver through the guarded client, and writes down how it went. What a message says is the API's affair.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use sha2::Sha256;
use spool_domain::fault::Fault;
use spool_domain::ids::{AccountId, EndpointId};
use spool_domain::job::Job;
use spool_domain::order::Mode;
use spool_domain::outbox::{Announcement, SecretVersion, Sending, Target, Try};
use spool_domain::time::Timestamp;
use spool_domain::webhook::{Heard, News, Plan, judge};
use tokio::sync::Semaphore;
use url::Url;

use crate::address::{self, Refused};
use crate::upstream::{Answer, Outgoing, Unanswered};
use crate::{Engine, Inner};

/// Deliveries under way at the same time: each is a connection to somebody who may be slow.
const UNDER_WAY_MAX: usize = 64;
/// The same at one receiver (W6).
const PER_RECEIVER_MAX: u32 = 4;
/// A delivery belongs to this node for so long: longer than the slowest try.
const LEASE_MS: u64 = 60_000;
/// The most of an answer that is read, and that is kept, bytes (W6).
const READ_MAX: usize = 64 * 1024;
const KEPT_MAX: usize = 1_024;
/// A replaced secret signs along for a day (W2).
const OLD_SECRET_MS: u64 = 24 * 3_600_000;

/// What a message is about.
pub struct Telling<'a> {
    /// The job as it stands; none for a test message.
    pub job: Option<&'a Job>,
    /// What happened.
    pub news: News,
    /// The number of the job's event that is told (W5).
    pub sequence: u32,
    /// When it happened.
    pub at: Timestamp,
    /// For a registered endpoint, in the envelope of Standard Webhooks; otherwise for a job's own callback, as the
    /// contract of its dialect shows it.
    pub registered: bool,
}

/// A message ready to be signed and sent.
pub struct Rendered {
    /// JSON.
    pub body: Bytes,
    /// Whether the dialect's contract names the older signature headers too (run/jobs).
    pub older_signature: bool,
}

/// Writes messages in the shape of the dialect that made a job. The API does.
pub trait Announcer: Send + Sync {
    /// The message; nothing if there is none to be made, which gives the delivery up.
    fn render(&self, telling: &Telling) -> Option<Rendered>;
}

impl Engine {
    /// Starts delivering. Before this, messages wait in the outbox.
    pub fn announce_through(&self, announcer: Arc<dyn Announcer>) {
        if self.inner.announcer.set(announcer).is_ok() {
            let inner = Arc::clone(&self.inner);
            self.inner.tasks.supervise("deliver", move || run(Arc::clone(&inner)));
        }
    }

    /// Tells the loop that the outbox has something new, or that there is a new endpoint to look out for.
    pub fn ring_deliveries(&self) {
        self.inner.endpoints.store(true, Ordering::Relaxed);
        self.inner.told.ring_now();
    }

    /// An endpoint's secret as its owner keeps it: `whsec_` and base64 (W2).
    pub fn endpoint_secret(&self, id: EndpointId, secret: SecretVersion) -> String {
        self.inner.endpoint_secret(id, secret.version)
    }

    /// The secret of an account's callbacks.
    pub fn callback_secret(&self, account: AccountId, mode: Mode, secret: SecretVersion) -> String {
        self.inner.callback_secret(account, mode, secret.version)
    }

    /// Refuses an address that no message could ever be sent to (S1-S3); `param` names the field it came in. A name is
    /// judged again whenever it is resolved.
    pub fn check_target(&self, param: &str, url: &str) -> Result<(), Fault> {
        let settings = &self.inner.settings;
        let refused = |why: Refused| Fault::field(param, format!("{param} cannot be called: {why}"));
        let wrong = || Fault::field(param, format!("{param} must be an absolute http or https URL"));
        let url = Url::parse(url).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(Refused::UserInfo));
        }
        let literal = address::literal(&url);
        if literal.is_some_and(|ip| settings.allow.contains(ip)) {
            return Ok(());
        }
        // A name with another port may still lead to an address that the operator allows.
        let form = if settings.allow.is_empty() { address::check_url } else { address::check_url_form };
        form(&url, settings.http_allowed).map_err(refused)?;
        match literal {
            Some(ip) => address::check(ip, &settings.allow).map_err(refused),
            None => Ok(()),
        }
    }
}

impl Inner {
    /// What is told of a job, and whether to its own callback. A part is told about with its whole.
    pub(crate) fn announcement(&self, job: &Job, news: News) -> Option<Announcement> {
        if job.parent.is_some() {
            return None;
        }
        let callback = job.terms.callback.as_ref().filter(|callback| callback.manner.hears(news));
        Some(Announcement { news, callback: callback.map(|one| (origin(&one.url), one.manner)) })
    }

    /// Rings if a step that was just written may have put something into the outbox.
    pub(crate) fn ring_if_told(&self, announcement: Option<&Announcement>) {
        if announcement.is_some_and(|one| one.callback.is_some() || self.endpoints.load(Ordering::Relaxed)) {
            self.told.ring_now();
        }
    }

    /// A number from -1 to 1 by chance.
    fn swing(&self) -> f64 {
        let mut bytes = [0; 4];
        self.entropy.fill(&mut bytes);
        f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX) * 2.0 - 1.0
    }

    fn endpoint_secret(&self, id: EndpointId, version: u32) -> String {
        self.key.webhook_secret(&format!("endpoint:{id}"), version)
    }

    fn callback_secret(&self, account: AccountId, mode: Mode, version: u32) -> String {
        self.key.webhook_secret(&format!("callbacks:{account}:{}", mode.as_str()), version)
    }
}

/// Scheme, host and port: whose fault it is when calls fail.
fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

async fn run(inner: Arc<Inner>) {
    let slots = Arc::new(Semaphore::new(UNDER_WAY_MAX));
    match inner.store.has_endpoints().await {
        Ok(any) => drop(inner.endpoints.fetch_or(any, Ordering::Relaxed)),
        // Looking out for endpoints that may not be there only costs a look.
        Err(_) => inner.endpoints.store(true, Ordering::Relaxed),
    }
    while !inner.tasks.is_stopping() {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        drop(slot);
        inner.told.reset();
        let limit = slots.available_permits() as u32;
        let found = match inner.store.claim_deliveries(limit, PER_RECEIVER_MAX, LEASE_MS).await {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(error = %error, "due messages could not be claimed: {error}");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        for sending in found.due {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
            let shared = Arc::clone(&inner);
            inner.tasks.spawn(async move {
                Box::pin(deliver(&shared, &sending)).await;
                drop(slot);
                shared.told.ring_now();
            });
        }
        if let Some(due) = found.next_due {
            inner.told.ring_at(due);
        }
        tokio::select! {
            () = inner.told.sleep() => {}
            () = inner.tasks.stopping() => {}
        }
    }
}

/// One try, and what follows from it.
async fn deliver(inner: &Inner, sending: &Sending) {
    let delivery = &sending.delivery;
    let plan = match &sending.target {
        Target::Endpoint { .. } => Plan::Ladder(&inner.settings.webhook_pauses_ms),
        Target::Callback { callback, .. } => Plan::Callback(callback.manner),
    };
    let (at, began) = (inner.clock.now(), Instant::now());
    let (heard, answer) = send(inner, sending, plan, at).await;
    let took_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    let tries = delivery.tries + 1;
    let verdict = judge(plan, tries, &heard, sending.health, inner.clock.now(), inner.swing());
    let (status, trouble) = match heard {
        Heard::Status(status, _) => (Some(status), None),
        Heard::Nothing(why) => (None, Some(why.to_owned())),
    };
    tracing::debug!(
        delivery.id = %delivery.id, news = delivery.news.word(), tries, status, trouble, next = ?verdict.next,
        "told {} of {}", delivery.id, delivery.news
    );
    if let Some(why) = verdict.disable {
        tracing::warn!(endpoint.id = ?delivery.endpoint, "a webhook endpoint is switched off: {why}");
    }
    let tried = Try { at, took_ms, status, trouble, answer };
    if let Err(error) = inner.store.tried(delivery.id, tried, verdict).await {
        // Its lease lapses, and it is sent again: at least once.
        tracing::error!(delivery.id = %delivery.id, "a delivery could not be written down: {error}");
    }
}

async fn send(inner: &Inner, sending: &Sending, plan: Plan<'_>, at: Timestamp) -> (Heard, String) {
    let nothing = |why| (Heard::Nothing(why), String::new());
    let delivery = &sending.delivery;
    let registered = matches!(sending.target, Target::Endpoint { .. });
    let telling = Telling {
        job: sending.job.as_deref(),
        news: delivery.news,
        sequence: delivery.sequence,
        at: delivery.created_at,
        registered,
    };
    let Some(rendered) = inner.announcer.get().and_then(|announcer| announcer.render(&telling)) else {
        return nothing("nothing_to_say");
    };
    let (url, secrets) = match &sending.target {
        Target::Endpoint { url, secret } => {
            let Some(id) = delivery.endpoint else { return nothing("no_endpoint") };
            (url, active(*secret, at).map(|version| inner.endpoint_secret(id, version)).collect())
        }
        Target::Callback { callback, secret } => {
            let versions = secret.iter().flat_map(|secret| active(*secret, at));
            let secret = |version| inner.callback_secret(sending.account, sending.mode, version);
            (&callback.url, versions.map(secret).collect::<Vec<_>>())
        }
    };
    let Some((url, headers)) =
        Url::parse(url).ok().zip(signed(&delivery.message, at.unix_s(), &rendered, &secrets))
    else {
        return nothing("address_refused");
    };
    let outgoing = Outgoing {
        method: Method::POST,
        url: &url,
        headers,
        body: rendered.body.clone(),
        guard: inner.providers.foreign(),
        fresh: false,
        send_deadline_ms: None,
    };
    let limit = Duration::from_millis(plan.answer_within_ms());
    let exchange = async {
        let answer = inner.providers.client.open(outgoing, limit).await?;
        let status = answer.response.status().as_u16();
        let retry_after = retry_after_s(answer.response.headers());
        // Who has said how it went need not finish the sentence.
        let text = beginning(answer).await;
        Ok((Heard::Status(status, retry_after), text))
    };
    match tokio::time::timeout(limit, Box::pin(exchange)).await {
        Ok(Ok(heard)) => heard,
        Ok(Err(Unanswered { why, .. })) => nothing(why.code()),
        Err(_) => nothing("timeout"),
    }
}

/// The versions of a secret that sign now, the newest first.
fn active(secret: SecretVersion, at: Timestamp) -> impl Iterator<Item = u32> {
    let former =
        (secret.version > 1 && at.since_ms(secret.since) < OLD_SECRET_MS).then(|| secret.version - 1);
    std::iter::once(secret.version).chain(former)
}

/// The headers of a message. Without a secret it is not signed; the id is there in any case.
fn signed(message: &str, at_unix_s: i64, rendered: &Rendered, secrets: &[String]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("webhook-id"), HeaderValue::from_str(message).ok()?);
    headers.insert(HeaderName::from_static("webhook-timestamp"), HeaderValue::from(at_unix_s));
    if secrets.is_empty() {
        return Some(headers);
    }
    let content = [message.as_bytes(), b".", at_unix_s.to_string().as_bytes(), b".", &rendered.body].concat();
    let signatures: Vec<String> = secrets
        .iter()
        .filter_map(|secret| STANDARD.decode(secret.strip_prefix(PREFIX)?).ok())
        .map(|key| format!("v1,{}", STANDARD.encode(mac(&key, &content))))
        .collect();
    let signature = HeaderValue::from_str(&signatures.join(" ")).ok()?;
    headers.insert(HeaderName::from_static("webhook-signature"), signature);
    if let (true, Some(newest)) = (rendered.older_signature, secrets.first()) {
        let content = [at_unix_s.to_string().as_bytes(), b".", &rendered.body].concat();
        let signature = data_encoding::HEXLOWER.encode(&mac(newest.as_bytes(), &content));
        headers.insert(HeaderName::from_static("x-abstrakt-timestamp"), HeaderValue::from(at_unix_s));
        headers
            .insert(HeaderName::from_static("x-abstrakt-signature"), HeaderValue::from_str(&signature).ok()?);
    }
    Some(headers)
}

/// What a secret's text begins with.
pub(crate) const PREFIX: &str = "whsec_";

fn mac(key: &[u8], content: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    #[expect(clippy::expect_used, reason = "a key of any length is accepted")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(content);
    mac.finalize().into_bytes().into()
}

/// `Retry-After` in seconds; the form with a date is rare and passes for none.
fn retry_after_s(headers: &HeaderMap) -> Option<u32> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// The first kilobyte of an answer as text. An answer that was read to its end leaves its connection for the next.
async fn beginning(mut answer: Answer<'_>) -> String {
    let mut kept = Vec::new();
    let mut read = 0;
    loop {
        match answer.piece().await {
            Ok(Some(piece)) => {
                read += piece.len();
                kept.extend_from_slice(&piece[..piece.len().min(KEPT_MAX - kept.len())]);
                if read > READ_MAX {
                    break;
                }
            }
            Ok(None) => {
                answer.keep();
                break;
            }
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification's own libraries are tested with.
    #[test]
    fn w2_the_signature_is_that_of_standard_webhooks() {
        let rendered =
            Rendered { body: Bytes::from_static(b"{\"test\": 2432232314}"), older_signature: false };
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, &rendered, &[secret]).unwrap();
        assert_eq!(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(headers["webhook-timestamp"], "1614265330");
        assert!(!headers.contains_key("x-abstrakt-signature"));
    }

    #[test]
    fn w2_each_active_secret_signs_and_the_older_headers_go_with_the_newest() {
        let rendered = Rendered { body: Bytes::from_static(b"{}"), older_signature: true };
        let secrets = ["whsec_AAAA".to_owned(), "whsec_BBBB".to_owned()];
        let headers = signed("msg_x", 5, &rendered, &secrets).unwrap();
        assert_eq!(headers["webhook-signature"].to_str().unwrap().matches("v1,").count(), 2);
        let expected = data_encoding::HEXLOWER.encode(&mac(b"whsec_AAAA", b"5.{}"));
        assert_eq!(headers["x-abstrakt-signature"], expected.as_str());
        let unsigned = signed("msg_x", 5, &rendered, &[]).unwrap();
        assert_eq!((unsigned.len(), unsigned.contains_key("webhook-signature")), (3, false));
    }

    #[test]
    fn w2_a_replaced_secret_signs_along_for_a_day() {
        let since = Timestamp(1_000_000);
        let active_at = |version, ms| -> Vec<u32> {
            active(SecretVersion { version, since }, since.after_ms(ms)).collect()
        };
        assert_eq!(active_at(1, 0), [1]);
        assert_eq!(active_at(3, OLD_SECRET_MS - 1), [3, 2]);
        assert_eq!(active_at(3, OLD_SECRET_MS), [3]);
    }
}
