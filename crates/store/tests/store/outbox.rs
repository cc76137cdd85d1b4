//! The outbox: messages with their steps, receivers kept apart, and what becomes of a delivery.

use spool_domain::ids::{AccountId, DeliveryId, EndpointId};
use spool_domain::job::{Job, Phase};
use spool_domain::order::{Callback, Manner, Mode, Terms};
use spool_domain::outbox::{
    Announcement, DeliveryFilter, DeliveryState, ENDPOINTS_MAX, Endpoint, EndpointPatch, SecretVersion,
    Sending, Sendings, Target, Try,
};
use spool_domain::store::{Commit, NewJob};
use spool_domain::webhook::{Health, News, Next, Verdict, message_id};

use crate::world::{ONE, TWO, World};

const LEASE_MS: u64 = 60_000;
const ORIGIN: &str = "https://client.example";

fn told(news: News) -> Option<Announcement> {
    Some(Announcement { news, callback: None })
}

fn called(news: News, manner: Manner) -> Option<Announcement> {
    Some(Announcement { news, callback: Some((ORIGIN.to_owned(), manner)) })
}

async fn endpoint(world: &World, account: AccountId, no: u8, events: &[News]) -> EndpointId {
    let endpoint = Endpoint {
        id: EndpointId([no; 20]),
        account,
        mode: Mode::Live,
        url: format!("https://hook{no}.example/in"),
        events: events.to_vec(),
        description: format!("hook {no}"),
        secret: SecretVersion { version: 1, since: world.now() },
        created_at: world.now(),
        disabled: None,
        health: Health::default(),
        paused_until: None,
    };
    assert!(world.store.create_endpoint(endpoint.clone()).await.unwrap());
    assert_eq!(world.store.endpoint(account, Mode::Live, endpoint.id).await.unwrap(), Some(endpoint.clone()));
    endpoint.id
}

/// A job that fails with this announcement.
async fn fail(world: &World, account: AccountId, announcement: Option<Announcement>) -> Job {
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    world.commit(Commit { announcement, ..world.failed(&job) }).await
}

/// A job with a callback, admitted with news of its beginning.
async fn begun(world: &World, account: AccountId, manner: Manner) -> Job {
    let mut new = world.order(account);
    new.job.terms =
        Terms { callback: Some(Callback { url: format!("{ORIGIN}/hook?x=1"), manner }), ..Terms::default() };
    let announcement = called(News::Started, manner).filter(|_| manner.hears(News::Started));
    world.admit(NewJob { announcement, ..new }).await
}

async fn claim(world: &World) -> Sendings {
    world.store.claim_deliveries(100, 4, LEASE_MS).await.unwrap()
}

async fn one(world: &World) -> Sending {
    let mut found = claim(world).await;
    assert_eq!(found.due.len(), 1, "{:?}", found.due);
    found.due.pop().unwrap()
}

async fn tried(world: &World, sending: &Sending, status: u16, next: Next) {
    verdict(world, sending, status, Verdict { next, health: Health::default(), pause_ms: 0, disable: None })
        .await;
}

async fn verdict(world: &World, sending: &Sending, status: u16, verdict: Verdict) {
    let tried = Try {
        at: world.now(),
        took_ms: 12,
        status: Some(status),
        trouble: None,
        answer: format!("said {status}"),
    };
    world.store.tried(sending.delivery.id, tried, verdict).await.unwrap();
}

async fn all(world: &World, account: AccountId) -> Vec<(String, DeliveryState)> {
    let filter = DeliveryFilter::default();
    let found = world.store.deliveries(account, Mode::Live, filter, 100, None).await.unwrap();
    found.into_iter().map(|delivery| (delivery.message, delivery.state)).collect()
}

