//! What an operator decides about jobs whose outcome nobody knows (U16, M13).

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::JobId;
use spool_domain::job::{AttemptResult, Outcome, Phase};
use spool_domain::money::MicroUsd;
use spool_domain::operator::Note;
use spool_domain::order::Mode;
use spool_domain::time::{Clock, Timestamp};
use spool_engine::address::Allow;
use spool_engine::settings::Settings;
use spool_engine::{Decision, Ticket};
use spool_fakes::{fal, openai};
use spool_providers::adapters::fal::Fal;
use spool_providers::adapters::openai::OpenAi;

use crate::world::{Setting, Wall, World};

/// Every job is dear enough for an operator.
fn settings() -> Settings {
    Settings {
        allow: Arc::new(Allow::parse(["127.0.0.0/8"]).unwrap()),
        operator_from: MicroUsd::ZERO,
        ..Settings::default()
    }
}

async fn with_fal(fake: &fal::Fake) -> World {
    let adapter = Arc::new(Fal::with_callback_keys_at(fake.callback_keys_url()));
    let live = vec![(adapter as _, fake.base_url(), fal::KEY)];
    World::with(Setting { settings: settings(), live, ..Setting::default() }).await
}

fn note(action: &'static str, id: JobId) -> Note {
    let at: Timestamp = Wall.now();
    Note { actor: "tester".into(), action, subject: format!("job:{id}"), detail: Default::default(), at }
}

async fn order(world: &World) -> Ticket {
    let input = json!({ "prompt": "x", "aspect_ratio": "1:1" });
    world.order_with(&world.live, "google/nano-banana", input, 1).await.unwrap()
}

/// Its phase is the only signal; the store is asked until it says so.
async fn needs_operator(world: &World, id: JobId) {
    while world.engine.any_job(id).await.unwrap().phase != Phase::NeedsOperator {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn adopt(world: &World, id: JobId, provider_job: &str) -> Result<(), Fault> {
    let decision = Decision::Adopt { provider_job: provider_job.to_owned() };
    world.engine.decide(id, decision, note("job.adopt", id)).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn u16_an_adopted_job_is_followed_to_its_end_and_paid_once() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake).await;
    fake.next(fal::Behaviour::AcceptThenDrop);
    let ticket = order(&world).await;
    let id = ticket.job.id;
    needs_operator(&world, id).await;

    for (given, kind) in [("not an id", Kind::InvalidInput), ("", Kind::InvalidInput)] {
        let refused = adopt(&world, id, given).await.unwrap_err();
        assert_eq!((refused.kind, refused.param.as_deref()), (kind, Some("provider_job")), "{refused}");
    }
    adopt(&world, id, &fake.accepted()[0]).await.unwrap();
    let job = ticket.wait(Duration::from_secs(60)).await;
    let Phase::Done(Outcome::Succeeded(stored)) = &job.phase else { panic!("{job:?}") };
    assert_eq!((stored.len(), job.charged), (1, Some(job.price)));
    let attempts = world.store.attempts(id).await.unwrap();
    assert_eq!((attempts.len(), attempts[0].result), (1, Some(AttemptResult::Accepted)));
    assert_eq!((fake.accepted().len(), fake.bill().len()), (1, 1), "nothing was sent again");

    // Over now: nothing is left to decide.
    let late = world.engine.decide(id, Decision::WriteOff, note("job.write_off", id)).await.unwrap_err();
    assert_eq!(late.kind, Kind::Conflict);
    let log = world.store.log_before(Default::default(), None, 10).await.unwrap();
    assert_eq!(log.len(), 1, "what was refused is not in the log: {log:?}");
    assert_eq!((log[0].action.as_str(), log[0].subject.as_str()), ("job.adopt", &*format!("job:{id}")));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u8_a_job_of_the_provider_that_belongs_to_another_job_is_not_adopted() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake).await;
    let first = order(&world).await.wait(Duration::from_secs(60)).await;
    fake.next(fal::Behaviour::Drop);
    let ticket = order(&world).await;
    let id = ticket.job.id;
    needs_operator(&world, id).await;
    let refused = adopt(&world, id, &fake.accepted()[0]).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Conflict);
    assert!(refused.message.contains(&first.id.to_string()), "{refused}");
    assert_eq!(world.engine.any_job(id).await.unwrap().phase, Phase::NeedsOperator);
    world.engine.decide(id, Decision::WriteOff, note("job.write_off", id)).await.unwrap();
    assert!(ticket.wait(Duration::from_secs(60)).await.phase.is_done());
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m13_a_job_written_off_costs_its_owner_nothing_and_its_exposure_is_booked() {
    let fake = openai::Fake::start().await;
    let live = vec![(Arc::new(OpenAi) as _, fake.base_url(), openai::KEY)];
    let world = World::with(Setting { settings: settings(), live, ..Setting::default() }).await;
    let before = world.store.balance(world.live.account, Mode::Live).await.unwrap();
    fake.next(openai::Behaviour::AcceptThenDrop);
    let input = json!({ "prompt": "x", "size": "1024x1024", "quality": "low" });
    let ticket = world.order_with(&world.live, "gpt-image-2", input, 1).await.unwrap();
    let id = ticket.job.id;
    needs_operator(&world, id).await;
    let held = world.store.balance(world.live.account, Mode::Live).await.unwrap();
    assert_eq!(held.held, ticket.job.price, "M13: nothing is released by itself");

    let refused = adopt(&world, id, "img_1").await.unwrap_err();
    assert!(refused.kind == Kind::InvalidInput && refused.message.contains("write"), "{refused}");
    // Of two operators one decides.
    let decide = || world.engine.decide(id, Decision::WriteOff, note("job.write_off", id));
    let (one, two) = tokio::join!(decide(), decide());
    assert_eq!([&one, &two].iter().filter(|decided| decided.is_ok()).count(), 1);
    assert_eq!(one.err().or(two.err()).unwrap().kind, Kind::Conflict);

    let job = ticket.wait(Duration::from_secs(60)).await;
    let Phase::Done(Outcome::Failed(fault)) = &job.phase else { panic!("{job:?}") };
    assert_eq!((fault.kind, job.charged), (Kind::OutcomeUnknown, Some(MicroUsd::ZERO)));
    assert_eq!(world.store.balance(world.live.account, Mode::Live).await.unwrap(), before);
    let booked = world.store.bookings(id).await.unwrap();
    let kinds: Vec<_> = booked.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds, ["hold", "release", "suspend"]);
    assert_eq!(world.store.attempts(id).await.unwrap()[0].result, Some(AttemptResult::WrittenOff));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_cancels_anybodys_job_and_there_is_a_line_of_it() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake).await;
    fake.next(fal::Behaviour::Queue { waiting: 1_000, running: 0 });
    let ticket = order(&world).await;
    let id = ticket.job.id;
    fake.has_accepted(1).await;
    world.engine.cancel_any(id, note("job.cancel", id)).await.unwrap();
    assert_eq!(ticket.wait(Duration::from_secs(60)).await.phase, Phase::Done(Outcome::Canceled));
    let again = world.engine.cancel_any(id, note("job.cancel", id)).await.unwrap();
    assert_eq!(again.phase, Phase::Done(Outcome::Canceled));
    assert_eq!(
        world.store.log_before(Default::default(), None, 10).await.unwrap().len(),
        1,
        "nothing was left to cancel"
    );
    let nobody = JobId([1; 20]);
    let missing = world.engine.cancel_any(nobody, note("job.cancel", nobody)).await.unwrap_err();
    assert_eq!(missing.kind, Kind::NotFound);
    world.close().await;
}
