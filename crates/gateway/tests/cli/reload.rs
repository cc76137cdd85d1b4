//! Model files that change while the server runs.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::ground::{Ground, Server};

const OWN: &str = r#"
[[model]]
id = "own/picture"
makes = "image"
tasks = ["text-to-image"]
params.prompt = { type = "text", role = "prompt", required = true }
prices = [{ usd = "0.05" }]
routes = [{ provider = "sandbox" }]
"#;

struct Shop {
    ground: Ground,
    server: Server,
}

impl Shop {
    fn open(files: &str) -> Self {
        let ground = Ground::new();
        std::fs::write(ground.path("own.toml"), files).unwrap();
        let args = ["serve", "--listen", "127.0.0.1:0", "--set", "catalog.files=own.toml"];
        let server = Server::start(&mut ground.command(args));
        Self { ground, server }
    }

    /// Writes the file anew and tells the server.
    fn change(&self, files: &str) {
        std::fs::write(self.ground.path("own.toml"), files).unwrap();
        let pid = self.server.pid().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.server.ask(&self.ground.test_key(), method, path, &body)
    }

    fn order(&self, model: &str, prompt: &str) -> (u16, Value) {
        self.ask(
            "POST",
            "/v1/generations",
            &json!({ "model": model, "wait": 0, "input": { "prompt": prompt } }),
        )
    }

    /// Looks until the model is as it shall be. There is no other sign of a reload from outside.
    fn until(&self, model: &str, is: impl Fn(u16, &Value) -> bool) -> Value {
        loop {
            let (status, found) = self.ask("GET", &format!("/v1/models/{model}"), &Value::Null);
            if is(status, &found) {
                return found;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn costs(usd: &'static str) -> impl Fn(u16, &Value) -> bool {
    move |_, model| model["price_table"]["rows"][0]["usd"] == usd
}

#[test]
fn a_change_of_the_model_files_is_taken_up_on_sighup_and_no_job_is_dropped() {
    let shop = Shop::open(OWN);
    let (status, slow) = shop.order("own/picture", "a fox [sandbox delay=1]");
    assert_eq!(status, 202, "{slow}");
    shop.change(&format!("{OWN}[[override]]\nmodel = \"own/*\"\nmarkup_percent = 20\n"));
    shop.until("own/picture", costs("0.06"));

    // Gone from the files: it takes no order and is not listed, but its job ends, at the price it was admitted for.
    shop.change("[[override]]\nmodel = \"flux-schnell\"\nusd = \"0.01\"\n");
    shop.until("flux-schnell", costs("0.01"));
    let (status, refused) = shop.order("own/picture", "a fox");
    assert_eq!((status, &refused["error"]["code"]), (403, &json!("model_unavailable")), "{refused}");
    let (_, listed) = shop.ask("GET", "/v1/models?search=own/picture", &Value::Null);
    assert_eq!(listed["total"], 0, "{listed}");
    let path = format!("/v1/generations/{}?wait=30", slow["id"].as_str().unwrap());
    let (_, done) = shop.ask("GET", &path, &Value::Null);
    assert_eq!((&done["status"], &done["usage"]["cost_usd"]), (&json!("completed"), &json!(0.05)), "{done}");

    let (status, _, log) = shop.server.stop();
    assert!(status.success());
    assert_eq!(log.matches("read the model files again").count(), 2, "{log}");
    assert!(shop.ground.run(&["audit"]).well().contains("the books are sound"));
}

#[test]
fn a_bad_file_leaves_the_models_as_they_were_and_the_log_says_why() {
    let shop = Shop::open(OWN);
    // A signal that is waiting swallows the next one, so the file is changed only once the server has said something.
    shop.change("[[model]]\nid = \"own/picture\"\n");
    shop.server.until_said("the models stay as they are");
    let (_, found) = shop.ask("GET", "/v1/models/own/picture", &Value::Null);
    assert!(costs("0.05")(200, &found), "{found}");
    assert_eq!(shop.order("own/picture", "a fox").0, 202);
    shop.change(&OWN.replace("0.05", "0.07"));
    shop.until("own/picture", costs("0.07"));
    let (status, _, log) = shop.server.stop();
    assert!(status.success());
    for words in ["own.toml:2: model `own/picture`", "add [[model.prices]]"] {
        assert!(log.contains(words), "{words}: {log}");
    }
}
