//! What an operator types about providers. There is no flag for a secret: arguments are seen by everybody on the machine.

use clap::{Args, Subcommand};
use spool_domain::ids::AccountId;
use spool_engine::credential::WEIGHT_MAX;

use super::operator::account;

#[derive(Subcommand)]
pub enum Providers {
    /// Seal a credential, or give the one of this name a new secret; the secret comes through standard input
    Add {
        /// Its name in `spool providers`
        provider: String,
        /// What you call the credential; jobs remember it
        #[arg(long, value_name = "NAME")]
        credential: String,
        #[command(flatten)]
        sharing: Sharing,
        /// The last line of standard input is what the provider signs its callbacks with
        #[arg(long)]
        callback_secret_stdin: bool,
    },
    /// Change which jobs a sealed credential takes
    Change {
        /// The provider
        provider: String,
        /// The credential
        #[arg(long, value_name = "NAME")]
        credential: String,
        #[command(flatten)]
        sharing: Sharing,
    },
    /// Forget a sealed credential
    Remove {
        /// The provider
        provider: String,
        /// The credential
        #[arg(long, value_name = "NAME")]
        credential: String,
        /// Even while jobs are open that were started with it; they wait until one of that name is there again
        #[arg(long)]
        force: bool,
    },
    /// Try credentials with a call that costs nothing
    Check {
        /// The provider
        provider: String,
        /// Only this credential [default: all of the provider]
        #[arg(long, value_name = "NAME")]
        credential: Option<String>,
    },
}

/// Which jobs a credential takes. What is left out stays as it was; a new credential has weight 1 and is for all.
#[derive(Args)]
pub struct Sharing {
    /// Its share of new jobs in proportion to the others'; 0 starts none
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(WEIGHT_MAX)))]
    pub weight: Option<u32>,
    /// Only for this account, which then uses no other credential; may be given several times
    #[arg(long = "account", value_name = "ID", value_parser = account)]
    pub accounts: Vec<AccountId>,
    /// For all accounts that have none of their own
    #[arg(long, conflicts_with = "accounts")]
    pub all_accounts: bool,
}
