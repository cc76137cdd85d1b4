//! What an operator does beside the running of jobs: keys, accounts, credit, the audit. The same functions serve
//! the command line on a closed folder and the socket of a running server.

mod ask;
mod audit;
pub mod print;
mod socket;

use serde::{Deserialize, Serialize};
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::ledger::top_up;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::scope::Scopes;
use spool_domain::store::{AccountRow, KeyRow, Store};
use spool_domain::time::Timestamp;

pub use self::ask::{ask, ask_server};
pub use self::audit::Report;
pub use self::socket::Socket;
use crate::house::House;

/// Milliseconds in a day.
const DAY_MS: u64 = 86_400_000;

/// One thing to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Who answers here.
    Status,
    /// Make a key.
    CreateKey {
        /// Whose.
        account: AccountId,
        /// What it reaches.
        mode: Mode,
        /// What the operator calls it.
        name: String,
        /// How long it works, days; without end if none.
        days: Option<u32>,
    },
    /// List keys, of one account or of all.
    Keys {
        /// Whose.
        account: Option<AccountId>,
    },
    /// End a key.
    RevokeKey {
        /// Its public part.
        id: KeyId,
    },
    /// Make an account.
    CreateAccount {
        /// What the operator calls it.
        name: String,
    },
    /// List accounts.
    Accounts,
    /// Show one account.
    Account {
        /// Which.
        id: AccountId,
    },
    /// Add credit.
    Credit {
        /// Whose.
        account: AccountId,
        /// Which books.
        mode: Mode,
        /// How much.
        amount: MicroUsd,
        /// What it is for; one reference is booked once.
        reference: String,
    },
    /// Check the books.
    Audit,
}

/// What came of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "done", content = "with", rename_all = "snake_case")]
pub enum Answer {
    /// The server's address.
    Status {
        /// Where it listens, as a URL.
        url: String,
    },
    /// A new key, the only time it is told.
    NewKey {
        /// Its public part.
        id: KeyId,
        /// The key.
        key: String,
    },
    /// Keys.
    Keys(Vec<Key>),
    /// The key is revoked.
    Revoked {
        /// Its public part.
        id: KeyId,
    },
    /// Accounts with their balances.
    Accounts(Vec<Account>),
    /// Whether the credit was new, and the account after it.
    Credited {
        /// False if the reference was booked before.
        new: bool,
        /// The account.
        account: Account,
    },
    /// The books.
    Audit(Report),
    /// It was not done, and why.
    Refused(String),
}

/// A key as operators see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key {
    id: KeyId,
    account: AccountId,
    mode: Mode,
    name: String,
    last4: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    scopes: Scopes,
}

impl From<KeyRow> for Key {
    fn from(row: KeyRow) -> Self {
        let KeyRow { id, account, mode, name, last4, created_at, expires_at, revoked_at, scopes, sha256: _ } =
            row;
        Self { id, account, mode, name, last4, created_at, expires_at, revoked_at, scopes }
    }
}

/// An account with its balances.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    id: AccountId,
    name: String,
    created_at: Timestamp,
    /// Available and held, first live, then test.
    balances: [(MicroUsd, MicroUsd); 2],
}

/// Does one thing in an opened house. A running server answers `Status` itself.
pub async fn perform(house: &House, request: Request) -> anyhow::Result<Answer> {
    let store = house.store.as_ref();
    let now = house.clock.now();
    Ok(match request {
        Request::Status => Answer::Refused("no server is running on this data folder".to_owned()),
        Request::CreateKey { account, mode, name, days } => {
            if store.account(account).await?.is_none() {
                return Ok(no_account(account));
            }
            let expires_at = days.map(|days| now.after_ms(u64::from(days) * DAY_MS));
            let key = spool_api::keys::generate(house.entropy.as_ref(), mode);
            let row = key.row(account, &name, now, expires_at);
            let id = row.id.clone();
            store.create_key(row).await?;
            Answer::NewKey { id, key: key.into_text() }
        }
        Request::Keys { account } => {
            Answer::Keys(store.keys(account).await?.into_iter().map(Key::from).collect())
        }
        Request::RevokeKey { id } => match store.key(&id).await? {
            None => Answer::Refused(format!("there is no key {id}; `spool keys list` shows all")),
            // Revoking twice is as good as once.
            Some(_) => {
                store.revoke_key(&id, now).await?;
                Answer::Revoked { id }
            }
        },
        Request::CreateAccount { name } => {
            let row = store.create_account(&name, now).await?;
            Answer::Accounts(vec![with_balances(store, row).await?])
        }
        Request::Accounts => {
            let mut accounts = Vec::new();
            for row in store.accounts().await? {
                accounts.push(with_balances(store, row).await?);
            }
            Answer::Accounts(accounts)
        }
        Request::Account { id } => match store.account(id).await? {
            None => no_account(id),
            Some(row) => Answer::Accounts(vec![with_balances(store, row).await?]),
        },
        Request::Credit { account, mode, amount, reference } => {
            if amount <= MicroUsd::ZERO {
                return Ok(Answer::Refused("the amount must be above zero".to_owned()));
            }
            let Some(row) = store.account(account).await? else { return Ok(no_account(account)) };
            let new = store.book(top_up(account, mode, &reference, amount, now)).await?;
            Answer::Credited { new, account: with_balances(store, row).await? }
        }
        Request::Audit => Answer::Audit(audit::audit(store, house.book.as_ref()).await?),
    })
}

fn no_account(id: AccountId) -> Answer {
    Answer::Refused(format!("there is no account {id}; `spool accounts list` shows all"))
}

async fn with_balances(store: &dyn Store, row: AccountRow) -> anyhow::Result<Account> {
    let mut balances = [(MicroUsd::ZERO, MicroUsd::ZERO); 2];
    for (place, mode) in [Mode::Live, Mode::Test].into_iter().enumerate() {
        let balance = store.balance(row.id, mode).await?;
        balances[place] = (balance.available, balance.held);
    }
    Ok(Account { id: row.id, name: row.name, created_at: row.created_at, balances })
}
