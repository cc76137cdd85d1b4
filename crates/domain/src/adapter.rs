//! The port to providers. An adapter turns a job's work into a `Call` and a `Reply` into a `Word`; both are
//! plain data. The engine owns the client, the credentials, the retries and the time.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Makes, Wish};
use crate::money::MicroUsd;

/// What a provider is like: facts from its documentation that rules decide by (U17).
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The provider's name in routes, configuration and records.
    pub provider: &'static str,
    /// Where the API lives unless the operator says otherwise; no trailing slash. `sandbox:` is served in-process.
    pub base_url: &'static str,
    /// How the credential is attached to calls.
    pub auth: Auth,
    /// What can be done about a submit whose answer was lost.
    pub safety: Safety,
    /// Statuses of a submit's answer that prove that no job was made (U11).
    pub no_job_statuses: &'static [u16],
    /// Whether a job that the provider fails is billed all the same.
    pub billed_on_failure: bool,
    /// How long a submit may take, milliseconds; for synchronous providers this covers the whole generation.
    pub submit_timeout_ms: u64,
    /// How long a status, result, lookup or cancel call may take, milliseconds.
    pub call_timeout_ms: u64,
    /// The least pause between two looks at one job, milliseconds.
    pub poll_pace_ms: u64,
    /// How long after acceptance a job can be missing from lookups, milliseconds (U5).
    pub listing_lag_ms: u64,
    /// How long results can be fetched after the job ended, milliseconds (U15).
    pub retention_ms: u64,
    /// The longest a job is documented to run, milliseconds; after that and the retention we stop asking (U6).
    pub duration_max_ms: u64,
    /// How many jobs may be open at a time under one credential unless the operator says otherwise; 0 where no bound
    /// is known or the provider queues by itself.
    pub concurrency: u32,
    /// How it calls back about a job.
    pub callbacks: Callbacks,
    /// A header that must hold a new UUID with every call that does not set it itself, lower case.
    pub request_id_header: Option<&'static str>,
    /// Domains of the provider whose hosts get the credential as well, over https, such as `bfl.ai` for
    /// `api.eu2.bfl.ai`, where answers name addresses there. Without a leading dot.
    pub hosts: &'static [&'static str],
    /// What the documentation leaves open, a short sentence each; printed into `docs/providers.md`.
    pub unconfirmed: &'static [&'static str],
    /// When these facts were last checked against the provider's documentation, `YYYY-MM-DD`.
    pub verified_on: &'static str,
}

/// `no_job_statuses` of a provider that documents nothing else (U11).
pub const NO_JOB_STATUSES: &[u16] = &[400, 401, 402, 403, 404, 405, 413, 415, 422, 429];

/// How a credential is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// None is needed.
    Open,
    /// One header; the value is the prefix followed by the secret.
    Header {
        /// Header name, lower case.
        name: &'static str,
        /// What stands before the secret, such as `Bearer `.
        prefix: &'static str,
    },
    /// HTTP Basic; the credential is `user:password`.
    Basic,
    /// A bearer. The credential is an API key, or `access:secret`, from which a short-lived HS256 token is made.
    Jwt,
    /// Volcengine's signature over each request; the credential is `access:secret`.
    Volcengine {
        /// The service's name in the signature's scope.
        service: &'static str,
        /// The region in the scope.
        region: &'static str,
    },
    /// A bearer that Google gives out for a service account; the credential is the account's JSON key.
    GoogleAccount,
}

/// How a provider calls back about a job, and what proves that it was the provider (U9). Every callback comes to a path
/// that only the provider was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callbacks {
    /// It does not, or not about a single job.
    None,
    /// Without a signature.
    Unsigned,
    /// Signed with a key that `callback_keys` fetches.
    Keys,
    /// Signed with the credential that made the job.
    Credential,
    /// Signed with a secret that the operator has from the provider; unsigned where none is set.
    Secret,
}

/// What can be done about a submit whose outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// The provider promises that the same call under the same token is one job: it may be sent again, byte for byte.
    Idempotent,
    /// The provider finds a job by our token.
    Lookup,
    /// Nothing: it can neither be resent nor looked up.
    Blind,
}

