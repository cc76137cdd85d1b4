use proptest::prelude::*;

use super::*;
use crate::reference::FORMS;

const URL: &str = "https://x.example/1.png";

fn roles(id: &str, json: Value) -> Result<Params, Vec<Refusal>> {
    model(id).validate(&input(json), Words::Roles)
}

/// The only refusal of a small model's input.
fn message(model: &Model, json: Value) -> String {
    let mut refusals = model.validate(&input(json), NAMES).unwrap_err();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    refusals.remove(0).message
}

#[test]
fn every_type_is_held_to_its_bounds() {
    let model = made(
        r#"
t = { type = "text", max_chars = 3 }
i = { type = "int", min = 2, max = 5 }
o = { type = "int", one_of = [5, 10] }
n = { type = "number", min = 0.5, max = 2 }
b = { type = "bool" }
c = { type = "choice", one_of = ["Low", "high"] }
a = { type = "choice_or_number", one_of = ["auto"], min = 1, max = 3 }
s = { type = "size", words = { wide = "1024x512" }, free = { min = 64, max = 128, multiple_of = 16 } }
m = { type = "media", of = "image" }
l = { type = "media_list", of = "image", min = 2, max = 3 }
k = { type = "text_list", max = 2, max_chars = 3, commas = true }
e = { type = "object_list", max = 2, fields = { x = { type = "int", required = true }, y = { type = "text" } } }
u = { type = "text", pattern = "uuid" }
r = { type = "refused" }
"#,
        "",
    );
    for (good, stored) in [
        (json!({ "t": "äöü" }), json!({ "t": "äöü" })),
        (json!({ "i": 2, "n": 0.5 }), json!({ "i": 2, "n": 0.5 })),
        (json!({ "i": 5.0, "n": 2 }), json!({ "i": 5, "n": 2 })),
        (json!({ "o": 10, "b": true }), json!({ "o": 10, "b": true })),
        (json!({ "c": "LOW" }), json!({ "c": "Low" })),
        (json!({ "a": "AUTO" }), json!({ "a": "auto" })),
        (json!({ "a": 2.5 }), json!({ "a": 2.5 })),
        (json!({ "s": "Wide" }), json!({ "s": "wide" })),
        (json!({ "s": "64X128" }), json!({ "s": "64x128" })),
        (json!({ "s": { "width": 80, "height": 64 } }), json!({ "s": "80x64" })),
        (json!({ "m": "http://x.example/a" }), json!({ "m": "http://x.example/a" })),
        (json!({ "l": [URL, URL] }), json!({ "l": [URL, URL] })),
        (json!({ "k": "ab, cd" }), json!({ "k": ["ab", "cd"] })),
        (
            json!({ "e": [{ "x": 1 }, { "x": 2, "y": "z" }] }),
            json!({ "e": [{ "x": 1 }, { "x": 2, "y": "z" }] }),
        ),
        (json!({ "t": null, "i": null, "m": null, "l": [], "k": "" }), json!({})),
    ] {
        let params = model.validate(&input(good.clone()), NAMES).unwrap();
        assert_eq!(serde_json::to_value(&params).unwrap(), stored, "{good}");
    }
    for (bad, said) in [
        (json!({ "t": "abcd" }), "t has 4 characters; at most 3 are allowed"),
        (json!({ "t": 5 }), "t must be a text, not a number"),
        (json!({ "i": 1 }), "i is 1; allowed: whole numbers from 2 to 5"),
        (json!({ "i": 6 }), "i is 6; allowed: whole numbers from 2 to 5"),
        (json!({ "i": 2.5 }), "i is 2.5; allowed: whole numbers from 2 to 5"),
        (json!({ "i": "3" }), "i is \"3\"; allowed: whole numbers from 2 to 5"),
        (json!({ "i": 1e300 }), "i is 1e+300; allowed: whole numbers from 2 to 5"),
        (json!({ "o": 7 }), "o is 7; allowed: 5, 10"),
        (json!({ "n": 2.01 }), "n is 2.01; allowed: numbers from 0.5 to 2"),
        (json!({ "n": true }), "n is true; allowed: numbers from 0.5 to 2"),
        (json!({ "b": "true" }), "b is \"true\"; allowed: true, false"),
        (json!({ "c": "mid" }), "c is \"mid\"; allowed: Low, high"),
        (json!({ "c": "x".repeat(41) }), "c is a text; allowed: Low, high"),
        (json!({ "a": 3.5 }), "a is 3.5; allowed: auto, or a number from 1 to 3"),
        (
            json!({ "s": "65x64" }),
            "s is \"65x64\"; allowed: wide, WxH with sides from 64 to 128 in steps of 16",
        ),
        (
            json!({ "s": "0x64" }),
            "s is \"0x64\"; allowed: wide, WxH with sides from 64 to 128 in steps of 16",
        ),
        (json!({ "m": "data:image/png;base64" }), &format!("m must be {FORMS}")),
        (json!({ "m": "" }), &format!("m must be {FORMS}")),
        (
            json!({ "m": format!("https://a.test/{}", "x".repeat(8192)) }),
            "m is a URL of 8207 bytes; at most 8192 are allowed",
        ),
        (json!({ "l": [URL] }), "l has 1 items; 2 to 3 are allowed"),
        (json!({ "l": [URL, "x"] }), &format!("l.1 must be {FORMS}")),
        (json!({ "l": URL }), "l must be a list of files, not a text"),
        (json!({ "k": ["a", "b", "c"] }), "k has 3 items; at most 2 are allowed"),
        (json!({ "k": ["a", "long"] }), "k.1 has 4 characters; at most 3 are allowed"),
        (json!({ "e": [{ "y": "z" }] }), "e.0.x is required"),
        (json!({ "e": [{ "x": 1, "why": 1 }] }), "e.0.why is not known; known are: x, y"),
        (json!({ "e": [5] }), "e.0 must be an object, not a number"),
        (json!({ "u": "x" }), "u must be a UUID, such as 3f0c1b9a-2d4e-4c6f-8a10-5b7c9d1e2f34"),
        (json!({ "r": 1 }), "r is not supported by this model; leave it out"),
    ] {
        assert_eq!(message(&model, bad.clone()), said, "{bad}");
    }
}

