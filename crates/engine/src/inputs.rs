//! Files that a job starts from. At the door every reference is found, checked and written down as the id of a stored
//! file, so that the job's row stays small; when an attempt is prepared, it becomes what the provider can use.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spool_domain::adapter::FileForm;
use spool_domain::catalogue::{Media, Model, Params};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, AssetId, JobId};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::order::{Caller, Mode, Order, Preference, Validated};
use spool_domain::reference::{Reference, file_id, parse_file_id};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use crate::data_uri::{self, Unreadable};
use crate::files::{described, media};
use crate::gather::{Content, Known, know};
use crate::ingest::{Failure, TOO_LARGE};
use crate::signature::{PATH, TTL_MAX_S};
use crate::{Inner, attempt, broken};

/// The largest file that is put into a call to a provider, bytes. Providers take bodies of some tens of megabytes.
const INLINE_BYTES_MAX: u64 = 20 << 20;
/// The same for all files of one call together.
const INLINE_BYTES_MAX_TOGETHER: u64 = 40 << 20;
/// What all calls on their way together may hold of such files, KiB: half a gibibyte. Who comes then waits.
pub(crate) const INLINE_ROOM_KIB: usize = 512 << 10;
/// How long the content of a `data:` URI is kept after it was last used, milliseconds: as long as a provider may have
/// a link to it. Afterwards it goes by itself.
const DATA_LIFE_MS: u64 = TTL_MAX_S as u64 * 1000;

/// A file whose content came in the request itself.
pub(crate) struct Brought {
    path: String,
    of: Media,
    content: Content,
    known: Known,
}

/// What stands in the places of a job's files when its call is rendered.
#[derive(Default)]
pub(crate) struct Inputs {
    /// By path, as `Model::files` writes it.
    pub(crate) texts: Vec<(String, String)>,
    /// The room that files inside the call take, until it is sent.
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// A stored file that is named as an input.
struct Found {
    id: AssetId,
    content_type: String,
    format: String,
    size_bytes: u64,
    /// The model that made it; none for a file that was brought.
    made_by: Option<String>,
}

/// What a reference turned out to name.
enum Named {
    Stored(Found),
    /// Somebody else's address, passed on as it is.
    Elsewhere(String),
}

/// How a file of ours reaches a provider.
enum Way {
    Link,
    Inline,
}

/// Whether any parameter names a file.
pub(crate) fn any(valid: &Validated) -> bool {
    !valid.model.files(&valid.params).is_empty()
}

impl Inner {
    /// Finds and checks every file that an order names, and writes the stored ones down by their ids. What came in the
    /// request itself is checked and handed back; nothing is stored here.
    pub(crate) async fn resolve(
        &self,
        caller: &Caller,
        order: &Order,
        valid: &mut Validated,
    ) -> Result<Vec<Brought>, Fault> {
        let model = Arc::clone(&valid.model);
        let spots: Vec<_> = model
            .files(&valid.params)
            .into_iter()
            .map(|at| (at.path, at.of, at.max_bytes, at.earlier.map(<[_]>::to_vec)))
            .collect();
        let form = self.file_form(&model, &valid.params, caller, order.terms.providers.as_ref());
        let (mut brought, mut inline_bytes) = (Vec::new(), 0);
        for (path, of, max_bytes, earlier) in spots {
            let word = model.callers_path(&path, &order.input, &order.words);
            let wrong = |what: String| Fault::field(format!("input.{word}"), format!("{word} {what}"));
            let max_bytes = max_bytes.unwrap_or(self.settings.input_bytes_max);
            let Some(text) = valid.params.put_file(&path, String::new()) else { continue };
            let size_bytes = match Reference::parse(&text) {
                Some(Reference::Data(_)) => {
                    let (content, known) = known_data(text, max_bytes).await.map_err(wrong)?;
                    fits(media(&known.examined), of, || described(&known.examined)).map_err(wrong)?;
                    let size_bytes = known.size_bytes;
                    // What a dry run shows: the kind, and not the content.
                    valid.params.put_file(&path, format!("data:{}", known.examined.content_type));
                    brought.push(Brought { path, of, content, known });
                    size_bytes
                }
                _ => match self.named(caller, text, of, earlier.as_deref()).await?.map_err(wrong)? {
                    Named::Elsewhere(url) => {
                        valid.params.put_file(&path, url);
                        continue;
                    }
                    Named::Stored(found) => {
                        let kind = found.content_type.split('/').next().and_then(Media::parse);
                        fits(kind, of, || found.content_type.clone()).map_err(wrong)?;
                        valid.params.put_file(&path, file_id(found.id));
                        found.size_bytes
                    }
                },
            };
            if size_bytes > max_bytes {
                return Err(wrong(format!(
                    "names a file of {size_bytes} bytes; at most {max_bytes} are allowed"
                )));
            }
            if let Some(form) = form
                && matches!(self.way(form, size_bytes).map_err(wrong)?, Way::Inline)
            {
                inline_bytes += size_bytes;
                if inline_bytes > INLINE_BYTES_MAX_TOGETHER {
                    let max = INLINE_BYTES_MAX_TOGETHER;
                    return Err(wrong(format!(
                        "brings the files to more than {max} bytes together; {NO_ADDRESS}"
                    )));
                }
            }
        }
        Ok(brought)
    }

