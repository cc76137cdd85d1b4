//! Files that callers bring.

use spool_domain::catalogue::Media;
use spool_domain::file::{Added, File};
use spool_domain::ids::{AccountId, AssetId};
use spool_domain::order::Mode;
use spool_domain::time::Timestamp;

use crate::world::World;

fn file(world: &World, account: AccountId, n: u8, size_bytes: u64) -> File {
    File {
        id: AssetId([n; 20]),
        account,
        mode: Mode::Live,
        name: Some("a fox.png".to_owned()),
        kind: Media::Video,
        content_type: "video/mp4".to_owned(),
        format: "mp4".to_owned(),
        size_bytes,
        sha256: [n; 32],
        width: Some(640),
        height: Some(360),
        duration_ms: Some(5_000_000_000),
        created_at: world.now(),
        lapses_at: None,
    }
}

pub(crate) async fn s9_a_file_comes_back_as_it_was_written_and_to_its_owner_only(world: &World) {
    let (owner, stranger) = (world.account(1).await, world.account(1).await);
    let plain = File { name: None, width: None, height: None, duration_ms: None, ..file(world, owner, 2, 0) };
    for kept in [file(world, owner, 1, 5_000_000_000), plain] {
        assert_eq!(world.store.add_file(kept.clone(), 0).await.unwrap(), Added::Done);
        let read = |account, mode| world.store.file(account, mode, kept.id);
        assert_eq!(read(owner, Mode::Live).await.unwrap(), Some(kept.clone()));
        assert_eq!(read(stranger, Mode::Live).await.unwrap(), None);
        assert_eq!(read(owner, Mode::Test).await.unwrap(), None);
        assert_eq!(world.store.served_file(kept.id).await.unwrap(), Some(kept));
    }
    assert_eq!(world.store.files(stranger, Mode::Live, 10, None).await.unwrap(), []);
}

pub(crate) async fn files_are_listed_newest_first_in_pages(world: &World) {
    let (owner, stranger) = (world.account(1).await, world.account(1).await);
    for n in 1..=7 {
        let account = if n == 4 { stranger } else { owner };
        world.store.add_file(file(world, account, n, 1), 0).await.unwrap();
    }
    let page = async |before: Option<u8>| {
        let files = world.store.files(owner, Mode::Live, 3, before.map(|n| AssetId([n; 20]))).await.unwrap();
        files.iter().map(|file| file.id.0[0]).collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, [7, 6, 5]);
    assert_eq!(page(Some(5)).await, [3, 2, 1]);
    assert_eq!(page(Some(1)).await, [0; 0]);
    assert_eq!(page(Some(4)).await, [0; 0], "a foreign place tells nothing");
}

pub(crate) async fn an_account_keeps_as_many_bytes_as_it_may(world: &World) {
    let (owner, other) = (world.account(1).await, world.account(1).await);
    assert_eq!(world.store.add_file(file(world, owner, 1, 60), 100).await.unwrap(), Added::Done);
    let full = Added::Full { stored_bytes: 60 };
    assert_eq!(world.store.add_file(file(world, owner, 2, 41), 100).await.unwrap(), full);
    assert_eq!(world.store.file(owner, Mode::Live, AssetId([2; 20])).await.unwrap(), None);
    let test = File { mode: Mode::Test, ..file(world, owner, 3, 40) };
    assert_eq!(world.store.add_file(test, 100).await.unwrap(), Added::Done);
    assert_eq!(world.store.add_file(file(world, other, 4, 100), 100).await.unwrap(), Added::Done);
    assert_eq!(world.store.stored_bytes(owner).await.unwrap(), 100);
    assert!(world.store.delete_file(owner, Mode::Live, AssetId([1; 20])).await.unwrap());
    assert_eq!(world.store.stored_bytes(owner).await.unwrap(), 40);
    assert_eq!(world.store.add_file(file(world, owner, 5, 1_000), 0).await.unwrap(), Added::Done, "no bound");
}

pub(crate) async fn s12_a_deleted_file_is_forgotten(world: &World) {
    let (owner, stranger) = (world.account(1).await, world.account(1).await);
    world.store.add_file(file(world, owner, 1, 1), 0).await.unwrap();
    let delete = |account, mode| world.store.delete_file(account, mode, AssetId([1; 20]));
    assert!(!delete(stranger, Mode::Live).await.unwrap());
    assert!(!delete(owner, Mode::Test).await.unwrap());
    assert!(delete(owner, Mode::Live).await.unwrap());
    assert!(!delete(owner, Mode::Live).await.unwrap());
    assert_eq!(world.store.served_file(AssetId([1; 20])).await.unwrap(), None);
}

pub(crate) async fn the_same_content_is_found_again_and_lapses_after_its_last_use(world: &World) {
    let (owner, stranger) = (world.account(1).await, world.account(1).await);
    let passing = File { lapses_at: Some(Timestamp(1_000)), ..file(world, owner, 1, 1) };
    world.store.add_file(passing, 0).await.unwrap();
    let again = |account, mode, until| world.store.file_again(account, mode, [1; 32], Timestamp(until));
    assert_eq!(again(stranger, Mode::Live, 9_000).await.unwrap(), None);
    assert_eq!(again(owner, Mode::Test, 9_000).await.unwrap(), None);
    assert_eq!(again(owner, Mode::Live, 2_000).await.unwrap().unwrap().id, AssetId([1; 20]));
    assert!(again(owner, Mode::Live, 500).await.unwrap().is_some(), "never earlier");
    let lapsed = |now, limit| world.store.forget_lapsed_files(Timestamp(now), limit);
    assert_eq!(lapsed(1_999, 10).await.unwrap(), []);
    let lasting = File { sha256: [1; 32], ..file(world, owner, 2, 1) };
    world.store.add_file(lasting, 0).await.unwrap();
    assert_eq!(
        again(owner, Mode::Live, 9_000).await.unwrap().unwrap().id,
        AssetId([2; 20]),
        "one that stays"
    );
    let third = File { lapses_at: Some(Timestamp(1_500)), ..file(world, owner, 3, 1) };
    world.store.add_file(third, 0).await.unwrap();
    assert_eq!(lapsed(2_000, 1).await.unwrap(), [AssetId([3; 20])]);
    assert_eq!(lapsed(2_000, 10).await.unwrap(), [AssetId([1; 20])]);
    assert_eq!(lapsed(i64::MAX, 10).await.unwrap(), []);
    assert_eq!(world.store.stored_bytes(owner).await.unwrap(), 1);
}