/// The secret-free name of one submit at the provider (U7): hex of an HMAC, the same for a repeat of the attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub String);

/// What is to be made, in the provider's own parameter names.
#[derive(Clone, Debug)]
pub struct Work {
    /// The provider's name for the model or endpoint, from the route's template.
    pub model: String,
    /// The provider's input object, from the route's map. Files stand in it in the form that the adapter takes.
    pub input: serde_json::Map<String, serde_json::Value>,
    /// The kind of media asked for.
    pub makes: Makes,
    /// How many outputs this one call shall make.
    pub count: u32,
    /// The shape of the output, for providers that render by shape (the sandbox).
    pub wish: Wish,
    /// Where the provider may call back, if this server has a public address.
    pub callback_url: Option<String>,
}

/// HTTP methods that adapters use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
    Patch,
}

/// One request to a provider, without credentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// A path under the base URL (starts with `/`), or an absolute URL that the provider gave us. The engine
    /// sends credentials to an absolute URL only when it has the base URL's origin.
    pub target: String,
    /// Further headers, lower-case names.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: Bytes,
}

impl Call {
    /// A bodiless GET.
    pub fn get(target: impl Into<String>) -> Self {
        Self { method: Method::Get, target: target.into(), headers: Vec::new(), body: Bytes::new() }
    }

    /// A call with a JSON body.
    pub fn json(method: Method, target: impl Into<String>, body: &impl Serialize) -> Self {
        // Serialising plain maps and strings cannot fail; an empty body would be refused by the provider anyway.
        let body = serde_json::to_vec(body).unwrap_or_default().into();
        Self {
            method,
            target: target.into(),
            headers: vec![("content-type", "application/json".to_owned())],
            body,
        }
    }
}

/// A provider's answer, read whole within the engine's size cap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// `Retry-After` in seconds, where it is given as a number.
    pub fn retry_after_s(&self) -> Option<u32> {
        self.header("retry-after")?.trim().parse().ok()
    }
}

/// A provider's job, as we must name it in later calls; kept in the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// The provider's job id: unique per provider and credential (U8).
    pub id: String,
    /// Whatever else follow-up calls need, such as URLs the provider gave.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

/// One output as the provider hands it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// To be fetched from here, without credentials.
    Url(String),
    /// To be fetched from here with the credential that made the job. It goes to the provider's own origin only: where
    /// that redirects to another one, it stays behind. A path under the base URL, or an absolute URL.
    Guarded(String),
    /// The file itself, which came in the answer. Not kept in the database: it is stored before anything is written.
    #[serde(skip)]
    Bytes(Bytes),
    /// A text result: transcript or lyrics.
    Text(String),
}

/// What a provider said, understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// It took the job; look again after this many milliseconds.
    Accepted(Handle, u64),
    /// Still at it.
    Pending {
        /// Percent done, where the provider says.
        progress: Option<u8>,
        /// Look again after this many milliseconds; the manifest's pace is the least.
        wait_ms: u64,
    },
    /// Done.
    Finished {
        /// The outputs in order.
        outputs: Vec<Output>,
        /// What the provider says it billed, where it says.
        billed: Option<MicroUsd>,
    },
    /// The provider ended the job without a result.
    Failed(Trouble),
    /// The provider ended the job because we asked.
    Canceled,
    /// One more call is needed first, such as fetching the result after the status said done.
    Then(Call),
    /// The job was taken and waits for a file of ours, which `supply` hands in.
    Wanting,
}

/// A submit whose answer was lost.
#[derive(Clone, Copy, Debug)]
pub struct Lost<'a> {
    /// Its token.
    pub token: &'a Token,
    /// The provider's name for the model or endpoint, as in `Work::model`.
    pub model: &'a str,
    /// When its intent was written, Unix milliseconds.
    pub since_unix_ms: i64,
}

/// What a lookup said.
#[derive(Clone, Debug, PartialEq)]
pub enum Sought {
    /// The provider has the job.
    Found(Handle),
    /// It is not listed now.
    Absent,
    /// One more call is needed, such as the next page.
    Then(Call),
}

