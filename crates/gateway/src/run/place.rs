//! Where a job of `spool run` goes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use spool_domain::catalogue::Catalogue;
use spool_domain::ids::Entropy;
use spool_store::sqlite::OpenError;
use url::Url;

use crate::admin;
use crate::clock::SystemEntropy;
use crate::config::Config;
use crate::data;
use crate::house::House;
use crate::http::{self, Answer};
use crate::server::Server;

/// How long a server may take to say that it lives.
const ALIVE_WAIT: Duration = Duration::from_secs(2);

/// The server, and the key to use there.
pub struct Place {
    base: Url,
    key: String,
    /// The server in this process, if it is one.
    own: Option<(Server, Arc<House>)>,
}

impl Place {
    /// The server that was named; else the one that runs on the data folder; else, where a key was given, the one
    /// that answers at the configured address; else one of our own.
    pub async fn find(
        url: Option<&str>,
        key: Option<String>,
        mut config: Config,
        catalogue: Catalogue,
    ) -> anyhow::Result<Self> {
        let dir = config.data.clone();
        let known = async |base: &str| -> anyhow::Result<Self> {
            let key = match key.clone() {
                Some(key) => key,
                None => data::test_key(&dir)?.with_context(|| no_key(&dir))?,
            };
            Ok(Self { base: base_url(base)?, key, own: None })
        };
        if let Some(url) = url {
            return known(url).await;
        }
        if let Some(url) = admin::server_url(&dir).await? {
            return known(&url).await;
        }
        // The folder's own key would be wrong at a server with another folder, and none of its business.
        let configured = format!("http://{}", config.listen);
        if key.is_some() && is_alive(&configured).await {
            return known(&configured).await;
        }
        let (house, _) = match House::open(&dir).await {
            Ok(opened) => opened,
            Err(error) => match error.downcast_ref::<OpenError>() {
                // A server whose socket cannot be reached, such as one in a container with the folder mounted.
                Some(OpenError::InUse(_)) if is_alive(&configured).await => return known(&configured).await,
                Some(OpenError::InUse(_)) => bail!(
                    "another process has the data folder {}, and no server answers at {configured}; name the \
                     server with --url, or wait for the other command to end",
                    dir.display()
                ),
                _ => return Err(error),
            },
        };
        let here = known("http://127.0.0.1/").await?;
        config.listen = ([127, 0, 0, 1], 0).into();
        // Links must lead to this process, not to the server that is usually there.
        config.engine.public_url = None;
        let server = Server::start(&house, Arc::new(catalogue), config).await?;
        Ok(Self { base: base_url(&server.url())?, own: Some((server, Arc::new(house))), ..here })
    }

    /// Where the server is, without trailing slash.
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// A link of the server, which may be a path.
    pub fn absolute(&self, link: &str) -> anyhow::Result<Url> {
        self.base.join(link).context("the server gave a link that is no URL")
    }

    /// Asks.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(http::get(&self.host(), &self.path(path), Some(&self.key))?).await
    }

    /// Orders, under an idempotency key of its own.
    pub async fn post(&self, path: &str, json: Vec<u8>) -> anyhow::Result<Answer> {
        let mut random = [0; 16];
        SystemEntropy.fill(&mut random);
        let mut request = http::post(&self.host(), &self.path(path), Some(&self.key), json)?;
        let token = format!("spool-run-{:032x}", u128::from_be_bytes(random));
        request.headers_mut().insert("idempotency-key", token.parse()?);
        request.headers_mut().insert("spool-vocabulary", "model".parse()?);
        match self.send(request.clone()).await {
            Ok(answer) => Ok(answer),
            // The same key is the same job: once more is safe.
            Err(_) if self.own.is_none() => self.send(request).await,
            Err(error) => Err(error),
        }
    }

    /// Lets a server of our own come to its end.
    pub async fn leave(self) {
        if let Some((server, house)) = self.own {
            server.stop().await;
            house.store.close();
        }
    }

    async fn send(
        &self,
        request: hyper::Request<http_body_util::Full<bytes::Bytes>>,
    ) -> anyhow::Result<Answer> {
        http::whole(http::open(&self.base, request).await?).await
    }

    fn host(&self) -> String {
        self.base[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
    }

    /// A path below the base's own.
    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base.path().trim_end_matches('/'))
    }
}

fn base_url(text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.with_context(|| format!("`{text}` is not an http or https URL, such as http://127.0.0.1:8080"))
}

fn no_key(dir: &std::path::Path) -> String {
    format!(
        "there is no key: give one with --key or SPOOL_KEY ({} does not exist)",
        dir.join(data::TEST_KEY).display()
    )
}

async fn is_alive(base: &str) -> bool {
    let asked = async {
        let base = base_url(base).ok()?;
        let host = &base[url::Position::BeforeHost..url::Position::AfterPort];
        let response = http::open(&base, http::get(host, "/healthz", None).ok()?).await.ok()?;
        (response.status() == 200).then_some(())
    };
    matches!(tokio::time::timeout(ALIVE_WAIT, asked).await, Ok(Some(())))
}
