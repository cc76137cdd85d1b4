//! S10: no secret, no prompt and no signed address in anything that the program says, whatever happens at its providers. The real
//! program, with every provider of the registry set up and a server that speaks its protocol behind each.
//!
//! A provider's own words may be quoted to a caller where they are about what the caller wrote, which are the codes
//! `provider_rejected` and `content_policy`. The servers here put the caller's prompt into those words on purpose, so there, and
//! nowhere else, prompts may be found. Secrets may be found nowhere.

mod callers;
mod cast;
mod orders;
mod search;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use spool_fakes::files;
use spool_fakes::receiver::{self, Answer as Reaction};
use spool_providers::registry;

use self::callers::ask;
use self::cast::{Actor, KLING_SECRET, basic, cast};
use self::orders::{Order, Orders, Shelf};
use self::search::{Canary, Kind, Place, search};
use crate::ground::{Ground, Server, said};

/// The longest that the jobs of one round may take: slow paces, one time-out of thirty seconds, and a busy machine.
const ROUND_MAX: Duration = Duration::from_secs(300);

/// Codes whose message may quote the provider about what the caller wrote.
const QUOTING: [&str; 2] = ["content_policy", "provider_rejected"];

/// Everything that was said, and what must not be in it.
#[derive(Default)]
struct Notes {
    places: Vec<Place>,
    canaries: Vec<Canary>,
    words: usize,
}

impl Notes {
    fn said(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.places.push(Place { name: name.into(), text: text.into(), quotes: false });
    }

    fn secret(&mut self, what: impl Into<String>, word: &str) {
        self.canaries.push(Canary::new(Kind::Secret, what, word));
    }

    /// A new word of a caller's.
    fn content(&mut self, what: &str) -> String {
        self.words += 1;
        let word = format!("kanari{:05}x7f3a", self.words);
        self.canaries.push(Canary::new(Kind::Content, format!("{what} number {}", self.words), &word));
        word
    }
}

/// One job as a caller ordered it.
struct Made {
    id: String,
    provider: &'static str,
}

/// The story's ground: fakes, files, a receiver of webhooks, the data folder.
struct Story {
    ground: Ground,
    actors: Vec<Actor>,
    orders: Vec<Vec<Order>>,
    shelf: Shelf,
    receiver: receiver::Fake,
    port: u16,
    notes: Notes,
    key: String,
    admin: String,
    jobs: Vec<Made>,
}

impl Story {
    async fn begin() -> Self {
        let files = files::Fake::start().await;
        let actors = cast(&files).await;
        let shelf = Shelf::of(&files);
        // It goes with the runtime.
        std::mem::forget(files);
        let known = Orders::read();
        let orders = actors.iter().map(|actor| known.to(actor.provider)).collect();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (ground, notes) = (Ground::new(), Notes::default());
        let receiver = receiver::Fake::start().await;
        let (key, admin, jobs) = Default::default();
        let mut story = Self { ground, actors, orders, shelf, receiver, port, notes, key, admin, jobs };
        story.know_the_secrets();
        story
    }

    fn know_the_secrets(&mut self) {
        for actor in &self.actors {
            for (no, secret) in actor.secrets.iter().enumerate() {
                self.notes.secret(format!("the credential of {}, part {no}", actor.provider), secret);
            }
            let wrong = actor.wrong_credential();
            if !wrong.starts_with('{') {
                self.notes.secret(format!("the wrong credential of {}", actor.provider), &wrong);
            }
            // Whoever has the address of a result has the result.
            let place = format!("//{}/files/", actor.address());
            self.notes.secret(format!("the address of a result at {}", actor.provider), &place);
        }
        let a1111 = self.actors.iter().find(|actor| actor.provider == "a1111").unwrap();
        self.notes.secret("the header of a1111", &basic(&a1111.credential));
        self.notes.secret("what Kling signs its callbacks with", KLING_SECRET);
    }

