//! Every cell of the lifecycle, and the two pages of `docs/` that are printed from the rules.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as expected")]

use spool_domain::adapter::{Handle, Output, Trouble, TroubleClass};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::AssetId;
use spool_domain::job::{AttemptResult, Outcome, Phase, Run, Stored};
use spool_domain::lifecycle::{ATTEMPTS_MAX, BUSY_ATTEMPTS_MAX, Cost, Due, Event, Facts, Money, Step, step};
use spool_domain::money::MicroUsd;

const FACTS: Facts = Facts {
    billed_on_failure: false,
    next_route: false,
    attempts: 1,
    cancel_asked: false,
    price: MicroUsd(40_000),
    operator_from: MicroUsd(1_000_000),
};

fn handle() -> Handle {
    Handle { id: "theirs".to_owned(), facts: Default::default() }
}

fn stored() -> Stored {
    Stored {
        asset: Some(AssetId([1; 20])),
        url: None,
        text: None,
        kind: "image".to_owned(),
        format: "png".to_owned(),
        content_type: "image/png".to_owned(),
        size_bytes: 1,
        width: None,
        height: None,
        duration_ms: None,
    }
}

fn trouble(class: TroubleClass) -> Trouble {
    Trouble::of(class, "code")
}

fn phases() -> Vec<(&'static str, Phase)> {
    vec![
        ("queued", Phase::Queued),
        ("submitting", Phase::Submitting),
        ("running", Phase::Running(Run::Provider(handle()))),
        ("running in parts", Phase::Running(Run::Parts)),
        ("storing", Phase::Storing(vec![Output::Url("https://host/1.png".to_owned())])),
        ("reconciling, never missed", Phase::Reconciling { misses: 0 }),
        ("reconciling, missed once", Phase::Reconciling { misses: 1 }),
        ("needs operator", Phase::NeedsOperator),
        ("succeeded", Phase::Done(Outcome::Succeeded(vec![stored()]))),
        ("failed", Phase::Done(Outcome::Failed(Fault::of(Kind::Internal)))),
        ("canceled", Phase::Done(Outcome::Canceled)),
    ]
}

fn events() -> Vec<(&'static str, Event)> {
    use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Unavailable, Unknown};
    vec![
        ("begin", Event::Begin),
        ("no route", Event::NoRoute(Fault::of(Kind::ModelUnavailable))),
        ("held", Event::Held(700)),
        ("accepted", Event::Accepted(handle(), 500)),
        ("rejected: caller", Event::Rejected(trouble(Caller))),
        ("rejected: content policy", Event::Rejected(trouble(ContentPolicy))),
        ("rejected: credential", Event::Rejected(trouble(Credential))),
        ("rejected: busy, retry after 7 s", Event::Rejected(trouble(Busy).after_s(Some(7)))),
        ("not sent", Event::NotSent(trouble(Unavailable))),
        ("lost", Event::Lost(trouble(Unknown))),
        ("taken over", Event::TakenOver),
        ("pending", Event::Pending(Some(50), 500)),
        ("trouble", Event::Trouble(trouble(Unavailable), 5_000)),
        ("finished", Event::Finished(vec![Output::Url("https://host/1.png".to_owned())])),
        ("stored", Event::Stored(vec![stored()])),
        ("gone", Event::Gone),
        ("failed: caller", Event::Failed(trouble(Caller))),
        ("failed: unavailable", Event::Failed(trouble(Unavailable))),
        ("cancel", Event::Cancel),
        ("canceled there", Event::CanceledThere),
        ("found", Event::Found(handle())),
        ("not found, too early", Event::NotFound { counts: false, wait_ms: 1_000 }),
        ("not found, counts", Event::NotFound { counts: true, wait_ms: 1_000 }),
        ("cannot tell", Event::CannotTell),
        ("overstayed", Event::Overstayed),
        ("gathered some", Event::Gathered(vec![stored()], None)),
        ("gathered nothing", Event::Gathered(vec![], Some(Fault::of(Kind::ContentPolicy)))),
        ("gathered, all canceled", Event::Gathered(vec![], None)),
        ("write off", Event::WriteOff),
    ]
}

/// All combinations of facts that the rules look at.
fn all_facts() -> Vec<Facts> {
    let mut all = Vec::new();
    for billed_on_failure in [false, true] {
        for next_route in [false, true] {
            for attempts in [0, 1, ATTEMPTS_MAX, BUSY_ATTEMPTS_MAX] {
                for cancel_asked in [false, true] {
                    for price in [40_000, 1_000_000] {
                        let price = MicroUsd(price);
                        all.push(Facts {
                            billed_on_failure,
                            next_route,
                            attempts,
                            cancel_asked,
                            price,
                            ..FACTS
                        });
                    }
                }
            }
        }
    }
    all
}

