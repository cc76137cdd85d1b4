//! For tests: an adapter with any way of attaching credentials, and a server that keeps what reached it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use parking_lot::Mutex;
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, Handle, Manifest, NO_JOB_STATUSES, Reply, Safety, Token, Trouble, Word,
    Work,
};
use spool_domain::ids::{AccountId, Entropy};
use spool_domain::order::Mode;
use spool_domain::resident::{Answer, Resident};
use spool_domain::time::{Clock, Timestamp};

use super::Credential;
use crate::providers::{Door, Providers, Sending, Setup};
use crate::secret::Secret;
use crate::upstream::Unanswered;

pub(super) struct Stub(Manifest);

impl Stub {
    pub(super) fn new(auth: Auth) -> Self {
        Self(Manifest {
            provider: "stub",
            base_url: "https://stub.example",
            auth,
            safety: Safety::Blind,
            no_job_statuses: NO_JOB_STATUSES,
            billed_on_failure: false,
            submit_timeout_ms: 10_000,
            call_timeout_ms: 10_000,
            poll_pace_ms: 10,
            listing_lag_ms: 0,
            retention_ms: 60_000,
            duration_max_ms: 60_000,
            concurrency: 0,
            callbacks: Callbacks::None,
            request_id_header: Some("x-request-id"),
            hosts: &["stub.example"],
            unconfirmed: &[],
            verified_on: "2026-11-21",
        })
    }
}

impl Adapter for Stub {
    fn manifest(&self) -> &Manifest {
        &self.0
    }
    fn submit(&self, _: &Work, _: &Token) -> Result<Call, Trouble> {
        Ok(Call::get("/"))
    }
    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::unreadable(reply))
    }
    fn poll(&self, _: &Handle) -> Call {
        Call::get("/")
    }
    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::unreadable(reply))
    }
}

struct Nobody;

impl Resident for Nobody {
    fn answer(&self, _: &Call) -> Answer {
        Answer::Lost
    }
}

/// A clock that stands where it is put.
#[derive(Default)]
pub(super) struct Stands(pub(super) Mutex<i64>);

impl Clock for Stands {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.lock())
    }
}

pub(super) struct Ones;

impl Entropy for Ones {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0xff);
    }
}

/// What a server was sent, and what it answers.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) requests: Mutex<Vec<(String, HeaderMap, String)>>,
    /// Answers in order, each a status and a body; afterwards 200 without one.
    pub(super) answers: Mutex<std::collections::VecDeque<(u16, String)>>,
}

pub(super) async fn server() -> (SocketAddr, Arc<Heard>) {
    async fn hear(State(heard): State<Arc<Heard>>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        heard.requests.lock().push((parts.uri.to_string(), parts.headers, body));
        let (status, body) = heard.answers.lock().pop_front().unwrap_or((200, String::new()));
        (http::StatusCode::from_u16(status).unwrap(), body).into_response()
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Heard::default());
    let router = axum::Router::new().fallback(hear).with_state(Arc::clone(&heard));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, heard)
}

/// A provider of this kind at this address, with one credential.
pub(super) fn providers(auth: Auth, base: &str, secret: &str, clock: &Arc<Stands>) -> Providers {
    providers_at(Some(base), auth, secret, clock)
}

/// The same at the manifest's own address, if no other one is given.
pub(super) fn providers_at(base: Option<&str>, auth: Auth, secret: &str, clock: &Arc<Stands>) -> Providers {
    let setup = Setup {
        adapter: Arc::new(Stub::new(auth)),
        base_url: base.map(str::to_owned),
        concurrency: None,
        credentials: vec![Credential::new("main", Secret::new(secret))],
    };
    let sandbox = Arc::new(Stub::new(Auth::Open));
    Providers::new(sandbox, Arc::new(Nobody), vec![setup], Arc::clone(clock) as _, Arc::new(Ones)).unwrap()
}

/// Makes a call as a live job would.
pub(super) async fn call(providers: &Providers, call: &Call) -> Result<Reply, Unanswered> {
    let door = providers.doors_for(Mode::Live, AccountId(1), "stub").remove(0);
    assert!(matches!(&door, Door::Live(_)) && door.credential() == "main");
    providers.call(&door, call, Sending::free(10_000)).await
}
