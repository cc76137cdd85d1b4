//! `spool serve`.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use spool_domain::catalogue::Catalogue;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::admin::Socket;
use crate::catalogue;
use crate::config::Config;
use crate::data::{self, TEST_KEY};
use crate::house::{self, House};
use crate::server::Server;

/// Reads the configuration anew, from where it was read at the start.
pub type Again = Arc<dyn Fn() -> Result<Config, Vec<String>> + Send + Sync>;

/// Serves until SIGTERM or SIGINT. `again` reads the configuration anew.
pub async fn serve(config: Config, catalogue: Catalogue, again: Again) -> anyhow::Result<()> {
    let began = Instant::now();
    // From here on a signal is not lost, even while the server is still starting.
    let mut signals = Signals::listen()?;
    let mut hangup = signal(SignalKind::hangup())?;
    let (house, first) = House::open(&config.data).await?;
    let house = Arc::new(house);
    let public_url = config.engine.public_url.clone();
    let (models, files) = (catalogue.models().len(), config.catalog.clone());
    let server = Server::start(&house, Arc::new(catalogue), config).await?;
    let url = server.url();
    let socket = Socket::open(&house.dir, server.api(), url.clone())
        .inspect_err(|error| {
            tracing::warn!("{error:#}; `spool keys` and the like work only while the server is stopped");
        })
        .ok();
    let ready_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(url, models, ready_ms, "serving {models} models at {url}, ready after {ready_ms} ms");
    say(&banner(&url, public_url.as_deref(), &house.dir, first, std::io::stdout().is_terminal()));

    loop {
        tokio::select! {
            () = signals.next() => break,
            _ = hangup.recv() => {
                reload(&server, &files).await;
                reload_credentials(&server, Arc::clone(&again)).await;
            }
        }
    }
    tracing::info!("stopping; a second signal stops at once");
    tokio::spawn(async move {
        signals.next().await;
        tracing::warn!("stopped at once; the next start takes up what was at work");
        std::process::exit(1);
    });
    // First the socket, so that nobody finds a server that is going.
    drop(socket);
    server.stop().await;
    house.store.close();
    tracing::info!("stopped");
    Ok(())
}

/// Reads the model files anew. What is wrong with them is logged, and the models stay as they are.
async fn reload(server: &Server, files: &[PathBuf]) {
    let files = files.to_vec();
    let read = tokio::task::spawn_blocking(move || catalogue::load(&files, house::provider_names())).await;
    match read {
        Ok(Ok(catalogue)) => {
            let models = catalogue.models().len();
            server.replace_catalogue(catalogue);
            tracing::info!(models, "read the model files again: {models} models");
        }
        Ok(Err(error)) => tracing::error!("the models stay as they are: {error:#}"),
        Err(error) => tracing::error!("the models stay as they are; reading their files failed: {error}"),
    }
}

/// Reads the credentials in the settings anew; all other settings stay as they were at the start. What is wrong is
/// logged, and the credentials stay too.
async fn reload_credentials(server: &Server, again: Again) {
    let read = tokio::task::spawn_blocking(move || again()).await;
    let config = match read {
        Ok(Ok(config)) => config,
        Ok(Err(problems)) => {
            tracing::error!("the credentials stay as they are: {}", problems.join("; "));
            return;
        }
        Err(error) => {
            tracing::error!("the credentials stay as they are; reading the settings failed: {error}");
            return;
        }
    };
    let credentials = house::credentials(config.providers);
    let count: usize = credentials.values().map(Vec::len).sum();
    match server.replace_credentials(credentials) {
        Ok(()) => tracing::info!(count, "read the settings' credentials again: {count} of them"),
        Err(error) => tracing::error!("the credentials stay as they are: {error}"),
    }
}

/// What the server says on standard output once it is ready; `terminal` is whether a person reads it right there.
fn banner(url: &str, public_url: Option<&str>, dir: &Path, first: bool, terminal: bool) -> String {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let key = dir.join(TEST_KEY);
    let mut text = format!("Spool is ready at {url}\n");
    if let Some(public_url) = public_url {
        text.push_str(&format!("From outside: {public_url}\n"));
    }
    // Only in front of a person: elsewhere standard output ends up in logs. What stands behind the `#` is read by the
    // page and never sent to a server.
    let shown = if first && terminal { data::test_key(&dir).ok().flatten() } else { None };
    let fragment = shown.map(|key| format!("#key={key}")).unwrap_or_default();
    text.push_str(&format!("In a browser: {url}/sign-in{fragment}\n"));
    if !first {
        let hint = if key.exists() {
            format!("Test key: {}\n", key.display())
        } else {
            "`spool keys create` makes a key.\n".to_owned()
        };
        return text + &hint;
    }
    let quoted = key.display().to_string().replace('\'', "'\\''");
    text + &format!(
        "\nThis is the first start: account 1 has 1000 USD of play money, and its test key is in\n  {}\n\
         Results of test keys come from the built-in sandbox and cost nothing. Try it:\n\n\
         curl -sS {url}/v1/generations \\\n  \
         -H \"Authorization: Bearer $(cat '{quoted}')\" \\\n  \
         -H 'Content-Type: application/json' \\\n  \
         -d '{{\"model\":\"gpt-image-2\",\"input\":{{\"prompt\":\"a lighthouse at dawn\",\"size\":\"1536x1024\"}}}}'\n\n\
         `spool models` lists all models, `spool run` runs one from here, `spool keys create --live` makes a key for \
         real providers.\n",
        key.display()
    )
}

/// A closed standard output is no reason not to serve.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        tracing::debug!("nothing can be printed: {error}");
    }
}

/// The signals that ask for an end.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From here on they are heard here.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The next one that asks for an end.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_says_more_than_later_ones() {
        let first = banner("http://127.0.0.1:1", None, Path::new("/no such dir/o'neil"), true, true);
        assert!(first.contains("$(cat '/no such dir/o'\\''neil/test.key')"), "{first}");
        let later =
            banner("http://127.0.0.1:1", Some("https://m.example"), Path::new("/no-such-dir"), false, true);
        assert!(
            !later.contains("curl") && later.contains("https://m.example") && later.contains("keys create"),
            "{later}"
        );
    }

    #[test]
    fn the_key_is_in_the_browsers_address_only_at_the_first_start_and_before_a_person() {
        let folder = tempfile::tempdir().unwrap();
        data::keep_test_key(folder.path(), "spool_test_key").unwrap();
        for (first, terminal, line) in [
            (true, true, "In a browser: http://127.0.0.1:1/sign-in#key=spool_test_key\n"),
            (true, false, "In a browser: http://127.0.0.1:1/sign-in\n"),
            (false, true, "In a browser: http://127.0.0.1:1/sign-in\n"),
        ] {
            let text = banner("http://127.0.0.1:1", None, folder.path(), first, terminal);
            assert!(text.contains(line) && text.contains("test.key"), "{text}");
            assert_eq!(text.contains("spool_test_key"), first && terminal, "{text}");
        }
    }
}
