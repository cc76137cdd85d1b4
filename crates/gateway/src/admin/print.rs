//! Admin answers for people.

use spool_domain::order::Mode;
use spool_domain::time::Timestamp;

use super::{Account, Answer, Key, Report};
use crate::table::Table;

/// What goes to standard output, and what beside it to standard error: a new key stands alone on its line, so that
/// scripts can take it.
pub struct Said {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub beside: String,
    /// Whether all is well.
    pub well: bool,
}

/// Puts an answer into words.
pub fn say(answer: Answer) -> Said {
    let mut said = Said { out: String::new(), beside: String::new(), well: true };
    match answer {
        Answer::Status { url } => said.out = format!("{url}\n"),
        Answer::NewKey { id, key } => {
            said.out = format!("{key}\n");
            said.beside = format!("Key {id} is made. It is shown this once; keep it now.\n");
        }
        Answer::Keys(keys) => said.out = keys_table(&keys),
        Answer::Revoked { id } => {
            said.out = format!("Key {id} is revoked; it stops working within a second.\n")
        }
        Answer::Accounts(accounts) => said.out = accounts_table(&accounts),
        Answer::Credited { new, account } => {
            said.out = accounts_table(&[account]);
            if !new {
                said.beside = "This reference was booked before; nothing was added.\n".to_owned();
            }
        }
        Answer::Audit(report) => {
            said.well = report.sound;
            said.out = audit(&report);
        }
        Answer::Refused(why) => {
            said.well = false;
            said.beside = format!("error: {why}\n");
        }
    }
    said
}

fn keys_table(keys: &[Key]) -> String {
    let mut table = Table::new(&["ID", "ACCOUNT", "MODE", "NAME", "ENDS IN", "CREATED", "STATE"]);
    for key in keys {
        let state = match (key.revoked_at, key.expires_at) {
            (Some(at), _) => format!("revoked {}", moment(at)),
            (None, Some(at)) => format!("until {}", moment(at)),
            (None, None) => "active".to_owned(),
        };
        let mode = key.mode.as_str().to_owned();
        let ends = format!("…{}", key.last4);
        table.row([
            key.id.to_string(),
            key.account.to_string(),
            mode,
            key.name.clone(),
            ends,
            moment(key.created_at),
            state,
        ]);
    }
    table.text("")
}

fn accounts_table(accounts: &[Account]) -> String {
    let mut table = Table::new(&["ID", "NAME", "CREATED", "LIVE USD", "HELD", "TEST USD", "HELD"])
        .right(3)
        .right(4)
        .right(5)
        .right(6);
    for account in accounts {
        let [(live, live_held), (test, test_held)] =
            account.balances.map(|(a, b)| (a.to_string(), b.to_string()));
        let id = account.id.to_string();
        table.row([id, account.name.clone(), moment(account.created_at), live, live_held, test, test_held]);
    }
    table.text("")
}

fn audit(report: &Report) -> String {
    let Report { broken, jobs, open_jobs, entries, sandbox, costs, sound } = report;
    let mut text = format!("{jobs} jobs, {open_jobs} of them open; {entries} ledger entries\n");
    let mut table = Table::new(&["PROVIDER", "MODE", "COST USD", "ENTRIES"]).right(2).right(3);
    for cost in costs {
        let mode = match cost.mode {
            Mode::Live => "live",
            Mode::Test => "test",
        };
        table.row([cost.provider.clone(), mode.to_owned(), cost.usd.clone(), cost.entries.to_string()]);
    }
    if !costs.is_empty() {
        text.push_str(&table.text(""));
    }
    let compared = if *open_jobs == 0 { "" } else { " (jobs are open: compare when they are over)" };
    text.push_str(&format!(
        "sandbox: billed {} USD for {} jobs, our entries say {} USD for {}{compared}\n",
        sandbox.billed_usd, sandbox.billed_jobs, sandbox.cost_entries_usd, sandbox.cost_entries
    ));
    for sentence in broken {
        text.push_str(&format!("broken: {sentence}\n"));
    }
    text.push_str(if *sound {
        "the books are sound\n"
    } else {
        "the books are BROKEN: keep this folder and report it\n"
    });
    text
}

/// `2026-01-31 12:34` in UTC.
fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}
