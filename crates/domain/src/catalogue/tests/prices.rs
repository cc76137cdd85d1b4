use super::*;
use crate::money::MicroUsd;

#[test]
fn shipped_prices_are_those_of_the_contract() {
    let url = "https://x.example/1.png";
    for (id, input, usd) in [
        ("kuaishou/kling-3.0-omni-video", json!({ "prompt": "x", "mode": "std" }), "0.16"),
        ("kuaishou/kling-3.0-omni-video", json!({ "prompt": "x", "mode": "std", "duration": 10 }), "0.30"),
        ("kuaishou/kling-3.0-omni-video", json!({ "prompt": "x" }), "0.20"),
        ("kuaishou/kling-3.0-omni-video", json!({ "prompt": "x", "duration": 10 }), "0.40"),
        ("kuaishou/kling-3.0-omni-video", json!({ "prompt": "x", "duration": 3, "mode": "std" }), "0.104"),
        (
            "kuaishou/kling-3.0-omni-video",
            json!({ "multi_shot": [{ "prompt": "a", "duration": 4 }, { "prompt": "b", "duration": 11 }] }),
            "0.60",
        ),
        ("kuaishou/kling-o1-video", json!({ "prompt": "x", "duration": 7 }), "0.336"),
        ("kuaishou/kling-2.6", json!({ "prompt": "x" }), "0.16"),
        ("kuaishou/kling-2.5", json!({ "prompt": "x", "duration": 10 }), "0.33"),
        ("kuaishou/kling-2.1", json!({ "start_image_url": url, "duration": 10 }), "0.20"),
        ("kuaishou/kling-2.1-master", json!({ "prompt": "x" }), "0.48"),
        ("google/veo-3.1-fast", json!({ "prompt": "x" }), "0.15"),
        ("google/veo-3.1-fast", json!({ "prompt": "x", "resolution": "4K" }), "0.30"),
        ("google/veo-3.1-quality", json!({ "prompt": "x" }), "0.75"),
        ("google/veo-3", json!({ "prompt": "x", "duration": 4, "generate_audio": false }), "0.80"),
        ("openai/sora-2", json!({ "prompt": "x", "duration": 20 }), "0.30"),
        ("hailuo/minimax-2.3", json!({ "prompt": "x" }), "0.10"),
        ("hailuo/minimax-2.3-fast", json!({ "start_image_url": url }), "0.07"),
        (
            "higgsfield-ai/cinematic-studio-video",
            json!({ "start_image_url": url, "duration": 10, "sound": true }),
            "0.36",
        ),
        (
            "higgsfield-ai/cinematic-studio-video",
            json!({ "start_image_url": url, "end_image_url": url, "sound": true }),
            "0.10",
        ),
        ("openai/gpt-image-1.5", json!({ "prompt": "x", "quality": "HIGH" }), "0.04"),
        ("google/nano-banana", json!({ "prompt": "x", "aspect_ratio": "1:1" }), "0.03"),
        (
            "google/nano-banana-pro",
            json!({ "prompt": "x", "aspect_ratio": "1:1", "resolution": "4k" }),
            "0.10",
        ),
        ("black-forest-labs/flux.2-pro", json!({ "prompt": "x", "quality": "2k" }), "0.03"),
        ("black-forest-labs/flux.2-flex", json!({ "prompt": "x" }), "0.04"),
        ("black-forest-labs/flux-1.1-pro", json!({ "prompt": "x" }), "0.04"),
        ("higgsfield-ai/cinematic-studio-image", json!({ "prompt": "x" }), "0.03"),
        (
            "suno-ai/music",
            json!({ "mv": "chirp-v4", "custom": false, "gpt_description_prompt": "x" }),
            "0.06",
        ),
        ("suno-ai/lyrics", json!({ "mv": "default", "prompt": "x" }), "0.012"),
        ("elevenlabs/text-to-speech", json!({ "text": "x".repeat(1000), "voice": "v" }), "0.10"),
        ("elevenlabs/text-to-speech", json!({ "text": "ü".repeat(1001), "voice": "v" }), "0.20"),
        (
            "elevenlabs/text-to-dialogue",
            json!({ "dialogue": [{ "text": "x".repeat(600), "voice": "v" }, { "text": "y".repeat(600), "voice": "w" }] }),
            "0.20",
        ),
        ("elevenlabs/sound-effect", json!({ "text": "rain" }), "0.02"),
    ] {
        let params = accept(id, input);
        assert_eq!(model(id).unit_price(&params), MicroUsd::parse(usd).unwrap(), "{id} {params:?}");
    }
}

