//! Taking a file in: as the one part `file` of a form, or as the whole body. It goes piece by piece into a temporary
//! file; what is in memory of it is bounded by the engine and by the connection's buffer.

use std::time::Duration;

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use spool_domain::fault::{Fault, Kind};
use spool_domain::file::File;
use spool_domain::order::Caller;
use spool_engine::Upload;

use crate::Api;

/// A sender who is silent for so long is cut off.
const PIECE_WITHIN: Duration = Duration::from_secs(30);
/// And so is one whose file takes longer than this: a quarter of a gibibyte at the pace of a slow line.
const WHOLE_WITHIN: Duration = Duration::from_secs(30 * 60);
/// A form's own lines and its other parts may take this many bytes.
const FORM_BYTES_MAX: u64 = 64 << 10;

/// Reads a request's file and keeps it.
pub(crate) async fn file(api: &Api, caller: &Caller, request: Request) -> Result<File, Fault> {
    let _place = api.upload_place()?;
    let late = || not_arrived("took longer than 30 minutes");
    tokio::time::timeout(WHOLE_WITHIN, received(api, caller, request)).await.map_err(|_| late())?
}

async fn received(api: &Api, caller: &Caller, request: Request) -> Result<File, Fault> {
    let headers = request.headers();
    let stated = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "multipart/form-data" {
        // The form's own lines are not the file's.
        let stated = stated.map(|bytes: u64| bytes.saturating_sub(FORM_BYTES_MAX));
        let upload = api.engine.upload(caller, stated).await?;
        return from_form(upload, request).await;
    }
    let media = ["image/", "video/", "audio/"].iter().any(|start| kind.starts_with(start));
    if !media && kind != "application/octet-stream" {
        let message = "Content-Type must be multipart/form-data with the file in the part `file`, or the file's own \
                       media type with the file as the whole body";
        return Err(Fault::field("Content-Type", message));
    }
    let name = stated_name(headers);
    let upload = api.engine.upload(caller, stated).await?;
    from_body(upload, request, name).await
}

async fn from_body(mut upload: Upload, request: Request, name: Option<String>) -> Result<File, Fault> {
    let mut body = request.into_body();
    loop {
        let piece = tokio::time::timeout(PIECE_WITHIN, body.frame()).await.map_err(|_| silent())?;
        match piece {
            None => return upload.finish(name).await,
            Some(Ok(frame)) => {
                if let Some(piece) = frame.data_ref() {
                    upload.add(piece)?;
                }
            }
            Some(Err(_)) => return Err(not_arrived("broke off")),
        }
    }
}

async fn from_form(mut upload: Upload, mut request: Request) -> Result<File, Fault> {
    // The engine bounds the file itself.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| no_form())?;
    let (mut name, mut others) = (None, 0);
    let mut found = false;
    while let Some(mut field) = next_field(&mut form).await? {
        let is_file = field.name() == Some("file");
        if is_file && found {
            return Err(Fault::field("file", "file is given twice; send one file with each request"));
        }
        if is_file {
            found = true;
            name = field.file_name().map(str::to_owned);
        }
        while let Some(piece) = next_piece(&mut field).await? {
            if is_file {
                upload.add(&piece)?;
                continue;
            }
            others += piece.len() as u64;
            if others > FORM_BYTES_MAX {
                return Err(Fault::new(
                    Kind::TooLarge,
                    format!("The parts beside `file` are larger than {FORM_BYTES_MAX} bytes."),
                ));
            }
        }
    }
    if !found {
        return Err(Fault::field("file", "file is required: send the file in a part of this name"));
    }
    upload.finish(name).await
}

pub(crate) async fn next_field(form: &mut Multipart) -> Result<Option<Field<'_>>, Fault> {
    let field = tokio::time::timeout(PIECE_WITHIN, form.next_field()).await.map_err(|_| silent())?;
    field.map_err(|error| unreadable(&error))
}

pub(crate) async fn next_piece(field: &mut Field<'_>) -> Result<Option<bytes::Bytes>, Fault> {
    let piece = tokio::time::timeout(PIECE_WITHIN, field.chunk()).await.map_err(|_| silent())?;
    piece.map_err(|error| unreadable(&error))
}

/// What the library says may quote the form; only its kind is told.
fn unreadable(error: &MultipartError) -> Fault {
    tracing::debug!("a form could not be read: {}", error.status());
    not_arrived("broke off, or is no proper form")
}

pub(crate) fn no_form() -> Fault {
    Fault::field("Content-Type", "Content-Type has no proper boundary of a multipart/form-data body")
}

fn silent() -> Fault {
    not_arrived("stopped for 30 seconds")
}

fn not_arrived(how: &str) -> Fault {
    Fault::new(Kind::InvalidInput, format!("The body {how}; send it again."))
}

/// What the sender calls the file: `X-Filename`, or the name in `Content-Disposition`.
fn stated_name(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let given = text("x-filename").or_else(|| {
        let (_, name) = text("content-disposition")?.split_once("filename=")?;
        Some(name.split(';').next().unwrap_or_default().trim().trim_matches('"'))
    });
    given.filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_name_is_taken_from_either_header() {
        for (header, value, name) in [
            ("x-filename", "a b.png", Some("a b.png")),
            ("content-disposition", "attachment; filename=\"a.png\"; size=5", Some("a.png")),
            ("content-disposition", "attachment; filename=a.png", Some("a.png")),
            ("content-disposition", "attachment", None),
            ("x-filename", "", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header, HeaderValue::from_static(value));
            assert_eq!(stated_name(&headers).as_deref(), name, "{header}: {value}");
        }
    }
}
