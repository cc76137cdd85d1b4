//! Copying results into our store before success is written (M11): fetched through the guarded client, typed and
//! measured by content, hashed, synced.

use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use sha2::{Digest, Sha256};
use spool_domain::adapter::{Call, Output, Trouble, TroubleClass};
use spool_domain::catalogue::Makes;
use spool_domain::ids::AssetId;
use spool_domain::job::{Asset, Job, Stored};
use spool_domain::lifecycle::Event;
use url::Url;

use crate::Inner;
use crate::media::{Class, Examined, examine, examine_file};
use crate::perform::Found;
use crate::providers::{Door, is_resident};
use crate::upstream::{Guard, Outgoing, Unanswered, Why};

/// A result up to this size is handled in memory; a larger one goes through a temporary file.
const MEMORY_MAX: usize = 16 << 20;
/// A result's first byte must come within this time, and so must each further piece.
const PIECE_WITHIN: Duration = Duration::from_secs(30);
/// Redirects followed for a result, each checked anew (S4).
const REDIRECTS_MAX: usize = 3;
/// The pause after a copy that went wrong.
const TROUBLE_PACE_MS: u64 = 5_000;
/// An inline result exists in memory only, so a failing disk is given this many tries, a second apart.
const INLINE_TRIES: u32 = 5;

/// Why a result could not be copied.
enum Failure {
    /// It is not there any more.
    Gone,
    /// It may work later.
    Later(Trouble),
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        later(unanswered.why.code())
    }
}

fn later(code: &str) -> Failure {
    Failure::Later(Trouble::of(TroubleClass::Unavailable, code))
}

/// A fetched result.
enum Content {
    Memory(Bytes),
    File(std::fs::File, u64),
}

/// What a content turned out to be.
struct Known {
    examined: Examined,
    sha256: [u8; 32],
    size_bytes: u64,
}

impl Inner {
    /// Copies the outputs of a job that is `Storing`.
    pub(crate) async fn copy(&self, job: &Job, outputs: &[Output], stay_ms: u64) -> Found {
        let Some(door) = self.door_of(job) else {
            return Event::Trouble(Trouble::of(TroubleClass::Credential, "provider_not_set_up"), 60_000)
                .into();
        };
        match self.copy_all(job, &door, outputs).await {
            Ok((stored, assets)) => Found { assets, ..Event::Stored(stored).into() },
            Err(Failure::Gone) => Event::Gone.into(),
            Err(Failure::Later(_)) if stay_ms > door.adapter().manifest().retention_ms => {
                Event::Overstayed.into()
            }
            Err(Failure::Later(trouble)) => Event::Trouble(trouble, TROUBLE_PACE_MS).into(),
        }
    }

