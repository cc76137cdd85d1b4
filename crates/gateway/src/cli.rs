//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;

use crate::config::Flags;

/// The command line was wrong: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// One gateway for generated media: images, video, audio and speech of any provider.
#[derive(Parser)]
#[command(name = "spool", version, arg_required_else_help = true)]
pub struct Line {
    #[command(flatten)]
    pub settings: Settings,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that set settings; they win over the environment and the file.
#[derive(Args)]
pub struct Settings {
    /// The configuration file [default: spool.toml in the data folder, else in the working folder]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder [default: ./spool-data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR")]
    listen: Option<String>,
    /// Any other setting, such as --set engine.workers=8
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Settings {
    /// As layers take them.
    pub fn flags(&self) -> Result<Flags, Usage> {
        let mut settings = Vec::new();
        for pair in &self.set {
            let (path, value) = pair
                .split_once('=')
                .ok_or_else(|| Usage(format!("`--set {pair}` is not of the form KEY=VALUE")))?;
            settings.push(("--set".to_owned(), path.to_owned(), value.to_owned()));
        }
        for (flag, path, value) in [("--data", "data", &self.data), ("--listen", "listen", &self.listen)] {
            settings.extend(value.iter().map(|value| (flag.to_owned(), path.to_owned(), value.clone())));
        }
        Ok(Flags { file: self.config.clone(), settings })
    }
}

#[derive(Subcommand)]
pub enum Command {
    /// Run the server
    Serve,
    /// Run one job, at the running server or without any
    Run(Run),
    /// List models, or show one
    #[command(args_conflicts_with_subcommands = true)]
    Models {
        #[command(subcommand)]
        show: Option<Models>,
        /// Words that all have to fit, such as `kling video`
        search: Vec<String>,
    },
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Keys(Keys),
    /// Make, credit and show accounts
    #[command(subcommand)]
    Accounts(Accounts),
    /// Check the books against the jobs and the sandbox's own bill
    Audit {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the configuration that counts and where it came from
    CheckConfig,
}

#[derive(Args)]
pub struct Run {
    /// Model id or alias; `spool models` lists them
    pub model: String,
    /// A parameter by the model's own name; `spool models show MODEL` lists them
    #[arg(short = 'i', long = "input", value_name = "NAME=VALUE")]
    pub inputs: Vec<String>,
    /// How many outputs
    #[arg(short = 'n', long = "count", value_name = "N")]
    pub count: Option<u32>,
    /// Where the result goes; several get -1, -2 before the extension [default: MODEL.FORMAT]
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The API key [default: test.key in the data folder]
    #[arg(long, env = "SPOOL_KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// The server [default: the one on the data folder, else none: the job runs in this process]
    #[arg(long, env = "SPOOL_URL")]
    pub url: Option<String>,
}

#[derive(Subcommand)]
pub enum Models {
    /// Everything about one model
    Show {
        /// Its id or alias
        model: String,
    },
}

#[derive(Subcommand)]
pub enum Keys {
    /// Make a key; it is printed this once
    Create {
        /// Whose key
        #[arg(long, value_name = "ID", default_value = "1", value_parser = account)]
        account: AccountId,
        /// What you call it
        #[arg(long, default_value = "")]
        name: String,
        /// For real providers and real money; otherwise it reaches the sandbox only
        #[arg(long)]
        live: bool,
        /// How many days it works [default: until it is revoked]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
    },
    /// List keys, never the keys themselves
    List {
        /// Only of this account
        #[arg(long, value_name = "ID", value_parser = account)]
        account: Option<AccountId>,
    },
    /// End a key within a second
    Revoke {
        /// The first column of `spool keys list`
        #[arg(value_parser = key)]
        id: KeyId,
    },
}

#[derive(Subcommand)]
pub enum Accounts {
    /// Make an account
    Create {
        /// What you call it
        name: String,
    },
    /// List accounts
    List,
    /// Show one account
    Show {
        /// Its number
        #[arg(value_parser = account)]
        id: AccountId,
    },
    /// Add credit
    Credit {
        /// The account's number
        #[arg(value_parser = account)]
        id: AccountId,
        /// US dollars, such as 25 or 0.50
        #[arg(value_parser = MicroUsd::parse)]
        usd: MicroUsd,
        /// Real money; otherwise play money for test keys
        #[arg(long)]
        live: bool,
        /// What it is for, such as an invoice's number: one reference is booked once [default: a new one]
        #[arg(long, value_name = "TEXT")]
        reference: Option<String>,
    },
}

/// The mode that `--live` stands for.
pub fn mode(live: bool) -> Mode {
    if live { Mode::Live } else { Mode::Test }
}

fn account(text: &str) -> Result<AccountId, String> {
    text.parse()
        .map(AccountId)
        .map_err(|_| "an account is a number; `spool accounts list` shows all".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
fn key(text: &str) -> Result<KeyId, String> {
    Ok(KeyId(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Line::command().debug_assert();
    }

    #[test]
    fn settings_may_stand_before_and_after_the_command() {
        for line in [["spool", "--data", "x", "serve"], ["spool", "serve", "--data", "x"]] {
            let flags = Line::parse_from(line).settings.flags().unwrap();
            assert_eq!(flags.settings, [("--data".to_owned(), "data".to_owned(), "x".to_owned())]);
        }
    }
}
