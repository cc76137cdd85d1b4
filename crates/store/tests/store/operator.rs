//! The operator's moments.

use std::sync::Arc;

use serde_json::Map;
use spool_domain::ids::{AttemptNo, KeyId};
use spool_domain::job::Phase;
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::operator::{AccountChange, Decided, JobFilter, KeyChange, Note};
use spool_domain::order::Mode;
use spool_domain::scope::Scopes;
use spool_domain::store::KeyRow;

use crate::world::{ONE, World};

fn note(world: &World, action: &'static str) -> Note {
    let subject = "thing:1".to_owned();
    Note { actor: "console".to_owned(), action, subject, detail: Map::new(), at: world.now() }
}

async fn actions(world: &World) -> Vec<String> {
    let lines = world.store.log_before(Default::default(), None, 100).await.unwrap();
    lines.into_iter().rev().map(|line| line.action).collect()
}

pub(crate) async fn every_act_of_an_operator_has_its_line_and_what_changes_nothing_has_none(world: &World) {
    let store = &world.store;
    let account = store.open_account("shop", Some("a@b"), note(world, "open")).await.unwrap();
    assert_eq!(store.account(account.id).await.unwrap(), Some(account.clone()));
    assert_eq!(
        store.log_before(Default::default(), None, 1).await.unwrap()[0].subject,
        format!("account:{}", account.id)
    );
    let change = AccountChange { name: Some("Shop".to_owned()), email: Some(None) };
    let changed =
        store.change_account(account.id, change.clone(), note(world, "change")).await.unwrap().unwrap();
    assert_eq!((changed.name.as_str(), changed.email), ("Shop", None));
    let nobody = spool_domain::ids::AccountId(99);
    assert_eq!(store.change_account(nobody, change, note(world, "none")).await.unwrap(), None);

    let entry = ledger::top_up(account.id, Mode::Live, "r", MicroUsd(5), world.now());
    assert!(store.credit(entry.clone(), note(world, "credit")).await.unwrap());
    assert!(!store.credit(entry, note(world, "none")).await.unwrap());

    let key = |id: &str| KeyRow {
        id: KeyId(id.to_owned()),
        account: account.id,
        mode: Mode::Live,
        name: "till".to_owned(),
        sha256: [id.as_bytes()[0]; 32],
        last4: "abcd".to_owned(),
        created_at: world.now(),
        expires_at: None,
        revoked_at: None,
        scopes: Scopes::customer(),
        rate: Some(Default::default()),
    };
    store.issue_key(key("one"), note(world, "issue")).await.unwrap();
    assert_eq!(store.key(&key("one").id).await.unwrap(), Some(key("one")));
    let change = KeyChange { rate: Some(None), ..KeyChange::default() };
    let changed = store.change_key(&key("one").id, change.clone(), note(world, "narrow")).await.unwrap();
    assert_eq!(changed, Some(KeyRow { rate: None, ..key("one") }));
    let until = world.now().after_ms(1_000);
    assert!(store.replace_key(&key("one").id, until, key("two"), note(world, "replace")).await.unwrap());
    assert_eq!(store.key(&key("one").id).await.unwrap().unwrap().expires_at, Some(until));
    assert!(store.end_key(&key("one").id, world.now(), note(world, "end")).await.unwrap());
    assert!(!store.end_key(&key("one").id, world.now(), note(world, "none")).await.unwrap());
    store.change_key(&key("one").id, change, note(world, "none")).await.unwrap();
    assert!(!store.replace_key(&key("one").id, until, key("three"), note(world, "none")).await.unwrap());
    assert_eq!(store.key(&key("three").id).await.unwrap(), None);
    // Born in one moment, so by id.
    let page = store.keys_before(Some(account.id), None, 1).await.unwrap();
    assert_eq!(page[0].id, key("two").id);
    let rest = store.keys_before(None, Some(&key("two").id), 10).await.unwrap();
    assert_eq!(rest.iter().map(|row| row.id.0.as_str()).collect::<Vec<_>>(), ["one"]);

    assert_eq!(actions(world).await, ["open", "change", "credit", "issue", "narrow", "replace", "end"]);
}

