//! Result files and uploads. The signature in the URL is the right to read (S11); nobody needs a key.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use spool_domain::fault::Kind;
use spool_domain::ids::AssetId;
use spool_domain::job::Asset;
use spool_domain::store;
use spool_engine::signature::Disposition;

use crate::range::{self, Wanted};
use crate::routes::{Answer, Route};
use crate::{Api, answer, links};

const NAME_CHARS_MAX: usize = 100;

/// `{file}` is the id, the id with the file's own extension, or the id, a slash and a name of the reader's choice.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/v1/assets/{*file}",
        answer: Answer::Open(serve),
        refuse: answer::refuse,
    },
    Route {
        method: Method::HEAD,
        path: "/v1/assets/{*file}",
        answer: Answer::Open(serve),
        refuse: answer::refuse,
    },
];

fn serve(api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        // Expired, altered, deleted and never there are one answer (S12).
        permitted(&api, &request.into_parts().0).await.unwrap_or_else(|kind| answer::refuse(&kind.into()))
    })
}

async fn permitted(api: &Api, request: &Parts) -> Result<Response, Kind> {
    let uri = &request.uri;
    let file = uri.path().strip_prefix(links::PATH).and_then(File::parse).ok_or(Kind::NotFound)?;
    let now = api.engine.clock().now().unix_s();
    let disposition = api
        .signer
        .verify(&file.id.to_string(), uri.query().unwrap_or_default(), now)
        .map_err(|_| Kind::NotFound)?;
    let broken = |error: &dyn std::fmt::Display| {
        tracing::error!(asset.id = %file.id, "asset {} cannot be served: {error}", file.id);
        Kind::Internal
    };
    let asset = served(api, file.id).await.map_err(|error| broken(&error))?.ok_or(Kind::NotFound)?;
    if file.extension.is_some_and(|extension| extension != extension_of(&asset)) {
        return Err(Kind::NotFound);
    }
    let headers = headers(&asset, &file, disposition);
    let etag = headers.get(header::ETAG);
    let asked = &request.headers;
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| names(known, etag)) {
        return Ok(respond(StatusCode::NOT_MODIFIED, headers, Body::empty()));
    }
    // A part of another version would not fit what the reader has.
    let fits = asked.get(header::IF_RANGE).is_none_or(|known| Some(known) == etag);
    let range = asked.get(header::RANGE).filter(|_| fits).and_then(|range| range.to_str().ok());
    let size = asset.size_bytes;
    let (status, bytes) = match range::wanted(range, size) {
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(bytes) => (StatusCode::PARTIAL_CONTENT, bytes),
        Wanted::Nothing => {
            let mut response = respond(StatusCode::RANGE_NOT_SATISFIABLE, headers, Body::empty());
            set(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(response);
        }
    };
    let body = if request.method == Method::HEAD {
        Body::empty()
    } else {
        let pieces = api.engine.blobs().get(file.id, bytes.clone()).await.map_err(|error| broken(&error))?;
        Body::from_stream(pieces)
    };
    let mut response = respond(status, headers, body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.end - bytes.start));
    if status == StatusCode::PARTIAL_CONTENT {
        set(headers, header::CONTENT_RANGE, &format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1));
    }
    Ok(response)
}

/// A file as it is served, whether a job made it or a caller brought it.
struct Served {
    id: AssetId,
    content_type: String,
    inline: bool,
    format: String,
    size_bytes: u64,
    sha256: [u8; 32],
}

async fn served(api: &Api, id: AssetId) -> Result<Option<Served>, store::Error> {
    let store = api.engine.store();
    if let Some(Asset { content_type, inline, format, size_bytes, sha256, .. }) = store.asset(id).await? {
        return Ok(Some(Served { id, content_type, inline, format, size_bytes, sha256 }));
    }
    let file = store.served_file(id).await?;
    Ok(file.map(|file| Served {
        id,
        content_type: file.content_type,
        // Nothing else is taken in.
        inline: true,
        format: file.format,
        size_bytes: file.size_bytes,
        sha256: file.sha256,
    }))
}

/// What a path names.
struct File<'a> {
    id: AssetId,
    extension: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> File<'a> {
    fn parse(path: &'a str) -> Option<Self> {
        if let Some((id, name)) = path.split_once('/') {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            let fits = (1..=NAME_CHARS_MAX).contains(&name.len()) && name.bytes().all(plain);
            let id = AssetId::parse(id).ok().filter(|_| fits)?;
            return Some(Self { id, extension: None, name: Some(name) });
        }
        let (id, extension) = match path.split_once('.') {
            Some((id, extension)) => (id, Some(extension)),
            None => (path, None),
        };
        Some(Self { id: AssetId::parse(id).ok()?, extension, name: None })
    }
}

fn extension_of(asset: &Served) -> &str {
    if asset.format.is_empty() { "bin" } else { &asset.format }
}

/// Whether an `If-None-Match` names the file as it is.
fn names(known: &HeaderValue, etag: Option<&HeaderValue>) -> bool {
    let (Ok(known), Some(Ok(etag))) = (known.to_str(), etag.map(HeaderValue::to_str)) else { return false };
    known.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

/// What every answer about a file carries (S13).
fn headers(asset: &Served, file: &File, disposition: Disposition) -> HeaderMap {
    let mut headers = HeaderMap::new();
    set(&mut headers, header::CONTENT_TYPE, &asset.content_type);
    let hash: String = asset.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    set(&mut headers, header::ETAG, &format!("\"{hash}\""));
    let manner = if asset.inline && disposition == Disposition::Inline { "inline" } else { "attachment" };
    let own_name = || format!("{}.{}", asset.id, extension_of(asset));
    let name = file.name.map_or_else(own_name, str::to_owned);
    set(&mut headers, header::CONTENT_DISPOSITION, &format!("{manner}; filename=\"{name}\""));
    for (name, value) in [
        (header::ACCEPT_RANGES, "bytes"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        // An hour, as long as the URL itself; the content under an id never changes.
        (header::CACHE_CONTROL, "private, max-age=3600"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages of other origins may show the file: that is what the signed URL is for.
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers
}

/// Sets a header whose text is ours; a stored type that cannot stand in a header is left out.
fn set(headers: &mut HeaderMap, name: header::HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

fn respond(status: StatusCode, headers: HeaderMap, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
