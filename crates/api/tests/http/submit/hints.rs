//! `X-Provider-Order` and `X-Provider-Only`.

use super::{finished, fox};
use crate::world::World;

#[tokio::test]
async fn hints_refuse_only_where_they_leave_nobody() {
    let world = World::new().await;
    for (order, only, status) in [
        (None, None, 200),
        (Some("official"), None, 200),
        (Some("official,mix"), Some("false"), 200),
        (None, Some("true"), 200),
        (Some("official, mix"), Some("true"), 503),
        // The model has no route to them, whether or not the server knows their name.
        (Some("openai"), Some("true"), 503),
        (Some("official, fal"), Some("true"), 200),
        (Some("sandbox"), Some("true"), 200),
    ] {
        let mut request = world.request("POST", "/v1/task/submit").json(fox());
        for (name, value) in [("x-provider-order", order), ("x-provider-only", only)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await;
        assert_eq!(answer.status, status, "{order:?} {only:?}: {}", answer.text());
        if status == 200 {
            finished(&world, answer.body()["id"].as_str().unwrap()).await;
        } else {
            let (code, param) = answer.fault();
            assert_eq!(
                (code.as_str(), param.as_deref()),
                ("no_available_provider", Some("X-Provider-Order"))
            );
        }
    }
    world.close().await;
}