#[test]
fn prices_are_exact_and_rounded_up_to_the_micro_dollar() {
    let price = |rate: &str, seconds: Value| {
        let params = r#"seconds = { type = "number", min = 0, max = 100, default = 1, role = "duration" }"#;
        let text = stanza(params, &format!("[[model.prices]]\nusd_per = {{ second = \"{rate}\" }}\n{ROUTE}"));
        let catalogue = read(&text).unwrap();
        let model = &catalogue.models()[0];
        model.unit_price(&model.validate(&input(json!({ "seconds": seconds })), NAMES).unwrap()).0
    };
    assert_eq!(price("0.000001", json!(0.1)), 1);
    assert_eq!(price("0.1", json!(1.1)), 110_000);
    assert_eq!(price("0.03", json!(2.3)), 69_000);
    assert_eq!(price("0.000001", json!(2.000_000_000_1)), 3);
    assert_eq!(price("0.5", json!(0)), 0);
    assert_eq!(price("999999", json!(100)), 99_999_900_000_000);
}

#[test]
fn a_price_table_has_a_row_for_each_combination() {
    let table = model("kuaishou/kling-2.6").price_table();
    let rows = serde_json::to_value(&table).unwrap();
    assert_eq!(
        rows,
        json!({ "currency": "USD", "rows": [
            { "when": { "duration": 5, "mode": "std" }, "usd": "0.16" },
            { "when": { "duration": 5, "mode": "pro" }, "usd": "0.20" },
            { "when": { "duration": 10, "mode": "std" }, "usd": "0.30" },
            { "when": { "duration": 10, "mode": "pro" }, "usd": "0.40" },
        ]})
    );
    let table = serde_json::to_value(model("elevenlabs/text-to-speech").price_table()).unwrap();
    assert_eq!(table["rows"], json!([{ "when": {}, "per": "thousand_characters", "usd": "0.10" }]));
    let table = serde_json::to_value(model("google/nano-banana").price_table()).unwrap();
    assert_eq!(table["rows"], json!([{ "when": {}, "usd": "0.03" }]));
    let long = made("d = { type = \"int\", min = 1, max = 60, default = 5, role = \"duration\" }", "");
    assert_eq!(long.price_table().rows.len(), 1);
}

#[test]
fn a_row_with_many_seconds_shows_base_and_rate() {
    let text = stanza(
        "d = { type = \"int\", min = 1, max = 60, default = 5, role = \"duration\" }",
        &format!("[[model.prices]]\nbase = \"0.02\"\nusd_per = {{ second = \"0.03\" }}\n{ROUTE}"),
    );
    let table = read(&text).unwrap().models()[0].price_table();
    assert_eq!(
        serde_json::to_value(&table).unwrap()["rows"],
        json!([{ "when": {}, "per": "second", "usd": "0.03", "base": "0.02" }])
    );
}

#[test]
fn every_shipped_model_prices_every_row_of_its_table_above_zero() {
    // What runs on the operator's own machine is free until an override prices it.
    for model in catalogue().models().iter().filter(|model| model.vendor != "local") {
        let table = model.price_table();
        assert!(!table.rows.is_empty(), "{}", model.id);
        for row in table.rows {
            assert!(MicroUsd::parse(&row.usd).unwrap() > MicroUsd::ZERO, "{}", model.id);
        }
    }
}

#[test]
fn parameters_of_an_older_stanza_cost_the_dearest_row_rather_than_nothing() {
    let model = model("openai/gpt-image-2");
    let old = Params(serde_json::from_value(json!({ "quality": "ultra", "size": "1x1" })).unwrap());
    assert_eq!(model.unit_price(&old), MicroUsd(317_000));
    assert_eq!(model.unit_price(&Params::default()), MicroUsd(317_000));
}
