//! Several credentials of one provider: which one a job takes, that it keeps it, and what is sealed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use parking_lot::Mutex;
use serde_json::{Map, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, CancelWord, Handle, Manifest, Method, NO_JOB_STATUSES, Output,
    Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};
use spool_domain::fault::Kind;
use spool_domain::ids::{AccountId, AttemptNo, JobId};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::operator::Note;
use spool_domain::order::{Caller, Mode};
use spool_engine::credential::{Change, Credential, State as Standing, Verdict};
use spool_engine::secret::{Secret, ServerKey};
use spool_engine::{Incoming, Received};

use crate::rules::pass;
use crate::world::{Setting, World};

const MODEL: &str = "test/quiet";
const CANARY: &str = "canary-secret-6f1c";

/// A provider with a queue, a bearer, a free call, and callbacks that it signs with a secret.
struct Queue(Manifest);

impl Queue {
    fn adapter() -> Arc<dyn Adapter> {
        Arc::new(Self(Manifest {
            provider: "second",
            base_url: "http://127.0.0.1:1",
            auth: Auth::Header { name: "authorization", prefix: "Bearer " },
            safety: Safety::Blind,
            no_job_statuses: NO_JOB_STATUSES,
            billed_on_failure: false,
            submit_timeout_ms: 5_000,
            call_timeout_ms: 5_000,
            poll_pace_ms: 20,
            listing_lag_ms: 0,
            retention_ms: 60_000,
            duration_max_ms: 600_000,
            concurrency: 0,
            callbacks: Callbacks::Secret,
            request_id_header: None,
            hosts: &[],
            unconfirmed: &[],
            verified_on: "2026-11-21",
        }))
    }
}

impl Adapter for Queue {
    fn manifest(&self) -> &Manifest {
        &self.0
    }
    fn submit(&self, _: &Work, token: &Token) -> Result<Call, Trouble> {
        Ok(Call::json(Method::Post, "/make", &json!({ "token": token.0 })))
    }
    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        match reply.status {
            200 => {
                let id = String::from_utf8(reply.body.to_vec()).unwrap();
                Ok(Word::Accepted(Handle { id, facts: Default::default() }, 20))
            }
            _ => Err(Trouble::of(TroubleClass::Credential, "key")),
        }
    }
    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/jobs/{}", handle.id))
    }
    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        match &reply.body[..] {
            b"done" => {
                let output = Output::Url("http://127.0.0.1:1/a.png".to_owned());
                Ok(Word::Finished { outputs: vec![output], billed: None })
            }
            b"pending" => Ok(Word::Pending { progress: None, wait_ms: 20 }),
            _ => Err(Trouble::of(TroubleClass::Credential, "key")),
        }
    }
    fn cancel(&self, handle: &Handle) -> Option<Call> {
        Some(Call { method: Method::Delete, ..self.poll(handle) })
    }
    fn read_cancel(&self, _: &Handle, _: &Reply) -> Result<CancelWord, Trouble> {
        Ok(CancelWord::Ended)
    }
    fn check(&self) -> Option<Call> {
        Some(Call::get("/me"))
    }
    fn accepts_callback(&self, callback: &Callback) -> bool {
        callback.secret.is_some() && callback.header("x-signed") == callback.secret
    }
}

/// The provider's side: which secret each call came with.
#[derive(Default)]
struct Desk {
    heard: Mutex<Vec<(String, String)>>,
    /// Secrets that are refused.
    refused: Mutex<Vec<&'static str>>,
    done: Mutex<bool>,
    /// How many jobs there ever were.
    made: AtomicUsize,
}

