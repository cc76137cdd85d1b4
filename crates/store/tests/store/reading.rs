//! Reading jobs, files, accounts and keys.

use spool_domain::ids::{AccountId, AssetId, KeyId};
use spool_domain::job::Asset;
use spool_domain::order::Mode;
use spool_domain::store::{Balance, KeyRow, Page};

use crate::world::{ONE, World};

pub(crate) async fn jobs_are_listed_newest_first_in_pages(world: &World) {
    let account = world.account(8).await;
    let stranger = world.account(2).await;
    let mut newest_first = Vec::new();
    for n in 0..7 {
        let new = if n == 3 { world.order_in_parts(account, 2) } else { world.order(account) };
        newest_first.insert(0, world.admit(new).await.id);
        if n < 2 {
            world.admit(world.order(stranger)).await;
        }
    }
    let mut listed = Vec::new();
    loop {
        let page = Page { limit: 3, before: listed.last().copied() };
        let jobs = world.store.jobs(account, Mode::Live, page).await.unwrap();
        if jobs.is_empty() {
            break;
        }
        assert!(jobs.len() <= 3);
        listed.extend(jobs.iter().map(|job| job.id));
    }
    assert_eq!(listed, newest_first, "all of them, and neither parts nor foreign ones");
    let foreign = Page { limit: 10, before: Some(newest_first[0]) };
    assert!(world.store.jobs(stranger, Mode::Live, foreign).await.unwrap().is_empty());
}

pub(crate) async fn s9_foreign_jobs_are_not_there(world: &World) {
    let owner = world.account(1).await;
    let stranger = world.account(1).await;
    let job = world.admit(world.order(owner)).await;
    assert_eq!(world.store.job(stranger, Mode::Live, job.id).await.unwrap(), None);
    assert_eq!(world.store.job(owner, Mode::Test, job.id).await.unwrap(), None);
    let all = Page { limit: 10, before: None };
    assert!(world.store.jobs(owner, Mode::Test, all).await.unwrap().is_empty());
    assert_eq!(world.read(&job).await, job);
}

pub(crate) async fn events_are_read_after_a_number(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.commit(world.failed(&world.claim(ONE).await)).await;
    let all = world.store.events(job.id, 0).await.unwrap();
    assert_eq!(all.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["admitted", "failed"]);
    assert_eq!(world.store.events(job.id, 1).await.unwrap(), all[1..]);
    assert!(world.store.events(job.id, 2).await.unwrap().is_empty());
}

pub(crate) async fn s12_a_deleted_asset_is_forgotten(world: &World) {
    let account = world.account(1).await;
    let stranger = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let asset = Asset {
        id: AssetId([8; 20]),
        account,
        job: job.id,
        content_type: "video/mp4".to_owned(),
        inline: true,
        format: "mp4".to_owned(),
        size_bytes: 5_000_000_000,
        sha256: [1; 32],
        created_at: world.now(),
    };
    let mut step = world.succeeded(&job);
    step.assets.push(asset.clone());
    world.commit(step).await;
    assert_eq!(world.store.asset(asset.id).await.unwrap(), Some(asset.clone()));
    assert!(!world.store.delete_asset(stranger, asset.id).await.unwrap());
    assert!(world.store.delete_asset(account, asset.id).await.unwrap());
    assert!(!world.store.delete_asset(account, asset.id).await.unwrap());
    assert_eq!(world.store.asset(asset.id).await.unwrap(), None);
}

pub(crate) async fn s6_keys_are_kept_listed_and_revoked_once(world: &World) {
    let first = world.account(1).await;
    let second = world.account(1).await;
    let key = |id: &str, account, mode| KeyRow {
        rate: None,
        scopes: "jobs:read admin".parse().unwrap(),
        id: KeyId(id.to_owned()),
        account,
        mode,
        name: "ci".to_owned(),
        sha256: [7; 32],
        last4: "wxyz".to_owned(),
        created_at: world.now(),
        expires_at: Some(world.now().after_ms(1)),
        revoked_at: None,
    };
    let keys = [key("aaaaaaaa", first, Mode::Live), key("bbbbbbbb", second, Mode::Test)];
    for key in &keys {
        world.store.create_key(key.clone()).await.unwrap();
        world.store.create_key(key.clone()).await.unwrap_err();
    }
    world.store.create_key(key("cccccccc", AccountId(99), Mode::Live)).await.unwrap_err();
    assert_eq!(world.store.keys(None).await.unwrap(), keys);
    assert_eq!(world.store.keys(Some(second)).await.unwrap(), keys[1..]);
    assert_eq!(world.store.key(&keys[0].id).await.unwrap().as_ref(), Some(&keys[0]));
    assert_eq!(world.store.key(&KeyId("nothing!".to_owned())).await.unwrap(), None);

    assert!(world.store.revoke_key(&keys[0].id, world.now()).await.unwrap());
    assert!(!world.store.revoke_key(&keys[0].id, world.now().after_ms(9)).await.unwrap());
    let revoked = world.store.key(&keys[0].id).await.unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(world.now()), "the first revocation counts");
}

pub(crate) async fn accounts_are_numbered_and_empty(world: &World) {
    let first = world.store.create_account("Acme", world.now()).await.unwrap();
    let second = world.store.create_account("Acme", world.now()).await.unwrap();
    assert!(first.id < second.id);
    assert_eq!(world.store.accounts().await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(world.store.account(second.id).await.unwrap(), Some(second));
    assert_eq!(world.store.account(AccountId(99)).await.unwrap(), None);
    assert_eq!(world.balance(first.id).await, Balance::default());
    assert_eq!(world.balance(AccountId(99)).await, Balance::default());
}

pub(crate) async fn the_database_answers(world: &World) {
    world.store.ping().await.unwrap();
}
