//! Files that callers bring: taken in piece by piece, typed and measured by their content, durable before anybody
//! is told their id.

use std::sync::Arc;
use std::time::Duration;

use spool_domain::catalogue::Media;
use spool_domain::fault::{Fault, Kind};
use spool_domain::file::{Added, File};
use spool_domain::ids::AssetId;
use spool_domain::order::Caller;
use spool_domain::reference::is_data;
use spool_domain::time::Timestamp;
use url::Url;

use crate::data_uri::{self, Unreadable};
use crate::gather::{Content, Gathered, Known, know};
use crate::ingest::{Failure, TOO_LARGE};
use crate::media::{Class, Examined};
use crate::{Engine, Inner, broken};

/// So much of an upload is held in memory, bytes; the rest goes through a temporary file.
const MEMORY_BYTES_MAX: usize = 1 << 20;
/// Longer names are cut to this many characters.
const NAME_CHARS_MAX: usize = 255;
/// What is taken, for people.
pub(crate) const TAKEN: &str =
    "PNG, JPEG, WebP, GIF, AVIF, MP4, MOV, WebM, WAV, MP3, M4A, AAC, FLAC, Ogg Vorbis or Opus";

/// A file on its way in.
pub struct Upload {
    inner: Arc<Inner>,
    caller: Caller,
    gathered: Gathered,
}

impl Engine {
    /// Begins an upload. `stated_bytes` is how much the sender says is coming, if they do: what is too much is refused
    /// before anything of it is read.
    pub async fn upload(&self, caller: &Caller, stated_bytes: Option<u64>) -> Result<Upload, Fault> {
        let inner = &self.inner;
        let stated_bytes = stated_bytes.unwrap_or(0);
        if stated_bytes > inner.settings.upload_bytes_max {
            return Err(inner.too_large());
        }
        let max = inner.settings.stored_upload_bytes_per_account;
        if max > 0 {
            let stored = inner.store.stored_bytes(caller.account).await.map_err(broken)?;
            if stored >= max || stored.saturating_add(stated_bytes) > max {
                return Err(full(stored, max));
            }
        }
        let gathered = Gathered::new(MEMORY_BYTES_MAX);
        Ok(Upload { inner: Arc::clone(inner), caller: caller.clone(), gathered })
    }

    /// Fetches a file from an address and keeps it like an upload (S1).
    pub async fn upload_from(&self, caller: &Caller, url: &Url) -> Result<File, Fault> {
        let Upload { inner, caller, .. } = self.upload(caller, None).await?;
        let wrong = |what: &str| Fault::field("url", format!("url {what}"));
        let max = inner.settings.upload_bytes_max;
        let content = inner.fetch_foreign(url.clone(), max).await.map_err(|failure| match failure {
            Failure::Gone => wrong("leads to no file: its server refuses it or does not have it"),
            Failure::Later(trouble) if trouble.code == TOO_LARGE => {
                wrong(&format!("leads to a file of more than {max} bytes; at most that many are allowed"))
            }
            Failure::Later(_) => {
                wrong("could not be fetched; it must be a public https address that answers with the file")
            }
        })?;
        inner.keep(&caller, content, None).await
    }

    /// Keeps the content of a `data:` URI, or of bare base64, like an upload.
    pub async fn upload_text(&self, caller: &Caller, text: String) -> Result<File, Fault> {
        let Upload { inner, caller, .. } = self.upload(caller, None).await?;
        let uri = if is_data(&text) { text } else { format!("data:;base64,{text}") };
        let bytes = data_uri::decode(uri, inner.settings.upload_bytes_max).await;
        let bytes = bytes.map_err(|unreadable| match unreadable {
            Unreadable::TooLarge => inner.too_large(),
            Unreadable::NoUri | Unreadable::NoBase64 => {
                Fault::field("base64", "base64 must be a file in base64, bare or as a data: URI")
            }
        })?;
        inner.keep(&caller, Content::Memory(bytes.into()), None).await
    }

    /// One file of the caller's account.
    pub async fn file(&self, caller: &Caller, id: AssetId) -> Result<File, Fault> {
        let file = self.inner.store.file(caller.account, caller.mode, id).await.map_err(broken)?;
        file.ok_or_else(|| Kind::NotFound.into())
    }

    /// The caller's files, newest first.
    pub async fn files(
        &self,
        caller: &Caller,
        limit: u32,
        before: Option<AssetId>,
    ) -> Result<Vec<File>, Fault> {
        self.inner.store.files(caller.account, caller.mode, limit, before).await.map_err(broken)
    }

    /// Deletes a file of the caller's account; from then on no signed URL opens it (S12).
    pub async fn delete_file(&self, caller: &Caller, id: AssetId) -> Result<(), Fault> {
        if !self.inner.store.delete_file(caller.account, caller.mode, id).await.map_err(broken)? {
            return Err(Kind::NotFound.into());
        }
        self.inner.delete_blob(id).await;
        Ok(())
    }
}

