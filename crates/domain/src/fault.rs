//! Every way a request or a job can go wrong, as one table. Dialects render it in their own words; nothing
//! else leaves the house. Decide by kind, never by the text.

use serde::{Deserialize, Serialize};

/// Who can do something about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The caller: change the request.
    Caller,
    /// The caller: the content is refused, and no other provider will be asked.
    Content,
    /// The caller: add credit.
    Credit,
    /// Nobody in a hurry: wait and try again.
    Wait,
    /// A provider, or the operator's account there.
    Upstream,
    /// Us.
    Internal,
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $class:ident, $http:literal, $retry:literal, $text:literal;)*) => {
        /// The kinds of fault. `docs/errors.md` prints this table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All kinds, in the order of the table.
            pub const ALL: &[Kind] = &[$(Kind::$name,)*];

            /// The stable name of the kind in records and in `docs/errors.md`.
            pub fn code(self) -> &'static str { match self { $(Kind::$name => $code,)* } }

            /// Who can do something about it.
            pub fn class(self) -> Class { match self { $(Kind::$name => Class::$class,)* } }

            /// The HTTP status a dialect uses unless its contract says otherwise.
            pub fn http(self) -> u16 { match self { $(Kind::$name => $http,)* } }

            /// Whether sending the same request again is safe and can help.
            pub fn retry(self) -> bool { match self { $(Kind::$name => $retry,)* } }

            /// What the caller is told when nothing more exact is known.
            pub fn text(self) -> &'static str { match self { $(Kind::$name => $text,)* } }
        }
    };
}

faults! {
    /// The request itself is wrong.
    InvalidInput, "invalid_input", Caller, 400, false, "The request is not valid.";
    /// The body is larger than this server takes.
    TooLarge, "too_large", Caller, 413, false, "The request body is too large.";
    /// No model has this name.
    UnknownModel, "unknown_model", Caller, 404, false, "No model has this name; list them with GET /v1/models.";
    /// The model exists, but this server has no provider set up for it.
    ModelUnavailable, "model_unavailable", Caller, 403, false, "This model is not enabled here; ask the operator to configure a provider for it.";
    /// No usable API key.
    Unauthenticated, "unauthenticated", Caller, 401, false, "Send a valid API key as `Authorization: Bearer <key>`.";
    /// The key is good but may not do this.
    Forbidden, "forbidden", Caller, 403, false, "This key does not have the permission for this call.";
    /// No such thing, or somebody else's: the same answer (S9).
    NotFound, "not_found", Caller, 404, false, "Nothing with this id belongs to this key's account.";
    /// The path exists, the method does not.
    MethodNotAllowed, "method_not_allowed", Caller, 405, false, "This path does not take this method.";
    /// The thing is not in a state in which this can be done to it.
    Conflict, "conflict", Caller, 409, false, "This cannot be done in its present state; look at it again.";
    /// The hold would overdraw the account (M2).
    InsufficientCredit, "insufficient_credit", Credit, 402, false, "The account's available credit does not cover the price of this job.";
    /// The idempotency key was used for another request (K3).
    IdempotencyMismatch, "idempotency_mismatch", Caller, 422, false, "This idempotency key belongs to a different request.";
    /// The first request with this idempotency key is still being admitted (K6).
    IdempotencyBusy, "idempotency_busy", Wait, 409, true, "A request with this idempotency key is being admitted; try again in a second.";
    /// Over the rate limit.
    RateLimited, "rate_limited", Wait, 429, true, "Too many requests; wait as long as Retry-After says.";
    /// A bounded queue is full (O2).
    Overloaded, "overloaded", Wait, 503, true, "The server is at its limit; try again shortly.";
    /// The provider refused the content. Final.
    ContentPolicy, "content_policy", Content, 422, false, "The provider refused the prompt or an input for its content; change it.";
    /// The provider says the input is wrong.
    ProviderRejected, "provider_rejected", Caller, 400, false, "The provider did not accept these parameters.";
    /// The provider took the job and failed it.
    ProviderFailed, "provider_failed", Upstream, 502, true, "The provider could not make a result; nothing was charged.";
    /// Every provider of the model errored.
    ProviderUnavailable, "provider_unavailable", Upstream, 502, true, "No provider of this model can take the job now; nothing was charged.";
    /// Every provider of the model took too long.
    ProviderTimeout, "provider_timeout", Upstream, 504, true, "The provider did not finish in time; nothing was charged.";
    /// The provider's answer never arrived and cannot be looked up (U16).
    OutcomeUnknown, "outcome_unknown", Upstream, 502, false, "The provider's answer was lost and cannot be looked up; nothing was charged. A retry is a new job.";
    /// The result could not be copied before the provider deleted it (U15).
    AssetLost, "asset_lost", Upstream, 502, true, "The result was gone before it could be stored; nothing was charged.";
    /// Ended by the caller.
    Canceled, "canceled", Caller, 409, false, "The job was canceled.";
    /// A bug or a broken machine.
    Internal, "internal_error", Internal, 500, true, "Something broke on our side; quote the id when you report it.";
}

/// One fault as a caller may see it: no cause, no secret, no prompt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Fault {
    /// Which row of the table.
    pub kind: Kind,
    /// One sentence for people that says what to do next.
    pub message: String,
    /// The dotted path of the field at fault, such as `input.prompt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// Seconds to wait before another try, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

impl Fault {
    /// A fault with the table's own sentence.
    pub fn of(kind: Kind) -> Self {
        Self::new(kind, kind.text())
    }

    /// A fault with a more exact sentence.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), param: None, retry_after_s: None }
    }

    /// A wrong field: its dotted path, and what is wrong with it and allowed.
    pub fn field(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..Self::new(Kind::InvalidInput, message) }
    }

    /// The same fault with the seconds to wait.
    pub fn after_s(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self::of(kind)
    }
}
