use std::sync::Arc;

use spool_domain::adapter::{Auth, Call, Method};
use spool_domain::ids::AccountId;
use spool_domain::order::Mode;

use super::super::stub::{Stands, call, providers, providers_at, server};
use crate::providers::Door;

const BEARER: Auth = Auth::Header { name: "x-key", prefix: "Key " };

#[tokio::test]
async fn a_credential_goes_out_in_the_form_of_the_manifest_and_every_request_has_an_id() {
    let (address, heard) = server().await;
    let clock = Arc::new(Stands(1_760_000_000_000.into()));
    let volcengine = Auth::Volcengine { service: "cv", region: "cn-north-1" };
    for (auth, secret, header, value) in [
        (BEARER, "s3cret", "x-key", "Key s3cret"),
        (Auth::Basic, "me:s3cret", "authorization", "Basic bWU6czNjcmV0"),
        (Auth::Jwt, "s3cret", "authorization", "Bearer s3cret"),
        (Auth::Jwt, "access:s3cret", "authorization", "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."),
        (
            volcengine,
            "access:s3cret",
            "authorization",
            "HMAC-SHA256 Credential=access/20251009/cn-north-1/cv/",
        ),
    ] {
        let providers = providers(auth, &format!("http://{address}/v1"), secret, &clock);
        call(&providers, &Call::json(Method::Post, "/jobs", &1)).await.unwrap();
        let (path, headers, _) = heard.requests.lock().pop().unwrap();
        assert_eq!(path, "/v1/jobs");
        let sent = headers[header].to_str().unwrap();
        assert!(sent.starts_with(value), "{auth:?}: {sent}");
        assert_eq!(headers["x-request-id"], "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}

#[tokio::test]
async fn an_id_that_the_call_sets_stays() {
    let (address, heard) = server().await;
    let providers = providers(BEARER, &format!("http://{address}"), "s3cret", &Arc::default());
    let mut own = Call::get("/");
    own.headers.push(("x-request-id", "mine".to_owned()));
    call(&providers, &own).await.unwrap();
    assert_eq!(heard.requests.lock()[0].1["x-request-id"], "mine");
}

#[tokio::test]
async fn s1_no_credential_goes_to_another_origin() {
    let ((address, _), (other, heard)) = (server().await, server().await);
    let mut providers = providers(BEARER, &format!("http://{address}"), "s3cret", &Arc::default());
    let settings = crate::settings::Settings {
        allow: Arc::new(crate::address::Allow::parse(["127.0.0.0/8"]).unwrap()),
        ..Default::default()
    };
    providers = providers.guarded_by(&settings);
    call(&providers, &Call::get(format!("http://{other}/elsewhere"))).await.unwrap();
    let headers = &heard.requests.lock()[0].1;
    assert!(headers.get("x-key").is_none() && headers.get("x-request-id").is_none(), "{headers:?}");
}

#[test]
fn an_attempt_finds_its_credential_again_by_name_and_waits_where_that_is_gone() {
    use crate::credential::{Credential, Shelf};
    use crate::secret::Secret;
    let providers = providers(BEARER, "http://127.0.0.1:9", "first", &Arc::default());
    let secret = |door: Option<Door>| match door {
        Some(Door::Live(reached)) => reached.held().map(|held| held.credential.secret.reveal().to_owned()),
        _ => None,
    };
    let again = |name: &str| secret(providers.door_again(Mode::Live, "stub", name));
    assert_eq!(again("main").as_deref(), Some("first"));
    assert_eq!(again("other"), None);
    assert!(providers.door_again(Mode::Live, "stub", "").is_some(), "an address of its own needs no key");
    let next = || vec![Credential::new("main", Secret::new("second"))];
    providers.set_credentials("stub", Shelf::Settings, next()).unwrap();
    assert_eq!(again("main").as_deref(), Some("second"), "the same name with a new secret");
    providers.set_credentials("stub", Shelf::Settings, Vec::new()).unwrap();
    assert_eq!(again("main"), None);
    assert_eq!(providers.doors_for(Mode::Live, AccountId(1), "stub").len(), 1);
    assert!(providers.set_credentials("nobody", Shelf::Settings, next()).is_err());
    let twice = [next(), next()].into_iter().flatten().collect();
    assert!(providers.set_credentials("stub", Shelf::Settings, twice).is_err());
}

#[test]
fn further_hosts_are_those_of_the_providers_own_domain_over_https() {
    let usual = providers_at(None, BEARER, "s3cret", &Arc::default());
    let elsewhere = providers_at(Some("https://proxy.example"), BEARER, "s3cret", &Arc::default());
    for (url, trusted) in [
        ("https://stub.example/x", true),
        ("https://eu2.stub.example/x", true),
        ("http://eu2.stub.example/x", false),
        ("https://evilstub.example/x", false),
        ("https://stub.example.evil.test/x", false),
        ("https://stub.example:8443/x", false),
    ] {
        let url = url.parse().unwrap();
        assert_eq!(usual.live_by_name("stub").unwrap().is_trusted(&url), trusted, "{url}");
        assert!(!elsewhere.live_by_name("stub").unwrap().is_trusted(&url), "{url}");
    }
    let home = "https://proxy.example/x".parse().unwrap();
    assert!(elsewhere.live_by_name("stub").unwrap().is_trusted(&home));
    let further = "https://eu2.stub.example/x".parse().unwrap();
    assert!(
        !usual.live_by_name("stub").unwrap().is_home(&further),
        "its address is looked at like any foreign one"
    );
}
