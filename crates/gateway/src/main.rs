#![doc = include_str!("../README.md")]
#![expect(unreachable_pub, reason = "a program has no public items")]

mod admin;
mod catalogue;
mod cli;
mod clock;
mod config;
mod data;
mod house;
mod http;
mod master_key;
mod models;
#[cfg(test)]
mod models_page;
#[cfg(test)]
mod providers_page;
mod run;
mod serve;
mod server;
mod table;
mod telemetry;
mod tools;
#[cfg(test)]
mod tools_page;
mod web;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::anyhow;
use clap::Parser;
use spool_domain::catalogue::Catalogue;

use crate::admin::{Said, Way};
use crate::cli::{Command, Line, Models, Operator, Tools, Usage};
use crate::config::{Config, Layers, Origin};

/// The system's allocator takes a quarter of the server's own time under load; this one a tenth of that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = Line::parse();
    match act(line) {
        Ok(code) => code,
        Err(error) => {
            // One line with the causes behind it, whatever the depth.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// Does what the command line says.
fn act(line: Line) -> anyhow::Result<ExitCode> {
    let known = house::known_providers();
    let (layers, config) = Config::load(&line.settings.flags()?, &known, std::env::vars_os());
    if let Command::CheckConfig = line.command {
        return Ok(check(&layers, config));
    }
    let mut config = config.map_err(|problems| anyhow!(listed(&problems)))?;
    // A command tells itself what came of it; beside that only errors belong on the terminal, unless somebody asked
    // for more.
    let asked = layers.entry("log.level").is_some_and(|entry| entry.origin != Origin::Default);
    if !asked && !matches!(line.command, Command::Serve) {
        config.log.level = tracing::Level::ERROR;
    }
    telemetry::start(config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match line.command {
        Command::Serve => {
            let catalogue = catalogue(&config)?;
            let flags = line.settings.flags()?;
            let again = move || Config::load(&flags, &house::known_providers(), std::env::vars_os()).1;
            runtime.block_on(serve::serve(config, catalogue, Arc::new(again)))?;
        }
        Command::Run(run) => {
            let catalogue = catalogue(&config)?;
            let cli::Run { model, inputs, count, file, key, url } = run;
            let wish = run::Wish { model, inputs, count, file, key, url };
            print(&runtime.block_on(run::run(wish, config, catalogue))?)?;
        }
        Command::Models { show, search } => {
            let catalogue = catalogue(&config)?;
            print(&match show {
                Some(Models::Show { model }) => models::show(&catalogue, &model)?,
                None => models::list(&catalogue, &search.join(" "))?,
            })?;
        }
        Command::Tools { show, search } => {
            let catalogue = catalogue(&config)?;
            print(&match show {
                Some(Tools::Show { tool }) => tools::show(&catalogue, &tool)?,
                None => tools::list(&catalogue, &search.join(" "))?,
            })?;
        }
        Command::Operator(command) => {
            let look_only = matches!(command, Operator::Audit { .. });
            let said = runtime.block_on(async {
                let way = Way::find(config, catalogue, look_only).await?;
                let said = admin::act(&way, command).await;
                way.leave();
                said
            })?;
            return told(&said);
        }
        Command::MasterKey { command: cli::MasterKey::New { file } } => {
            master_key::make(&file, &config.data, &clock::SystemEntropy)?;
            let file = std::path::absolute(&file).unwrap_or(file);
            print(&format!(
                "The master key is in {0}, for its owner alone. Set secrets.master_key_file = \"{0}\" and keep a copy \
                 apart from your backups of the data folder: what is sealed with it cannot be opened without it.\n",
                file.display()
            ))?;
        }
        Command::CheckConfig => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn catalogue(config: &Config) -> anyhow::Result<Catalogue> {
    catalogue::load(&config.catalog, house::provider_names())
}

/// `spool check-config`: everything that can be checked without opening the data folder.
fn check(layers: &Layers, config: Result<Config, Vec<String>>) -> ExitCode {
    let shown = print(&config::show(layers));
    let checked = shown.and_then(|()| {
        let config = config.map_err(|problems| anyhow!(listed(&problems)))?;
        let models = catalogue(&config)?.models().len();
        let providers: Vec<String> = config.providers.iter().map(|provider| provider.name.clone()).collect();
        house::check_providers(config)?;
        let live =
            if providers.is_empty() { "none (test keys work)".to_owned() } else { providers.join(", ") };
        print(&format!("\nok: {models} models; providers set up for live keys: {live}\n"))
    });
    match checked {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn listed(problems: &[String]) -> String {
    match problems {
        [only] => format!("the configuration is wrong: {only}"),
        many => format!("the configuration has {} problems:\n  {}", many.len(), many.join("\n  ")),
    }
}

/// Tells an operator what came of a command.
fn told(said: &Said) -> anyhow::Result<ExitCode> {
    print(&said.out)?;
    let _ = std::io::stderr().write_all(said.beside.as_bytes());
    Ok(if said.well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `spool models | head` has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}