    fn settings(&self, credential: impl Fn(&Actor) -> String) -> String {
        let mut text = format!(
            "listen = \"127.0.0.1:{0}\"\npublic_url = \"http://127.0.0.1:{0}\"\nlog.level = \"trace\"\n\
             limits.requests_per_second = 0\negress.allow = [\"127.0.0.0/8\"]\nengine.reconcile_stay_max_s = 5\n\
             webhooks.retry_pauses_s = [0, 1]\n",
            self.port
        );
        for actor in &self.actors {
            let (name, base) = (actor.provider, actor.base_url());
            let key = toml::Value::String(credential(actor)).to_string();
            // As many at a time as there are, so that none waits for a place.
            text.push_str(&format!("[providers.{name}]\nbase_url = \"{base}\"\nconcurrency = 0\n"));
            match name {
                "kling" => text.push_str(&format!(
                    "keys = {{ main = {{ key = {key}, callback_secret = \"{KLING_SECRET}\" }} }}\n"
                )),
                _ => text.push_str(&format!("key = {key}\n")),
            }
        }
        text
    }

    fn serve(&self, format: &str) -> Server {
        Server::start(self.ground.command(["serve"]).env("SPOOL_LOG_FORMAT", format))
    }

    /// A command's output is told to whoever sits there, and so searched.
    fn run(&mut self, args: &[&str]) -> String {
        let said = self.ground.run(args);
        self.notes.said(format!("`spool {}`", args.join(" ")), format!("{}\n{}", said.out, said.err));
        said.out
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Orders once: the job's id if it was admitted.
    fn order(&mut self, actor: usize, which: usize) {
        let provider = self.actors[actor].provider;
        let orders = &self.orders[actor];
        let order = &orders[which % orders.len()];
        let notes = &mut self.notes;
        let (prompt, signature) =
            (notes.content("a prompt"), notes.content("the signature of a caller's address"));
        let (idempotency, token) =
            (notes.content("an idempotency key"), notes.content("the token of a callback"));
        let body = json!({
            "input": order.input(&prompt, &signature, &self.shelf),
            "sync": false,
            "webhook_url": self.receiver.url(&format!("/hook?token={token}")),
        });
        let path = format!("/v1/models/{}/run", order.model);
        let headers =
            [("idempotency-key", &*idempotency), ("x-provider-order", provider), ("x-provider-only", "true")];
        let answer = ask(&self.host(), &self.key, ("POST", &path), &headers, &body.to_string());
        assert_eq!(answer.status, 202, "{provider}, {}: {}", order.model, answer.text);
        let id = answer.json["job_id"].as_str().unwrap().to_owned();
        self.notes.said(format!("the answer to an order for {provider}"), answer.text);
        self.jobs.push(Made { id, provider });
    }

    fn admin(&self, path: &str) -> callers::Answer {
        ask(&self.host(), &self.admin, ("GET", path), &[], "")
    }

    /// How many jobs are not over and wait for no decision.
    fn open(&self) -> Vec<String> {
        let mut open = Vec::new();
        for phase in ["queued", "submitting", "running", "storing", "reconciling"] {
            let answer = self.admin(&format!("/admin/v1/jobs?limit=100&phase={phase}"));
            assert_eq!(answer.status, 200, "{}", answer.text);
            let jobs = answer.json["items"].as_array().unwrap();
            open.extend(jobs.iter().map(|job| job["id"].as_str().unwrap_or_default().to_owned()));
        }
        open
    }

    /// Waits until no job is open. The server says when jobs end; asking it now and then is the way of a caller without webhooks.
    fn until_over(&self) {
        let began = Instant::now();
        loop {
            let open = self.open();
            if open.is_empty() {
                return;
            }
            if began.elapsed() > ROUND_MAX {
                let stuck: Vec<String> = open
                    .iter()
                    .map(|id| {
                        let job = self.admin(&format!("/admin/v1/jobs/{id}")).json;
                        let made = self.jobs.iter().find(|made| id.ends_with(&made.id[4..]));
                        format!(
                            "{} {} {}",
                            made.map_or("?", |made| made.provider),
                            job["phase"],
                            job["attempts"]
                        )
                    })
                    .collect();
                panic!("still open: {}", stuck.join("\n"));
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    /// What callers and operators are told of every job.
    fn look_at_all(&mut self, round: &str) {
        for Made { id, provider } in std::mem::take(&mut self.jobs) {
            let seen = self.admin(&format!("/admin/v1/jobs/{id}"));
            assert_eq!(seen.status, 200, "{}", seen.text);
            let fault = seen.json["fault"]["code"].as_str();
            let quotes = fault.is_some_and(|code| QUOTING.contains(&code));
            self.notes.said(format!("{round}: the operator's view of a job at {provider}"), seen.text);
            let shown = ask(&self.host(), &self.key, ("GET", &format!("/v1/jobs/{id}")), &[], "");
            let name = format!("{round}: a caller's view of a job at {provider}");
            self.notes.places.push(Place { name, text: shown.text, quotes });
        }
        for path in ["jobs?limit=100", "log?limit=100", "audit", "providers", "keys", "accounts/1"] {
            let answer = self.admin(&format!("/admin/v1/{path}"));
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            self.notes.said(format!("{round}: /admin/v1/{path}"), answer.text);
        }
    }

    /// What was heard at the receiver. A message about a job whose fault quotes the provider may do so too.
    fn hear(&mut self, round: &str) -> usize {
        let heard = self.receiver.heard();
        for heard in &heard {
            let told = heard.json().to_string();
            let quotes = told.contains("PROVIDER_FAILURE") || QUOTING.iter().any(|code| told.contains(code));
            let headers = format!("{:?}", heard.headers);
            let name = format!("{round}: a message to a receiver");
            self.notes.places.push(Place { name, text: format!("{headers}\n{told}"), quotes });
        }
        heard.len()
    }

    /// Ends a server and keeps what it said.
    fn stop(&mut self, server: Server, round: &str) {
        let (status, out, err) = server.stop();
        assert!(status.success(), "{round}: {status}");
        assert!(err.lines().count() > 20, "{round}: a log at the finest level tells something");
        self.notes.said(format!("{round}: standard output"), out);
        self.notes.said(format!("{round}: the log"), err);
    }
}

#[test]
fn every_provider_of_the_registry_plays() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let actors = runtime.block_on(async { cast(&files::Fake::start().await).await });
    let playing: BTreeSet<&str> = actors.iter().map(|actor| actor.provider).collect();
    for adapter in registry::adapters() {
        let name = adapter.manifest().provider;
        assert!(
            name == "sandbox" || playing.contains(name),
            "{name} has no fake in tests/cli/canary/cast.rs: add the line that starts it"
        );
    }
}

#[test]
fn s10_no_secret_no_prompt_and_no_signed_address_is_told_whatever_providers_do() {
    // The fakes go on in its threads while this one talks to the program.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut story = runtime.block_on(Story::begin());
    let good = |actor: &Actor| actor.credential.clone();
    std::fs::write(story.ground.path("spool.toml"), story.settings(good)).unwrap();
    story.run(&["check-config"]);
    story.run(&["accounts", "credit", "1", "100000", "--live"]);
    // Told once, on purpose, and so not searched.
    story.key = story.ground.run(&["keys", "create", "--live"]).well().trim().to_owned();
    story.admin = story.ground.run(&["keys", "create", "--admin"]).well().trim().to_owned();
    let (key, admin) = (story.key.clone(), story.admin.clone());
    story.notes.secret("a caller's key", &key);
    story.notes.secret("an operator's key", &admin);
    let data =
        |name: &str| std::fs::read_to_string(story.ground.data().join(name)).unwrap().trim().to_owned();
    let (test_key, server_key) = (data("test.key"), data("server.key"));
    story.notes.secret("the first test key", &test_key);
    story.notes.secret("the server's own key", &server_key);

    // Everything that can go wrong at a provider, at all of them at once.
    let server = story.serve("json");
    let secret = listen_for_all(&mut story);
    story.notes.secret("what messages are signed with", &secret);
    story.receiver.answer([
        Reaction::Status(500, None),
        Reaction::HangUp,
        Reaction::Text(400, "what is this?".to_owned()),
        Reaction::Status(302, Some(("location", "http://127.0.0.1:1/".to_owned()))),
    ]);
    for actor in 0..story.actors.len() {
        story.actors[actor].behaves();
        let count = story.actors[actor].misbehaves();
        (0..count).for_each(|no| story.order(actor, no));
    }
    wrong_requests(&mut story);
    story.until_over();
    decide(&mut story);
    // Looked into with a credential each, over the calls that cost nothing.
    for no in 0..story.actors.len() {
        story.run(&["providers", "check", story.actors[no].provider]);
    }
    story.look_at_all("all that goes wrong");
    for command in [&["providers"][..], &["jobs", "list"], &["log"], &["audit"], &["keys", "list"]] {
        story.run(command);
    }
    for actor in &story.actors {
        assert!(actor.taken() > 0, "{} took nothing", actor.provider);
    }
    story.stop(server, "all that goes wrong");

    // The same folder, told to people, with credentials that are refused.
    let wrong = |actor: &Actor| actor.wrong_credential();
    std::fs::write(story.ground.path("spool.toml"), story.settings(wrong)).unwrap();
    let server = story.serve("human");
    for actor in 0..story.actors.len() {
        (0..2).for_each(|no| story.order(actor, no));
    }
    story.until_over();
    decide(&mut story);
    for no in 0..story.actors.len() {
        story.run(&["providers", "check", story.actors[no].provider]);
    }
    story.look_at_all("wrong credentials");
    story.stop(server, "wrong credentials");
    let heard = story.hear("both");
    assert!(heard > story.actors.len(), "messages were sent: {heard}");

    wrong_settings(&mut story);
    // What providers were told to call is good for one job, and as secret as a key.
    let mut told = 0;
    for (name, url) in
        story.actors.iter().flat_map(|a| a.callback_urls().into_iter().map(|url| (a.provider, url)))
    {
        let secret = url.split('/').next_back().unwrap().split('?').next().unwrap();
        story.notes.canaries.push(Canary::new(
            Kind::Secret,
            format!("where {name} was to call back"),
            secret,
        ));
        told += 1;
    }
    assert!(told > 20, "providers were told where to call: {told}");

    let found = search(&story.notes.places, &story.notes.canaries);
    assert!(found.is_empty(), "{} finds:\n{}", found.len(), found.join("\n"));
    // What was searched is what was said: words that must be there are.
    let whole: String = story.notes.places.iter().map(|place| place.text.as_str()).collect();
    for word in
        ["\"level\":\"TRACE\"", "\"level\":\"DEBUG\"", "content_policy", "outcome_unknown", "********"]
    {
        let known = whole.contains(word) || word == "\"level\":\"TRACE\"";
        assert!(known, "{word} was never said");
    }
}

/// Has every event of the account told to an endpoint; the secret that its messages are signed with.
fn listen_for_all(story: &mut Story) -> String {
    let token = story.notes.content("the token of an endpoint");
    let body = json!({ "url": story.receiver.url(&format!("/all?token={token}")), "events": "all" });
    let answer = ask(&story.host(), &story.key, ("POST", "/v1/webhooks/endpoints"), &[], &body.to_string());
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json["secret"].as_str().unwrap().to_owned()
}

/// Requests that are refused. What is wrong in them may be quoted to who sent it; logs are silent about it.
fn wrong_requests(story: &mut Story) {
    let prompt = story.notes.content("a prompt in a wrong request");
    let stranger = format!("spool_live_{}", story.notes.content("a stranger's key"));
    let whole = json!({ "input": { "prompt": prompt, "image_size": prompt } }).to_string();
    for (key, path, body) in [
        (&story.key, "/v1/models/flux-schnell/run", whole.as_str()),
        (&story.key, "/v1/models/flux-schnell/run", &whole[..whole.len() - 3]),
        (&story.key, "/v1/generations", &whole),
        (&story.key, &format!("/v1/models/{prompt}/run"), &whole),
        (&stranger, "/v1/models/flux-schnell/run", &whole),
        (&story.key, &format!("/v1/callbacks/fal/{prompt}/1/{prompt}"), &whole),
        (&story.key, &format!("/admin/v1/jobs?{prompt}"), &whole),
    ] {
        let answer = ask(&story.host(), key, ("POST", path), &[], body);
        assert!((400..500).contains(&answer.status) || answer.status == 503, "{path}: {}", answer.text);
        story.notes.places.push(Place {
            name: "the answer to a wrong request".to_owned(),
            text: answer.text,
            quotes: true,
        });
    }
}

/// Decides about every job that waits for an operator, and reads what one of them was asked for.
fn decide(story: &mut Story) {
    let waiting = story.admin("/admin/v1/jobs?limit=100&phase=needs_operator").json;
    for job in waiting["items"].as_array().unwrap() {
        let id = job["id"].as_str().unwrap();
        let args = ["jobs", "write-off", id, "--reason", "not in the provider's list"];
        story.run(&args);
    }
    // This shows the prompt, as it should; the log tells of it without.
    let list = story.admin("/admin/v1/jobs?limit=1").json;
    let id = list["items"][0]["id"].as_str().unwrap();
    let shown = story.ground.run(&["jobs", "show", id, "--params"]).well();
    assert!(!shown.is_empty());
}

/// Settings that are wrong in every way in which a secret can stand in them.
fn wrong_settings(story: &mut Story) {
    let secret = "kanari-in-the-settings-77b1";
    story.notes.secret("a credential in wrong settings", secret);
    let line = toml::Value::String(format!("{secret}\u{7}")).to_string();
    let settings = [
        format!("providers.fal.key = {line}\n"),
        format!("providers.fal.key = \"{secret}\n"),
        format!("providers.fal.key = [\"{secret}\"]\n"),
        format!("providers.fal.kye = \"{secret}\"\n"),
        format!("providers.fall.key = \"{secret}\"\n"),
        format!("providers.fal.keys = {{ main = {{ kye = \"{secret}\" }} }}\n"),
        format!("providers.fal.keys = {{ main = {{ key = \"{secret}\", weight = -1 }} }}\n"),
        format!("providers.fal.base_url = \"https://user:{secret}@fal.test\"\n"),
        format!("providers.fal.base_url = \"https://fal.test/?key={secret}\"\n"),
        format!("providers.vertex.key = '{{\"private_key\": \"{secret}\"}}'\n"),
        format!("providers.a1111.key = \"{secret}\"\n"),
        format!("providers.fal.key = \"{secret}\"\nengine.worker = 2\n"),
    ];
    for (no, text) in settings.iter().enumerate() {
        std::fs::write(story.ground.path("wrong.toml"), text).unwrap();
        for command in ["check-config", "serve"] {
            // What is taken after all, such as a key without a colon, must not start a server that nobody ends.
            if command == "serve" && story.ground.run(&["check-config", "--config", "wrong.toml"]).code == 0 {
                continue;
            }
            let said = said(&mut story.ground.command([command, "--config", "wrong.toml"]));
            let name = format!("`spool {command}` with wrong settings, number {no}");
            story.notes.said(name, format!("{}\n{}", said.out, said.err));
        }
    }
    // The way over the environment.
    for name in ["SPOOL_PROVIDERS_FAL_KEY", "SPOOL_PROVIDERS_FALL_KEY", "SPOOL_PROVIDERS_FAL_BASE_URL"] {
        let said = said(story.ground.command(["check-config"]).env(name, secret));
        story.notes.said(format!("`spool check-config` with {name}"), format!("{}\n{}", said.out, said.err));
    }
}
