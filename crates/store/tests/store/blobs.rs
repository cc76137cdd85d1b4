//! Files in a folder.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::TryStreamExt;
use spool_domain::ids::AssetId;
use spool_domain::store::{BlobError, Blobs};
use spool_store::blobs::Local;

const ID: AssetId = AssetId([0x5a; 20]);

async fn read(blobs: &Local, range: std::ops::Range<u64>) -> Result<Vec<u8>, BlobError> {
    let pieces: Vec<Bytes> = blobs.get(ID, range).await?.try_collect().await?;
    Ok(pieces.concat())
}

/// All files under a folder.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn a_file_is_read_back_whole_and_in_ranges() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Local::open(&dir.path().join("new")).unwrap();
    blobs.put(ID, Bytes::from_static(b"0123456789")).await.unwrap();
    assert_eq!(read(&blobs, 0..10).await.unwrap(), b"0123456789");
    assert_eq!(read(&blobs, 3..5).await.unwrap(), b"34");
    assert_eq!(read(&blobs, 9..10).await.unwrap(), b"9");
    assert_eq!(read(&blobs, 4..4).await.unwrap(), b"");
    read(&blobs, 5..11).await.unwrap_err();
    let reopened = Local::open(&dir.path().join("new")).unwrap();
    assert_eq!(read(&reopened, 0..10).await.unwrap(), b"0123456789");
}

#[tokio::test]
async fn a_file_in_pieces_appears_whole_with_finish() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Local::open(dir.path()).unwrap();
    let content: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251) as u8).collect();
    let mut writer = blobs.begin(ID).await.unwrap();
    for piece in content.chunks(70_001) {
        writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        read(&blobs, 0..1).await.expect_err("nothing can be read before the end");
    }
    writer.finish().await.unwrap();
    assert_eq!(read(&blobs, 0..1_000_000).await.unwrap(), content);
    assert_eq!(read(&blobs, 262_143..262_145).await.unwrap(), content[262_143..262_145]);
    assert_eq!(files(dir.path()).len(), 1, "nothing else is left");
}

#[tokio::test]
async fn an_aborted_file_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Local::open(dir.path()).unwrap();
    let mut writer = blobs.begin(ID).await.unwrap();
    writer.write(Bytes::from(vec![1; 300_000])).await.unwrap();
    writer.abort().await.unwrap();
    read(&blobs, 0..1).await.unwrap_err();
    assert_eq!(files(dir.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn removing_twice_is_fine() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Local::open(dir.path()).unwrap();
    blobs.put(ID, Bytes::from_static(b"x")).await.unwrap();
    blobs.delete(ID).await.unwrap();
    blobs.delete(ID).await.unwrap();
    read(&blobs, 0..1).await.unwrap_err();
    read(&blobs, 0..0).await.expect_err("a missing file has no empty range either");
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Local::open(dir.path()).unwrap();
    blobs.begin(ID).await.unwrap().finish().await.unwrap();
    assert_eq!(read(&blobs, 0..0).await.unwrap(), b"");
}

#[tokio::test]
async fn files_are_spread_over_folders_by_the_end_of_their_id() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Local::open(dir.path()).unwrap();
    blobs.put(ID, Bytes::from_static(b"x")).await.unwrap();
    let id = ID.to_string();
    assert_eq!(files(dir.path()), [dir.path().join(&id[30..]).join(&id[28..30]).join(&id)]);
}
