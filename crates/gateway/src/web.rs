//! The web app: files that were built before this program and lie in it, served beside the API.

mod encoding;
mod policy;

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{StatusCode, header};
use sha2::{Digest, Sha256};
use spool_engine::settings::Settings;

use self::policy::Policy;

/// The app's own addresses: one page, which finds out itself what to show. Not `/account`, which is the API's.
const PAGES: [&str; 14] = [
    "/",
    "/sign-in",
    "/playground",
    "/playground/{*rest}",
    "/compare",
    "/tools",
    "/tools/{*rest}",
    "/library",
    "/library/{*rest}",
    "/webhooks",
    "/account-overview",
    "/operate",
    "/operate/{*rest}",
    "/index.html",
];

const PAGE: &str = "index.html";

/// Where the nonce of an answer belongs in the page.
const NONCE: &str = "__CSP_NONCE__";

/// The folder whose files have the hash of their content in their names, so that none ever changes.
const HASHED: &str = "assets/";

/// Shown where the program was built without the app.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<title>Spool</title>\n<h1>Spool</h1>\n<p>This program was \
                         built without its web app. <code>make web</code> builds that, and the next <code>cargo build\
                         </code> takes it in; <code>make run</code> does both.</p>\n<p>The API is here all the same: \
                         <a href=\"/docs\">/docs</a>.</p>\n</html>\n";

/// Finds a file of the built app by its path.
pub type Find = fn(&str) -> Option<Cow<'static, [u8]>>;

/// The files in this program.
pub const EMBEDDED: Find = |path| Dist::get(path).map(|file| file.data);

#[derive(rust_embed::Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// What all answers share.
struct Web {
    find: Find,
    page: String,
    etag: HeaderValue,
    policy: Policy,
}

/// The app's routes.
pub fn router(find: Find, settings: &Settings) -> Router {
    let page = find(PAGE).and_then(|page| String::from_utf8(page.into_owned()).ok());
    let page = page.unwrap_or_else(|| NOT_BUILT.to_owned());
    let policy = Policy::of(settings);
    // With the policy: a browser that has the page keeps the policy that came with it.
    let etag = etag(&[page.as_bytes(), policy.text("").as_bytes()]);
    let web = Arc::new(Web { find, page, etag, policy });
    let router = Router::new().route("/{file}", only(root_file)).route("/assets/{*path}", only(asset));
    PAGES.into_iter().fold(router, |router, path| router.route(path, only(page_of))).with_state(web)
}

/// For GET and HEAD. To all else there is nothing here, as where no app is.
fn only<T: 'static>(handler: impl Handler<T, Arc<Web>>) -> MethodRouter<Arc<Web>> {
    get(handler).fallback(async || spool_api::nothing_here())
}

/// The page, with a nonce that nobody knew before. A browser that has it already keeps what it has, and so it must
/// keep the policy that goes with it: none is sent along then.
async fn page_of(State(web): State<Arc<Web>>, request: Request) -> Response {
    let known = names(request.headers(), &web.etag);
    let mut response = if known {
        not_modified()
    } else {
        let nonce = policy::nonce();
        let mut response = Response::new(Body::from(web.page.replace(NONCE, &nonce)));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        set(headers, header::CONTENT_SECURITY_POLICY, &web.policy.text(&nonce));
        response
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, web.etag.clone());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    guarded(response)
}

/// A file beside the page, such as the icon.
async fn root_file(State(web): State<Arc<Web>>, Path(file): Path<String>, request: Request) -> Response {
    let Some(mut response) = web.file(&file, request.headers()) else { return spool_api::nothing_here() };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    guarded(response)
}

/// A file that never changes.
async fn asset(State(web): State<Arc<Web>>, Path(path): Path<String>, request: Request) -> Response {
    let found = web.file(&format!("{HASHED}{path}"), request.headers());
    let Some(mut response) = found else { return spool_api::nothing_here() };
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(CACHE_CONTROL, kept);
    guarded(response)
}

impl Web {
    /// A file in the smallest form that the reader takes.
    fn file(&self, path: &str, asked: &HeaderMap) -> Option<Response> {
        // The compressed forms have no address of their own.
        if encoding::ALL.iter().any(|encoding| path.ends_with(encoding.ending)) {
            return None;
        }
        let whole = (self.find)(path)?;
        let accepted = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
        let accepted = encoding::accepted(accepted);
        let packed = accepted
            .into_iter()
            .find_map(|encoding| Some((encoding.name, (self.find)(&format!("{path}{}", encoding.ending))?)));
        let (encoding, bytes) = packed.map_or((None, whole), |(name, bytes)| (Some(name), bytes));
        let etag = etag(&[&bytes]);
        let mut response = match names(asked, &etag) {
            true => not_modified(),
            false => Response::new(Body::from(bytes)),
        };
        let headers = response.headers_mut();
        headers.insert(ETAG, etag);
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        if let Some(name) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        Some(response)
    }
}

fn not_modified() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// With what every answer says.
fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // What is set is made of fixed words, hexadecimal digits and origins, all visible ASCII.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn etag(parts: &[&[u8]]) -> HeaderValue {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    let hex: String = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{hex}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether the reader says that it has this one.
fn names(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    known.flat_map(|line| line.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == etag.as_bytes()
    })
}

/// By the ending, since all files are our own.
fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