pub(crate) async fn w1_a_message_is_written_with_its_step_for_each_who_hears_it(world: &World) {
    let account = world.account(3).await;
    let hears = endpoint(world, account, 1, &[News::Failed, News::Succeeded]).await;
    endpoint(world, account, 2, &[News::Succeeded]).await;
    let stranger = world.account(1).await;
    endpoint(world, stranger, 3, News::ALL).await;
    let job = fail(world, account, told(News::Failed)).await;

    let sending = one(world).await;
    assert_eq!(sending.delivery.endpoint, Some(hears));
    assert_eq!(sending.delivery.job, Some(job.id));
    assert_eq!(sending.delivery.message, message_id(job.id, News::Failed));
    assert_eq!((sending.delivery.news, sending.delivery.sequence), (News::Failed, job.events));
    assert_eq!((sending.account, sending.mode, sending.delivery.tries), (account, Mode::Live, 0));
    assert_eq!(sending.job.as_deref(), Some(&world.read(&job).await));
    let secret = SecretVersion { version: 1, since: world.now() };
    assert_eq!(sending.target, Target::Endpoint { url: "https://hook1.example/in".to_owned(), secret });
    assert!(all(world, stranger).await.is_empty());
}

pub(crate) async fn w1_a_step_that_is_lost_tells_nobody(world: &World) {
    let account = world.account(2).await;
    endpoint(world, account, 1, News::ALL).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    world.pass_ms(crate::world::LEASE_MS + 1);
    let newer = world.claim(TWO).await;
    let late = Commit { announcement: told(News::Failed), ..world.failed(&job) };
    world.store.commit(late).await.unwrap();
    assert!(all(world, account).await.is_empty());
    // Neither does one that breaks a rule.
    let mut broken = Commit { announcement: told(News::Failed), ..world.failed(&newer) };
    broken.transfers.clear();
    world.store.commit(broken).await.unwrap_err();
    assert!(all(world, account).await.is_empty());
    world.commit(world.failed(&newer)).await;
}

pub(crate) async fn w1_the_same_news_is_told_once(world: &World) {
    let account = world.account(1).await;
    endpoint(world, account, 1, News::ALL).await;
    world.admit(NewJob { announcement: told(News::Started), ..world.order(account) }).await;
    let job = world.claim(ONE).await;
    let again = Commit { announcement: told(News::Started), keep: true, ..world.step(&job, Phase::Queued) };
    let job = world.commit(again).await;
    world.commit(Commit { announcement: told(News::Failed), ..world.failed(&job) }).await;
    let messages: Vec<String> = all(world, account).await.into_iter().map(|(message, _)| message).collect();
    assert_eq!(messages, [message_id(job.id, News::Failed), message_id(job.id, News::Started)]);
}

pub(crate) async fn w2_secrets_are_versions_that_count_on(world: &World) {
    let account = world.account(1).await;
    let id = endpoint(world, account, 1, News::ALL).await;
    world.pass_ms(1_000);
    let rotated = world.store.rotate_endpoint(account, Mode::Live, id).await.unwrap().unwrap();
    assert_eq!(rotated.secret, SecretVersion { version: 2, since: world.now() });
    let store = &world.store;
    assert_eq!(store.callback_secret(account, Mode::Live).await.unwrap(), None);
    assert!(!store.drop_callback_secret(account, Mode::Live).await.unwrap());
    let first = store.next_callback_secret(account, Mode::Live).await.unwrap();
    assert_eq!(first.version, 1);
    assert_eq!(store.callback_secret(account, Mode::Live).await.unwrap(), Some(first));
    assert_eq!(store.callback_secret(account, Mode::Test).await.unwrap(), None);
    assert!(store.drop_callback_secret(account, Mode::Live).await.unwrap());
    assert_eq!(store.callback_secret(account, Mode::Live).await.unwrap(), None);
    assert_eq!(store.next_callback_secret(account, Mode::Live).await.unwrap().version, 2);
}