#[test]
fn numeric_strings_count_only_where_the_dialect_allows_them() {
    let id = "kuaishou/kling-2.6";
    let loose = Words::Names { unknown: Unknown::Ignore, numeric_strings: true };
    let params = model(id).validate(&input(json!({ "prompt": "x", "duration": "10" })), loose).unwrap();
    assert_eq!(params["duration"], 10);
    assert_eq!(refuse(id, json!({ "prompt": "x", "duration": "10" }))[0].param, "duration");
}

#[test]
fn unknown_keys_are_refused_dropped_or_kept() {
    let id = "kuaishou/kling-2.6";
    let refusals = refuse(id, json!({ "promt": "x", "start_image_url": URL }));
    assert!(
        refusals[0].message.starts_with("promt is not known; did you mean prompt? known are: "),
        "{}",
        refusals[0].message
    );
    assert!(refusals[0].message.contains(", prompt") || refusals[0].message.contains(": prompt"));
    let ignored = Words::Names { unknown: Unknown::Ignore, numeric_strings: false };
    let params = model(id).validate(&input(json!({ "prompt": "x", "other": 1 })), ignored).unwrap();
    assert!(!params.contains_key("other"));
    let passed = Words::Names { unknown: Unknown::Pass, numeric_strings: false };
    let params = model(id).validate(&input(json!({ "prompt": "x", "other": 1 })), passed).unwrap();
    assert_eq!(params["other"], 1);
}