/// Calls `check` with every legal step of every phase, event and combination of facts.
fn for_every_step(mut check: impl FnMut(&str, &Phase, &Event, &Facts, &Step)) {
    for (phase_name, phase) in phases() {
        for (event_name, event) in events() {
            for facts in all_facts() {
                if let Ok(step) = step(&phase, event.clone(), &facts) {
                    check(&format!("{phase_name} + {event_name} ({facts:?})"), &phase, &event, &facts, &step);
                }
            }
        }
    }
}

/// Compares a page with what the rules say; `SPOOL_WRITE_DOCS=1` writes it instead.
fn page(name: &str, text: &str) {
    let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("SPOOL_WRITE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "docs/{name} is not what the rules say: run the test with SPOOL_WRITE_DOCS=1 and read the difference"
    );
}

#[test]
fn the_printed_table_is_what_the_rules_say() {
    let mut text = String::from(
        "# Lifecycle\n\n\
         Printed from `crates/domain/src/lifecycle.rs` by a test. A cell says where the job goes and when somebody looks \
         again; then what became of the attempt, what happens to the hold, what the attempt cost. A pair that is not \
         listed cannot happen: the job is left as it is and looked at again.\n\n\
         Facts of this table: first attempt, the provider does not bill failures, no further route, nobody asked to \
         cancel, a price below the operator's threshold. The second table shows what other facts change.\n\n\
         | phase | event | then |\n|---|---|---|\n",
    );
    for (phase_name, phase) in phases() {
        for (event_name, event) in events() {
            if let Ok(step) = step(&phase, event, &FACTS) {
                text.push_str(&format!("| {phase_name} | {event_name} | {step} |\n"));
            }
        }
    }
    text.push_str("\n| with | phase | event | then |\n|---|---|---|---|\n");
    let variants = [
        ("another route", Facts { next_route: true, ..FACTS }),
        ("another route, failures billed", Facts { next_route: true, billed_on_failure: true, ..FACTS }),
        ("the last attempt", Facts { attempts: ATTEMPTS_MAX, next_route: true, ..FACTS }),
        ("the last attempt at a busy provider", Facts { attempts: BUSY_ATTEMPTS_MAX, ..FACTS }),
        ("cancel asked", Facts { cancel_asked: true, next_route: true, ..FACTS }),
        ("a price from the operator's threshold on", Facts { price: MicroUsd(1_000_000), ..FACTS }),
    ];
    for (with, facts) in variants {
        for (phase_name, phase) in phases() {
            for (event_name, event) in events() {
                let (usual, now) = (step(&phase, event.clone(), &FACTS), step(&phase, event, &facts));
                if let (Ok(usual), Ok(now)) = (usual, now)
                    && usual != now
                {
                    text.push_str(&format!("| {with} | {phase_name} | {event_name} | {now} |\n"));
                }
            }
        }
    }
    page("lifecycle.md", &text);
}

#[test]
fn the_printed_faults_are_the_table() {
    let mut text = String::from(
        "# Faults\n\n\
         Printed from `crates/domain/src/fault.rs` by a test. Dialects render these kinds in their own words and statuses; \
         the status here is the one used where a contract does not say otherwise.\n\n\
         | kind | status | who can do something | trying again is safe and can help | text |\n|---|---|---|---|---|\n",
    );
    for kind in Kind::ALL {
        let (code, http, class, again) =
            (kind.code(), kind.http(), kind.class(), if kind.retry() { "yes" } else { "no" });
        text.push_str(&format!("| `{code}` | {http} | {class:?} | {again} | {} |\n", kind.text()));
    }
    page("errors.md", &text);
}

#[test]
fn j2_what_is_over_stays_over() {
    for_every_step(|name, phase, _, _, _| assert!(!phase.is_done(), "{name}"));
}

#[test]
fn m10_a_job_is_over_exactly_when_its_hold_is_resolved() {
    for_every_step(|name, _, _, _, step| {
        assert_eq!(step.phase.is_done(), step.money != Money::Keep, "{name}")
    });
}

#[test]
fn m11_money_is_captured_only_with_stored_outputs() {
    for_every_step(|name, _, _, _, step| {
        let stored = matches!(&step.phase, Phase::Done(Outcome::Succeeded(outputs)) if !outputs.is_empty());
        assert_eq!(step.money == Money::Capture, stored, "{name}");
    });
}

