//! The books: the store checks them, and where the sandbox's own bill is at hand it is held against our cost entries
//! (M12).

use std::sync::Arc;

use http::Method;
use serde::Serialize;
use spool_domain::fault::{Fault, Kind};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::resident::{Bill, Book};
use spool_domain::store::Audit;

use super::{broken, ok, route};
use crate::Api;
use crate::fields::Fields;
use crate::routes::Route;

/// On a running server the two books are read one after the other, and a job may begin and end in between. A true
/// difference stays; a passing one is gone at the next look.
const LOOKS: usize = 3;

pub(super) const ROUTES: &[Route] = &[route(Method::GET, "/admin/v1/audit", |api, _, request| {
    Box::pin(async move {
        Fields::query(request.uri().query(), &[])?;
        ok(&audit(&api).await?)
    })
})];

/// What the audit found.
#[derive(Serialize)]
struct Report {
    /// Whether everything is as it must be.
    sound: bool,
    /// One sentence for each broken rule.
    broken: Vec<String>,
    /// Jobs in all, parts included.
    jobs: u64,
    /// Jobs that are not over.
    open_jobs: u64,
    /// Entries of the ledger.
    entries: u64,
    /// The sandbox's bill beside ours.
    sandbox: Option<Sandbox>,
    /// What each provider cost.
    costs: Vec<Cost>,
}

/// The sandbox's bill beside our cost entries. Equal once no job is open.
#[derive(Serialize)]
struct Sandbox {
    billed_usd: String,
    cost_entries_usd: String,
    billed_jobs: u64,
    cost_entries: u64,
}

/// The cost entries of one provider in one mode.
#[derive(Serialize)]
struct Cost {
    provider: String,
    mode: Mode,
    usd: String,
    /// How many are above zero.
    entries: u64,
}

async fn audit(api: &Api) -> Result<Report, Fault> {
    let mut report = look(api).await?;
    for _ in 1..LOOKS {
        if report.sound || report.open_jobs > 0 {
            break;
        }
        report = look(api).await?;
    }
    Ok(report)
}

async fn look(api: &Api) -> Result<Report, Fault> {
    let Audit { mut broken, entries, open_jobs, jobs, costs } =
        api.engine.store().audit().await.map_err(self::broken)?;
    let sandbox = match api.book.get() {
        None => None,
        Some(book) => Some(compare(bill(Arc::clone(book)).await?, &costs)),
    };
    if let Some(Sandbox { billed_usd, cost_entries_usd, billed_jobs, cost_entries }) = &sandbox
        && open_jobs == 0
        && (billed_usd, billed_jobs) != (cost_entries_usd, cost_entries)
    {
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
    Ok(Report { sound: broken.is_empty(), broken, jobs, open_jobs, entries, sandbox, costs: costs.collect() })
}

/// The book's file is read on a thread that may block.
async fn bill(book: Arc<dyn Book>) -> Result<Bill, Fault> {
    let read = tokio::task::spawn_blocking(move || book.bill()).await;
    match read {
        Ok(Ok(bill)) => Ok(bill),
        Ok(Err(error)) => {
            tracing::error!("the sandbox's book cannot be read: {error}");
            Err(Kind::Internal.into())
        }
        Err(_) => Err(Kind::Internal.into()),
    }
}

fn compare(bill: Bill, costs: &[(String, Mode, MicroUsd, u64)]) -> Sandbox {
    let ours = costs.iter().filter(|(provider, ..)| provider == "sandbox");
    let (amounts, counts): (Vec<MicroUsd>, Vec<u64>) =
        ours.map(|(_, _, amount, count)| (*amount, *count)).unzip();
    Sandbox {
        billed_usd: bill.billed.to_string(),
        cost_entries_usd: amounts.into_iter().sum::<MicroUsd>().to_string(),
        billed_jobs: bill.billed_jobs,
        cost_entries: counts.iter().sum(),
    }
}