    /// Keeps what came in the request itself, each content once, and writes it down by its id.
    pub(crate) async fn keep_brought(
        &self,
        caller: &Caller,
        brought: Vec<Brought>,
        params: &mut Params,
    ) -> Result<(), Fault> {
        for Brought { path, of, content, known } in brought {
            let until = self.clock.now().after_ms(DATA_LIFE_MS);
            let again = self.store.file_again(caller.account, caller.mode, known.sha256, until).await;
            let id = match again.map_err(broken)? {
                Some(file) => file.id,
                None => self.keep_known(caller, content, &known, of, None, Some(until)).await?.id,
            };
            params.put_file(&path, file_id(id));
        }
        Ok(())
    }

    /// What a reference that is no `data:` URI names; the inner error is for the caller, who knows the field.
    async fn named(
        &self,
        caller: &Caller,
        text: String,
        of: Media,
        earlier: Option<&[String]>,
    ) -> Result<Result<Named, String>, Fault> {
        if let Some(makers) = earlier {
            return self.made_earlier(caller, &text, of, makers).await;
        }
        Ok(match Reference::parse(&text) {
            Some(Reference::File(id)) => match self.own_file(caller, id).await? {
                Some(found) => Ok(Named::Stored(found)),
                None => Err("names no file of this account; upload it with POST /v1/files".to_owned()),
            },
            Some(Reference::Output { job, place }) => {
                self.output(caller, job, place, of).await?.map(|(named, _)| named)
            }
            Some(Reference::Url(url)) => match self.own_link(url) {
                Ok(Some(id)) => match self.own_file(caller, id).await? {
                    Some(found) => Ok(Named::Stored(found)),
                    // Somebody gave their link away: it is an address like any other.
                    None => Ok(Named::Elsewhere(text)),
                },
                Ok(None) => Ok(Named::Elsewhere(text)),
                Err(what) => Err(what),
            },
            Some(Reference::Data(_)) | None => Ok(Named::Elsewhere(text)),
        })
    }

    /// What one of the models `makers` made for the caller, any model if that is empty. Clips are named by the bare
    /// id of their file, which looks like a bare job id.
    async fn made_earlier(
        &self,
        caller: &Caller,
        text: &str,
        of: Media,
        makers: &[String],
    ) -> Result<Result<Named, String>, Fault> {
        let file = match Reference::parse(text) {
            Some(Reference::File(id)) => self.own_file(caller, id).await?,
            Some(Reference::Output { job, place: None }) => self.own_file(caller, AssetId(job.0)).await?,
            _ => None,
        };
        let (named, maker) = match (file, Reference::parse(text)) {
            (Some(Found { made_by: None, .. }), _) => {
                return Ok(Err("names a file that no job made".to_owned()));
            }
            (Some(found), _) => {
                let maker = found.made_by.clone().unwrap_or_default();
                (Named::Stored(found), maker)
            }
            (None, Some(Reference::Output { job, place })) => {
                match self.output(caller, job, place, of).await? {
                    Ok(found) => found,
                    Err(what) => return Ok(Err(what)),
                }
            }
            (None, _) => return Ok(Err("names no file of this account".to_owned())),
        };
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => maker.starts_with(start),
            None => *pattern == maker,
        };
        if !makers.is_empty() && !makers.iter().any(fits) {
            return Ok(Err(format!("names a job of {maker}; allowed are jobs of {}", makers.join(", "))));
        }
        Ok(Ok(named))
    }

