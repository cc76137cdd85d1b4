//! Every way in which an exchange with a provider can break, at every point of the protocol, in every safety class: what
//! becomes of the attempt and of the job, and that nothing is paid twice (U3, U4, U6, U11). `docs/wire-faults.md` is the table.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use spool_domain::adapter::{Adapter, Safety, TroubleClass};
use spool_domain::fault::Kind;
use spool_domain::job::{AttemptResult, Job, Outcome, Phase};
use spool_engine::settings::Settings;

use crate::probe::{Breaker, Cell, Fault, Point, Probe, class};
use crate::world::{Setting, World};

const CLASSES: [Safety; 3] = [Safety::Blind, Safety::Lookup, Safety::Idempotent];

/// Answers that are none, or not understood: they prove nothing.
const UNCLEAR: [Fault; 18] = [
    Fault::HangsUp,
    Fault::Resets,
    Fault::HalfAStatusLine,
    Fault::HeadOnly,
    Fault::HalfABody,
    Fault::Garbage,
    Fault::Empty,
    Fault::Page,
    Fault::OtherJson,
    Fault::Silence,
    Fault::Status(302),
    Fault::Status(408),
    Fault::Status(409),
    Fault::Status(425),
    Fault::Status(500),
    Fault::Status(502),
    Fault::Status(503),
    Fault::Status(504),
];

/// Answers that prove that nothing was made.
const REFUSALS: [u16; 10] = [400, 401, 402, 403, 404, 405, 413, 415, 422, 429];

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let refusals = REFUSALS.map(Fault::Status);
    for safety in CLASSES {
        for point in [Point::Upload, Point::Submit, Point::Look, Point::Lookup, Point::Cancel, Point::Fetch] {
            if point == Point::Lookup && safety != Safety::Lookup {
                continue;
            }
            for fault in UNCLEAR.into_iter().chain(refusals) {
                // What is refused is not done; an upload or a look has nothing that could be done twice.
                let both = matches!(point, Point::Submit | Point::Cancel | Point::Lookup);
                let refused = refusals.contains(&fault) && point != Point::Lookup;
                for done in [false, true] {
                    if !done || (both && !refused) {
                        cells.push(Cell { safety, point, fault, done });
                    }
                }
            }
        }
    }
    cells
}

/// What must become of the first attempt, of the job, and how many jobs the provider may have on its bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Expected {
    attempt: AttemptResult,
    end: End,
    made: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Succeeded,
    Canceled,
    Failed(Kind),
}