pub(crate) async fn w4_a_replay_wakes_what_is_over_under_the_same_id(world: &World) {
    let account = world.account(3).await;
    let id = endpoint(world, account, 1, News::ALL).await;
    let early = world.now();
    fail(world, account, told(News::Failed)).await;
    let first = one(world).await;
    tried(world, &first, 500, Next::Failed).await;
    world.pass_ms(10_000);
    fail(world, account, told(News::Failed)).await;
    let second = one(world).await;
    tried(world, &second, 200, Next::Delivered).await;

    let replay = async |only, filter| world.store.replay(account, Mode::Live, only, filter).await.unwrap();
    let range = DeliveryFilter { to: Some(early.after_ms(5_000)), ..DeliveryFilter::default() };
    assert_eq!(replay(None, range.clone()).await, 1);
    assert_eq!(replay(None, range).await, 0, "it is pending already");
    let again = one(world).await;
    assert_eq!((again.delivery.id, &again.delivery.message), (first.delivery.id, &first.delivery.message));
    assert_eq!(again.delivery.tries, 0);
    tried(world, &again, 200, Next::Delivered).await;
    let (_, tries) = world.store.delivery(account, Mode::Live, first.delivery.id).await.unwrap().unwrap();
    assert_eq!(tries.iter().map(|one| one.status).collect::<Vec<_>>(), [Some(500), Some(200)]);

    assert_eq!(replay(Some(second.delivery.id), DeliveryFilter::default()).await, 1);
    tried(world, &one(world).await, 200, Next::Delivered).await;
    let failed = DeliveryFilter { state: Some(DeliveryState::Failed), ..DeliveryFilter::default() };
    assert_eq!(replay(None, failed).await, 0);
    let foreign = world.account(1).await;
    let by_foreigner =
        world.store.replay(foreign, Mode::Live, Some(second.delivery.id), DeliveryFilter::default());
    assert_eq!(by_foreigner.await.unwrap(), 0);

    // What belongs to a removed endpoint stays as it is.
    assert!(world.store.remove_endpoint(account, Mode::Live, id).await.unwrap());
    assert_eq!(replay(None, DeliveryFilter::default()).await, 0);
}

pub(crate) async fn w4_an_endpoint_that_is_switched_off_keeps_what_it_missed_for_a_replay(world: &World) {
    let account = world.account(4).await;
    let id = endpoint(world, account, 1, News::ALL).await;
    for _ in 0..2 {
        fail(world, account, told(News::Failed)).await;
    }
    let sendings = claim(world).await.due;
    let gone = Verdict {
        next: Next::Failed,
        health: Health { failures: 9, failing_since: Some(world.now()) },
        pause_ms: 0,
        disable: Some("it answered 410 Gone"),
    };
    verdict(world, &sendings[0], 410, gone).await;
    let row = world.store.endpoint(account, Mode::Live, id).await.unwrap().unwrap();
    assert_eq!(row.disabled, Some((world.now(), "it answered 410 Gone".to_owned())));
    fail(world, account, told(News::Failed)).await;
    assert!(all(world, account).await.iter().all(|(_, state)| *state == DeliveryState::Failed));
    world.pass_ms(LEASE_MS + 1);
    assert!(claim(world).await.due.is_empty());
    // The answer to one that was under way is written down, and changes nothing any more.
    tried(world, &sendings[1], 200, Next::Delivered).await;
    assert!(all(world, account).await.iter().all(|(_, state)| *state == DeliveryState::Failed));

    let patch = EndpointPatch { enabled: Some(true), ..EndpointPatch::default() };
    let row = world.store.update_endpoint(account, Mode::Live, id, patch).await.unwrap().unwrap();
    assert_eq!((row.disabled, row.health), (None, Health::default()));
    assert_eq!(world.store.replay(account, Mode::Live, None, DeliveryFilter::default()).await.unwrap(), 3);
    assert_eq!(claim(world).await.due.len(), 3);
}

pub(crate) async fn w6_a_long_queue_at_one_receiver_delays_no_other(world: &World) {
    let account = world.account(20).await;
    let busy = endpoint(world, account, 1, &[News::Failed]).await;
    for _ in 0..12 {
        fail(world, account, told(News::Failed)).await;
    }
    let quiet = endpoint(world, account, 2, &[News::Failed]).await;
    fail(world, account, told(News::Failed)).await;
    let found = world.store.claim_deliveries(100, 4, LEASE_MS).await.unwrap();
    let of = |id| found.due.iter().filter(|one| one.delivery.endpoint == Some(id)).count();
    assert_eq!((of(busy), of(quiet)), (4, 1));
    assert!(claim(world).await.due.is_empty(), "four are under way at the busy one");
    tried(world, &found.due[0], 200, Next::Delivered).await;
    assert_eq!(claim(world).await.due.len(), 1);
    // A claim takes no more than it asks for.
    world.pass_ms(LEASE_MS + 1);
    assert_eq!(world.store.claim_deliveries(2, 4, LEASE_MS).await.unwrap().due.len(), 2);
}

