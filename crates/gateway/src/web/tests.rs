//! The routes over a folder of a few files.

use axum::body::to_bytes;
use spool_engine::settings::Assets;
use tower::ServiceExt;

use super::*;

const INDEX: &str =
    "<meta property=\"csp-nonce\" nonce=\"__CSP_NONCE__\"><script src=\"/assets/app-1a2b.js\"></script>";

const FIXTURE: Find = |path| {
    let file: &'static [u8] = match path {
        "index.html" => INDEX.as_bytes(),
        "index.html.br" => b"packed, and never asked for",
        "assets/app-1a2b.js" => b"whole script",
        "assets/app-1a2b.js.br" => b"script by br",
        "assets/app-1a2b.js.gz" => b"script by gzip",
        "assets/app-1a2b.css" => b"whole style",
        "assets/app-1a2b.css.gz" => b"style by gzip",
        "assets/sans-1a2b.woff2" => b"font",
        "favicon.svg" => b"<svg/>",
        "favicon.svg.br" => b"svg by br",
        _ => return None,
    };
    Some(Cow::Borrowed(file))
};

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

async fn ask(router: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = hyper::Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

fn app() -> Router {
    router(FIXTURE, &Settings::default())
}

#[tokio::test]
async fn every_address_of_the_app_is_its_page() {
    let app = app();
    for path in PAGES.map(|path| path.replace("{*rest}", "fal-ai/flux/dev")) {
        for method in ["GET", "HEAD"] {
            let answer = ask(&app, method, &path, &[]).await;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (200, Some("text/html; charset=utf-8"))
            );
            assert_eq!(answer.body.contains("/assets/app-1a2b.js"), method == "GET", "{method} {path}");
            assert_eq!(answer.header("cache-control"), Some("no-cache"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        }
    }
}

#[tokio::test]
async fn each_answer_has_a_nonce_of_its_own_in_page_and_policy() {
    let (app, mut seen) = (app(), Vec::new());
    for _ in 0..3 {
        let answer = ask(&app, "GET", "/", &[]).await;
        let policy = answer.header("content-security-policy").unwrap();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(nonce.len() == 32 && answer.body.contains(&format!("nonce=\"{nonce}\"")), "{}", answer.body);
        assert!(!answer.body.contains(NONCE) && !seen.contains(&nonce));
        seen.push(nonce);
    }
}

#[tokio::test]
async fn the_policy_lets_in_nothing_that_the_page_does_not_need() {
    let policy = async |settings: Settings| {
        let answer = ask(&router(FIXTURE, &settings), "GET", "/", &[]).await;
        answer.header("content-security-policy").unwrap().to_owned()
    };
    let usual = policy(Settings::default()).await;
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(usual.split("; ").any(|found| found == part), "{part}: {usual}");
    }
    let public_url = Some("https://media.example/spool".to_owned());
    let abroad = policy(Settings { public_url, ..Settings::default() }).await;
    for part in [
        "img-src 'self' data: blob: https://media.example;",
        "media-src 'self' data: blob: https://media.example;",
        "connect-src 'self' https://media.example;",
        "script-src 'self';",
    ] {
        assert!(abroad.contains(part), "{part}: {abroad}");
    }
    let passed = policy(Settings { assets: Assets::Pass, ..Settings::default() }).await;
    assert!(passed.contains("img-src 'self' data: blob: https:;") && passed.contains("script-src 'self';"));
}

#[tokio::test]
async fn a_browser_that_has_the_page_keeps_it_with_the_policy_it_came_with() {
    let app = app();
    let first = ask(&app, "GET", "/", &[]).await;
    let etag = first.header("etag").unwrap();
    for known in [etag.to_owned(), format!("\"other\", W/{etag}"), "*".to_owned()] {
        let again = ask(&app, "GET", "/library", &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", Some(etag)));
        assert_eq!(again.header("content-security-policy"), None, "its nonce would not be the page's");
    }
    assert_eq!(ask(&app, "GET", "/", &[("if-none-match", "\"other\"")]).await.status, 200);
    // Another policy is another page.
    let settings = Settings { assets: Assets::Pass, ..Settings::default() };
    assert_eq!(ask(&router(FIXTURE, &settings), "GET", "/", &[("if-none-match", etag)]).await.status, 200);
}

#[tokio::test]
async fn files_come_in_the_smallest_form_that_the_reader_takes() {
    let app = app();
    for (path, accepts, encoding, body) in [
        ("/assets/app-1a2b.js", "gzip, br", Some("br"), "script by br"),
        ("/assets/app-1a2b.js", "gzip", Some("gzip"), "script by gzip"),
        ("/assets/app-1a2b.js", "br;q=0, gzip", Some("gzip"), "script by gzip"),
        ("/assets/app-1a2b.js", "identity", None, "whole script"),
        ("/assets/app-1a2b.css", "br, gzip", Some("gzip"), "style by gzip"),
        ("/assets/sans-1a2b.woff2", "br, gzip", None, "font"),
        ("/favicon.svg", "br", Some("br"), "svg by br"),
    ] {
        let answer = ask(&app, "GET", path, &[("accept-encoding", accepts)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path} {accepts}");
        assert_eq!(
            (answer.header("content-encoding"), answer.header("vary")),
            (encoding, Some("accept-encoding"))
        );
        let etag = answer.header("etag").unwrap();
        let headers = [("accept-encoding", accepts), ("if-none-match", etag)];
        assert_eq!(ask(&app, "GET", path, &headers).await.status, 304, "{path}");
        let head = ask(&app, "HEAD", path, &[("accept-encoding", accepts)]).await;
        assert_eq!((head.status, head.body.as_str(), head.header("content-encoding")), (200, "", encoding));
    }
    assert_eq!(ask(&app, "GET", "/assets/app-1a2b.js", &[]).await.body, "whole script");
}

#[tokio::test]
async fn only_hashed_files_are_kept_for_long_and_each_says_what_it_is() {
    let app = app();
    let year = "public, max-age=31536000, immutable";
    for (path, kept, kind) in [
        ("/assets/app-1a2b.js", year, "text/javascript; charset=utf-8"),
        ("/assets/app-1a2b.css", year, "text/css; charset=utf-8"),
        ("/assets/sans-1a2b.woff2", year, "font/woff2"),
        ("/favicon.svg", "no-cache", "image/svg+xml"),
    ] {
        let answer = ask(&app, "GET", path, &[]).await;
        assert_eq!((answer.header("cache-control"), answer.header("content-type")), (Some(kept), Some(kind)));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    }
}

#[tokio::test]
async fn where_no_file_is_the_api_says_that_there_is_nothing() {
    let app = app();
    for (method, path) in [
        ("GET", "/nothing"),
        ("GET", "/assets/nothing.js"),
        ("GET", "/assets/app-1a2b.js.br"),
        ("GET", "/favicon.svg.br"),
        ("GET", "/assets/..%2Findex.html"),
        ("POST", "/"),
        ("DELETE", "/library"),
        ("POST", "/assets/app-1a2b.js"),
    ] {
        let answer = ask(&app, method, path, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/json")), "{path}");
        assert!(answer.body.contains("\"not_found\""), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_program_without_the_app_says_how_to_build_it() {
    let app = router(|_| None, &Settings::default());
    let answer = ask(&app, "GET", "/", &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(answer.body.contains("make web") && answer.header("content-security-policy").is_some());
    assert_eq!(ask(&app, "GET", "/favicon.svg", &[]).await.status, 404);
}