    /// The file of ours that an address names. An error for one that is plainly ours and opens nothing.
    fn own_link(&self, url: &str) -> Result<Option<AssetId>, String> {
        let Ok(url) = Url::parse(url) else { return Ok(None) };
        if !url.path().starts_with(PATH) {
            return Ok(None);
        }
        if let Some(id) = self.signer.named_in(&url, self.clock.now().unix_s()) {
            return Ok(Some(id));
        }
        let public = self.settings.public_url.as_deref().and_then(|public| Url::parse(public).ok());
        match public.is_some_and(|public| public.origin() == url.origin()) {
            true => Err("is a link to this server that has expired or was altered; \
                         name the file or the job by its id"
                .to_owned()),
            false => Ok(None),
        }
    }

    /// A brought file or a result of the caller's account and mode.
    async fn own_file(&self, caller: &Caller, id: AssetId) -> Result<Option<Found>, Fault> {
        if let Some(file) = self.store.file(caller.account, caller.mode, id).await.map_err(broken)? {
            return Ok(Some(Found {
                id,
                content_type: file.content_type,
                format: file.format,
                size_bytes: file.size_bytes,
                made_by: None,
            }));
        }
        let Some(asset) = self.store.asset(id).await.map_err(broken)? else { return Ok(None) };
        // The job knows the mode, and whose it is.
        let job = self.store.job(caller.account, caller.mode, asset.job).await.map_err(broken)?;
        Ok(job.map(|job| Found {
            id,
            content_type: asset.content_type,
            format: asset.format,
            size_bytes: asset.size_bytes,
            made_by: Some(job.model),
        }))
    }

    /// An output of an earlier job of the caller's account and mode, and the model that made it.
    async fn output(
        &self,
        caller: &Caller,
        job: JobId,
        place: Option<u32>,
        of: Media,
    ) -> Result<Result<(Named, String), String>, Fault> {
        let job = self.store.job(caller.account, caller.mode, job).await.map_err(broken)?;
        let Some(job) = job.filter(|job| job.parent.is_none()) else {
            return Ok(Err("names no job of this account".to_owned()));
        };
        let Phase::Done(Outcome::Succeeded(stored)) = &job.phase else {
            let how = if job.phase.is_done() { "did not succeed" } else { "is not over yet" };
            return Ok(Err(format!("names a job that {how}")));
        };
        let chosen = match place {
            Some(place) => stored.get(place as usize - 1),
            None => stored.iter().find(|output| output.kind == of.as_str()),
        };
        let Some(output) = chosen else {
            return Ok(Err(match place {
                Some(place) => format!("names output {place} of a job that has {}", stored.len()),
                None => format!("names a job without any {of} among its outputs"),
            }));
        };
        if output.kind != of.as_str() {
            return Ok(Err(format!("names an output that is {}; allowed: {of}", output.kind)));
        }
        Ok(match (output.asset, &output.url) {
            (Some(id), _) => match self.own_file(caller, id).await? {
                Some(found) => Ok((Named::Stored(found), job.model)),
                None => Err("names an output that was deleted".to_owned()),
            },
            (None, Some(url)) => Ok((Named::Elsewhere(url.clone()), job.model.clone())),
            (None, None) => Err("names an output that is no file".to_owned()),
        })
    }

    /// The form in which the provider of the next attempt takes files; none for the sandbox, which takes none.
    fn file_form(
        &self,
        model: &Model,
        params: &Params,
        caller: &Caller,
        preference: Option<&Preference>,
    ) -> Option<FileForm> {
        let who = (caller.mode, caller.account);
        let first = self.ways(model, params, who, preference, 0).next().filter(|_| caller.mode == Mode::Live);
        first.map(|way| way.door.adapter().file_form(&way.route.upstream_name(model, params)))
    }