fn expected(cell: &Cell) -> Expected {
    use AttemptResult::{Accepted, NotAccepted, NotSent, Rejected, WrittenOff};
    let well = Expected { attempt: Accepted, end: End::Succeeded, made: 1 };
    let status = match cell.fault {
        Fault::Status(status) => Some(status),
        _ => None,
    };
    // How a refusal that is proved to have made nothing goes on: waiting helps some.
    let refused = |class: TroubleClass, attempt: AttemptResult| match class {
        TroubleClass::Caller => Expected { attempt, end: End::Failed(Kind::ProviderRejected), made: 0 },
        TroubleClass::Busy | TroubleClass::Unavailable | TroubleClass::Timeout => {
            Expected { attempt, ..well }
        }
        _ => Expected { attempt, end: End::Failed(Kind::ProviderUnavailable), made: 0 },
    };
    match cell.point {
        Point::Upload => match (cell.fault, status) {
            (_, Some(status)) => refused(class(status), NotSent),
            (Fault::Empty | Fault::Page | Fault::OtherJson, _) => refused(TroubleClass::Unknown, NotSent),
            _ => refused(TroubleClass::Unavailable, NotSent),
        },
        Point::Submit => match status.filter(|status| REFUSALS.contains(status)) {
            Some(status) => refused(class(status), Rejected),
            None => match (cell.safety, cell.done) {
                (Safety::Blind, done) => Expected {
                    attempt: WrittenOff,
                    end: End::Failed(Kind::OutcomeUnknown),
                    made: usize::from(done),
                },
                (Safety::Lookup, false) => Expected { attempt: NotAccepted, ..well },
                (Safety::Lookup, true) | (Safety::Idempotent, _) => well,
            },
        },
        Point::Look => well,
        Point::Lookup if cell.done => well,
        Point::Lookup => Expected { attempt: NotAccepted, ..well },
        Point::Cancel if cell.done => Expected { end: End::Canceled, ..well },
        Point::Cancel => well,
        Point::Fetch => match status {
            Some(403 | 404) => Expected { end: End::Failed(Kind::AssetLost), ..well },
            _ => well,
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn u3_every_wire_fault_at_every_point_in_every_class_ends_as_expected() {
    let cells = cells();
    assert!(cells.len() >= 500, "{}", cells.len());
    let server = Breaker::start(cells.clone()).await;
    let mut models = String::new();
    let mut live = Vec::new();
    for (no, cell) in cells.iter().enumerate() {
        // Each cell is a provider of its own, so that no breaker opens over the others' failures.
        let name: &'static str = Box::leak(format!("probe-{no}").into_boxed_str());
        let adapter = Probe::new(name, cell.safety, cell.point == Point::Upload);
        live.push((Arc::new(adapter) as Arc<dyn Adapter>, format!("{}/{no}", server.base), ""));
        write!(
            models,
            "[[model]]\nid = \"cell/{no}\"\nname = \"Cell\"\ndescription = \"A cell.\"\nmakes = \"image\"\n\
             tasks = [\"text-to-image\"]\n[model.params]\n\
             prompt = {{ type = \"text\", role = \"prompt\", required = true }}\n\
             [[model.prices]]\nusd = \"0.01\"\n[[model.routes]]\nprovider = \"{name}\"\nupstream = \"x\"\n"
        )
        .unwrap();
    }
    let settings = Settings { quiet_ms: 1, ..Settings::default() };
    let world = Arc::new(World::with(Setting { settings, live, models, ..Setting::default() }).await);
    let mut tasks = Vec::new();
    for (no, cell) in cells.iter().enumerate() {
        let (world, cell) = (Arc::clone(&world), *cell);
        tasks.push(tokio::spawn(async move { (cell, run(&world, no, cell).await) }));
    }
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for (no, task) in tasks.into_iter().enumerate() {
        let (cell, (job, attempt)) = task.await.unwrap();
        let end = match &job.phase {
            Phase::Done(Outcome::Succeeded(_)) => End::Succeeded,
            Phase::Done(Outcome::Canceled) => End::Canceled,
            Phase::Done(Outcome::Failed(fault)) => End::Failed(fault.kind),
            other => panic!("{cell:?} ended as {other:?}"),
        };
        let made = server.books[no].lock().made.len();
        let is = Expected { attempt, end, made };
        let should = expected(&cell);
        if is != should {
            wrong.push(format!("{cell:?}\n    is     {is:?}\n    should {should:?}"));
        }
        found.push((cell, is));
    }
    assert!(wrong.is_empty(), "{} of {} cells are wrong:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
    Arc::into_inner(world).unwrap().close().await;
    page(&found);
}

async fn run(world: &World, no: usize, cell: Cell) -> (Arc<Job>, AttemptResult) {
    let ticket =
        world.order_with(&world.live, &format!("cell/{no}"), json!({"prompt": "x"}), 1).await.unwrap();
    let id = ticket.job.id;
    if cell.point == Point::Cancel {
        // Not before it runs: until then nobody is asked to cancel.
        while world.engine.job(&world.live, id).await.unwrap().phase.name() != "running" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        world.engine.cancel(&world.live, id).await.unwrap();
    }
    let job = ticket.wait(Duration::from_secs(180)).await;
    let attempts = world.store.attempts(id).await.unwrap();
    (job, attempts[0].result.unwrap())
}

/// Compares `docs/wire-faults.md` with what was found; `SPOOL_WRITE_DOCS=1` writes it instead.
fn page(found: &[(Cell, Expected)]) {
    let mut page = String::from(
        "# What becomes of a job when a provider's line breaks\n\nPrinted from the test `u3_every_wire_fault…`, which breaks \
         each exchange once over a real socket and looks at the attempt's record, the job's end and the provider's bill. \
         \"Done\" means that the provider did what it was asked before the line broke. In no cell is more than one job \
         made.\n",
    );
    let points = [
        (Point::Upload, "Uploading a file before the submit"),
        (Point::Submit, "The submit: the one call that costs"),
        (Point::Look, "Asking how the job is"),
        (Point::Lookup, "Looking for a job whose submit got no answer"),
        (Point::Cancel, "Asking to cancel"),
        (Point::Fetch, "Fetching the result"),
    ];
    for (point, title) in points {
        write!(page, "\n## {title}\n\n| fault | done |").unwrap();
        let classes: Vec<Safety> = CLASSES
            .into_iter()
            .filter(|s| found.iter().any(|(c, _)| c.point == point && c.safety == *s))
            .collect();
        for safety in &classes {
            write!(page, " {} |", safety_word(*safety)).unwrap();
        }
        write!(page, "\n|---|---|{}\n", "---|".repeat(classes.len())).unwrap();
        let rows = found.iter().filter(|(cell, _)| cell.point == point && cell.safety == classes[0]);
        for (row, _) in rows {
            write!(page, "| {} | {} |", fault_word(row.fault), if row.done { "yes" } else { "no" }).unwrap();
            for safety in &classes {
                let (_, is) = found
                    .iter()
                    .find(|(c, _)| {
                        (c.point, c.fault, c.done, c.safety) == (point, row.fault, row.done, *safety)
                    })
                    .unwrap();
                let end = match is.end {
                    End::Succeeded => "succeeded".to_owned(),
                    End::Canceled => "canceled".to_owned(),
                    End::Failed(kind) => format!("failed: {}", kind.code()),
                };
                write!(page, " {}; {end} |", is.attempt.as_str()).unwrap();
            }
            page.push('\n');
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/wire-faults.md");
    if std::env::var_os("SPOOL_WRITE_DOCS").is_some() {
        std::fs::write(path, page).unwrap();
        return;
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        there == page,
        "docs/wire-faults.md is not what was found: run the test with SPOOL_WRITE_DOCS=1 and read the difference"
    );
}

fn safety_word(safety: Safety) -> &'static str {
    match safety {
        Safety::Blind => "blind",
        Safety::Lookup => "lookup",
        Safety::Idempotent => "idempotent",
    }
}

fn fault_word(fault: Fault) -> String {
    match fault {
        Fault::HangsUp => "hangs up".to_owned(),
        Fault::Resets => "resets the connection".to_owned(),
        Fault::HalfAStatusLine => "half a status line".to_owned(),
        Fault::HeadOnly => "the head and no body".to_owned(),
        Fault::HalfABody => "half a body".to_owned(),
        Fault::Garbage => "no HTTP".to_owned(),
        Fault::Empty => "200, empty".to_owned(),
        Fault::Page => "200 with a page".to_owned(),
        Fault::OtherJson => "200, other JSON".to_owned(),
        Fault::Silence => "no answer in time".to_owned(),
        Fault::Status(status) => status.to_string(),
    }
}