/// A page of a provider's list of our jobs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The jobs, in any order.
    pub jobs: Vec<Listed>,
    /// The call for the next page.
    pub next: Option<Call>,
}

/// A job in a provider's list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// What later calls need.
    pub handle: Handle,
    /// Our token, where the list gives it back.
    pub token: Option<Token>,
    /// When it was made, Unix milliseconds, where the list says.
    pub created_unix_ms: Option<i64>,
}

/// The classes of upstream trouble; the class decides what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleClass {
    /// The parameters are wrong.
    Caller,
    /// The content is refused; final.
    ContentPolicy,
    /// Our credential is wrong or may not do this.
    Credential,
    /// Our account there is out of money.
    Quota,
    /// Too many requests or jobs.
    Busy,
    /// Down or failing.
    Unavailable,
    /// Took too long.
    Timeout,
    /// The result existed and is gone.
    Gone,
    /// Not understood.
    Unknown,
}

/// Something went wrong at a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{class:?} ({code})")]
pub struct Trouble {
    /// What follows from it.
    pub class: TroubleClass,
    /// The provider's own code or the HTTP status: short, for records and logs; never a message text.
    pub code: String,
    /// What the caller may read; for classes `Caller` and `ContentPolicy` the provider's own words, cut to 500 characters.
    pub message: Option<String>,
    /// Seconds the provider asks us to wait.
    pub retry_after_s: Option<u32>,
}

impl Trouble {
    /// Trouble with a code only.
    pub fn of(class: TroubleClass, code: impl Into<String>) -> Self {
        Self { class, code: code.into(), message: None, retry_after_s: None }
    }

    /// The same with words for the caller, cut to 500 characters.
    pub fn saying(mut self, message: &str) -> Self {
        self.message = Some(message.chars().take(500).collect());
        self
    }

    /// The same with the seconds the provider asks us to wait.
    pub fn after_s(mut self, seconds: Option<u32>) -> Self {
        self.retry_after_s = seconds;
        self
    }

    /// An answer that is not what the documentation promises.
    pub fn unreadable(reply: &Reply) -> Self {
        Self::of(TroubleClass::Unknown, format!("unreadable_{}", reply.status))
    }
}

/// What became of a request to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelWord {
    /// The job is ended and will not be billed.
    Ended,
    /// Noted; the job's own state will tell.
    Noted,
    /// It had already ended.
    TooLate,
}

/// A provider's callback as it reached us, with what its signature is checked by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Callback<'a> {
    /// The path it came to, without the query.
    pub path: &'a str,
    /// The query without the question mark; empty for none.
    pub query: &'a str,
    /// Headers, lower-case names.
    pub headers: &'a [(String, String)],
    /// The raw body.
    pub body: &'a [u8],
    /// Present Unix time in seconds, against replays.
    pub now_unix_s: i64,
    /// What `callback_keys` fetched.
    pub keys: Option<&'a Reply>,
    /// The secret that the manifest's `callbacks` speaks of, if there is one.
    pub secret: Option<&'a str>,
}

impl Callback<'_> {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// In which form a provider takes the files that a job starts from. Whatever the form, the adapter finds one text in
/// the place where the parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// An http or https URL, or a `data:` URI in base64. The URL is used where this server has a public address.
    UrlOrData,
    /// A URL only. Without a public address, files of ours are refused before the job is admitted.
    Url,
    /// Files of ours always come as a `data:` URI in base64, for providers that want the bytes in the call. URLs that
    /// the caller gave stay URLs.
    Data,
    /// Always a `data:` URI in base64: what lies behind a URL that the caller gave is fetched first.
    Bytes,
}

/// One provider's dialect: builds calls, reads replies. No socket, no secret of its own, no price, no retry.
pub trait Adapter: Send + Sync {
    /// The facts rules decide by.
    fn manifest(&self) -> &Manifest;

    /// In which form it takes the files that a job starts from. `model` is the provider's name for the
    /// model, as in `Work::model`.
    fn file_form(&self, _model: &str) -> FileForm {
        FileForm::UrlOrData
    }