    fn way(&self, form: FileForm, size_bytes: u64) -> Result<Way, String> {
        match (form, &self.settings.public_url) {
            (FileForm::UrlOrData | FileForm::Url, Some(_)) => Ok(Way::Link),
            (FileForm::Url, None) => {
                Err(format!("cannot be handed to this model's provider, which fetches files; {NO_ADDRESS}"))
            }
            (FileForm::UrlOrData, None) | (FileForm::Data | FileForm::Bytes, _)
                if size_bytes <= INLINE_BYTES_MAX =>
            {
                Ok(Way::Inline)
            }
            (FileForm::UrlOrData, None) => {
                Err(format!("names a file of {size_bytes} bytes; above {INLINE_BYTES_MAX} {NO_ADDRESS}"))
            }
            (FileForm::Data | FileForm::Bytes, _) => Err(format!(
                "names a file of {size_bytes} bytes; this model's provider takes at most {INLINE_BYTES_MAX}"
            )),
        }
    }

    /// Whether files from elsewhere must be fetched before a call that takes this way can be built.
    pub(crate) fn must_fetch(&self, job: &Job, model: &Model, way: &attempt::Way<'_>) -> bool {
        let elsewhere = |at: &spool_domain::catalogue::FileAt<'_>| parse_file_id(at.text).is_none();
        job.mode == Mode::Live
            && form_of(job, model, way) == FileForm::Bytes
            && model.files(&job.params).iter().any(elsewhere)
    }

    /// What stands in the places of a job's files for an attempt that takes this way. Costs nothing where the job names
    /// none.
    pub(crate) async fn inputs_of(
        &self,
        job: &Job,
        model: &Model,
        way: &attempt::Way<'_>,
    ) -> Result<Inputs, Fault> {
        if job.mode == Mode::Test {
            return Ok(Inputs::default());
        }
        let form = form_of(job, model, way);
        let (mut files, mut elsewhere) = (Vec::new(), Vec::new());
        for at in model.files(&job.params) {
            match parse_file_id(at.text) {
                Some(id) => files.push((at.path, id)),
                None if form == FileForm::Bytes => {
                    elsewhere.push((at.path, at.text.to_owned(), at.max_bytes))
                }
                None => {}
            }
        }
        if files.is_empty() && elsewhere.is_empty() {
            return Ok(Inputs::default());
        }
        Box::pin(self.written_out(job, form, files, elsewhere)).await
    }

    async fn written_out(
        &self,
        job: &Job,
        form: FileForm,
        files: Vec<(String, AssetId)>,
        elsewhere: Vec<(String, String, Option<u64>)>,
    ) -> Result<Inputs, Fault> {
        let mut found = Vec::with_capacity(files.len());
        let mut inline_bytes = 0;
        for (path, id) in files {
            let wrong = |what: String| Fault::field(format!("input.{path}"), format!("{path} {what}"));
            let file = self.file_of(job.account, id).await?;
            let file =
                file.ok_or_else(|| wrong("names a file that was deleted before the job began".to_owned()))?;
            let way = self.way(form, file.size_bytes).map_err(wrong)?;
            inline_bytes += if matches!(way, Way::Inline) { file.size_bytes } else { 0 };
            found.push((path, file, way));
        }
        // What is fetched may turn out to be as large as it may be.
        let unknown_bytes = INLINE_BYTES_MAX.min(self.settings.input_bytes_max);
        inline_bytes += unknown_bytes.saturating_mul(elsewhere.len() as u64);
        // The files themselves, and once more as text.
        let kib = (inline_bytes.saturating_mul(7) / 3).div_ceil(1024).min(INLINE_ROOM_KIB as u64);
        let room = match u32::try_from(kib) {
            Ok(1..) => Arc::clone(&self.inline_room).acquire_many_owned(kib as u32).await.ok(),
            _ => None,
        };
        let mut texts = Vec::with_capacity(found.len() + elsewhere.len());
        for (path, url, max_bytes) in elsewhere {
            let bytes_max = max_bytes.unwrap_or(unknown_bytes).min(unknown_bytes);
            let wrong = |what: &str| Fault::field(format!("input.{path}"), format!("{path} {what}"));
            let fetched = match Url::parse(&url) {
                Ok(url) => self.fetch_foreign(url, bytes_max).await,
                Err(_) => return Err(wrong("is not an absolute URL")),
            };
            let content = match fetched {
                Ok(content) => content,
                Err(Failure::Later(trouble)) if trouble.code == TOO_LARGE => {
                    return Err(wrong(&format!("names a file of more than {bytes_max} bytes")));
                }
                Err(_) => return Err(wrong("names a file that could not be fetched")),
            };
            let unreadable = |_| wrong("names a file that could not be read");
            let (content, known) = know(content).await.map_err(unreadable)?;
            let bytes = content.bytes().await.map_err(unreadable)?;
            texts.push((path.clone(), as_data_uri(known.examined.content_type, &bytes)));
        }
        for (path, file, way) in found {
            let text = match way {
                Way::Link => self.link(job, &file),
                Way::Inline => self.data_uri(&file).await?,
            };
            texts.push((path, text));
        }
        Ok(Inputs { texts, room })
    }

