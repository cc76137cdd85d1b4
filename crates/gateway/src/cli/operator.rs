//! What an operator types.

use clap::{Args, Subcommand};
use spool_domain::ids::AccountId;
use spool_domain::money::MicroUsd;
use spool_domain::scope::Scopes;

use super::providers::Providers;

/// The commands that ask the running server, or work on the folder while none runs.
#[derive(Subcommand)]
pub enum Operator {
    /// Make, list, change, rotate and revoke API keys
    Keys {
        #[command(subcommand)]
        command: Keys,
        #[command(flatten)]
        form: Form,
    },
    /// Make, credit and show accounts
    Accounts {
        #[command(subcommand)]
        command: Accounts,
        #[command(flatten)]
        form: Form,
    },
    /// Look at jobs of all accounts, and decide about those that need an operator
    Jobs {
        #[command(subcommand)]
        command: Jobs,
        #[command(flatten)]
        form: Form,
    },
    /// List providers and their credentials; add, change, remove and check credentials
    Providers {
        #[command(subcommand)]
        command: Option<Providers>,
        #[command(flatten)]
        form: Form,
    },
    /// Show what was made, charged and spent, over all accounts
    Usage {
        /// What to tell apart: some of day,account,key,model,provider
        #[arg(long, value_name = "LIST", default_value = "day")]
        by: String,
        /// Only of this account
        #[arg(long, value_name = "ID", value_parser = account)]
        account: Option<AccountId>,
        /// Only of this model
        #[arg(long, value_name = "MODEL")]
        model: Option<String>,
        #[command(flatten)]
        days: Days,
        #[command(flatten)]
        form: Form,
    },
    /// Show how well and how fast providers or models did
    Performance {
        /// By provider or by model
        #[arg(long, value_name = "WHAT", default_value = "provider")]
        by: String,
        #[command(flatten)]
        days: Days,
        #[command(flatten)]
        form: Form,
    },
    /// Show what operators did, newest first
    Log {
        /// How many lines
        #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        /// Only lines before this number
        #[arg(long, value_name = "N")]
        before: Option<i64>,
        #[command(flatten)]
        form: Form,
    },
    /// Check the books against the jobs and the sandbox's own bill
    Audit {
        #[command(flatten)]
        form: Form,
    },
}

/// The days of a report.
#[derive(Args)]
pub struct Days {
    /// The first day in UTC, such as 2026-01-31 [default: some days ago]
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// The last day [default: today]
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Live or test
    #[arg(long, value_name = "MODE", default_value = "live")]
    pub mode: String,
}

/// How an answer is printed.
#[derive(Args)]
pub struct Form {
    /// Print the API's JSON
    #[arg(long, global = true)]
    pub json: bool,
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
        /// For the operator's own calls over HTTP (/admin/v1) and nothing else; implies --live
        #[arg(long, conflicts_with = "scopes")]
        admin: bool,
        #[command(flatten)]
        may: May,
    },
    /// List keys, never the keys themselves
    List {
        /// Only of this account
        #[arg(long, value_name = "ID", value_parser = account)]
        account: Option<AccountId>,
    },
    /// Show one key
    Show {
        /// The first column of `spool keys list`
        id: String,
    },
    /// Change a key's name, permissions or limit
    Update {
        /// The first column of `spool keys list`
        id: String,
        /// What you call it
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        may: May,
        /// Leave the limit to the server's setting again
        #[arg(long, conflicts_with = "rate")]
        no_rate: bool,
    },
    /// Make a successor; the old key goes on for a while
    Rotate {
        /// The first column of `spool keys list`
        id: String,
        /// How long the old key goes on, seconds [default: a day]
        #[arg(long, value_name = "SECONDS")]
        overlap: Option<u32>,
    },
    /// End a key within a second
    Revoke {
        /// The first column of `spool keys list`
        id: String,
    },
}

/// What a key may do, and how often.
#[derive(Args)]
pub struct May {
    /// Permissions, such as models:run,jobs:read [default: all but admin]
    #[arg(long, value_name = "LIST")]
    pub scopes: Option<Scopes>,
    /// A limit of its own: requests per second, and how many at once, such as 20:40
    #[arg(long, value_name = "N:BURST", value_parser = rate)]
    pub rate: Option<(u32, u32)>,
}

#[derive(Subcommand)]
pub enum Accounts {
    /// Make an account
    Create {
        /// What you call it
        name: String,
        /// Where its owner is reached
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
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

#[derive(Subcommand)]
pub enum Jobs {
    /// List jobs, newest first
    List {
        /// Only those that wait for a decision
        #[arg(long, conflicts_with = "phase")]
        needs_operator: bool,
        /// Only in this phase, such as running or failed
        #[arg(long, value_name = "PHASE")]
        phase: Option<String>,
        /// Only of this account
        #[arg(long, value_name = "ID", value_parser = account)]
        account: Option<AccountId>,
        /// Only live or test
        #[arg(long, value_name = "MODE")]
        mode: Option<String>,
        /// Only of this model
        #[arg(long, value_name = "MODEL")]
        model: Option<String>,
        /// How many
        #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        /// Only jobs before this one
        #[arg(long, value_name = "JOB")]
        before: Option<String>,
    },
    /// Show one job: its attempts, events and entries
    Show {
        /// Its id, as a customer quotes it
        id: String,
        /// Also what was asked for; the log tells of it
        #[arg(long)]
        params: bool,
    },
    /// Follow a job that you found at its provider
    Adopt {
        /// Its id here
        id: String,
        /// Its id or address at the provider
        provider_job: String,
    },
    /// Give a job up whose outcome nobody knows: the customer pays nothing
    WriteOff {
        /// Its id
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Ask to cancel a job, as its owner would
    Cancel {
        /// Its id
        id: String,
    },
    /// Give back part of what a job was charged
    Refund {
        /// Its id
        id: String,
        /// US dollars, such as 0.50
        usd: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// One reference of a job is booked once [default: every call is a refund of its own]
        #[arg(long, value_name = "TEXT")]
        reference: Option<String>,
    },
}

pub(super) fn account(text: &str) -> Result<AccountId, String> {
    text.parse()
        .map(AccountId)
        .map_err(|_| "an account is a number; `spool accounts list` shows all".to_owned())
}

fn rate(text: &str) -> Result<(u32, u32), String> {
    let pair = text.split_once(':').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    pair.ok_or_else(|| "a limit is two whole numbers, such as 20:40".to_owned())
}