pub(crate) async fn w6_nothing_is_sent_to_a_receiver_that_rests(world: &World) {
    let account = world.account(2).await;
    endpoint(world, account, 1, News::ALL).await;
    fail(world, account, told(News::Failed)).await;
    let sending = one(world).await;
    let health = Health { failures: 5, failing_since: Some(world.now()) };
    let rest = Verdict { next: Next::Again(1_000), health, pause_ms: 30_000, disable: None };
    verdict(world, &sending, 503, rest).await;
    fail(world, account, told(News::Failed)).await;
    world.pass_ms(2_000);
    let found = claim(world).await;
    assert!(found.due.is_empty());
    assert_eq!(found.next_due, Some(world.now().after_ms(28_000)));
    world.pass_ms(28_000);
    let found = claim(world).await;
    assert_eq!((found.due.len(), found.due[0].health), (2, health));
    let retried = found.due.iter().find(|one| one.delivery.id == sending.delivery.id).unwrap();
    assert_eq!(retried.delivery.tries, 1);
}

pub(crate) async fn a_delivery_whose_sender_died_is_sent_again(world: &World) {
    let account = world.account(1).await;
    endpoint(world, account, 1, News::ALL).await;
    fail(world, account, told(News::Failed)).await;
    let sending = one(world).await;
    let found = claim(world).await;
    assert!(found.due.is_empty());
    assert_eq!(found.next_due, Some(world.now().after_ms(LEASE_MS)));
    world.pass_ms(LEASE_MS);
    assert_eq!(one(world).await.delivery.id, sending.delivery.id);
    world.store.take_over(TWO).await.unwrap();
    assert_eq!(one(world).await.delivery.id, sending.delivery.id);
}

pub(crate) async fn callbacks_of_every_change_are_in_order_and_stale_ones_are_dropped(world: &World) {
    let account = world.account(2).await;
    let manner = Manner::Every;
    // The beginning is under way while the end comes: the end waits for it.
    begun(world, account, manner).await;
    let started = one(world).await;
    let Target::Callback { callback, secret } = &started.target else { panic!("{:?}", started.target) };
    assert_eq!(
        (callback.url.as_str(), callback.manner, *secret),
        ("https://client.example/hook?x=1", manner, None)
    );
    let job = world.claim(ONE).await;
    world.commit(Commit { announcement: called(News::Failed, manner), ..world.failed(&job) }).await;
    assert!(claim(world).await.due.is_empty());
    tried(world, &started, 200, Next::Delivered).await;
    let ended = one(world).await;
    assert_eq!(ended.delivery.news, News::Failed);
    tried(world, &ended, 200, Next::Delivered).await;

    // A beginning that is still to be tried again is stale once the end is there.
    begun(world, account, manner).await;
    let started = one(world).await;
    tried(world, &started, 500, Next::Again(2_000)).await;
    let job = world.claim(ONE).await;
    world.commit(Commit { announcement: called(News::Failed, manner), ..world.failed(&job) }).await;
    assert_eq!(one(world).await.delivery.news, News::Failed);
    world.pass_ms(2_000);
    assert!(claim(world).await.due.is_empty());
    let states: Vec<DeliveryState> = all(world, account).await.into_iter().map(|(_, state)| state).collect();
    use DeliveryState::{Delivered, Dropped, Pending};
    assert_eq!(states, [Pending, Dropped, Delivered, Delivered]);
}

pub(crate) async fn callbacks_carry_the_accounts_secret(world: &World) {
    let account = world.account(1).await;
    let version = world.store.next_callback_secret(account, Mode::Live).await.unwrap();
    begun(world, account, Manner::Every).await;
    let Target::Callback { secret, .. } = one(world).await.target else { panic!("a callback") };
    assert_eq!(secret, Some(version));
    let job = world.claim(ONE).await;
    world.commit(world.failed(&job)).await;
}

