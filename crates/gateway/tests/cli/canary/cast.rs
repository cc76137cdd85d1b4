//! Every provider of the registry with the fake that stands in for it.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::json;
use spool_domain::adapter::{Auth, Safety};
use spool_fakes::upstream::{self, Behaviour, CALLBACK_SECRET, Callbacks, Look, Mirror};
use spool_fakes::{
    Gate, a1111, assemblyai, bfl, cartesia, comfyui, dashscope, deepgram, elevenlabs, fal, files, google,
    google_tts, higgsfield, ideogram, jimeng, kling, luma, minimax, openai, pixverse, recraft, replicate,
    runway, stability, suno, topaz, vidu, volcengine, xai,
};
use spool_providers::registry;

/// A provider that plays its part.
pub struct Actor {
    pub provider: &'static str,
    /// What the operator writes down.
    pub credential: String,
    /// What of it is secret, and what is made of it.
    pub secrets: Vec<String>,
    stage: Stage,
}

enum Stage {
    Fal(fal::Fake),
    Usual(upstream::Fake),
}

/// An RSA key made for this test and used nowhere else, in base64 (PKCS #8).
const RSA_KEY: &str = include_str!("rsa_key.txt");

/// Starts them all. `files` gives out Google's tokens.
pub async fn cast(files: &files::Fake) -> Vec<Actor> {
    let mut actors = vec![
        of("a1111", a1111::start().await),
        of("assemblyai", assemblyai::start().await),
        of("bfl", bfl::start().await),
        of("cartesia", cartesia::start().await),
        of("comfyui", comfyui::start().await),
        of("dashscope", dashscope::start().await),
        of("deepgram", deepgram::start().await),
        of("elevenlabs", elevenlabs::start().await),
        of("google", google::start().await),
        of("google-tts", google_tts::start().await),
        of("higgsfield", higgsfield::start().await),
        of("ideogram", ideogram::start().await),
        of("jimeng", jimeng::start().await),
        of("kling", kling::start().await),
        of("luma", luma::start().await),
        of("luma-agents", luma::start_agents().await),
        of("minimax", minimax::start().await),
        of("openai", openai::hosted().await),
        of("openai-compatible", openai::self_hosted().await),
        of("pixverse", pixverse::start().await),
        of("recraft", recraft::start().await),
        of("replicate", replicate::start().await),
        of("runway", runway::start().await),
        of("stability", stability::start().await),
        of("suno", suno::start().await),
        of("topaz", topaz::start().await),
        of("vertex", google::start_vertex().await),
        of("vidu", vidu::start().await),
        of("volcengine", volcengine::start().await),
        of("xai", xai::start().await),
    ];
    let fal = fal::Fake::start().await;
    // Its keys are published at a host of their own, which no test may ask.
    fal.callbacks(fal::Callbacks::Delivered(0));
    let (credential, stage) = (fal::KEY.to_owned(), Stage::Fal(fal));
    actors.push(Actor { provider: "fal", secrets: vec![credential.clone()], credential, stage });
    for actor in &mut actors {
        actor.prepare(files);
    }
    actors
}

/// Whether a provider's credential is the key of a service account, for which it gives out bearers.
fn takes_an_account(provider: &str) -> bool {
    let adapters = registry::adapters();
    adapters.iter().any(|a| a.manifest().provider == provider && a.manifest().auth == Auth::GoogleAccount)
}

fn of(provider: &'static str, fake: upstream::Fake) -> Actor {
    let credential = match fake.key() {
        // A server that asks for none gets one all the same.
        "" => format!("kanari-{provider}-9d41c7"),
        key => key.to_owned(),
    };
    // A user's name is none, and too short to search for.
    let parts = credential.split(':').filter(|part| part.len() >= 8).map(str::to_owned);
    let secrets = std::iter::once(credential.clone()).chain(parts).collect();
    Actor { provider, secrets, credential, stage: Stage::Usual(fake) }
}

impl Actor {
    fn looks_up(&self) -> bool {
        let adapters = registry::adapters();
        adapters
            .iter()
            .map(|a| a.manifest())
            .any(|m| m.provider == self.provider && m.safety == Safety::Lookup)
    }

    /// Whatever the actor needs to play.
    fn prepare(&mut self, files: &files::Fake) {
        let Stage::Usual(fake) = &self.stage else { return };
        match self.provider {
            // Its keys are published at a host of their own.
            "ideogram" => fake.callbacks(Callbacks::Delivered(0)),
            "vidu" => fake.callbacks(Callbacks::Forged),
            name if takes_an_account(name) => {
                let bearer = fake.key().to_owned();
                let answer = json!({ "access_token": bearer, "expires_in": 3600, "token_type": "Bearer" });
                let pem = format!("-----BEGIN %s KEY-----\n{RSA_KEY}\n-----END %s KEY-----\n")
                    .replace("%s", "PRIVATE");
                self.credential = json!({
                    "type": "service_account",
                    "project_id": "test-project",
                    "client_email": "spool@test-project.iam.gserviceaccount.com",
                    "private_key_id": "kanari-key-id",
                    "private_key": pem,
                    "token_uri": files.put(&format!("token-{name}"), "application/json", answer.to_string()),
                })
                .to_string();
                let line = RSA_KEY.lines().nth(1).unwrap().trim().to_owned();
                self.secrets = vec![bearer, line];
            }
            _ => {}
        }
    }