#[test]
fn what_the_model_expressly_lacks_is_refused_even_where_unknown_keys_are_ignored() {
    let ignored = Words::Names { unknown: Unknown::Ignore, numeric_strings: false };
    for (id, json) in [
        ("black-forest-labs/flux.2-pro", json!({ "prompt": "x", "steps": 20 })),
        ("google/nano-banana", json!({ "prompt": "x", "aspect_ratio": "1:1", "resolution": "2k" })),
        ("kuaishou/kling-2.1-master", json!({ "start_image_url": URL, "end_image_url": URL })),
        ("kuaishou/kling-2.5", json!({ "prompt": "x", "mode": "std" })),
        ("openai/gpt-image-1.5", json!({ "prompt": "x", "aspect_ratio": "16:9" })),
        (
            "kuaishou/kling-o1-video",
            json!({ "prompt": "x", "elements": [{ "type": "VIDEO", "video_url": URL }] }),
        ),
    ] {
        assert_eq!(model(id).validate(&input(json.clone()), &ignored).unwrap_err().len(), 1, "{id} {json}");
    }
}

#[test]
fn rules_name_the_field_and_the_condition() {
    let said = |id: &str, json: Value| refuse(id, json).remove(0).message;
    assert_eq!(said("kuaishou/kling-2.6", json!({})), "prompt is required unless start_image_url is given");
    assert_eq!(said("google/veo-3", json!({ "prompt": null })), "prompt is required");
    assert_eq!(
        said("hailuo/minimax-2.3", json!({ "prompt": "x", "resolution": "1080P", "duration": 10 })),
        "duration is 10; allowed when resolution is 1080p: 6"
    );
    assert_eq!(
        said("hailuo/minimax-2.0", json!({ "prompt": "x", "resolution": "512p" })),
        "start_image_url is required when resolution is 512p"
    );
    assert_eq!(
        said("kuaishou/kling-2.6", json!({ "prompt": "x", "end_image_url": URL })),
        "end_image_url needs start_image_url; give both or neither"
    );
    assert_eq!(
        said("suno-ai/cover", json!({ "mv": "chirp-v4", "custom": true, "clip_id": JOB, "audio_url": URL })),
        "audio_url cannot be given together with clip_id"
    );
    assert_eq!(
        said(
            "suno-ai/extend",
            json!({ "mv": "chirp-v4", "custom": true, "clip_id": JOB, "start_s": 5, "end_s": 5 })
        ),
        "start_s is 5; it must be less than end_s, which is 5"
    );
    assert_eq!(
        said("elevenlabs/text-to-speech", json!({ "text": "x", "voice": "a", "voice_id": "b" })),
        "voice_id says the same as voice; give one of them"
    );
    assert_eq!(
        said(
            "kuaishou/kling-3.0-omni-video",
            json!({ "multi_shot": [{ "prompt": "a", "duration": 15 }, { "prompt": "b", "duration": 1 }] })
        ),
        "multi_shot has a total duration of 16; allowed for duration: whole numbers from 3 to 15"
    );
    let forbidding = made(
        "a = { type = \"bool\" }\nb = { type = \"text\" }",
        "[[model.rules]]\nwhen = { a = true }\nforbids = [\"b\"]",
    );
    assert_eq!(message(&forbidding, json!({ "a": true, "b": "x" })), "b is not allowed when a is true");
    assert!(forbidding.validate(&input(json!({ "b": "x" })), NAMES).is_ok(), "not given counts as false");
    let few = made(
        "a = { type = \"text\" }\nb = { type = \"text\" }",
        "[[model.rules]]\nat_most_one = [\"a\", \"b\"]",
    );
    assert_eq!(message(&few, json!({ "a": "x", "b": "x" })), "b cannot be given together with a");
    assert!(few.validate(&input(json!({})), NAMES).is_ok());
}