    /// A signed address of the file. It counts from the job's birth, so that a job's call is the same whenever it is
    /// built.
    fn link(&self, job: &Job, file: &Found) -> String {
        let born = job.created_at.unix_s();
        // The longest life is within the signer's bounds.
        let link = self.signer.link(file.id, &file.format, born, born.saturating_add(TTL_MAX_S));
        format!("{}{}", self.settings.public_url.as_deref().unwrap_or_default(), link.unwrap_or_default())
    }

    async fn data_uri(&self, file: &Found) -> Result<String, Fault> {
        let unreadable = |error: spool_domain::store::BlobError| {
            tracing::error!(asset.id = %file.id, "asset {} cannot be read: {error}", file.id);
            Fault::of(Kind::Internal)
        };
        let mut pieces = self.blobs.get(file.id, 0..file.size_bytes).await.map_err(unreadable)?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.size_bytes).unwrap_or(0));
        while let Some(piece) = std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await {
            bytes.extend_from_slice(&piece.map_err(unreadable)?);
        }
        Ok(as_data_uri(&file.content_type, &bytes))
    }

    /// A stored file of an account, brought or made.
    async fn file_of(&self, account: AccountId, id: AssetId) -> Result<Option<Found>, Fault> {
        if let Some(file) = self.store.served_file(id).await.map_err(broken)? {
            return Ok((file.account == account).then_some(Found {
                id,
                content_type: file.content_type,
                format: file.format,
                size_bytes: file.size_bytes,
                made_by: None,
            }));
        }
        let asset = self.store.asset(id).await.map_err(broken)?.filter(|asset| asset.account == account);
        Ok(asset.map(|asset| Found {
            id,
            content_type: asset.content_type,
            format: asset.format,
            size_bytes: asset.size_bytes,
            made_by: None,
        }))
    }
}

/// What the caller can do, and what the operator.
const NO_ADDRESS: &str = "this server has no public address to hand out links to: give an https URL of the file, or ask \
                          the operator to set `public_url`";

/// The form in which the provider on this way takes files.
fn form_of(job: &Job, model: &Model, way: &attempt::Way<'_>) -> FileForm {
    way.door.adapter().file_form(&way.route.upstream_name(model, &job.params))
}

fn as_data_uri(content_type: &str, bytes: &[u8]) -> String {
    let mut text = format!("data:{content_type};base64,");
    text.reserve_exact(bytes.len().div_ceil(3) * 4);
    STANDARD.encode_string(bytes, &mut text);
    text
}

fn fits(kind: Option<Media>, of: Media, what: impl FnOnce() -> String) -> Result<(), String> {
    if kind == Some(of) { Ok(()) } else { Err(format!("is a file that is {}; allowed: {of}", what())) }
}

/// The content of a `data:` URI, typed by itself: the type that the URI states is a claim of whoever wrote it.
async fn known_data(uri: String, bytes_max: u64) -> Result<(Content, Known), String> {
    let bytes = data_uri::decode(uri, bytes_max).await.map_err(|unreadable| match unreadable {
        Unreadable::NoUri => "is not a data: URI".to_owned(),
        Unreadable::NoBase64 => "is a data: URI whose base64 cannot be read".to_owned(),
        Unreadable::TooLarge => {
            format!("is a data: URI of more than {bytes_max} bytes; at most that many are allowed")
        }
    })?;
    know(Content::Memory(bytes.into())).await.map_err(|_| "is a data: URI that could not be read".to_owned())
}