    /// The same address and another credential, which is refused.
    pub fn wrong_credential(&self) -> String {
        match self.provider {
            // The account is good, and nobody gives anything for it.
            name if takes_an_account(name) => self.credential.replace(&format!("token-{name}"), "no-token"),
            name if self.credential.contains(':') => format!("kanari:kanari-{name}-wrong-5ce2"),
            name => format!("kanari-{name}-wrong-5ce2"),
        }
    }

    pub fn base_url(&self) -> String {
        match &self.stage {
            Stage::Fal(fake) => fake.base_url(),
            Stage::Usual(fake) => fake.base_url(),
        }
    }

    /// Where its outputs lie: addresses there are as good as the outputs.
    pub fn address(&self) -> SocketAddr {
        let url = url::Url::parse(&self.base_url()).unwrap();
        url.socket_addrs(|| None).unwrap()[0]
    }

    /// How many orders it took.
    pub fn taken(&self) -> usize {
        match &self.stage {
            Stage::Fal(fake) => fake.accepted().len(),
            Stage::Usual(fake) => fake.accepted().len(),
        }
    }

    /// Where it was told to call back.
    pub fn callback_urls(&self) -> Vec<String> {
        let bill = match &self.stage {
            Stage::Fal(fake) => fake.bill(),
            Stage::Usual(fake) => fake.bill(),
        };
        bill.into_iter().filter_map(|paid| paid.callback_url).collect()
    }

    /// Everything goes well from now on.
    pub fn behaves(&self) {
        match &self.stage {
            Stage::Fal(fake) => fake.always(fal::Behaviour::Queue { waiting: 0, running: 0 }),
            Stage::Usual(fake) => fake.always(Behaviour::Queue { waiting: 0, running: 0 }),
        }
    }

    /// What goes wrong with the next orders, and with looks at their jobs; so many orders are needed to see it all. No more than two
    /// failures stand side by side, or the provider would be left alone for a while.
    pub fn misbehaves(&self) -> usize {
        let well = || Behaviour::Queue { waiting: 0, running: 0 };
        let mut all = vec![
            well(),
            Behaviour::Refuse,
            Behaviour::Mirror(StatusCode::BAD_REQUEST, Mirror::Json),
            Behaviour::FailJob,
            well(),
            Behaviour::Busy { retry_after_s: 1 },
            Behaviour::Mirror(StatusCode::FORBIDDEN, Mirror::Json),
            Behaviour::Expire,
            well(),
            Behaviour::AcceptThenDrop,
            Behaviour::UnknownStatus { looks: 1 },
            Behaviour::Mirror(StatusCode::UNPROCESSABLE_ENTITY, Mirror::Page),
            Behaviour::Truncated,
            well(),
        ];
        // Where jobs can be looked up, it takes minutes until these are proved to have made none.
        if !self.looks_up() {
            all.extend([
                Behaviour::Mirror(StatusCode::OK, Mirror::Page),
                Behaviour::Mirror(StatusCode::OK, Mirror::Json),
                well(),
                Behaviour::Mirror(StatusCode::INTERNAL_SERVER_ERROR, Mirror::Page),
                Behaviour::Fail(StatusCode::SERVICE_UNAVAILABLE),
                well(),
            ]);
        }
        match &self.stage {
            Stage::Fal(fake) => {
                let all = [
                    fal::Behaviour::Refuse,
                    fal::Behaviour::Held(Gate::closed()),
                    fal::Behaviour::Expire,
                    fal::Behaviour::Html,
                    fal::Behaviour::Busy { retry_after_s: 1 },
                    fal::Behaviour::AcceptThenDrop,
                    fal::Behaviour::Crash { kind: "runner_disconnected" },
                ];
                let count = all.len();
                all.into_iter().for_each(|behaviour| fake.next(behaviour));
                fake.next_look(fal::Look::Page(StatusCode::BAD_GATEWAY));
                fake.next_look(fal::Look::Drop);
                count + 1
            }
            Stage::Usual(fake) => {
                let count = all.len();
                all.into_iter().for_each(|behaviour| fake.next(behaviour));
                for look in [
                    Look::Mirror(StatusCode::BAD_GATEWAY, Mirror::Page),
                    Look::Mirror(StatusCode::OK, Mirror::Json),
                    Look::Truncated,
                    Look::Drop,
                    Look::Mirror(StatusCode::UNAUTHORIZED, Mirror::Json),
                ] {
                    fake.next_look(look);
                }
                if self.provider == "replicate" {
                    fake.next_look(Look::Held(Gate::closed()));
                }
                count + 1
            }
        }
    }
}

/// What Kling signs its callbacks with, as an operator has it from there.
pub const KLING_SECRET: &str = CALLBACK_SECRET;

/// A Basic credential as it goes over the wire.
pub fn basic(credential: &str) -> String {
    STANDARD.encode(credential)
}
