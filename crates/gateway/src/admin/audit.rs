//! The audit: the store checks its books, and the sandbox's own bill is held against our cost entries (M12).

use serde::{Deserialize, Serialize};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::resident::Book;
use spool_domain::store::{Audit, Store};

/// On a running server the two books are read one after the other, and a job may begin and end in between. A true
/// difference stays; a passing one is gone at the next look.
const LOOKS: usize = 3;

/// What the audit found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Whether everything is as it must be.
    pub sound: bool,
    /// One sentence for each broken rule.
    pub broken: Vec<String>,
    /// Jobs in all, parts included.
    pub jobs: u64,
    /// Jobs that are not over.
    pub open_jobs: u64,
    /// Entries of the ledger.
    pub entries: u64,
    /// The sandbox's bill beside ours.
    pub sandbox: Sandbox,
    /// What each provider cost.
    pub costs: Vec<Cost>,
}

/// The sandbox's bill beside our cost entries. Equal once no job is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// What the sandbox billed, US dollars.
    pub billed_usd: String,
    /// What our cost entries for it add up to, US dollars.
    pub cost_entries_usd: String,
    /// Jobs that the sandbox billed.
    pub billed_jobs: u64,
    /// Our cost entries for it above zero.
    pub cost_entries: u64,
}

/// The cost entries of one provider in one mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The provider.
    pub provider: String,
    /// Which books.
    pub mode: Mode,
    /// Their sum, US dollars.
    pub usd: String,
    /// How many are above zero.
    pub entries: u64,
}

/// Audits.
pub async fn audit(store: &dyn Store, book: &dyn Book) -> anyhow::Result<Report> {
    let mut report = look(store, book).await?;
    for _ in 1..LOOKS {
        if report.sound || report.open_jobs > 0 {
            break;
        }
        report = look(store, book).await?;
    }
    Ok(report)
}

async fn look(store: &dyn Store, book: &dyn Book) -> anyhow::Result<Report> {
    let Audit { mut broken, entries, open_jobs, jobs, costs } = store.audit().await?;
    let bill = book.bill()?;
    let ours = costs.iter().filter(|(provider, ..)| provider == "sandbox");
    let (amounts, counts): (Vec<MicroUsd>, Vec<u64>) =
        ours.map(|(_, _, amount, count)| (*amount, *count)).unzip();
    let sandbox = Sandbox {
        billed_usd: bill.billed.to_string(),
        cost_entries_usd: amounts.into_iter().sum::<MicroUsd>().to_string(),
        billed_jobs: bill.billed_jobs,
        cost_entries: counts.iter().sum(),
    };
    let Sandbox { billed_usd, cost_entries_usd, billed_jobs, cost_entries } = &sandbox;
    if open_jobs == 0 && (billed_usd, billed_jobs) != (cost_entries_usd, cost_entries) {
        broken.push(format!(
            "M12: the sandbox billed {billed_usd} USD for {billed_jobs} jobs, our {cost_entries} cost entries add \
             up to {cost_entries_usd} USD"
        ));
    }
    let costs = costs.into_iter().map(|(provider, mode, amount, entries)| Cost {
        provider,
        mode,
        usd: amount.to_string(),
        entries,
    });
    Ok(Report { sound: broken.is_empty(), broken, jobs, open_jobs, entries, costs: costs.collect(), sandbox })
}