impl Desk {
    async fn open() -> (String, Arc<Self>) {
        async fn hear(State(desk): State<Arc<Desk>>, request: Request) -> (axum::http::StatusCode, String) {
            let secret = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let secret = secret.unwrap_or_default().trim_start_matches("Bearer ").to_owned();
            let call = format!("{} {}", request.method(), request.uri().path());
            let refused = desk.refused.lock().iter().any(|other| *other == secret);
            desk.heard.lock().push((call, secret));
            if refused {
                return (axum::http::StatusCode::UNAUTHORIZED, "no".to_owned());
            }
            let word = match (request.uri().path(), *desk.done.lock()) {
                ("/make", _) => format!("job-{}", desk.made.fetch_add(1, Ordering::SeqCst)),
                (_, true) => "done".to_owned(),
                (_, false) => "pending".to_owned(),
            };
            (axum::http::StatusCode::OK, word)
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let desk = Arc::new(Self::default());
        let router = axum::Router::new().fallback(hear).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (base, desk)
    }

    /// Waits for a call of this kind with this secret.
    async fn hears(&self, call: &str, secret: &str) {
        let there = || self.heard.lock().iter().any(|(c, s)| c.starts_with(call) && s == secret);
        while !there() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn count(&self, call: &str) -> usize {
        self.heard.lock().iter().filter(|(c, _)| c.starts_with(call)).count()
    }
}

async fn world(base: &str, setting: Setting) -> World {
    let live = vec![(Queue::adapter(), base.to_owned(), "")];
    World::with(Setting { settings: pass(), live, ..setting }).await
}

fn use_these(world: &World, credentials: Vec<Credential>) {
    world.engine.set_credentials(HashMap::from([("second".to_owned(), credentials)])).unwrap();
}

fn named(name: &str, secret: &str) -> Credential {
    Credential::new(name, Secret::new(secret))
}

async fn done(world: &World, caller: &Caller, id: JobId) {
    let job = world.wait(caller, id).await;
    assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "{job:?}");
}

/// Looks until the job's row is as it shall be.
async fn until(world: &World, id: JobId, is: impl Fn(&Job) -> bool) {
    while !is(&world.engine.job(&world.live, id).await.unwrap()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn note(world: &World, action: &'static str) -> Note {
    let subject = "provider:second".to_owned();
    Note { actor: "console".to_owned(), action, subject, detail: Map::new(), at: world.engine.clock().now() }
}

fn with_key(byte: u8) -> Setting {
    Setting { master_key: Some([byte; 32]), ..Setting::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_credentials_of_its_own_uses_only_these_and_each_attempt_remembers_its_own() {
    let (base, desk) = Desk::open().await;
    *desk.done.lock() = true;
    let world = world(&base, Setting::default()).await;
    let other = world.store.create_account("other", world.engine.clock().now()).await.unwrap().id;
    let entry = ledger::top_up(other, Mode::Live, "r", MicroUsd(1_000_000), world.engine.clock().now());
    assert!(world.store.book(entry).await.unwrap());
    let other = Caller { account: other, ..world.live.clone() };
    use_these(
        &world,
        vec![
            named("all", "for-all"),
            Credential { accounts: vec![AccountId(1)], ..named("own", "for-one") },
            Credential { weight: 0, ..named("drained", "for-nobody") },
        ],
    );
    for (caller, name, secret) in [(&world.live, "own", "for-one"), (&other, "all", "for-all")] {
        for _ in 0..3 {
            let ticket = world.order(caller, MODEL, "x", 1).await.unwrap();
            done(&world, caller, ticket.job.id).await;
            let attempts = world.store.attempts(ticket.job.id).await.unwrap();
            assert_eq!(attempts[0].credential, name);
            assert!(desk.heard.lock().drain(..).all(|(_, used)| used == secret), "{name}");
        }
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_goes_on_with_the_new_secret_of_its_name_and_waits_while_the_name_is_gone() {
    let (base, desk) = Desk::open().await;
    let world = world(&base, Setting::default()).await;
    use_these(&world, vec![named("a", "first")]);
    let id = world.order(&world.live, MODEL, "x", 1).await.unwrap().job.id;
    desk.hears("GET /jobs", "first").await;
    // While it runs: another one comes in, and its own gets a new secret.
    use_these(&world, vec![named("a", "second"), named("b", "another")]);
    desk.hears("GET /jobs", "second").await;
    use_these(&world, vec![named("b", "another")]);
    until(&world, id, |job| {
        job.attempt.as_ref().and_then(|attempt| attempt.trouble.as_deref()) == Some("provider_not_set_up")
    })
    .await;
    let (looks, phase) = (desk.count("GET"), world.engine.job(&world.live, id).await.unwrap().phase.clone());
    assert!(matches!(phase, Phase::Running(_)), "{phase:?}");
    assert!(desk.heard.lock().iter().all(|(_, secret)| secret != "another"), "no other one is tried");
    use_these(&world, vec![named("a", "third"), named("b", "another")]);
    assert_eq!(desk.count("GET"), looks);
    // A wish to cancel makes it due at once.
    world.engine.cancel(&world.live, id).await.unwrap();
    assert_eq!(world.wait(&world.live, id).await.phase, Phase::Done(Outcome::Canceled));
    desk.hears("DELETE /jobs", "third").await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u9_a_callback_is_held_against_the_secret_of_the_credential_that_made_the_job() {
    let (base, desk) = Desk::open().await;
    let world = world(&base, Setting::default()).await;
    let signing = |name: &str, secret: &str| Credential {
        callback_secret: Some(Secret::new(secret)),
        ..named(name, name)
    };
    use_these(&world, vec![signing("a", "signs-a")]);
    let id = world.order(&world.live, MODEL, "x", 1).await.unwrap().job.id;
    desk.hears("GET /jobs", "a").await;
    use_these(&world, vec![signing("a", "signs-a"), signing("b", "signs-b")]);
    let secret = ServerKey::new([7; 32]).callback("second", id, AttemptNo(1));
    for (signature, received) in
        [("signs-a", Received::Noted(None)), ("signs-b", Received::Unknown), ("", Received::Unknown)]
    {
        let headers = [("x-signed".to_owned(), signature.to_owned())];
        let incoming = Incoming {
            provider: "second",
            job: &id.to_string(),
            attempt: "1",
            secret: &secret,
            path: "",
            query: "",
            headers: &headers,
            body: b"",
        };
        let said = world.engine.callback(incoming).await;
        assert_eq!(said, received, "{signature}");
    }
    *desk.done.lock() = true;
    done(&world, &world.live, id).await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_a_sealed_credential_counts_at_once_and_after_a_restart_and_is_nowhere_in_the_folder() {
    let (base, desk) = Desk::open().await;
    *desk.done.lock() = true;
    let first = world(&base, with_key(1)).await;
    let change = || Change { secret: Some(Secret::new(CANARY)), ..Change::default() };
    let told = first.engine.seal_credential("second", "main", change(), note(&first, "put")).await.unwrap();
    assert_eq!((told.name.as_str(), told.weight, told.callback_secret), ("main", 1, false));
    let run = async |world: &World| {
        let id = world.order(&world.live, MODEL, "x", 1).await.unwrap().job.id;
        done(world, &world.live, id).await;
        desk.heard.lock().drain(..).next().unwrap().1
    };
    assert_eq!(run(&first).await, CANARY);
    // What is left out stays; what is given counts.
    let lighter =
        Change { weight: Some(5), callback_secret: Some(Some(Secret::new("signs"))), ..Change::default() };
    let told = first.engine.seal_credential("second", "main", lighter, note(&first, "put")).await.unwrap();
    assert_eq!((told.weight, told.callback_secret), (5, true));
    let lines = first.store.log_before(Default::default(), None, 10).await.unwrap();
    let detail =
        json!({ "version": 2, "secret": "kept", "weight": 5, "accounts": [], "callback_secret": true });
    assert_eq!(json!(lines[0].detail), detail);
    let (_, folder) = first.close().await;
    // S10: neither in the database nor in its log, as text or as bytes.
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", path.display());
        }
    }

    let again = world(&base, Setting { folder: Some(folder), ..with_key(1) }).await;
    assert_eq!(run(&again).await, CANARY);
    let (_, folder) = again.close().await;

    // With another master key it is locked, told so, and mended by giving the secret anew.
    let locked = world(&base, Setting { folder: Some(folder), ..with_key(2) }).await;
    let state = |world: &World| world.engine.provider("second").unwrap().credentials[0].state;
    assert_eq!(state(&locked), Standing::Locked);
    let nobody = locked.order(&locked.live, MODEL, "x", 1).await.err().unwrap();
    assert_eq!(nobody.kind, Kind::ModelUnavailable, "nothing goes out without its credential");
    let heavier = Change { weight: Some(9), ..Change::default() };
    let refused = locked.engine.seal_credential("second", "main", heavier, note(&locked, "put")).await;
    assert_eq!(refused.err().unwrap().param.as_deref(), Some("secret"));
    let mended = Change { callback_secret: Some(None), ..change() };
    locked.engine.seal_credential("second", "main", mended, note(&locked, "put")).await.unwrap();
    assert_eq!(state(&locked), Standing::Used);
    assert_eq!(run(&locked).await, CANARY);
    locked.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sealed_is_refused_by_its_field_and_a_used_one_is_not_removed() {
    let (base, desk) = Desk::open().await;
    let keyless = world(&base, Setting::default()).await;
    let change = |secret: &str| Change { secret: Some(Secret::new(secret)), ..Change::default() };
    let refused = keyless.engine.seal_credential("second", "main", change("s"), note(&keyless, "put")).await;
    assert!(refused.err().unwrap().message.contains("spool master-key new"));
    keyless.close().await;

    let world = world(&base, with_key(1)).await;
    let put = async |provider: &str, name: &str, change: Change| {
        let put = world.engine.seal_credential(provider, name, change, note(&world, "put")).await;
        put.map(|told| told.name).map_err(|fault| (fault.kind, fault.param.unwrap_or_default()))
    };
    let field = |name: &str| Err((Kind::InvalidInput, name.to_owned()));
    assert_eq!(put("nobody", "main", change("s")).await, Err((Kind::NotFound, String::new())));
    assert_eq!(put("second", "a b", change("s")).await, field("name"));
    assert_eq!(put("second", "main", change("a\nb")).await, field("secret"));
    assert_eq!(put("second", "main", Change::default()).await, field("secret"));
    let accounts = Some(vec![AccountId(99)]);
    assert_eq!(put("second", "main", Change { accounts, ..change("s") }).await, field("accounts"));
    assert_eq!(
        world.store.log_before(Default::default(), None, 10).await.unwrap().len(),
        0,
        "nothing was done"
    );

    put("second", "main", change(CANARY)).await.unwrap();
    let id = world.order(&world.live, MODEL, "x", 1).await.unwrap().job.id;
    desk.hears("GET /jobs", CANARY).await;
    let remove = async |name: &str, force| {
        world.engine.remove_credential("second", name, force, note(&world, "remove")).await
    };
    let refused = remove("main", false).await.err().unwrap();
    assert!(refused.kind == Kind::Conflict && refused.message.contains("1 open jobs"), "{}", refused.message);
    assert_eq!(remove("other", false).await.err().unwrap().kind, Kind::NotFound);
    *desk.done.lock() = true;
    done(&world, &world.live, id).await;
    assert_eq!(remove("main", false).await.ok(), Some(0));
    use_these(&world, vec![named("set", "s")]);
    assert!(remove("set", true).await.err().unwrap().message.contains("SIGHUP"));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_asks_the_provider_with_each_credential_and_says_what_it_means() {
    let (base, desk) = Desk::open().await;
    let world = world(&base, Setting::default()).await;
    use_these(&world, vec![named("bad", "old"), named("good", "new")]);
    desk.refused.lock().push("old");
    let checked = world.engine.check_provider("second", None).await.unwrap();
    let said: Vec<_> = checked.iter().map(|one| (one.credential.as_str(), one.verdict)).collect();
    assert_eq!(said, [("bad", Verdict::Refused), ("good", Verdict::Works)]);
    assert_eq!(checked[0].code.as_deref(), Some("http_401"));
    let one = world.engine.check_provider("second", Some("good")).await.unwrap();
    assert_eq!((one.len(), one[0].verdict), (1, Verdict::Works));
    assert_eq!(world.engine.check_provider("second", Some("none")).await.err().unwrap().kind, Kind::NotFound);
    assert_eq!(world.engine.check_provider("nobody", None).await.err().unwrap().kind, Kind::NotFound);
    world.close().await;

    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let world = self::world(&format!("http://{closed}"), Setting::default()).await;
    let checked = world.engine.check_provider("second", None).await.unwrap();
    assert_eq!((checked[0].credential.as_str(), checked[0].verdict), ("", Verdict::Unreachable));
    world.close().await;
}
