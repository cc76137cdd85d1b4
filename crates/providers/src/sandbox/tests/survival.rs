//! The process may end at any moment: book and clock are all there is.

use spool_domain::adapter::{CancelWord, Word};

use super::bench::{Bench, image};

#[test]
fn a_restart_at_any_moment_changes_neither_fate_nor_file_nor_bill() {
    let bench = Bench::new();
    let mut work = image("a red fox [sandbox delay=1 progress=on]");
    work.wish.seed = None;
    let (handle, _) = bench.accepted(&work, "t1");
    bench.pass_ms(500);
    let bench = bench.restarted();
    assert_eq!(bench.lookup("t1"), Some(handle.clone()));
    assert!(matches!(bench.poll(&handle), Ok(Word::Pending { progress: Some(50), .. })));
    bench.pass_ms(500);
    let (outputs, billed) = bench.finished(&handle);
    let before = bench.fetch(&outputs[0]);
    let bench = bench.restarted();
    assert_eq!(bench.finished(&handle), (outputs.clone(), billed));
    assert_eq!(bench.fetch(&outputs[0]), before, "drawn again, byte for byte, though no seed was given");
    assert_eq!(bench.bill(), (1, 1, 10_000));
}

#[test]
fn a_lost_or_late_job_is_there_after_a_restart() {
    let bench = Bench::new();
    assert_eq!(bench.submit(&image("fox [sandbox outcome=lost-answer]"), "t1"), None);
    assert_eq!(bench.submit(&image("fox [sandbox outcome=late-accept]"), "t2"), None);
    let bench = bench.restarted();
    assert!(bench.lookup("t1").is_some());
    assert_eq!(bench.lookup("t2"), None);
    bench.pass_ms(2_040);
    bench.finished(&bench.lookup("t2").unwrap());
    assert_eq!(bench.bill(), (2, 2, 20_000));
}

#[test]
fn a_canceled_job_stays_canceled() {
    let bench = Bench::new();
    let (handle, _) = bench.accepted(&image("fox [sandbox delay=9]"), "t1");
    assert_eq!(bench.cancel(&handle), CancelWord::Ended);
    let bench = bench.restarted();
    bench.pass_ms(20_000);
    assert_eq!(bench.poll(&handle), Ok(Word::Canceled));
    assert_eq!(bench.bill(), (1, 0, 0));
}
