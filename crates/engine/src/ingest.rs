//! Copying results into our store before success is written (M11): fetched through the guarded client, typed and
//! measured by content, hashed, synced.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use spool_domain::adapter::{Call, Output, Trouble, TroubleClass};
use spool_domain::catalogue::Makes;
use spool_domain::job::{Asset, Job, Stored};
use spool_domain::lifecycle::Event;
use url::Url;

use crate::Inner;
use crate::gather::{Content, Gathered, Known, know};
use crate::media::{Class, Examined};
use crate::perform::Found;
use crate::providers::{Door, Reached, is_resident};
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

/// The code of a file that is larger than it may be.
pub(crate) const TOO_LARGE: &str = "result_too_large";

/// Why a file could not be fetched or a result not be copied.
pub(crate) enum Failure {
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
                Output::Url(url) => self.fetch(door, url, false).await?,
                Output::Guarded(url) => self.fetch(door, url, true).await?,
            };
            let (content, known) = know(content).await.map_err(|_| later("temporary_file"))?;
            self.expected(job, &known.examined)?;
            let asset = self.asset_of(job, place, &known);
            self.put(asset.id, content).await.map_err(later)?;
            stored.push(stored_output(&asset, &known));
            assets.push(asset);
        }
        Ok((stored, assets))
    }

    /// An error page is not a picture, whatever its headers say.
    fn expected(&self, job: &Job, examined: &Examined) -> Result<(), Failure> {
        let makes = self.catalogue().find(&job.model).map(|model| model.makes);
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

    /// Fetches a result; with the credential that made the job where the file is guarded by it.
    async fn fetch(&self, door: &Door, url: &str, guarded: bool) -> Result<Content, Failure> {
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
        let found = if guarded { live.guarded_url(url) } else { live.result_url(url) };
        let (url, home) = found.ok_or(later("result_url"))?;
        self.follow_to(url, home, self.settings.result_bytes_max, guarded.then_some(live)).await
    }

    /// Fetches a file from an address that a caller gave, of at most this many bytes.
    pub(crate) async fn fetch_foreign(&self, url: Url, bytes_max: u64) -> Result<Content, Failure> {
        self.follow_to(url, false, bytes_max, None).await
    }

    /// Fetches, and follows redirects.
    async fn follow_to(
        &self,
        mut url: Url,
        mut home: bool,
        bytes_max: u64,
        credential: Option<&Reached>,
    ) -> Result<Content, Failure> {
        for _ in 0..=REDIRECTS_MAX {
            match self.fetch_once(&url, home, bytes_max, credential).await? {
                Fetched::Content(content) => return Ok(content),
                // Only the provider's own address is trusted without a look; where it sends us is not.
                Fetched::Moved(next) => (url, home) = (next, false),
            }
        }
        Err(later("too_many_redirects"))
    }

    async fn fetch_once(
        &self,
        url: &Url,
        home: bool,
        bytes_max: u64,
        credential: Option<&Reached>,
    ) -> Result<Fetched, Failure> {
        let mut outgoing = Outgoing {
            method: http::Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            guard: if home { Guard::Configured } else { self.providers.foreign() },
            fresh: false,
            send_deadline_ms: None,
        };
        if let Some(reached) = credential {
            // It goes to the provider's own origin only, so a redirect to another one leaves it behind.
            self.providers.sign(reached, &mut outgoing).await?;
        }
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
        let mut gathered = Gathered::new(MEMORY_MAX);
        while let Some(piece) = tokio::time::timeout(PIECE_WITHIN, answer.piece())
            .await
            .unwrap_or(Err(Unanswered { sent: 1, why: Why::Timeout }))?
        {
            if gathered.size_bytes() + piece.len() as u64 > bytes_max {
                return Err(later(TOO_LARGE));
            }
            gathered.add(&piece).map_err(|_| later("temporary_file"))?;
        }
        answer.keep();
        Ok(Fetched::Content(gathered.whole()))
    }
}

enum Fetched {
    Content(Content),
    Moved(Url),
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
