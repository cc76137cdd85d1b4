//! The command line.

mod operator;
mod providers;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Flags;

pub use self::operator::{Accounts, Jobs, Keys, May, Operator};
pub use self::providers::{Providers, Sharing};

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
    /// List tools, which need no model to be chosen, or show one
    #[command(args_conflicts_with_subcommands = true)]
    Tools {
        #[command(subcommand)]
        show: Option<Tools>,
        /// Words that all have to fit, such as `background`
        search: Vec<String>,
    },
    #[command(flatten)]
    Operator(Operator),
    /// Make the key that seals providers' credentials
    MasterKey {
        #[command(subcommand)]
        command: MasterKey,
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
pub enum Tools {
    /// Everything about one tool
    Show {
        /// Its id
        tool: String,
    },
}

#[derive(Subcommand)]
pub enum MasterKey {
    /// Make a new key, in a file outside the data folder that only you may read
    New {
        /// The file, which must not be there yet
        file: PathBuf,
    },
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