    /// The next call that must come before the submit and costs nothing, such as an upload. None once `work` is
    /// complete; then `submit` is called with it. An error means that nothing can come of this work.
    fn prepare(&self, _work: &Work) -> Result<Option<Call>, Trouble> {
        Ok(None)
    }

    /// Puts what the answer to such a call says into the work, for instance the upload's name in place of the file.
    fn read_prepared(&self, _work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        Err(Trouble::unreadable(reply))
    }

    /// The call that starts the work. The same work and token always give the same bytes. An error is the caller's
    /// fault and means nothing was sent.
    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble>;

    /// Reads the answer to `submit`: `Accepted`, or for synchronous providers `Finished` or `Failed`. `model` is the
    /// provider's name for it, as in `Work::model`, for later calls that need what the answer does not give back.
    fn read_submit(&self, model: &str, reply: &Reply) -> Result<Word, Trouble>;

    /// The call that asks how the job is.
    fn poll(&self, handle: &Handle) -> Call;

    /// Reads the answer to `poll`, or to the call of a `Then`. An error means this look failed, not the job.
    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble>;

    /// The call that hands in the file that a `Wanting` job waits for. Sent after a look that said so; may be repeated.
    fn supply(&self, _work: &Work, _handle: &Handle) -> Option<Call> {
        None
    }

    /// The call that asks to cancel, where the provider has one.
    fn cancel(&self, _handle: &Handle) -> Option<Call> {
        None
    }

    /// Reads the answer to `cancel`.
    fn read_cancel(&self, _handle: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        Err(Trouble::unreadable(reply))
    }

    /// The call that finds a job by our token, where the manifest says `Safety::Lookup`.
    fn lookup(&self, _lost: &Lost) -> Option<Call> {
        None
    }

    /// Reads the answer to `lookup`, or to the call of a `Then`.
    fn read_lookup(&self, _lost: &Lost, reply: &Reply) -> Result<Sought, Trouble> {
        Err(Trouble::unreadable(reply))
    }

    /// The call that lists the jobs made since then, Unix milliseconds, where the provider has a list (U13).
    fn listing(&self, _since_unix_ms: i64, _now_unix_ms: i64) -> Option<Call> {
        None
    }

    /// Reads a page of the list.
    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        Err(Trouble::unreadable(reply))
    }

    /// The handle of a job that an operator found at the provider: what `read_submit` would have given for it.
    /// `provider_job` is what the operator wrote, `model` the provider's name for the model or endpoint. An error
    /// says in a sentence what is needed.
    fn adopt(&self, _provider_job: &str, _model: &str) -> Result<Handle, &'static str> {
        Err("jobs at this provider cannot be followed by an id; write the job off")
    }

    /// A call that costs nothing and succeeds only with a good credential.
    fn check(&self) -> Option<Call> {
        None
    }

    /// Reads the answer to `check`: any success, unless the provider puts its errors into successes.
    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        if reply.is_success() {
            return Ok(());
        }
        let class = match reply.status {
            401 | 403 => TroubleClass::Credential,
            402 => TroubleClass::Quota,
            429 => TroubleClass::Busy,
            500.. => TroubleClass::Unavailable,
            _ => TroubleClass::Unknown,
        };
        Err(Trouble::of(class, format!("http_{}", reply.status)))
    }

    /// The call that fetches the keys callbacks are signed with, where the provider signs them. Kept up to 24 h.
    fn callback_keys(&self) -> Option<Call> {
        None
    }

    /// Whether a callback is genuine (U9), as far as it is signed. It is a wake-up only: the truth is fetched
    /// afterwards in any case.
    fn accepts_callback(&self, _callback: &Callback) -> bool {
        self.manifest().callbacks == Callbacks::Unsigned
    }

    /// The job that a callback speaks of: what `read_submit` would have given for it. Asked only where the answer to the
    /// submit was lost; the job is looked at before anything is believed.
    fn callback_job(&self, _lost: &Lost, _callback: &Callback) -> Option<Handle> {
        None
    }

    /// What the provider wants to read in the answer to its callback; none for an empty answer.
    fn callback_answer(&self, _callback: &Callback) -> Option<String> {
        None
    }
}
