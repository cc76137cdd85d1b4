//! Providers' credentials through the operator's calls.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::order::Mode;
use spool_providers::adapters::fal::Fal;

use crate::admin::Operator;
use crate::world::{Request, Setting, World};

const CANARY: &str = "canary-secret-2b7d";

async fn world(sealing: bool) -> World {
    let live = vec![(Arc::new(Fal::default()) as _, "http://127.0.0.1:9".to_owned(), "")];
    World::with(Setting { live, master_key: sealing.then_some([3; 32]), ..Setting::default() }).await
}

fn of<'a>(providers: &'a Value, name: &str) -> &'a Value {
    providers["items"].as_array().unwrap().iter().find(|provider| provider["name"] == name).unwrap()
}

#[tokio::test]
async fn s10_a_credential_is_made_changed_listed_and_removed_and_its_secret_never_comes_back() {
    let world = world(true).await;
    let operator = Operator::of(&world).await;
    let ask = async |method: &str, path: &str, body: Value| {
        let answer = operator.ask(method, path, Some(body)).await;
        (answer.status, answer.body())
    };
    let main = "providers/fal/credentials/main";
    let (status, made) = ask("PUT", main, json!({ "secret": format!(" {CANARY}\n"), "weight": 3 })).await;
    let expected = json!({
        "name": "main", "source": "sealed", "place": null, "version": 1, "weight": 3, "accounts": [],
        "callback_secret": false, "state": "used", "last_check": null,
    });
    assert_eq!((status, &made), (200, &expected));
    let account = world.account.0;
    let (status, changed) = ask("PUT", main, json!({ "accounts": [account] })).await;
    assert_eq!((status, &changed["version"], &changed["weight"]), (200, &json!(2), &json!(3)), "{changed}");
    operator.is_a(&changed, "Credential").await;
    let list = operator.get("providers").await;
    let fal = of(&list, "fal");
    assert_eq!((&fal["set_up"], &fal["credentials"][0]), (&json!(true), &changed));
    assert_eq!((&fal["base_url"], &fal["callbacks"]), (&json!("http://127.0.0.1:9"), &json!("keys")));
    assert_eq!((&list["can_seal"], &of(&list, "kling")["credentials"]), (&json!(true), &json!([])));

    for (method, path, body, status, param) in [
        ("PUT", main, json!({ "secret": 271_828 }), 400, "secret"),
        ("PUT", main, json!({ "secret": "" }), 400, "secret"),
        ("PUT", main, json!({ "secret": "a\nb" }), 400, "secret"),
        ("PUT", main, json!({ "weight": 1_001 }), 400, "weight"),
        ("PUT", main, json!({ "accounts": [0] }), 400, "accounts"),
        ("PUT", main, json!({ "accounts": [99] }), 400, "accounts"),
        ("PUT", main, json!({ "callback_secret": "x" }), 400, "callback_secret"),
        ("PUT", main, json!({ "secrets": CANARY }), 400, "secrets"),
        ("PUT", "providers/fal/credentials/new", json!({}), 400, "secret"),
        ("PUT", "providers/fal/credentials/a%20b", json!({ "secret": "s" }), 400, "name"),
        ("PUT", "providers/nobody/credentials/main", json!({ "secret": "s" }), 404, ""),
        ("DELETE", "providers/fal/credentials/none", json!({}), 404, ""),
        ("DELETE", "providers/fal/credentials/main?force=maybe", json!({}), 400, "force"),
        ("POST", "providers/nobody/check", json!({}), 404, ""),
        ("POST", "providers/fal/check", json!({ "credential": "none" }), 404, "credential"),
    ] {
        let (got, answer) = ask(method, path, body.clone()).await;
        let named = answer["error"]["param"].as_str().unwrap_or_default();
        assert_eq!((got, named), (status, param), "{method} {path} {body}: {answer}");
        assert!(!answer.to_string().contains("271828"), "{answer}");
    }

    let (status, removed) = ask("DELETE", main, json!({})).await;
    assert_eq!((status, removed), (200, json!({ "removed": "main", "waiting_jobs": 0 })));
    let log = operator.get("log").await;
    let line = |place: usize| (log["items"][place]["action"].clone(), log["items"][place]["subject"].clone());
    assert_eq!(line(0), (json!("credential.remove"), json!("provider:fal/main")));
    assert_eq!(line(1), (json!("credential.put"), json!("provider:fal/main")));
    assert_eq!(log["items"][2]["detail"]["secret"], "new");
    assert!(!operator.heard.borrow().contains(CANARY), "{}", operator.heard.borrow());
    world.close().await;
}

#[tokio::test]
async fn without_a_master_key_nothing_is_sealed_and_the_answer_says_how_to_make_one() {
    let world = world(false).await;
    let operator = Operator::of(&world).await;
    let body = Some(json!({ "secret": CANARY }));
    let refused = operator.ask("PUT", "providers/fal/credentials/main", body).await;
    assert_eq!((refused.status, refused.text().contains("spool master-key new")), (409, true));
    assert_eq!(operator.get("providers").await["can_seal"], false);
    world.close().await;
}

#[tokio::test]
async fn only_operators_touch_credentials() {
    let world = world(true).await;
    let customer = world.new_key(world.account, Mode::Live).await;
    for (method, path) in [
        ("PUT", "/admin/v1/providers/fal/credentials/main"),
        ("DELETE", "/admin/v1/providers/fal/credentials/main"),
        ("POST", "/admin/v1/providers/fal/check"),
    ] {
        let request =
            Request::new(world.address, method, path).header("authorization", &format!("Bearer {customer}"));
        assert_eq!(request.json(json!({})).send().await.status, 403, "{method} {path}");
    }
    world.close().await;
}
