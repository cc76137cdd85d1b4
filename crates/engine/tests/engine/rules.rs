//! The engine over its real parts: what a caller and an operator can rely on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::world::{Setting, World, order};
use serde_json::json;
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply, Safety, Token,
    Trouble, TroubleClass, Word, Work,
};
use spool_domain::fault::Kind;
use spool_domain::job::{AttemptResult, Outcome, Phase};
use spool_domain::money::MicroUsd;
use spool_domain::order::{Idempotency, Mode};
use spool_domain::store::Balance;
use spool_engine::settings::{Assets, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A synchronous provider that answers with a URL; a server made of a closure stands behind it.
pub(crate) struct Scripted(Manifest);

impl Scripted {
    pub(crate) fn named(provider: &'static str) -> Arc<dyn Adapter> {
        Arc::new(Self(Self::usual(provider)))
    }

    /// One that keeps results for this long.
    pub(crate) fn keeping(provider: &'static str, retention_ms: u64) -> Arc<dyn Adapter> {
        Arc::new(Self(Manifest { retention_ms, ..Self::usual(provider) }))
    }

    /// One that takes so many jobs at a time.
    pub(crate) fn taking(provider: &'static str, concurrency: u32) -> Arc<dyn Adapter> {
        Arc::new(Self(Manifest { concurrency, ..Self::usual(provider) }))
    }

    fn usual(provider: &'static str) -> Manifest {
        Manifest {
            provider,
            base_url: "http://127.0.0.1:1",
            auth: Auth::Open,
            safety: Safety::Blind,
            no_job_statuses: NO_JOB_STATUSES,
            billed_on_failure: false,
            submit_timeout_ms: 5_000,
            call_timeout_ms: 5_000,
            poll_pace_ms: 20,
            listing_lag_ms: 0,
            retention_ms: 60_000,
            duration_max_ms: 60_000,
            concurrency: 0,
            callbacks: Callbacks::None,
            request_id_header: None,
            hosts: &[],
            unconfirmed: &[],
            verified_on: "2026-11-20",
        }
    }
}

impl Adapter for Scripted {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        Ok(Call::json(Method::Post, "/make", &json!({"model": work.model, "n": work.count})))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        match reply.status {
            200 => match std::str::from_utf8(&reply.body) {
                Ok(url) if url.starts_with("http") => {
                    Ok(Word::Finished { outputs: vec![Output::Url(url.to_owned())], billed: None })
                }
                _ => Err(Trouble::unreadable(reply)),
            },
            422 => Err(Trouble::of(TroubleClass::ContentPolicy, "refused")),
            429 => Err(Trouble::of(TroubleClass::Busy, "busy").after_s(reply.retry_after_s())),
            401 => Err(Trouble::of(TroubleClass::Credential, "key")),
            _ => Err(Trouble::of(TroubleClass::Unavailable, "down")),
        }
    }

    fn poll(&self, _: &Handle) -> Call {
        Call::get("/never")
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::unreadable(reply))
    }
}

/// A server that reads one request per connection and answers with raw bytes; nothing to answer drops the
/// connection. Counts what it was asked to make.
pub(crate) struct Server {
    pub(crate) base: String,
    asked: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) async fn start(
        answer: impl Fn(usize, &str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (counter, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (counter, answer) = (Arc::clone(&counter), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut request = vec![0; 65_536];
                    let mut read = 0;
                    loop {
                        let Ok(more) = stream.read(&mut request[read..]).await else { return };
                        read += more;
                        let text = String::from_utf8_lossy(&request[..read]).into_owned();
                        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                        let length = head
                            .lines()
                            .find_map(|line| line.strip_prefix("content-length: "))
                            .map_or(0, |text| text.parse().unwrap());
                        if body.len() >= length {
                            let no =
                                counter.fetch_add(usize::from(head.starts_with("POST")), Ordering::SeqCst);
                            if let Some(text) = answer(no, head) {
                                let _ = stream.write_all(text.as_bytes()).await;
                            }
                            return;
                        }
                    }
                });
            }
        });
        Self { base, asked }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