impl Upload {
    /// Takes the next piece.
    pub fn add(&mut self, piece: &[u8]) -> Result<(), Fault> {
        if self.gathered.size_bytes() + piece.len() as u64 > self.inner.settings.upload_bytes_max {
            return Err(self.inner.too_large());
        }
        self.gathered.add(piece).map_err(|error| {
            tracing::error!(error = %error, "an upload could not be written to a temporary file: {error}");
            Kind::Internal.into()
        })
    }

    /// Types, measures and keeps what came. Durable when this returns.
    pub async fn finish(self, name: Option<String>) -> Result<File, Fault> {
        self.inner.keep(&self.caller, self.gathered.whole(), name).await
    }
}

impl Inner {
    fn too_large(&self) -> Fault {
        let max = self.settings.upload_bytes_max;
        Fault::new(
            Kind::TooLarge,
            format!("The file is larger than {max} bytes; at most that many are allowed."),
        )
    }

    async fn keep(&self, caller: &Caller, content: Content, name: Option<String>) -> Result<File, Fault> {
        let (content, known) = know(content).await.map_err(|error| {
            tracing::error!(error = %error, "an upload could not be read back: {error}");
            Fault::of(Kind::Internal)
        })?;
        let kind = media(&known.examined).ok_or_else(|| {
            let said = format!("file is {}; allowed: {TAKEN}", described(&known.examined));
            Fault::field("file", said)
        })?;
        self.keep_known(caller, content, &known, kind, name, None).await
    }

    /// The blob first, then the row: a crash in between leaves bytes that nobody can name.
    pub(crate) async fn keep_known(
        &self,
        caller: &Caller,
        content: Content,
        known: &Known,
        kind: Media,
        name: Option<String>,
        lapses_at: Option<Timestamp>,
    ) -> Result<File, Fault> {
        let Known { examined, sha256, size_bytes } = known;
        let now = self.clock.now();
        let file = File {
            id: AssetId::new(now, self.entropy.as_ref()),
            account: caller.account,
            mode: caller.mode,
            name: name.map(|name| name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()),
            kind,
            content_type: examined.content_type.to_owned(),
            format: examined.format.to_owned(),
            size_bytes: *size_bytes,
            sha256: *sha256,
            width: examined.width,
            height: examined.height,
            duration_ms: examined.duration_ms,
            created_at: now,
            lapses_at,
        };
        self.put(file.id, content).await.map_err(|_| Fault::of(Kind::Internal))?;
        let max = self.settings.stored_upload_bytes_per_account;
        match self.store.add_file(file.clone(), max).await {
            Ok(Added::Done) => Ok(file),
            Ok(Added::Full { stored_bytes }) => {
                self.delete_blob(file.id).await;
                Err(full(stored_bytes, max))
            }
            // Whether the row is there, nobody knows now; a row without a file would be worse than the reverse.
            Err(error) => Err(broken(error)),
        }
    }

    /// Removes a blob that no row names any more. One that stays is a waste and no harm: nobody can name it.
    pub(crate) async fn delete_blob(&self, id: AssetId) {
        if let Err(error) = self.blobs.delete(id).await {
            tracing::warn!(asset.id = %id, "asset {id} could not be removed from the disk: {error}");
        }
    }
}

fn full(stored_bytes: u64, max: u64) -> Fault {
    let message = format!(
        "The account's files take {stored_bytes} of {max} bytes; delete some with DELETE /v1/files/{{id}} first."
    );
    Fault::new(Kind::TooLarge, message)
}

/// The kind of an allow-listed image, video or audio file; nothing for any other.
pub(crate) fn media(examined: &Examined) -> Option<Media> {
    match examined.class {
        _ if !examined.inline => None,
        Class::Image => Some(Media::Image),
        Class::Video => Some(Media::Video),
        Class::Audio => Some(Media::Audio),
        Class::Text | Class::Other => None,
    }
}

/// What a file turned out to be, for people.
pub(crate) fn described(examined: &Examined) -> String {
    match examined.format {
        "unknown" => "of no known format".to_owned(),
        format => format!("{} ({})", format, examined.content_type.split(';').next().unwrap_or_default()),
    }
}

/// How often files whose time is over are looked for, and how many go at once.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);
const SWEEP_MAX: u32 = 500;

/// Forgets the contents of `data:` URIs that nobody used for a while.
pub(crate) async fn sweep(inner: Arc<Inner>) {
    while !inner.tasks.is_stopping() {
        let more = match inner.store.forget_lapsed_files(inner.clock.now(), SWEEP_MAX).await {
            Ok(lapsed) => {
                for file in &lapsed {
                    inner.delete_blob(*file).await;
                }
                lapsed.len() == SWEEP_MAX as usize
            }
            Err(error) => {
                tracing::error!(error = %error, "lapsed files could not be forgotten: {error}");
                false
            }
        };
        if more {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = inner.tasks.stopping() => {}
        }
    }
}
