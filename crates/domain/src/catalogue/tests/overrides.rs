use super::*;
use crate::catalogue::Routing;
use crate::money::MicroUsd;

const SHOP: &str = r#"
[[model]]
id = "a/clip"
aliases = ["clip"]
makes = "video"
tasks = ["text-to-video"]
[model.params]
prompt = { type = "text", role = "prompt" }
duration = { type = "int", min = 1, max = 30, default = 5, role = "duration" }
[[model.prices]]
base = "0.01"
usd_per = { second = "0.001" }
[[model.routes]]
provider = "fal"

[[model]]
id = "a/any/*"
makes = "image"
tasks = ["text-to-image"]
[model.params]
prompt = { type = "text", role = "prompt" }
[[model.prices]]
ceiling = "1"
billed_percent = 110
usd = "0.05"
[[model.routes]]
provider = "fal"
upstream = "a/{rest}/run"
"#;

fn with(overrides: &str) -> Result<Catalogue, Vec<Problem>> {
    read(&format!("{SHOP}{overrides}"))
}

fn price(catalogue: &Catalogue, name: &str) -> MicroUsd {
    let model = catalogue.find(name).unwrap();
    let params = model.validate(&Map::new(), NAMES).unwrap();
    model.unit_price(&params)
}

#[test]
fn a_markup_is_rounded_up_shown_in_the_table_and_no_part_of_what_a_run_costs_us() {
    let catalogue = with("[[override]]\nmodel = \"*\"\nmarkup_percent = 25\n").unwrap();
    let clip = catalogue.find("clip").unwrap();
    let params = clip.validate(&Map::new(), NAMES).unwrap();
    assert_eq!(clip.list_price(&params), MicroUsd(15_000));
    assert_eq!(clip.unit_price(&params), MicroUsd(18_750));
    assert_eq!(clip.routes[0].cost(clip.list_price(&params)), MicroUsd(15_000));
    let row = &clip.price_table().rows[0];
    assert_eq!((row.usd.as_str(), row.base.as_deref()), ("0.00125", Some("0.0125")));
    let odd = with("[[override]]\nmodel = \"a/clip\"\nmarkup_percent = 33\n").unwrap();
    assert_eq!(price(&odd, "clip"), MicroUsd(19_950));
}

#[test]
fn the_last_override_wins_and_a_fixed_price_takes_the_place_of_all_rows() {
    let text =
        "[[override]]\nmodel = \"a/*\"\nmarkup_percent = 25\n[[override]]\nmodel = \"clip\"\nusd = \"0.5\"\n";
    let catalogue = with(text).unwrap();
    assert_eq!(price(&catalogue, "a/clip"), MicroUsd(500_000));
    let table = catalogue.find("clip").unwrap().price_table();
    assert_eq!((table.rows.len(), table.rows[0].usd.as_str()), (1, "0.50"));
}

#[test]
fn what_is_switched_off_is_not_listed_but_found_for_the_jobs_it_has() {
    let catalogue = with("[[override]]\nmodel = \"a/clip\"\ndisabled = true\n").unwrap();
    assert!(catalogue.find("clip").unwrap().disabled);
    assert!(catalogue.models().iter().all(|model| model.id != "a/clip"));
    assert_eq!(catalogue.nearest("a/clop"), None);
    assert!(catalogue.search("clip").is_empty());
}

#[test]
fn a_reload_keeps_what_is_gone_for_the_jobs_it_has() {
    let newer = read(&stanza("t = { type = \"text\" }", &format!("{PRICE}{ROUTE}"))).unwrap();
    let kept = newer.keeping(&with("").unwrap());
    assert!(kept.find("a/clip").unwrap().disabled);
    assert!(kept.find("a/any/thing").unwrap().disabled);
    assert!(!kept.find("a/b").unwrap().disabled);
    assert!(kept.find("clip").is_none(), "the names of what is gone are free");
    assert_eq!(kept.models().len(), 1);
}

