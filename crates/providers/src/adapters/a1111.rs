//! The web interfaces of Stable Diffusion on a machine of one's own: AUTOMATIC1111, Forge, SD.Next, and sd-server as far as
//! it speaks their dialect. A route's `upstream` is the path under `/sdapi/v1`.
//!
//! A request stays open until its pictures are done and has them in its answer; there is no job to look at. What could be
//! asked meanwhile, and stopped, is whatever runs just then, maybe somebody else's: so neither is done here. A server must
//! run with `--api`; one with `--api-auth` wants the credential, `user:password`.

mod result;
mod trouble;

use std::io::Cursor;

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Manifest, Method, NO_JOB_STATUSES, Reply, Safety,
    Token, Trouble, TroubleClass, Word, Work,
};

use super::form::bare;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct A1111;

static MANIFEST: Manifest = Manifest {
    provider: "a1111",
    base_url: "http://127.0.0.1:7860",
    auth: Auth::Basic,
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    // Clients are told to wait ten minutes at least; half as long again is for models that are loaded first.
    submit_timeout_ms: 900_000,
    call_timeout_ms: 30_000,
    // There is nothing to poll, and nothing to fetch afterwards.
    poll_pace_ms: 1_000,
    listing_lag_ms: 0,
    retention_ms: 600_000,
    duration_max_ms: 900_000,
    // One lock holds everything in line.
    concurrency: 1,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &["how long a request may take; fifteen minutes are taken"],
    verified_on: "2026-11-21",
};

/// The paths that are spoken here.
const PATHS: [&str; 3] = ["txt2img", "img2img", "extra-single-image"];

/// The sides that a picture may be worked on at, pixels: the models' own grid, and what cards can hold.
const SIDE_STEP: u32 = 8;
const SIDE_MIN: u32 = 64;
const SIDE_MAX: u32 = 2_048;

impl Adapter for A1111 {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    /// Addresses are fetched only by servers whose operator allowed it.
    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Bytes
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        if !PATHS.contains(&work.model.as_str()) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let mut input = work.input.clone();
        for name in ["image", "mask", "init_images"] {
            if let Some(files) = input.get_mut(name) {
                *files = stripped(files, name)?;
            }
        }
        if work.model != "extra-single-image" {
            // A server that saves pictures puts a grid of them in front.
            input.insert("send_images".to_owned(), json!(true));
            input.insert("save_images".to_owned(), json!(false));
        }
        if work.model == "img2img" {
            take_over_size(&mut input);
        }
        Ok(Call::json(Method::Post, format!("/sdapi/v1/{}", work.model), &input))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        result::read(&reply.body).ok_or_else(|| Trouble::unreadable(reply))
    }

    /// Never needed, since no submit is answered with a handle.
    fn poll(&self, _: &Handle) -> Call {
        Call::get("/internal/ping")
    }

    fn read_poll(&self, _: &Handle, _: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::of(TroubleClass::Unknown, "nothing_to_poll"))
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/sdapi/v1/cmd-flags"))
    }
}

/// Files as the server takes them: base64 without a label.
fn stripped(files: &Value, name: &str) -> Result<Value, Trouble> {
    match files {
        Value::Array(files) => files.iter().map(|file| stripped(file, name)).collect(),
        Value::String(file) if !file.starts_with("http") => Ok(bare(file).into()),
        _ => {
            let trouble = Trouble::of(TroubleClass::Caller, "no_file");
            Err(trouble.saying(&format!("{name} is not a file that can be sent")))
        }
    }
}

/// The size does not follow the picture there: without one it would come out as a square of 512.
fn take_over_size(input: &mut Map<String, Value>) {
    if input.contains_key("width") || input.contains_key("height") {
        return;
    }
    if let Some((width, height)) = input.get("init_images").and_then(|images| size_of(images[0].as_str()?)) {
        input.insert("width".to_owned(), json!(width));
        input.insert("height".to_owned(), json!(height));
    }
}

/// The size of a picture in base64, on the models' grid and within what they can do.
fn size_of(base64: &str) -> Option<(u32, u32)> {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64).ok()?;
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let (width, height) = reader.into_dimensions().ok()?;
    let long = u64::from(width.max(height).max(SIDE_MAX));
    let fit = |side: u32| {
        let side = u64::from(side) * u64::from(SIDE_MAX) / long;
        (u32::try_from(side).unwrap_or(SIDE_MAX) / SIDE_STEP * SIDE_STEP).max(SIDE_MIN)
    };
    Some((fit(width), fit(height)))
}

#[cfg(test)]
mod tests;
