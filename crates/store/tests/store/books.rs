//! Entries that belong to no open job, and what the books refuse.

use spool_domain::ids::AccountId;
use spool_domain::ledger::{Account, Transfer, top_up};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;

use crate::world::{ONE, PRICE, World};

pub(crate) async fn m1_m9_balances_follow_entries(world: &World) {
    let account = world.account(0).await;
    for n in 1..=5 {
        let entry = top_up(account, Mode::Live, &n.to_string(), MicroUsd(n), world.now());
        assert!(world.store.book(entry).await.unwrap());
        assert_eq!(world.balance(account).await.available, MicroUsd((1..=n).sum()));
    }
    let stranger = top_up(AccountId(99), Mode::Live, "x", MicroUsd(1), world.now());
    world.store.book(stranger).await.expect_err("there is no such account");
}

pub(crate) async fn m2_books_of_customers_never_fall_below_zero(world: &World) {
    let account = world.account(1).await;
    let back = Transfer {
        from: Account::Available(account, Mode::Live),
        to: Account::Funding(Mode::Live),
        ..top_up(account, Mode::Live, "back", MicroUsd(PRICE.0 + 1), world.now())
    };
    world.store.book(back.clone()).await.unwrap_err();
    assert_eq!(world.balance(account).await.available, PRICE);
    let negative = top_up(account, Mode::Live, "minus", MicroUsd(-1), world.now());
    world.store.book(negative).await.unwrap_err();
    assert!(world.store.book(Transfer { amount: PRICE, ..back }).await.unwrap(), "down to zero is fine");
}

pub(crate) async fn m6_refunds_stay_within_the_capture(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let purse = world.purse(&job);
    world.store.book(purse.refund(1, MicroUsd(1))).await.expect_err("the job is not over");
    world.commit(world.succeeded(&job)).await;

    assert!(world.store.book(purse.refund(1, MicroUsd(30_000))).await.unwrap());
    assert!(!world.store.book(purse.refund(1, MicroUsd(30_000))).await.unwrap(), "booked before");
    world.store.book(purse.refund(2, MicroUsd(10_001))).await.expect_err("more than was captured");
    assert!(world.store.book(purse.refund(2, MicroUsd(10_000))).await.unwrap());
    world.store.book(purse.refund(3, MicroUsd(1))).await.expect_err("all of it was refunded");
    assert_eq!(world.balance(account).await.available, PRICE);
}

pub(crate) async fn m7_a_reference_is_booked_once(world: &World) {
    let account = world.account(0).await;
    let entry = top_up(account, Mode::Live, "invoice-7", MicroUsd(5), world.now());
    assert!(world.store.book(entry.clone()).await.unwrap());
    assert!(!world.store.book(entry).await.unwrap());
    assert_eq!(world.balance(account).await.available, MicroUsd(5));
}

pub(crate) async fn m10_holds_cannot_be_booked_beside_their_jobs(world: &World) {
    let account = world.account(1).await;
    let job = world.admit(world.order(account)).await;
    world.store.book(world.purse(&job).release(PRICE)).await.unwrap_err();
    assert_eq!(world.balance(account).await.held, PRICE);
}

pub(crate) async fn live_and_test_books_never_touch(world: &World) {
    let account = world.account(1).await;
    assert_eq!(world.store.balance(account, Mode::Test).await.unwrap().available, MicroUsd(0));
    world.store.book(top_up(account, Mode::Test, "play", MicroUsd(9), world.now())).await.unwrap();
    assert_eq!(world.balance(account).await.available, PRICE);
    assert_eq!(world.store.balance(account, Mode::Test).await.unwrap().available, MicroUsd(9));
}