#[test]
fn a_member_of_a_family_is_a_model_that_takes_any_word() {
    let catalogue = with("[[override]]\nmodel = \"a/any/*\"\nmarkup_percent = 10\n").unwrap();
    let member = catalogue.find("a/any/thing").unwrap();
    assert!(catalogue.find("a/any/*").unwrap().is_family() && !member.is_family());
    assert!(catalogue.find("a/any").is_none() && catalogue.find("a/any/x/y").is_none());
    let input = input(json!({ "prompt": "x", "num_outputs": 4, "deep": { "er": [1] } }));
    for unknown in [Unknown::Refuse, Unknown::Ignore, Unknown::Pass] {
        let words = Words::Names { unknown, numeric_strings: false };
        let params = member.validate(&input, words).unwrap();
        let upstream = member.routes[0].render(&member, &params, 1);
        assert_eq!(upstream.model, "a/thing/run");
        assert_eq!(Value::Object(upstream.input), Value::Object(input.clone()));
    }
    assert_eq!(member.schema()["additionalProperties"], true);
    let params = member.validate(&input, NAMES).unwrap();
    let metered = member.metered(&params).unwrap();
    assert_eq!(member.unit_price(&params), MicroUsd(1_100_000));
    for (billed, charged) in
        [(Some(100_000), 121_000), (None, 55_000), (Some(5_000_000), 1_100_000), (Some(0), 0)]
    {
        assert_eq!(metered.charge(billed.map(MicroUsd), 1, member.unit_price(&params)), MicroUsd(charged));
    }
    let row = &member.price_table().rows[0];
    assert_eq!(
        (row.usd.as_str(), row.billed_percent, row.otherwise.as_deref()),
        ("1.10", Some(121), Some("0.055"))
    );
}

#[test]
fn wrong_overrides_and_families_are_told() {
    for (overrides, words) in [
        ("[[override]]\nmodel = \"a/clop\"\ndisabled = true", "meets no model; did you mean \"a/clip\"?"),
        ("[[override]]\nmodel = \"zzz\"\ndisabled = true", "meets no model"),
        ("[[override]]\nmodel = \"clip\"", "changes nothing"),
        ("[[override]]\ndisabled = true", "does not say which model"),
        (
            "[[override]]\nmodel = \"clip\"\nmarkup_percent = 5000",
            "is 5000; write a whole number from 0 to 1000",
        ),
        (
            "[[override]]\nmodel = \"clip\"\nmarkup_percent = 5\nusd = \"1\"",
            "both `usd` and `markup_percent`",
        ),
        ("[[override]]\nmodel = \"clip\"\ndisabled = true\nmarkup = 5", "did you mean"),
    ] {
        let found: Vec<String> = with(overrides).unwrap_err().iter().map(Problem::to_string).collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].contains(words), "{} lacks {words}", found[0]);
    }
    let found = read(&SHOP.replace("a/any/*", "a/any*")).unwrap_err();
    assert!(found[0].to_string().contains("is not an id"), "{}", found[0]);
    let found = read(&SHOP.replace("billed_percent = 110\n", "")).unwrap_err();
    assert!(found[0].to_string().contains("how a metered run is charged"), "{}", found[0]);
}

#[test]
fn an_override_says_in_which_order_the_routes_of_a_model_are_tried() {
    let routing = |text: &str| with(text).map(|catalogue| catalogue.find("a/clip").unwrap().routing.clone());
    for (word, expected) in
        [("order", Routing::Order), ("cheapest", Routing::Cheapest), ("fastest", Routing::Fastest)]
    {
        let text = format!("[[override]]\nmodel = \"a/*\"\nrouting = \"{word}\"\n");
        assert_eq!(routing(&text).unwrap(), Some(expected));
    }
    let provider = with("").unwrap().find("a/clip").unwrap().routes[0].provider.clone();
    let pinned = format!("[[override]]\nmodel = \"*\"\nrouting = \"{provider}\"\n");
    assert_eq!(routing(&pinned).unwrap(), Some(Routing::Pinned(provider)));
    assert_eq!(routing("").unwrap(), None);
    let wrong = routing("[[override]]\nmodel = \"a/clip\"\nrouting = \"cheapst\"\n").unwrap_err();
    assert!(wrong[0].what.contains("routing = \"cheapst\", to which no route leads"), "{wrong:?}");
}
