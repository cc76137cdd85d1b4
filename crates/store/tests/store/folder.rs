//! The data folder: one process at a time, and everything is there after it.

use std::sync::Arc;

use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_store::sqlite::{DATABASE, OpenError, Sqlite};

use crate::world::{HandClock, ONE, PRICE, sqlite_in};

#[tokio::test]
async fn d4_a_second_server_on_the_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(HandClock::at(0));
    let first = Sqlite::open(dir.path(), clock.clone()).unwrap();
    for refused in
        [Sqlite::open(dir.path(), clock.clone()), Sqlite::open_for_audit(dir.path(), clock.clone())]
    {
        match refused {
            Err(error @ OpenError::InUse(_)) => assert!(error.to_string().contains("another server")),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("two stores on one folder"),
        }
    }
    drop(first);
    Sqlite::open_for_audit(dir.path(), clock).unwrap();
}

#[test]
fn a_command_does_not_make_a_database() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(HandClock::at(0));
    assert!(matches!(Sqlite::open_for_audit(dir.path(), clock), Err(OpenError::Missing(_))));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn j1_everything_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let world = sqlite_in(dir.path(), 0);
    let account = world.account(2).await;
    let open = world.admit(world.order(account)).await;
    let over = world.admit(world.order(account)).await;
    let jobs = world.store.claim(ONE, 2, 1_000, &[]).await.unwrap().jobs;
    let over = world.commit(world.failed(jobs.iter().find(|job| job.id == over.id).unwrap())).await;
    drop(world);
    assert!(!dir.path().join(format!("{DATABASE}-wal")).exists(), "the log was folded into the database");

    let world = sqlite_in(dir.path(), 0);
    assert_eq!(world.read(&over).await, over);
    assert_eq!(world.read(&open).await.epoch, open.epoch + 1);
    let balance = world.store.balance(account, Mode::Live).await.unwrap();
    assert_eq!((balance.available, balance.held), (PRICE, PRICE));
    assert_ne!(balance.available, MicroUsd(0));
    world.is_sound().await;
}

#[tokio::test]
async fn a_closed_store_takes_no_more_writes_and_says_so() {
    use spool_domain::store::Store;
    use spool_domain::time::Timestamp;
    let dir = tempfile::tempdir().unwrap();
    let store = Sqlite::open(dir.path(), Arc::new(HandClock::at(0))).unwrap();
    let account = store.create_account("Acme", Timestamp(0)).await.unwrap();
    store.close();
    store.create_account("Acme", Timestamp(0)).await.unwrap_err();
    store.ping().await.unwrap_err();
    assert_eq!(store.account(account.id).await.unwrap(), Some(account), "reads go on");
}
