//! Content on its way into our store: gathered piece by piece, in memory while it is small and in a temporary file
//! beyond; then hashed, examined, and written as a blob.

use std::io::{self, Seek, SeekFrom, Write};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use spool_domain::ids::AssetId;

use crate::Inner;
use crate::media::{Examined, examine, examine_file};

/// A gathered file.
pub(crate) enum Content {
    Memory(Bytes),
    File(std::fs::File, u64),
}

impl Content {
    /// All of it in memory; only for what was bounded when it was gathered.
    pub(crate) async fn bytes(self) -> io::Result<Bytes> {
        match self {
            Self::Memory(bytes) => Ok(bytes),
            Self::File(mut file, size_bytes) => {
                let read = tokio::task::spawn_blocking(move || {
                    let mut bytes = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or(0));
                    file.seek(SeekFrom::Start(0))?;
                    io::Read::read_to_end(&mut file, &mut bytes)?;
                    Ok(bytes.into())
                });
                read.await.map_err(io::Error::other)?
            }
        }
    }
}

/// What a content turned out to be.
pub(crate) struct Known {
    pub(crate) examined: Examined,
    pub(crate) sha256: [u8; 32],
    pub(crate) size_bytes: u64,
}

/// Content that is still coming.
pub(crate) struct Gathered {
    memory: Vec<u8>,
    /// Nameless: it is gone with the process.
    file: Option<std::fs::File>,
    size_bytes: u64,
    memory_bytes_max: usize,
}

impl Gathered {
    /// Nothing yet. At most `memory_bytes_max` will be held in memory.
    pub(crate) fn new(memory_bytes_max: usize) -> Self {
        Self { memory: Vec::new(), file: None, size_bytes: 0, memory_bytes_max }
    }

    /// Adds a piece. Blocks for the time of a short write to the page cache, which is not worth a thread each.
    pub(crate) fn add(&mut self, piece: &[u8]) -> io::Result<()> {
        self.size_bytes += piece.len() as u64;
        if self.file.is_none() && self.memory.len() + piece.len() > self.memory_bytes_max {
            self.file = Some(tempfile::tempfile()?);
        }
        match &mut self.file {
            None => self.memory.extend_from_slice(piece),
            Some(file) => {
                if !self.memory.is_empty() {
                    file.write_all(&self.memory)?;
                    self.memory = Vec::new();
                }
                file.write_all(piece)?;
            }
        }
        Ok(())
    }

    /// How much there is, bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// All of it.
    pub(crate) fn whole(self) -> Content {
        match self.file {
            None => Content::Memory(self.memory.into()),
            Some(file) => Content::File(file, self.size_bytes),
        }
    }
}

/// Hashes and examines, away from the threads that serve requests unless it is small.
pub(crate) async fn know(content: Content) -> io::Result<(Content, Known)> {
    const SMALL: usize = 256 << 10;
    if let Content::Memory(bytes) = &content
        && bytes.len() <= SMALL
    {
        let known = known_in_memory(bytes);
        return Ok((content, known));
    }
    let work = tokio::task::spawn_blocking(move || match content {
        Content::Memory(bytes) => {
            let known = known_in_memory(&bytes);
            Ok((Content::Memory(bytes), known))
        }
        Content::File(mut file, size_bytes) => {
            file.seek(SeekFrom::Start(0))?;
            let mut hash = Sha256::new();
            let mut piece = vec![0; 1 << 20];
            loop {
                match io::Read::read(&mut file, &mut piece)? {
                    0 => break,
                    n => hash.update(&piece[..n]),
                }
            }
            let sha256 = hash.finalize().into();
            file.seek(SeekFrom::Start(0))?;
            let examined = examine_file(&mut file)?;
            file.seek(SeekFrom::Start(0))?;
            Ok((Content::File(file, size_bytes), Known { examined, sha256, size_bytes }))
        }
    });
    work.await.map_err(io::Error::other)?
}

fn known_in_memory(bytes: &Bytes) -> Known {
    Known { examined: examine(bytes), sha256: Sha256::digest(bytes).into(), size_bytes: bytes.len() as u64 }
}

impl Inner {
    /// Writes content as a blob, synced. The error is a code for records; the cause is logged.
    pub(crate) async fn put(&self, id: AssetId, content: Content) -> Result<(), &'static str> {
        let failed = |error| {
            tracing::error!(asset.id = %id, "asset {id} could not be written: {error}");
            "blob_not_written"
        };
        match content {
            Content::Memory(bytes) => self.blobs.put(id, bytes).await.map_err(failed),
            Content::File(file, _) => {
                let mut file = tokio::fs::File::from_std(file);
                let mut writer = self.blobs.begin(id).await.map_err(failed)?;
                let mut piece = vec![0; 1 << 20];
                loop {
                    let read = tokio::io::AsyncReadExt::read(&mut file, &mut piece).await;
                    match read {
                        Ok(0) => return writer.finish().await.map_err(failed),
                        Ok(n) => writer.write(Bytes::copy_from_slice(&piece[..n])).await.map_err(failed)?,
                        Err(_) => {
                            writer.abort().await.map_err(failed)?;
                            return Err("temporary_file");
                        }
                    }
                }
            }
        }
    }
}