pub(crate) fn answer(status: u16, body: &str) -> Option<String> {
    Some(format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nretry-after: 1\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

pub(crate) fn pass() -> Settings {
    Settings { assets: Assets::Pass, ..Settings::default() }
}

pub(crate) async fn live_world(settings: Settings, servers: &[(&'static str, &Server)]) -> World {
    let live =
        servers.iter().map(|(name, server)| (Scripted::named(name), server.base.clone(), "")).collect();
    World::with(Setting { settings, live, ..Setting::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_goes_in_and_a_stored_measured_file_comes_out() {
    let world = World::new().await;
    let job = world.run(&world.test, "test/picture", "a lighthouse").await;
    let Phase::Done(Outcome::Succeeded(stored)) = &job.phase else { panic!("{job:?}") };
    assert_eq!((stored[0].width, stored[0].height), (Some(1024), Some(1024)));
    let asset = world.store.asset(stored[0].asset.unwrap()).await.unwrap().unwrap();
    assert_eq!(asset.size_bytes, stored[0].size_bytes);
    assert_eq!(job.charged, Some(MicroUsd(40_000)));
    let events = world.engine.events(&world.test, job.id, 0).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["queued", "submitting", "running", "storing", "succeeded"]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m2_an_order_that_would_overdraw_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    let mut tickets = Vec::new();
    for _ in 0..5 {
        tickets.push(world.order(&world.test, "test/dear", "x [sandbox delay=0.5]", 10).await.unwrap());
    }
    let refused = world.order(&world.test, "test/dear", "x", 1).await.err().unwrap();
    assert_eq!(refused.kind, Kind::InsufficientCredit);
    for ticket in tickets {
        assert!(ticket.wait(Duration::from_secs(60)).await.phase.is_done());
    }
    let balance = world.store.balance(world.test.account, Mode::Test).await.unwrap();
    assert_eq!(balance, Balance { available: MicroUsd::ZERO, held: MicroUsd::ZERO });
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_job_share_its_hold_and_only_what_was_delivered_is_charged() {
    let world = World::new().await;
    let ticket = world.order(&world.test, "test/picture", "boats", 3).await.unwrap();
    assert_eq!(ticket.job.price, MicroUsd(120_000));
    let job = ticket.wait(Duration::from_secs(60)).await;
    let Phase::Done(Outcome::Succeeded(stored)) = &job.phase else { panic!("{job:?}") };
    assert_eq!(stored.len(), 3);
    assert_eq!(job.charged, Some(MicroUsd(120_000)));
    let (audit, _) = world.close().await;
    assert_eq!(audit.jobs, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn j7_a_canceled_job_is_not_charged() {
    let world = World::new().await;
    let ticket = world.order(&world.test, "test/picture", "slow [sandbox delay=60]", 2).await.unwrap();
    let id = ticket.job.id;
    world.engine.cancel(&world.test, id).await.unwrap();
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert_eq!(job.phase, Phase::Done(Outcome::Canceled));
    assert_eq!((job.charged, world.bill().billed), (Some(MicroUsd::ZERO), MicroUsd::ZERO));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_up_and_paid_once() {
    let world = World::new().await;
    for outcome in ["lost-answer", "late-accept"] {
        let job = world.run(&world.test, "test/picture", &format!("a [sandbox outcome={outcome}]")).await;
        assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "{job:?}");
        assert_eq!(world.store.attempts(job.id).await.unwrap().len(), 1);
    }
    assert_eq!(world.bill().billed_jobs, 2);
    let (audit, _) = world.close().await;
    assert_eq!(audit.costs.iter().map(|(.., entries)| *entries).sum::<u64>(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn u12_a_foreign_intent_is_unknown_and_is_not_sent_again() {
    let server = Server::start(|_, _| answer(200, "http://127.0.0.1:1/a.png")).await;
    let world = live_world(pass(), &[("scripted", &server)]).await;
    // A job whose worker wrote the intent and died: written by hand, with a lease of another node.
    let ticket = world.order(&world.live, "test/picture", "template", 1).await.unwrap();
    let done = ticket.wait(Duration::from_secs(60)).await;
    let asked = server.asked();
    let (_, folder) = world.close().await;
    let db = rusqlite::Connection::open(folder.path().join("spool.db")).unwrap();
    db.execute_batch(
        "INSERT INTO job (id, account, key, mode, label, model, model_asked, params, count, price, phase, due, epoch,
            lease_node, lease_until, phase_since, route, attempt, events, cancel_asked, cancel_sent, part, created_at)
         SELECT x'0101010101010101010101010101010101010101', account, key, mode, label, model, model_asked, params, count,
            price, 'submitting', 0, 1, x'0102030405060708', 9999999999999, phase_since, route, 1, 2, 0, 0, 0, created_at
         FROM job WHERE n = 1;
         INSERT INTO attempt SELECT 2, 1, provider, credential, 'other', body_sha256, send_deadline, NULL, NULL, NULL, NULL,
            started_at, NULL FROM attempt WHERE job = 1;
         INSERT INTO event SELECT 2, no, kind, detail, at FROM event WHERE job = 1 AND no <= 2;
         INSERT INTO entry SELECT 'hold:' || substr(key, 6, 31) || 'x', kind, 2, debit, credit, amount, at FROM entry
            WHERE job = 1 AND kind = 'hold';",
    )
    .unwrap();
    drop(db);
    let live = vec![(Scripted::named("scripted"), server.base.clone(), "")];
    let world =
        World::with(Setting { settings: pass(), live, folder: Some(folder), ..Setting::default() }).await;
    let id = spool_domain::ids::JobId([1; 20]);
    assert_ne!(id, done.id);
    let job = world.wait(&world.live, id).await;
    // The provider can look nothing up and the price is small: given up, the customer released, the exposure booked.
    let Phase::Done(Outcome::Failed(fault)) = &job.phase else { panic!("{job:?}") };
    assert_eq!(fault.kind, Kind::OutcomeUnknown);
    assert_eq!(job.attempt.as_ref().unwrap().result, Some(AttemptResult::WrittenOff));
    assert_eq!(server.asked(), asked, "nothing was sent again");
    world.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u11_a_refusal_moves_on_by_class_and_an_unknown_answer_never_does() {
    // (first provider's answer, what becomes of the job, whether the second provider is asked)
    type Case = (Option<(u16, &'static str)>, Result<(), Kind>, bool);
    let cases: &[Case] = &[
        (Some((200, "URL")), Ok(()), false),
        (Some((422, "")), Err(Kind::ContentPolicy), false),
        (Some((401, "")), Ok(()), true),
        (Some((429, "")), Ok(()), true),
        (Some((500, "")), Err(Kind::OutcomeUnknown), false),
        (Some((503, "")), Err(Kind::OutcomeUnknown), false),
        (Some((408, "")), Err(Kind::OutcomeUnknown), false),
        (Some((200, "<html>")), Err(Kind::OutcomeUnknown), false),
        (None, Err(Kind::OutcomeUnknown), false),
    ];
    for (first_answer, expected, moves_on) in cases {
        let given = *first_answer;
        let first = Server::start(move |_, _| {
            let (status, body) = given?;
            answer(status, if body == "URL" { "http://127.0.0.1:1/a.png" } else { body })
        })
        .await;
        let second = Server::start(|_, _| answer(200, "http://127.0.0.1:1/b.png")).await;
        let world = live_world(pass(), &[("scripted", &first), ("second", &second)]).await;
        let job = world.run(&world.live, "test/picture", "x").await;
        let ended = match &job.phase {
            Phase::Done(Outcome::Succeeded(_)) => Ok(()),
            Phase::Done(Outcome::Failed(fault)) => Err(fault.kind),
            other => panic!("{other:?}"),
        };
        assert_eq!(ended, *expected, "{first_answer:?}");
        assert_eq!(first.asked(), 1, "{first_answer:?}");
        assert_eq!(second.asked(), usize::from(*moves_on), "{first_answer:?}");
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn u10_a_provider_that_cannot_be_reached_was_sent_nothing_and_the_next_is_asked() {
    let second = Server::start(|_, _| answer(200, "http://127.0.0.1:1/b.png")).await;
    let closed = { TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap() };
    let live = vec![
        (Scripted::named("scripted"), format!("http://{closed}"), ""),
        (Scripted::named("second"), second.base.clone(), ""),
    ];
    let world = World::with(Setting { settings: pass(), live, ..Setting::default() }).await;
    let job = world.run(&world.live, "test/picture", "x").await;
    assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "{job:?}");
    let attempts = world.store.attempts(job.id).await.unwrap();
    let results: Vec<_> = attempts.iter().map(|attempt| attempt.result.unwrap()).collect();
    assert_eq!(results, [AttemptResult::NotSent, AttemptResult::Accepted]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u16_a_dear_job_with_an_unknown_outcome_waits_for_an_operator() {
    let server = Server::start(|_, _| None).await;
    let world = live_world(pass(), &[("scripted", &server)]).await;
    let ticket = world.order(&world.live, "test/dear", "x", 1).await.unwrap();
    let id = ticket.job.id;
    // Its phase is the only signal; the store is asked until it says so.
    let job = loop {
        let job = world.engine.job(&world.live, id).await.unwrap();
        if job.phase == Phase::NeedsOperator {
            break job;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!((job.due, server.asked()), (None, 1));
    let balance = world.store.balance(world.live.account, Mode::Live).await.unwrap();
    assert_eq!(balance.held, MicroUsd(2_000_000), "M13: the hold stays until somebody decides");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_result_on_a_private_address_is_not_fetched_unless_the_operator_allows_it() {
    let files = Server::start(|_, _| answer(200, "GIF89a\u{1}\0\u{1}\0\0\0\0;")).await;
    let url = format!("{}/a.gif", files.base);
    let provider = Server::start(move |_, _| answer(200, &url)).await;
    let world = live_world(Settings::default(), &[("scripted", &provider)]).await;
    let ticket = world.order(&world.live, "test/picture", "x", 1).await.unwrap();
    let id = ticket.job.id;
    let events = loop {
        let events = world.engine.events(&world.live, id, 0).await.unwrap();
        let attempt = world.engine.job(&world.live, id).await.unwrap().attempt.clone();
        if attempt.is_some_and(|attempt| attempt.trouble.as_deref() == Some("address_refused")) {
            break events;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(events.last().unwrap().kind, "storing");
    let (_, folder) = world.close().await;

    let allow = spool_engine::address::Allow::parse(["127.0.0.0/8"]).unwrap();
    let settings = Settings { allow: Arc::new(allow), ..Settings::default() };
    let live = vec![(Scripted::named("scripted"), provider.base.clone(), "")];
    let world = World::with(Setting { settings, live, folder: Some(folder), ..Setting::default() }).await;
    let job = world.wait(&world.live, id).await;
    let Phase::Done(Outcome::Succeeded(stored)) = &job.phase else { panic!("{job:?}") };
    assert_eq!(stored[0].content_type, "image/gif");
    assert_eq!(provider.asked(), 1, "the copy was resumed, the job was not resent");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k2_the_same_key_and_request_is_the_same_job_and_another_request_is_refused() {
    let world = World::new().await;
    let idempotency = |print| Some(Idempotency { scope: [1; 32], fingerprint: [print; 32] });
    let input = json!({"prompt": "x"}).as_object().unwrap().clone();
    let mut first = order("test/picture", input, 1);
    first.idempotency = idempotency(1);
    let job = world.engine.submit(&world.test, first.clone()).await.unwrap();
    let again = world.engine.submit(&world.test, first.clone()).await.unwrap();
    assert!(again.replayed && again.job.id == job.job.id);
    first.idempotency = idempotency(2);
    let other = world.engine.submit(&world.test, first).await.err().unwrap();
    assert_eq!(other.kind, Kind::IdempotencyMismatch);
    assert!(job.wait(Duration::from_secs(60)).await.phase.is_done());
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o1_a_stop_hands_work_back_and_the_next_process_finishes_it() {
    let world = World::new().await;
    let ticket = world.order(&world.test, "test/picture", "x [sandbox delay=0.5]", 1).await.unwrap();
    let id = ticket.job.id;
    let (_, folder) = world.close().await;
    let world = World::with(Setting { folder: Some(folder), ..Setting::default() }).await;
    let job = world.wait(&world.test, id).await;
    assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "{job:?}");
    assert_eq!(world.bill().billed_jobs, 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u1_the_intent_is_on_disk_before_the_first_byte_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.db");
    let server = Server::start(move |_, _| {
        // A connection of its own sees only what is committed.
        let db = rusqlite::Connection::open(&path).unwrap();
        let intents: i64 = db
            .query_row(
                "SELECT count(*) FROM attempt JOIN job ON job.n = attempt.job
                 WHERE job.phase = 'submitting' AND attempt.result IS NULL AND attempt.provider = 'scripted'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        answer(if intents == 1 { 200 } else { 500 }, "http://127.0.0.1:1/a.png")
    })
    .await;
    let live = vec![(Scripted::named("scripted"), server.base.clone(), "")];
    let world =
        World::with(Setting { settings: pass(), live, folder: Some(folder), ..Setting::default() }).await;
    let job = world.run(&world.live, "test/picture", "x").await;
    assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "claimed at birth: {job:?}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn j4_a_job_that_nobody_takes_in_time_fails_and_is_not_charged() {
    let server = Server::start(|_, _| answer(429, "")).await;
    let settings = Settings { queue_stay_max_ms: 0, ..pass() };
    let world = live_world(settings, &[("scripted", &server)]).await;
    let job = world.run(&world.live, "test/picture", "x").await;
    let Phase::Done(Outcome::Failed(fault)) = &job.phase else { panic!("{job:?}") };
    assert_eq!((fault.kind, job.charged), (Kind::ProviderTimeout, Some(MicroUsd::ZERO)));
    assert_eq!(server.asked(), 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u15_a_result_that_cannot_be_copied_in_time_is_lost_and_not_charged() {
    let files = Server::start(|_, _| answer(500, "")).await;
    let url = format!("{}/a.png", files.base);
    let provider = Server::start(move |_, _| answer(200, &url)).await;
    let allow = spool_engine::address::Allow::parse(["127.0.0.0/8"]).unwrap();
    let settings = Settings { allow: Arc::new(allow), ..Settings::default() };
    let live = vec![(Scripted::keeping("scripted", 0), provider.base.clone(), "")];
    let world = World::with(Setting { settings, live, ..Setting::default() }).await;
    let job = world.run(&world.live, "test/picture", "x").await;
    let Phase::Done(Outcome::Failed(fault)) = &job.phase else { panic!("{job:?}") };
    assert_eq!((fault.kind, job.charged), (Kind::AssetLost, Some(MicroUsd::ZERO)));
    // The provider made and billed it: our cost stands, the customer's hold is back.
    let (audit, _) = world.close().await;
    assert_eq!(audit.costs.iter().map(|(.., entries)| *entries).sum::<u64>(), 1);
}
