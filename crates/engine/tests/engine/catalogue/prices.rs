use std::collections::BTreeSet;

use spool_domain::money::MicroUsd;

use super::{JOB, expected, models, verdict, with_job};

#[test]
fn every_model_has_an_expected_price_whose_source_is_named() {
    let ids: BTreeSet<&str> = models().map(|model| model.id.as_str()).collect();
    let known: BTreeSet<&str> = expected::all().keys().map(String::as_str).collect();
    let missing: Vec<_> = ids.difference(&known).collect();
    assert!(missing.is_empty(), "no expected price: {missing:?}");
    let stale: Vec<_> = known.difference(&ids).collect();
    assert!(stale.is_empty(), "no such model: {stale:?}");
    for (id, expected) in expected::all() {
        let named = ["https://", "placeholder: "].iter().any(|start| expected.source.starts_with(start));
        assert!(named, "{id}: {}", expected.source);
    }
}

#[test]
fn a_run_costs_what_the_published_price_says() {
    let mut wrong = Vec::new();
    for model in models() {
        for (no, case) in expected::all()[&model.id].case.iter().enumerate() {
            let params = match verdict(model, &with_job(&case.input, JOB)) {
                Ok(params) => params,
                Err(refusals) => {
                    wrong.push(format!("{} case {no} is refused: {}", model.id, refusals[0].message));
                    continue;
                }
            };
            let price = model.unit_price(&params).times(model.count(&params).unwrap_or(1)).unwrap();
            if price != MicroUsd::parse(&case.usd).unwrap() {
                wrong.push(format!("{} case {no} costs {price}, and not {}", model.id, case.usd));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_price_row_of_every_model_is_expected_somewhere() {
    let mut unmet = Vec::new();
    for model in models() {
        let cases = &expected::all()[&model.id].case;
        let params = cases.iter().filter_map(|case| verdict(model, &with_job(&case.input, JOB)).ok());
        let met: BTreeSet<usize> = params.filter_map(|params| model.price_row(&params)).collect();
        unmet.extend(
            (0..model.price_rows())
                .filter(|row| !met.contains(row))
                .map(|row| format!("row {} of {} has no expected price", row + 1, model.id)),
        );
    }
    assert!(unmet.is_empty(), "{unmet:#?}");
}
