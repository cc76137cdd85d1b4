//! Routes without a dialect: health, callbacks, the OpenAPI document, and what does not exist.

use serde_json::json;
use spool_domain::ids::{AttemptNo, JobId};
use spool_engine::secret::ServerKey;

use crate::world::{Request, World};

#[tokio::test]
async fn health_needs_no_key() {
    let world = World::new().await;
    for (path, status) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = Request::new(world.address, "GET", path).send().await;
        assert_eq!((answer.status, &answer.body()["status"]), (200, &json!(status)));
    }
    world.close().await;
}

#[tokio::test]
async fn what_is_not_there_says_so_in_an_envelope() {
    let world = World::new().await;
    for (method, path, status, code) in [
        ("GET", "/", 404, "not_found"),
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/generations/a/b", 404, "not_found"),
        ("GET", "/v1/generations", 405, "method_not_allowed"),
        ("DELETE", "/v1/generations/gen_x", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
    ] {
        let answer = world.request(method, path).send().await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (status, code), "{method} {path}");
        assert_eq!(answer.header("allow").is_some(), status == 405, "{method} {path}");
    }
    world.close().await;
}

#[tokio::test]
async fn u9_a_callback_that_is_not_ours_is_404() {
    let world = World::new().await;
    let job = JobId([1; 20]);
    let secret = ServerKey::new([7; 32]).callback("fal", job, AttemptNo(1));
    for path in [
        "/v1/callbacks/fal/x/1/y".to_owned(),
        format!("/v1/callbacks/fal/{job}/1/{}", "0".repeat(32)),
        // The right secret, for a provider that is not set up.
        format!("/v1/callbacks/fal/{job}/1/{secret}"),
    ] {
        let answer = Request::new(world.address, "POST", &path).json(json!({})).send().await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (404, "not_found"), "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn the_openapi_document_is_served_to_everybody() {
    let world = World::new().await;
    let answer = Request::new(world.address, "GET", "/openapi.json").send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let body = answer.body();
    assert!(body["openapi"].as_str().unwrap().starts_with("3.1."));
    // Every described call exists: none is answered by the router's own 404 or 405.
    for (path, item) in body["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let path = path.replace(['{', '}'], "");
            let answer = Request::new(world.address, &method, &path).json(json!({})).send().await;
            assert!(answer.status != 405, "{method} {path}");
            assert!(!answer.text().contains("nothing at this path"), "{method} {path}");
        }
    }
    world.close().await;
}

#[tokio::test]
async fn the_page_of_the_document_is_for_everybody_and_lets_nothing_in() {
    let world = World::new().await;
    let answer = Request::new(world.address, "GET", "/docs").send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.text().contains("POST") && answer.text().contains("/v1/generations"));
    world.close().await;
}