#[test]
fn defaults_sums_and_ignored_parameters() {
    let params = accept("kuaishou/kling-2.6", json!({ "start_image_url": URL, "aspect_ratio": "1:1" }));
    assert_eq!(
        json!(params),
        json!({ "start_image_url": URL, "duration": 5, "mode": "std", "enable_audio": false })
    );
    let params = accept(
        "kuaishou/kling-3.0-omni-video",
        json!({ "multi_shot": [{ "prompt": "a", "duration": 4 }, { "prompt": "b", "duration": 5 }] }),
    );
    assert_eq!(params["duration"], 9);
    assert!(!params.contains_key("video_mode"), "its default belongs to video_url");
    let params = accept("kuaishou/kling-o1-video", json!({ "prompt": "x", "video_url": URL }));
    assert_eq!((&params["video_mode"], &params["keep_audio"]), (&json!("reference"), &json!(false)));
    assert!(
        model("kuaishou/kling-o1-video")
            .validate(&input(json!({ "prompt": "x", "video_mode": "transform" })), NAMES)
            .is_err()
    );
    let params = accept(
        "higgsfield-ai/cinematic-studio-video",
        json!({ "start_image_url": URL, "end_image_url": URL, "sound": true, "preset_id": "p" }),
    );
    assert!(!params.contains_key("sound") && !params.contains_key("preset_id"));
}

#[test]
fn roles_become_the_models_own_words() {
    let params = roles(
        "kuaishou/kling-2.6",
        json!({ "prompt": "x", "images": [URL, "https://x.example/2.png", URL], "duration": 10 }),
    )
    .unwrap();
    assert_eq!(
        (&params["start_image_url"], &params["end_image_url"]),
        (&json!(URL), &json!("https://x.example/2.png"))
    );
    let params = roles("google/nano-banana", json!({ "prompt": "x", "images": [URL] })).unwrap();
    assert_eq!(json!(params), json!({ "prompt": "x", "aspect_ratio": "1:1", "image_urls": [URL] }));
    let params = roles("suno-ai/music", json!({ "prompt": "sea", "negative_prompt": "drums" })).unwrap();
    assert_eq!(
        (&params["gpt_description_prompt"], &params["custom"], &params["negative_tags"]),
        (&json!("sea"), &json!(false), &json!("drums"))
    );
    let params = roles("elevenlabs/text-to-speech", json!({ "prompt": "hello" })).unwrap();
    assert_eq!((&params["text"], &params["voice"]), (&json!("hello"), &json!("Rachel")));
    let params = roles("runway-gen4", json!({ "prompt": "x", "images": [URL], "seed": 5 })).unwrap();
    assert_eq!(params["seed"], 5);
}

#[test]
fn a_ratio_the_model_lacks_becomes_its_nearest() {
    let ratio = |id: &str, wanted: &str| {
        roles(id, json!({ "prompt": "x", "aspect_ratio": wanted })).unwrap()["aspect_ratio"].clone()
    };
    assert_eq!(ratio("google/veo-3", "21:9"), "16:9");
    assert_eq!(ratio("google/veo-3", "4:5"), "9:16");
    assert_eq!(ratio("google/nano-banana", "1000:1"), "21:9");
    assert_eq!(ratio("openai/gpt-image-1.5", "16:9"), "3:2");
    assert_eq!(ratio("google/nano-banana", "32:18"), "16:9");
    let size = |wanted: Value| roles("flux-1.1-pro", wanted).unwrap()["image_size"].clone();
    assert_eq!(size(json!({ "prompt": "x", "aspect_ratio": "9:16" })), "portrait_16_9");
    assert_eq!(size(json!({ "prompt": "x", "size": "1024x1024" })), "square_hd");
    assert_eq!(size(json!({ "prompt": "x", "size": "640x480", "aspect_ratio": "1:1" })), "640x480");
    for bad in ["16/9", "16:", ":9", "a:b", "0:1", "16:9:1", ""] {
        let refusals = roles("google/veo-3", json!({ "prompt": "x", "aspect_ratio": bad })).unwrap_err();
        assert_eq!(refusals[0].param, "aspect_ratio", "{bad}");
    }
}

