//! Files in a folder, by asset id.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::local::LocalFileSystem;
use object_store::{Error, GetOptions, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use spool_domain::ids::AssetId;
use spool_domain::resident::{Shelf, Unread};
use spool_domain::store::{BlobError, BlobStream, BlobWriter, Blobs};

/// Pieces are gathered to this size before they go to the disk: small enough for many files at the same time.
const PIECE_BYTES: usize = 256 * 1024;

/// Files in a local folder. What is written is synced, and appears whole or not at all.
pub struct Local {
    folder: Arc<dyn ObjectStore>,
    root: PathBuf,
}

impl Local {
    /// Opens the folder, and makes it where it is missing.
    pub fn open(dir: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(dir).map_err(|error| BlobError(error.to_string()))?;
        let folder = LocalFileSystem::new_with_prefix(dir).map_err(text)?.with_fsync(true);
        Ok(Self { folder: Arc::new(folder), root: dir.to_owned() })
    }
}

#[async_trait]
impl Blobs for Local {
    async fn put(&self, asset: AssetId, content: Bytes) -> Result<(), BlobError> {
        self.folder.put(&location(asset), content.into()).await.map_err(text)?;
        Ok(())
    }

    async fn begin(&self, asset: AssetId) -> Result<Box<dyn BlobWriter>, BlobError> {
        let upload = self.folder.put_multipart(&location(asset)).await.map_err(text)?;
        Ok(Box::new(Upload { upload, gathered: BytesMut::new() }))
    }

    async fn get(&self, asset: AssetId, range: Range<u64>) -> Result<BlobStream, BlobError> {
        let location = location(asset);
        if range.is_empty() {
            // The folder refuses empty ranges, and an empty file has no other; a missing file is an error all the same.
            self.folder.head(&location).await.map_err(text)?;
            return Ok(stream::empty().boxed());
        }
        let options = GetOptions::new().with_range(Some(range.clone()));
        let found = self.folder.get_opts(&location, options).await.map_err(text)?;
        if found.range != range {
            return Err(BlobError("the file is shorter than the range asked for".to_owned()));
        }
        Ok(found.into_stream().map_err(text).boxed())
    }

    async fn delete(&self, asset: AssetId) -> Result<(), BlobError> {
        match self.folder.delete(&location(asset)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(text(error)),
        }
    }
}

impl Shelf for Local {
    fn read(&self, file: AssetId, bytes_max: u64) -> Result<Bytes, Unread> {
        let broken = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => Unread::Missing,
            // Without the path: the kind says what an operator needs.
            kind => Unread::Broken(kind.to_string()),
        };
        let opened = std::fs::File::open(self.root.join(location(file).as_ref())).map_err(broken)?;
        let size_bytes = opened.metadata().map_err(broken)?.len();
        if size_bytes > bytes_max {
            return Err(Unread::TooLarge);
        }
        let mut bytes = Vec::with_capacity(size_bytes as usize);
        opened.take(bytes_max).read_to_end(&mut bytes).map_err(broken)?;
        Ok(bytes.into())
    }
}

/// A file that nobody sees yet.
struct Upload {
    upload: Box<dyn MultipartUpload>,
    gathered: BytesMut,
}

impl Upload {
    async fn flush(&mut self) -> Result<(), BlobError> {
        let piece = self.gathered.split().freeze();
        self.upload.put_part(PutPayload::from(piece)).await.map_err(text)
    }
}

#[async_trait]
impl BlobWriter for Upload {
    async fn write(&mut self, piece: Bytes) -> Result<(), BlobError> {
        self.gathered.extend_from_slice(&piece);
        if self.gathered.len() >= PIECE_BYTES { self.flush().await } else { Ok(()) }
    }

    async fn finish(mut self: Box<Self>) -> Result<(), BlobError> {
        if !self.gathered.is_empty() {
            self.flush().await?;
        }
        self.upload.complete().await.map_err(text)?;
        Ok(())
    }

    async fn abort(mut self: Box<Self>) -> Result<(), BlobError> {
        self.upload.abort().await.map_err(text)
    }
}

/// `ab/cd/<id>`: sharded by the id's end, because its beginning is its age and would fill one folder a day.
fn location(asset: AssetId) -> object_store::path::Path {
    let id = asset.to_string();
    let (rest, last) = id.split_at(id.len() - 2);
    format!("{last}/{}/{id}", &rest[rest.len() - 2..]).into()
}

/// The error's text. It names a path made of an asset's id, and no content.
fn text(error: Error) -> BlobError {
    BlobError(error.to_string())
}
