//! The running server: engine and API over an opened house.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use spool_api::Api;
use spool_api::bans::BanRule;
use spool_domain::catalogue::Catalogue;
use spool_engine::Engine;
use spool_engine::credential::Credential;
use spool_engine::providers::BadSetup;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::house::{House, Upstreams};
use crate::web;

/// The longest that stopping may take (O1). What is not over then is taken up by the next start.
const STOP_MAX: Duration = Duration::from_secs(30);

/// A running server.
pub struct Server {
    api: Arc<Api>,
    engine: Engine,
    address: SocketAddr,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Listens, starts the engine and serves.
    pub async fn start(house: &House, catalogue: Arc<Catalogue>, config: Config) -> anyhow::Result<Self> {
        let Config { listen, engine, providers, master_key, rate_limit, dialects, .. } = config;
        let upstreams = Upstreams { providers, master_key };
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}; choose another address with --listen"))?;
        let address = listener.local_addr()?;
        let engine = house.engine(engine, catalogue, upstreams).await?;
        let bans = rate_limit.map(|_| BanRule::default());
        let api = Api::with(engine.clone(), rate_limit, bans, dialects)?;
        api.audits_against(house.book.clone());
        let router = spool_api::router(&api).merge(web::router(web::EMBEDDED, engine.settings()));
        let serving = tokio::spawn(spool_api::serve(listener, router, api.stopping().clone()));
        let server = Self { api, engine, address, serving };
        server.api.announce(server.url());
        Ok(server)
    }

    /// The API, for the operator's socket.
    pub fn api(&self) -> &Arc<Api> {
        &self.api
    }

    /// From now on, orders are put to these models.
    pub fn replace_catalogue(&self, catalogue: Catalogue) {
        self.engine.replace_catalogue(catalogue);
    }

    /// From now on these are the credentials in the settings.
    pub fn replace_credentials(&self, credentials: HashMap<String, Vec<Credential>>) -> Result<(), BadSetup> {
        self.engine.set_credentials(credentials)
    }

    /// The address as a URL for clients on this machine.
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let here: [SocketAddr; 2] = [([127, 0, 0, 1], 0).into(), ([0, 0, 0, 0, 0, 0, 0, 1], 0).into()];
            address.set_ip(here[usize::from(address.is_ipv6())].ip());
        }
        format!("http://{address}")
    }

    /// Says no to new work, lets what is in flight come to a durable step, and ends (O1).
    pub async fn stop(self) {
        self.api.stopping().cancel();
        let ended = async {
            // Together: requests wait for jobs, and jobs may end while requests do.
            let (served, ()) = tokio::join!(self.serving, self.engine.stop());
            served
        };
        match tokio::time::timeout(STOP_MAX, ended).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::error!("serving ended with an error: {error}"),
            Ok(Err(_)) => tracing::error!("serving ended with a panic"),
            Err(_) => tracing::warn!("some work did not end in time; the next start takes it up"),
        }
    }
}