pub(crate) async fn u16_a_decision_is_taken_once_and_never_about_another_jobs_provider_job(world: &World) {
    let account = world.account(2).await;
    world.admit(world.order(account)).await;
    let other = world.commit(world.accepted(&world.claim(ONE).await, "r-1")).await;
    world.admit(world.order(account)).await;
    let begun = world.commit(world.accepted(&world.claim(ONE).await, "r-2")).await;
    world.pass_ms(600_000);
    // Whichever of the two is due first; the other goes back.
    let (mut waiting, mut rest) = (None, Vec::new());
    for _ in 0..2 {
        let job = world.claim(ONE).await;
        if job.id == begun.id { waiting = Some(job) } else { rest.push(job) }
    }
    let waiting = world.commit(world.step(&waiting.unwrap(), Phase::NeedsOperator)).await;
    let mut theirs = world.step(&waiting, other.phase.clone());
    let job = Arc::make_mut(&mut theirs.job);
    job.attempt.as_mut().unwrap().provider_job = Some("r-1".to_owned());
    job.due = Some(world.now());
    let taken = world.store.decide(theirs, note(world, "none")).await.unwrap();
    assert_eq!(taken, Decided::Taken(other.id));
    assert_eq!(world.read(&waiting).await.phase, Phase::NeedsOperator);

    let ended = |job: &spool_domain::job::Job| {
        let mut step = world.failed(job);
        step.transfers.push(world.purse(job).cost(AttemptNo(1), "fal", MicroUsd::ZERO));
        step
    };
    let over = ended(&waiting);
    assert_eq!(world.store.decide(over.clone(), note(world, "give up")).await.unwrap(), Decided::Done);
    assert_eq!(world.store.decide(over, note(world, "none")).await.unwrap(), Decided::Lost);
    assert_eq!(actions(world).await, ["give up"]);
    let kinds: Vec<String> =
        world.store.bookings(waiting.id).await.unwrap().into_iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, ["hold", "cost", "release"]);
    for job in rest {
        world.commit(ended(&job)).await;
    }
}

pub(crate) async fn jobs_of_all_accounts_are_found_by_account_mode_phase_and_model(world: &World) {
    let (one, two) = (world.account(1).await, world.account(1).await);
    let first = world.admit(world.order(one)).await;
    let second = world.admit(world.order(two)).await;
    let found = async |filter: JobFilter, before| -> Vec<_> {
        world.store.any_jobs(filter, before, 10).await.unwrap().into_iter().map(|job| job.id).collect()
    };
    let all = JobFilter::default();
    assert_eq!(found(all.clone(), None).await, [second.id, first.id]);
    assert_eq!(found(all.clone(), Some(second.id)).await, [first.id]);
    assert_eq!(found(JobFilter { account: Some(one), ..all.clone() }, None).await, [first.id]);
    assert_eq!(found(JobFilter { mode: Some(Mode::Test), ..all.clone() }, None).await, []);
    assert_eq!(found(JobFilter { model: Some("none".to_owned()), ..all.clone() }, None).await, []);
    let waiting = JobFilter { phase: Some("needs_operator".to_owned()), ..all.clone() };
    assert_eq!(found(waiting.clone(), None).await, []);
    let claimed = world.claim(ONE).await;
    let held = world.commit(world.step(&claimed, Phase::NeedsOperator)).await;
    assert_eq!(found(waiting.clone(), None).await, [held.id]);
    assert_eq!(found(JobFilter { account: Some(held.account), ..waiting }, None).await, [held.id]);
    assert_eq!(world.store.any_job(held.id).await.unwrap(), Some(held.clone()));
    world.store.decide(world.failed(&held), note(world, "give up")).await.unwrap();
    let rest = world.claim(ONE).await;
    world.commit(world.failed(&rest)).await;
}
