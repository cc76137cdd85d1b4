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
mod models;
mod run;
mod serve;
mod server;
mod table;
mod telemetry;

use std::io::Write;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Parser;
use spool_domain::catalogue::Catalogue;
use spool_domain::ids::Entropy;

use crate::admin::{Answer, Request};
use crate::cli::{Accounts, Command, Keys, Line, Models, Usage};
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
            runtime.block_on(serve::serve(config, catalogue))?;
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
        Command::Audit { json } => {
            let answer = runtime.block_on(admin::ask(&config.data, Request::Audit))?;
            if let (true, Answer::Audit(report)) = (json, &answer) {
                print(&format!("{}\n", serde_json::to_string_pretty(report)?))?;
                return Ok(if report.sound { ExitCode::SUCCESS } else { ExitCode::FAILURE });
            }
            return told(answer);
        }
        Command::Keys(keys) => return told(runtime.block_on(admin::ask(&config.data, key_request(keys)))?),
        Command::Accounts(accounts) => {
            return told(runtime.block_on(admin::ask(&config.data, account_request(accounts)))?);
        }
        Command::CheckConfig => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn catalogue(config: &Config) -> anyhow::Result<Catalogue> {
    catalogue::load(&config.catalog, &house::provider_names())
}

fn key_request(keys: Keys) -> Request {
    match keys {
        Keys::Create { account, name, live, days } => {
            Request::CreateKey { account, mode: cli::mode(live), name, days }
        }
        Keys::List { account } => Request::Keys { account },
        Keys::Revoke { id } => Request::RevokeKey { id },
    }
}

fn account_request(accounts: Accounts) -> Request {
    match accounts {
        Accounts::Create { name } => Request::CreateAccount { name },
        Accounts::List => Request::Accounts,
        Accounts::Show { id } => Request::Account { id },
        Accounts::Credit { id, usd, live, reference } => {
            let reference = reference.unwrap_or_else(|| {
                let mut random = [0; 8];
                clock::SystemEntropy.fill(&mut random);
                format!("cli-{:016x}", u64::from_be_bytes(random))
            });
            Request::Credit { account: id, mode: cli::mode(live), amount: usd, reference }
        }
    }
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
fn told(answer: Answer) -> anyhow::Result<ExitCode> {
    let said = admin::print::say(answer);
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