    /// Copies outputs that came in the provider's answer and exist nowhere else.
    pub(crate) async fn copy_now(&self, job: &Job, door: &Door, outputs: &[Output]) -> Found {
        for _ in 0..INLINE_TRIES {
            match self.copy_all(job, door, outputs).await {
                Ok((stored, assets)) => return Found { assets, ..Event::Stored(stored).into() },
                Err(Failure::Gone) => break,
                Err(Failure::Later(trouble)) => {
                    tracing::error!(job.id = %job.id, "job {}: its result could not be stored: {trouble}", job.id);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
        Event::Gone.into()
    }

    async fn copy_all(
        &self,
        job: &Job,
        door: &Door,
        outputs: &[Output],
    ) -> Result<(Vec<Stored>, Vec<Asset>), Failure> {
        let mut stored = Vec::with_capacity(outputs.len());
        let mut assets = Vec::with_capacity(outputs.len());
        for (place, output) in outputs.iter().enumerate() {
            let content = match output {
                Output::Text(text) => {
                    stored.push(text_output(text));
                    continue;
                }
                Output::Bytes(bytes) => Content::Memory(bytes.clone()),
                Output::Url(url) => self.fetch(door, url).await?,
            };
            let (content, known) = know(content).await?;
            self.expected(job, &known.examined)?;
            let asset = self.asset_of(job, place, &known);
            self.put(asset.id, content).await?;
            stored.push(stored_output(&asset, &known));
            assets.push(asset);
        }
        Ok((stored, assets))
    }

    /// An error page is not a picture, whatever its headers say.
    fn expected(&self, job: &Job, examined: &Examined) -> Result<(), Failure> {
        let makes = self.catalogue.find(&job.model).map(|model| model.makes);
        let media = matches!(examined.class, Class::Image | Class::Video | Class::Audio);
        if media || matches!(makes, Some(Makes::Text) | None) { Ok(()) } else { Err(later("not_media")) }
    }

    /// The asset's id is derived from job and place, so that a copy repeated after a crash replaces itself.
    fn asset_of(&self, job: &Job, place: usize, known: &Known) -> Asset {
        Asset {
            id: self.key.asset_id(job.id, place),
            account: job.account,
            job: job.parent.unwrap_or(job.id),
            content_type: known.examined.content_type.to_owned(),
            inline: known.examined.inline,
            format: known.examined.format.to_owned(),
            size_bytes: known.size_bytes,
            sha256: known.sha256,
            created_at: self.clock.now(),
        }
    }

    async fn put(&self, id: AssetId, content: Content) -> Result<(), Failure> {
        let failed = |error| {
            tracing::error!(asset.id = %id, "asset {id} could not be written: {error}");
            later("blob_not_written")
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
                            return Err(later("temporary_file"));
                        }
                    }
                }
            }
        }
    }

    async fn fetch(&self, door: &Door, url: &str) -> Result<Content, Failure> {
        let live = match door {
            Door::Sandbox(_) if is_resident(url) => {
                let reply = self.providers.call_resident(&Call::get(url)).await?;
                return match reply.status {
                    200 => Ok(Content::Memory(reply.body)),
                    403 | 404 | 410 => Err(Failure::Gone),
                    _ => Err(later("result_status")),
                };
            }
            // The sandbox hands out no other URLs; one that did must not lead a test job onto the network (S7).
            Door::Sandbox(_) => return Err(Failure::Gone),
            Door::Live(live) => live,
        };
        let (mut url, mut home) = live.result_url(url).ok_or(later("result_url"))?;
        for _ in 0..=REDIRECTS_MAX {
            match self.fetch_once(&url, home).await? {
                Fetched::Content(content) => return Ok(content),
                // Only the provider's own address is trusted without a look; where it sends us is not.
                Fetched::Moved(next) => (url, home) = (next, false),
            }
        }
        Err(later("too_many_redirects"))
    }

    async fn fetch_once(&self, url: &Url, home: bool) -> Result<Fetched, Failure> {
        let outgoing = Outgoing {
            method: http::Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            guard: if home { Guard::Configured } else { self.providers.foreign() },
            fresh: false,
            send_deadline_ms: None,
        };
        let mut answer = self.providers.client.open(outgoing, PIECE_WITHIN).await?;
        let status = answer.response.status();
        if status.is_redirection() {
            let location = answer.response.headers().get(http::header::LOCATION);
            let next = location.and_then(|value| url.join(value.to_str().ok()?).ok());
            return next.map(Fetched::Moved).ok_or(later("bad_redirect"));
        }
        match status.as_u16() {
            200 => {}
            403 | 404 | 410 => return Err(Failure::Gone),
            _ => return Err(later("result_status")),
        }
        let mut memory = Vec::new();
        let mut file: Option<std::fs::File> = None;
        let mut size: u64 = 0;
        while let Some(piece) = tokio::time::timeout(PIECE_WITHIN, answer.piece())
            .await
            .unwrap_or(Err(Unanswered { sent: 1, why: Why::Timeout }))?
        {
            size += piece.len() as u64;
            if size > self.settings.result_bytes_max {
                return Err(later("result_too_large"));
            }
            if file.is_none() && memory.len() + piece.len() > MEMORY_MAX {
                file = Some(tempfile::tempfile().map_err(|_| later("temporary_file"))?);
            }
            match &mut file {
                None => memory.extend_from_slice(&piece),
                // Short writes to the page cache; not worth a thread each.
                Some(file) => {
                    if !memory.is_empty() {
                        file.write_all(&memory).map_err(|_| later("temporary_file"))?;
                        memory = Vec::new();
                    }
                    file.write_all(&piece).map_err(|_| later("temporary_file"))?;
                }
            }
        }
        answer.keep();
        Ok(Fetched::Content(match file {
            None => Content::Memory(memory.into()),
            Some(file) => Content::File(file, size),
        }))
    }
}

enum Fetched {
    Content(Content),
    Moved(Url),
}

/// Hashes and examines, away from the threads that serve requests unless it is small.
async fn know(content: Content) -> Result<(Content, Known), Failure> {
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
                match std::io::Read::read(&mut file, &mut piece)? {
                    0 => break,
                    n => hash.update(&piece[..n]),
                }
            }
            let sha256 = hash.finalize().into();
            file.seek(SeekFrom::Start(0))?;
            let examined = examine_file(&mut file)?;
            file.seek(SeekFrom::Start(0))?;
            Ok::<_, std::io::Error>((Content::File(file, size_bytes), Known { examined, sha256, size_bytes }))
        }
    });
    match work.await {
        Ok(Ok(known)) => Ok(known),
        Ok(Err(_)) | Err(_) => Err(later("temporary_file")),
    }
}

fn known_in_memory(bytes: &Bytes) -> Known {
    Known { examined: examine(bytes), sha256: Sha256::digest(bytes).into(), size_bytes: bytes.len() as u64 }
}

fn stored_output(asset: &Asset, known: &Known) -> Stored {
    let examined = &known.examined;
    let kind = match examined.class {
        Class::Image => "image",
        Class::Video => "video",
        Class::Audio => "audio",
        Class::Text | Class::Other => "text",
    };
    Stored {
        asset: Some(asset.id),
        url: None,
        text: None,
        kind: kind.to_owned(),
        format: examined.format.to_owned(),
        content_type: examined.content_type.to_owned(),
        size_bytes: known.size_bytes,
        width: examined.width,
        height: examined.height,
        duration_ms: examined.duration_ms,
    }
}

fn text_output(text: &str) -> Stored {
    Stored {
        asset: None,
        url: None,
        text: Some(text.to_owned()),
        kind: "text".to_owned(),
        format: "txt".to_owned(),
        content_type: "text/plain; charset=utf-8".to_owned(),
        size_bytes: text.len() as u64,
        width: None,
        height: None,
        duration_ms: None,
    }
}

/// The extension of a URL's last path segment, if it has a plausible one: all that is known of a passed result.
pub(crate) fn extension(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    let plausible =
        (2..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    plausible.then_some(extension)
}