pub(crate) async fn s9_endpoints_and_deliveries_of_others_are_not_there(world: &World) {
    let account = world.account(1).await;
    let id = endpoint(world, account, 1, News::ALL).await;
    let job = fail(world, account, told(News::Failed)).await;
    let delivery = one(world).await.delivery.id;
    let stranger = world.account(1).await;
    let store = &world.store;
    for (account, mode) in [(stranger, Mode::Live), (account, Mode::Test)] {
        assert_eq!(store.endpoint(account, mode, id).await.unwrap(), None);
        assert!(store.endpoints(account, mode).await.unwrap().is_empty());
        let patch = EndpointPatch { enabled: Some(false), ..EndpointPatch::default() };
        assert_eq!(store.update_endpoint(account, mode, id, patch).await.unwrap(), None);
        assert_eq!(store.rotate_endpoint(account, mode, id).await.unwrap(), None);
        assert_eq!(store.test_endpoint(account, mode, id, "msg_x".to_owned()).await.unwrap(), None);
        assert!(!store.remove_endpoint(account, mode, id).await.unwrap());
        assert_eq!(store.delivery(account, mode, delivery).await.unwrap(), None);
        let about = DeliveryFilter { job: Some(job.id), ..DeliveryFilter::default() };
        assert!(store.deliveries(account, mode, about, 10, None).await.unwrap().is_empty());
    }
    let untouched = store.endpoint(account, Mode::Live, id).await.unwrap().unwrap();
    assert_eq!((untouched.disabled, untouched.secret.version), (None, 1));
}

pub(crate) async fn deliveries_are_listed_by_what_is_asked_for(world: &World) {
    let account = world.account(5).await;
    let id = endpoint(world, account, 1, News::ALL).await;
    assert!(world.store.has_endpoints().await.unwrap());
    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(fail(world, account, told(News::Failed)).await);
    }
    let test =
        world.store.test_endpoint(account, Mode::Live, id, "msg_test_1".to_owned()).await.unwrap().unwrap();
    let list = async |filter, limit, before: Option<DeliveryId>| {
        world.store.deliveries(account, Mode::Live, filter, limit, before).await.unwrap()
    };
    let page = list(DeliveryFilter::default(), 3, None).await;
    assert_eq!((page.len(), page[0].id, page[0].job, page[0].news), (3, test, None, News::Test));
    let rest = list(DeliveryFilter::default(), 3, Some(page[2].id)).await;
    assert_eq!(rest.iter().map(|one| one.job).collect::<Vec<_>>(), [Some(jobs[1].id), Some(jobs[0].id)]);
    let about = DeliveryFilter { job: Some(jobs[2].id), endpoint: Some(id), ..DeliveryFilter::default() };
    assert_eq!(list(about, 10, None).await.len(), 1);
    let failed = DeliveryFilter { state: Some(DeliveryState::Failed), ..DeliveryFilter::default() };
    assert!(list(failed, 10, None).await.is_empty());
}

pub(crate) async fn an_account_has_a_bounded_number_of_endpoints(world: &World) {
    let account = world.account(1).await;
    for no in 0..ENDPOINTS_MAX as u8 {
        endpoint(world, account, no + 1, &[News::Failed]).await;
    }
    let one = world.store.endpoint(account, Mode::Live, EndpointId([1; 20])).await.unwrap().unwrap();
    let more = Endpoint { id: EndpointId([99; 20]), ..one.clone() };
    assert!(!world.store.create_endpoint(more.clone()).await.unwrap());
    assert_eq!(world.store.endpoints(account, Mode::Live).await.unwrap().len(), ENDPOINTS_MAX);
    assert!(world.store.remove_endpoint(account, Mode::Live, one.id).await.unwrap());
    assert!(world.store.create_endpoint(more).await.unwrap());
}

pub(crate) async fn old_deliveries_are_forgotten(world: &World) {
    let account = world.account(3).await;
    endpoint(world, account, 1, News::ALL).await;
    fail(world, account, told(News::Failed)).await;
    tried(world, &one(world).await, 200, Next::Delivered).await;
    world.pass_ms(1_000);
    fail(world, account, told(News::Failed)).await;
    assert_eq!(world.store.prune_deliveries(world.now()).await.unwrap(), 1);
    assert_eq!(all(world, account).await.len(), 1, "what is pending stays");
}
