//! Jobs whose submit got no answer turn up again, and files that take a way of their own: guarded results, and uploads after
//! the acceptance.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Call, Handle, Listed, Listing, Manifest, Reply, Safety, Token, Trouble, Word, Work,
};
use spool_domain::job::{Job, Outcome, Phase};
use spool_engine::address::Allow;
use spool_engine::settings::Settings;
use spool_fakes::upstream::Fake;
use spool_fakes::{fal, google, topaz};
use spool_providers::adapters::fal::Fal;
use spool_providers::adapters::google::Google;
use spool_providers::adapters::topaz::Topaz;

use crate::live::receive;
use crate::probe::Probe;
use crate::rules::{Server, answer, pass};
use crate::world::{Setting, World};

fn loopback() -> Settings {
    Settings { allow: Arc::new(Allow::parse(["127.0.0.0/8"]).unwrap()), ..Settings::default() }
}

fn stored(job: &Job) -> usize {
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => {
            stored.iter().filter(|output| output.asset.is_some()).count()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_tells_where_a_job_is_whose_submit_got_no_answer() {
    let fake = fal::Fake::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let public_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    let adapter = Arc::new(Fal::with_callback_keys_at(fake.callback_keys_url()));
    let live = vec![(adapter as _, fake.base_url(), fal::KEY)];
    let settings = Settings { public_url, ..loopback() };
    let world = World::with(Setting { settings, live, ..Setting::default() }).await;
    tokio::spawn(receive(world.engine.clone(), listener));
    fake.next(fal::Behaviour::AcceptThenDrop);
    fake.callbacks(fal::Callbacks::Delivered(0));
    let input = json!({"prompt": "x", "aspect_ratio": "1:1"});
    let ticket = world.order_with(&world.live, "google/nano-banana", input, 1).await.unwrap();
    fake.has_accepted(1).await;
    let id = ticket.job.id;
    while world.engine.job(&world.live, id).await.unwrap().phase.name() != "reconciling" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let theirs = fake.accepted()[0].clone();
    assert_eq!(fake.call_back(&theirs, false).await, Some(404), "a forged one tells nothing");
    assert_eq!(world.engine.job(&world.live, id).await.unwrap().phase.name(), "reconciling");
    assert_eq!(fake.call_back(&theirs, true).await, Some(200));
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert_eq!((stored(&job), fake.bill().len()), (1, 1));
    let attempts = world.store.attempts(id).await.unwrap();
    assert_eq!((attempts.len(), attempts[0].provider_job.as_deref()), (1, Some(theirs.as_str())));
    world.close().await;
}

/// A blind provider that keeps a list in which our tokens come back.
struct Keeps(Probe);

impl Adapter for Keeps {
    fn manifest(&self) -> &Manifest {
        self.0.manifest()
    }
    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        self.0.submit(work, token)
    }
    fn read_submit(&self, model: &str, reply: &Reply) -> Result<Word, Trouble> {
        self.0.read_submit(model, reply)
    }
    fn poll(&self, handle: &Handle) -> Call {
        self.0.poll(handle)
    }
    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        self.0.read_poll(handle, reply)
    }
    fn listing(&self, _: i64, _: i64) -> Option<Call> {
        Some(Call::get("/list"))
    }
    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        let body: Value = serde_json::from_slice(&reply.body).map_err(|_| Trouble::unreadable(reply))?;
        let listed = |job: &Value| Listed {
            handle: Handle { id: job["id"].as_str().unwrap().to_owned(), facts: Default::default() },
            token: job["token"].as_str().map(|token| Token(token.to_owned())),
            created_unix_ms: None,
        };
        Ok(Listing { jobs: body["jobs"].as_array().unwrap().iter().map(listed).collect(), next: None })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn u13_what_a_list_shows_is_followed_by_its_token_and_reported_without() {
    let token = Arc::new(Mutex::new(String::new()));
    let known = Arc::clone(&token);
    let server = Server::start(move |_, head| match head.split(' ').nth(1) {
        Some("/list") => {
            let jobs = json!({"jobs": [{"id": "ours", "token": *known.lock()}, {"id": "a-stranger"}]});
            answer(200, &jobs.to_string())
        }
        Some("/jobs/ours") => answer(200, r#"{"state":"done","url":"http://127.0.0.1:1/x.png"}"#),
        // The submit is taken, and its answer never sent.
        _ => None,
    })
    .await;
    let adapter: Arc<dyn Adapter> = Arc::new(Keeps(Probe::new("scripted", Safety::Blind, false)));
    let live = vec![(adapter, server.base.clone(), "")];
    let world = World::with(Setting { settings: pass(), live, ..Setting::default() }).await;
    let ticket = world.order(&world.live, "test/dear", "x", 1).await.unwrap();
    let id = ticket.job.id;
    while world.engine.job(&world.live, id).await.unwrap().phase != Phase::NeedsOperator {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    *token.lock() = world.store.attempts(id).await.unwrap()[0].token.0.clone();
    assert_eq!(world.engine.look_for_orphans(60_000).await, 1);
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "{job:?}");
    assert_eq!(world.engine.look_for_orphans(60_000).await, 0, "what is known is not told again");
    let orphans: Vec<String> = world.engine.orphans().into_iter().map(|orphan| orphan.provider_job).collect();
    assert_eq!((orphans, server.asked()), (vec!["a-stranger".to_owned()], 1));
    world.close().await;
}

async fn with(adapter: Arc<dyn Adapter>, fake: &Fake) -> World {
    let live = vec![(adapter, fake.base_url(), fake.key())];
    World::with(Setting { settings: loopback(), live, ..Setting::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_result_is_fetched_with_the_credential_that_made_it() {
    let fake = google::start().await;
    let world = with(Arc::new(Google), &fake).await;
    let input = json!({"prompt": "waves at dusk"});
    let ticket = world.order_with(&world.live, "google/omni-1.2-flash", input, 1).await.unwrap();
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert_eq!((stored(&job), fake.bill().len()), (1, 1));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_its_file_after_the_acceptance_gets_it() {
    let fake = topaz::start().await;
    let world = with(Arc::new(Topaz), &fake).await;
    let clip = include_bytes!("../../../fakes/media/clip.mp4");
    let input = json!({"video_url": format!("data:video/mp4;base64,{}", STANDARD.encode(clip))});
    let ticket = world.order_with(&world.live, "topaz-labs/video-upscale", input, 1).await.unwrap();
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert_eq!((stored(&job), fake.bill().len()), (1, 1));
    world.close().await;
}
