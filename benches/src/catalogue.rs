//! What the catalogue costs: reading all of it, and one order of its largest model from the caller's words to the call
//! in the provider's.
//!
//! Both are plain computing in one thread, so they stand by themselves: there is no floor to compare them with.

use std::hint::black_box;
use std::time::Instant;

use serde_json::{Map, Value, json};
use spool_domain::catalogue::{Catalogue, Unknown, Words, shipped};
use spool_providers::registry;

use crate::Result;
use crate::bench::{Bench, middle};
use crate::table::Row;

/// The model with the most parameters, rules and routes.
const LARGEST: &str = "kuaishou/kling-3.0-omni-video";

const ORDER_US_MAX: f64 = 20.0;
const LOAD_MS_MAX: f64 = 50.0;

/// As much as the model takes at once on its way to a provider.
fn input() -> Map<String, Value> {
    let picture = |no: u32| format!("https://files.example/{no}.png");
    let input = json!({
        "prompt": "A seller walks through the market of @image_1 in the morning, calling out to people ".repeat(4),
        "mode": "pro", "duration": 12, "aspect_ratio": "9:16", "count": 4, "enable_audio": true,
        "start_image_url": picture(1), "end_image_url": picture(2),
        "image_urls": (3..10).map(picture).collect::<Vec<_>>(),
    });
    match input {
        Value::Object(input) => input,
        _ => Map::new(),
    }
}

pub(crate) fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let sources = shipped();
    let read = || Catalogue::read(&sources, registry::NAMES).map_err(|_| "the shipped models cannot be read");
    let catalogue = read()?;
    let model = catalogue.find(LARGEST).ok_or("the largest model is gone")?;
    let (input, words) = (input(), Words::Names { unknown: Unknown::Refuse, numeric_strings: false });
    let order = || {
        let params = model.validate(black_box(&input), &words).map_err(|_| "the input is refused")?;
        let price = model.unit_price(&params);
        let route =
            model.routes.iter().find(|route| route.serves(&params)).ok_or("no route serves the input")?;
        black_box((price, route.render(&model, &params, 1)));
        Ok::<_, &str>(())
    };
    let (mut orders_us, mut loads_ms) = (Vec::new(), Vec::new());
    let turns = if bench.quick { 2_000 } else { 20_000 };
    for _ in 0..bench.rounds().max(3) {
        let begun = Instant::now();
        for _ in 0..turns {
            order()?;
        }
        orders_us.push(begun.elapsed().as_secs_f64() * 1e6 / f64::from(turns));
        let begun = Instant::now();
        black_box(read()?);
        loads_ms.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let order =
        format!("Checking, pricing and routing one order of the largest model ({LARGEST}), one thread");
    let load = format!("Reading and proving all {} models and tools, one thread", catalogue.models().len());
    Ok(vec![
        Row::bound(&order, middle(orders_us.into_iter()), "µs", ORDER_US_MAX),
        Row::bound(&load, middle(loads_ms.into_iter()), "ms", LOAD_MS_MAX),
    ])
}
