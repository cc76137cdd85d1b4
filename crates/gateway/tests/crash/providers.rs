//! Providers of each safety class beside the crashing server, and what their bills must say in the end.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use spool_fakes::bill::sha256;
use spool_fakes::upstream::{Behaviour, Fake};
use tokio::runtime::Runtime;

use crate::Random;

/// A provider, the model that leads to it alone, and what its class promises.
pub(crate) struct Upstream {
    pub(crate) name: &'static str,
    pub(crate) model: &'static str,
    /// What is asked beside the prompt.
    pub(crate) input: Value,
    /// Whether every lost answer can be cleared up: then no job may stay unresolved.
    pub(crate) resolves: bool,
    pub(crate) fake: Fake,
}

/// The providers, on threads of their own.
pub(crate) struct Upstreams {
    pub(crate) all: Vec<Upstream>,
    /// The servers live on it.
    _runtime: Runtime,
}

/// What can go wrong with a submit, beside the power.
fn mishap(random: &mut Random) -> Option<Behaviour> {
    match random.below(12) {
        0 => Some(Behaviour::AcceptThenDrop),
        1 => Some(Behaviour::Truncated),
        2 => Some(Behaviour::Drop),
        3 => Some(Behaviour::Html),
        4 => Some(Behaviour::Slow(std::time::Duration::from_millis(50 + random.below(400)))),
        5 => Some(Behaviour::Queue { waiting: 2, running: 2 }),
        6 => Some(Behaviour::UnknownStatus { looks: 1 }),
        _ => None,
    }
}

impl Upstreams {
    /// Starts them and tells the server's settings of them.
    pub(crate) fn start(data: &Path) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let upstream = |name, model, input, resolves, fake| Upstream { name, model, input, resolves, fake };
        let none = || serde_json::json!({});
        let all = runtime.block_on(async {
            vec![
                upstream("replicate", "flux-schnell", none(), false, spool_fakes::replicate::start().await),
                upstream("openai", "gpt-image-2", none(), false, spool_fakes::openai::hosted().await),
                upstream("comfyui", "local/comfyui", none(), true, spool_fakes::comfyui::start().await),
            ]
        });
        std::fs::create_dir_all(data).unwrap();
        let mut settings = String::from("[egress]\nallow = [\"127.0.0.0/8\"]\nhttp_allowed = true\n");
        for Upstream { name, fake, .. } in &all {
            let (url, key) = (fake.base_url(), fake.key());
            settings.push_str(&format!("[providers.{name}]\nbase_url = \"{url}\"\nconcurrency = 0\n"));
            if !key.is_empty() {
                settings.push_str(&format!("key = \"{key}\"\n"));
            }
        }
        std::fs::write(data.join("spool.toml"), settings).unwrap();
        Self { all, _runtime: runtime }
    }

    /// One of them, which does something of its own to the next submit.
    pub(crate) fn pick(&self, random: &mut Random) -> usize {
        let place = random.below(self.all.len() as u64) as usize;
        if let Some(mishap) = mishap(random) {
            self.all[place].fake.next(mishap);
        }
        place
    }

    /// From now on nothing goes wrong.
    pub(crate) fn calm(&self) {
        self.all.iter().for_each(|upstream| upstream.fake.always(None));
    }

    /// Holds every bill against what became of the jobs: `ended` has the end of each acknowledged job by its prompt. How
    /// many jobs could not be cleared up because their provider has no way to ask.
    pub(crate) fn judge(&self, ended: &HashMap<String, (usize, String)>, seed: u64) -> usize {
        let mut unresolved = 0;
        for (place, upstream) in self.all.iter().enumerate() {
            let mut paid: HashMap<String, u32> = HashMap::new();
            for line in upstream.fake.bill() {
                *paid.entry(line.prompt_sha256).or_default() += 1;
            }
            for (prompt, times) in &paid {
                assert_eq!(*times, 1, "{} was paid {times} times for {prompt} (seed {seed})", upstream.name);
            }
            for (prompt, (_, end)) in ended.iter().filter(|(_, (at, _))| *at == place) {
                let billed = paid.contains_key(&sha256(prompt));
                match end.as_str() {
                    "completed" => {
                        assert!(billed, "{}: {prompt} was never made (seed {seed})", upstream.name)
                    }
                    "outcome_unknown" => {
                        assert!(
                            !upstream.resolves,
                            "{}: {prompt} was not cleared up (seed {seed})",
                            upstream.name
                        );
                        unresolved += 1;
                    }
                    other => panic!("{}: {prompt} ended as {other} (seed {seed})", upstream.name),
                }
            }
        }
        unresolved
    }
}

/// A live key with money behind it.
pub(crate) fn live_key(data: &Path) -> String {
    let run = |args: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_spool")).args(args).arg("--data").arg(data).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["accounts", "credit", "1", "10000.00", "--live"]);
    let said = run(&["keys", "create", "--live"]);
    said.split_whitespace().find(|word| word.contains("_live_")).unwrap().to_owned()
}