#[test]
fn j3_what_is_not_over_has_a_next_moment_or_an_operator() {
    for_every_step(|name, _, _, _, step| {
        let nobody = step.phase.is_done() || step.phase == Phase::NeedsOperator;
        assert_eq!(step.due == Due::Never, nobody, "{name}");
    });
}

#[test]
fn u4_an_unknown_attempt_is_never_sent_again_unless_it_is_proved_absent() {
    for_every_step(|name, phase, event, _, step| {
        let unknown = matches!(phase, Phase::Reconciling { .. } | Phase::NeedsOperator);
        if unknown && step.phase == Phase::Queued {
            assert!(matches!(event, Event::NotFound { counts: true, .. }), "{name}");
            assert_eq!(*phase, Phase::Reconciling { misses: 1 }, "{name}");
            assert_eq!(step.attempt, Some(AttemptResult::NotAccepted), "{name}");
        }
        if *phase == Phase::Submitting && step.phase == Phase::Queued {
            assert!(matches!(event, Event::Rejected(_) | Event::NotSent(_) | Event::Failed(_)), "{name}");
        }
    });
}

#[test]
fn u5_one_look_that_does_not_find_it_proves_nothing() {
    let once = step(&Phase::Reconciling { misses: 0 }, Event::NotFound { counts: true, wait_ms: 1 }, &FACTS)
        .unwrap();
    assert_eq!(once.phase, Phase::Reconciling { misses: 1 });
    let early =
        step(&Phase::Reconciling { misses: 1 }, Event::NotFound { counts: false, wait_ms: 1 }, &FACTS)
            .unwrap();
    assert_eq!(early.phase, Phase::Reconciling { misses: 0 }, "two in a row, both after the quiet period");
}

#[test]
fn u2_a_second_provider_after_an_accepted_attempt_only_where_the_first_bills_no_failures() {
    for_every_step(|name, _, event, facts, step| {
        if matches!(event, Event::Failed(_)) && step.phase == Phase::Queued {
            assert!(!facts.billed_on_failure && step.next_route && step.cost == Cost::Zero, "{name}");
        }
    });
}

#[test]
fn a_refusal_of_the_content_or_of_the_parameters_is_final() {
    for_every_step(|name, _, event, facts, step| {
        if let Event::Rejected(t) | Event::Failed(t) = event
            && matches!(t.class, TroubleClass::Caller | TroubleClass::ContentPolicy)
            && !facts.cancel_asked
        {
            assert!(matches!(step.phase, Phase::Done(Outcome::Failed(_))), "{name}");
        }
    });
}

#[test]
fn m12_an_accepted_attempt_that_is_over_has_one_cost_or_is_in_suspense() {
    for_every_step(|name, phase, _, _, step| {
        let was_accepted = matches!(phase, Phase::Running(Run::Provider(_)) | Phase::Storing(_));
        let accepted = was_accepted || step.attempt == Some(AttemptResult::Accepted);
        let over = step.phase.is_done() || step.phase == Phase::Queued;
        if accepted && over {
            let booked = step.cost != Cost::None;
            assert!(booked ^ (step.money == Money::ReleaseAndSuspend), "{name}");
        } else {
            assert_eq!(step.cost, Cost::None, "{name}");
        }
    });
}

#[test]
fn m13_no_time_limit_releases_a_hold_of_an_unknown_attempt_without_booking_the_exposure() {
    for_every_step(|name, phase, event, _, step| {
        let unknown = matches!(phase, Phase::Reconciling { .. } | Phase::NeedsOperator);
        let proved = matches!(event, Event::NotFound { .. });
        if unknown && step.phase.is_done() && !proved {
            assert_eq!(step.money, Money::ReleaseAndSuspend, "{name}");
        }
    });
}

#[test]
fn u16_a_dear_unknown_outcome_waits_for_an_operator() {
    let dear = Facts { price: MicroUsd(1_000_000), ..FACTS };
    for event in [Event::CannotTell, Event::Overstayed] {
        let reconciling = Phase::Reconciling { misses: 0 };
        assert_eq!(step(&reconciling, event.clone(), &dear).unwrap().phase, Phase::NeedsOperator);
        let cheap = step(&reconciling, event, &FACTS).unwrap();
        assert_eq!(cheap.phase, Phase::Done(Outcome::Failed(Fault::of(Kind::OutcomeUnknown))));
    }
}