#[test]
fn role_words_that_do_not_fit_are_ignored_and_wrong_values_refused() {
    let params = roles("google/nano-banana", json!({ "prompt": "x", "duration": 8, "resolution": "720p", "size": "8x8", "negative_prompt": "y", "seed": 1 })).unwrap();
    assert_eq!(json!(params), json!({ "prompt": "x", "aspect_ratio": "1:1" }));
    let params = roles("google/nano-banana-pro", json!({ "prompt": "x", "resolution": "720p" })).unwrap();
    assert_eq!(params["resolution"], "1k");
    let params = roles("google/nano-banana-pro", json!({ "prompt": "x", "resolution": "4K" })).unwrap();
    assert_eq!(params["resolution"], "4k");
    let refusals =
        roles("google/veo-3", json!({ "prompt": "x", "duration": 5, "resolution": "8k" })).unwrap_err();
    assert_eq!(refusals[0].message, "duration is 5; allowed: 4, 6, 8");
    assert_eq!(refusals[1].message, "resolution is \"8k\"; allowed: 720p, 1080p");
    let refusals = roles("google/veo-3", json!({ "promt": "x" })).unwrap_err();
    assert!(
        refusals[0].message.starts_with("promt is not known; did you mean prompt? known are: "),
        "{}",
        refusals[0].message
    );
    assert!(refusals[0].message.contains(", prompt") || refusals[0].message.contains(": prompt"));
    let refusals = roles("suno-ai/music", json!({ "prompt": "secret".repeat(100) })).unwrap_err();
    assert_eq!(
        (refusals[0].param.as_str(), refusals[0].message.as_str()),
        ("prompt", "prompt has 600 characters; at most 500 are allowed")
    );
    let refusals = roles("runway-gen4", json!({ "prompt": "x" })).unwrap_err();
    assert_eq!((refusals[0].param.as_str(), refusals[0].message.as_str()), ("images", "images is required"));
    let refusals = roles(
        "higgsfield-ai/cinematic-studio-image",
        json!({ "prompt": "x", "images": [URL, URL, URL, URL, URL] }),
    )
    .unwrap_err();
    assert_eq!(refusals[0].message, "images has 5 items; at most 4 are allowed");
    let refusals = roles("flux-1.1-pro", json!({ "prompt": "x", "size": "4000x4000" })).unwrap_err();
    assert_eq!(refusals[0].param, "size");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("16:9"),
            Just("1024x1024"),
            Just("5"),
            Just("pro"),
            Just("https://x.example/1"),
            Just("1:0"),
            Just("http://")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,8}|prompt|duration|type|width|height", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_input_makes_validation_panic_and_what_passes_is_priced_and_sent(
        values in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 0..8),
        which in any::<prop::sample::Index>(),
        manner in 0..3u8,
    ) {
        // A family is none itself: its members are tried where families are.
        let single: Vec<_> = catalogue().models().iter().filter(|model| !model.is_family()).collect();
        let model = *which.get(&single);
        let words = match manner {
            0 => Words::Roles,
            1 => Words::Names { unknown: Unknown::Pass, numeric_strings: true },
            _ => NAMES,
        };
        let names: Vec<&str> = if manner == 0 {
            vec!["prompt", "images", "aspect_ratio", "size", "duration", "resolution", "seed", "negative_prompt", "count", "x"]
        } else {
            model.params.keys().map(String::as_str).chain(["x"]).collect()
        };
        let input: Map<String, Value> = values.into_iter().map(|(at, value)| ((*at.get(&names)).to_owned(), value)).collect();
        match model.validate(&input, words) {
            Err(refusals) => prop_assert!(!refusals.is_empty()),
            Ok(params) => {
                prop_assert!(model.unit_price(&params).0 > 0);
                let _ = (model.wish(&params), model.task(&params));
                for route in &model.routes {
                    prop_assert!(!route.render(model, &params, 1).model.is_empty());
                }
                // What passed once passes again and stays the same, word for word.
                let again = model.validate(&params.0.clone().into_iter().collect(), Words::Names { unknown: Unknown::Pass, numeric_strings: false });
                prop_assert_eq!(again.unwrap(), params);
            }
        }
    }
}
