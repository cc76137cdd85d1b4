use super::*;

#[test]
fn every_shipped_file_is_listed_and_read() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog")).unwrap();
    let files =
        folder.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "toml"));
    assert_eq!(files.count(), super::super::shipped().len());
    let stanzas: usize =
        super::super::shipped().iter().map(|file| file.text.matches("[[model]]").count()).sum();
    assert_eq!(catalogue().models().len(), stanzas);
    let ids: Vec<&str> = catalogue().models().iter().map(|model| model.id.as_str()).collect();
    assert!(ids.is_sorted());
}

#[test]
fn names_of_all_dialects_find_their_model() {
    for (name, id) in [
        ("kuaishou/kling-2.6", "kuaishou/kling-2.6"),
        ("gpt-image-1.5", "openai/gpt-image-1.5"),
        ("flux-schnell", "black-forest-labs/flux-schnell"),
        ("fal-ai/flux/schnell", "black-forest-labs/flux-schnell"),
        ("flux-1.1-pro", "black-forest-labs/flux-1.1-pro"),
        ("veo-3", "google/veo-3"),
        ("runway-gen4", "runway/gen4-turbo"),
        ("runwayml-gen3a-turbo", "runway/gen3a-turbo"),
        ("kling-v2", "kuaishou/kling-2-master"),
        ("kling-v1-6", "kuaishou/kling-1.6"),
        ("kling-v3/text-to-video", "kuaishou/kling-3.0"),
        ("luma-ray-2", "luma/ray-2"),
        ("luma-photon", "luma/photon"),
        ("minimax-video-01", "hailuo/video-01"),
        ("vidu-2.0", "vidu/2.0"),
        ("jimeng-v2", "jimeng/video-s2.0-pro"),
        ("doubao-seedance-1-0-pro", "bytedance/seedance-1.0-pro"),
        ("doubao-seedance-2-5-260628", "bytedance/seedance-2.5"),
        ("flux-pro", "black-forest-labs/flux-1.1-pro"),
        ("flux-dev", "black-forest-labs/flux-dev"),
        ("flux-kontext-pro", "black-forest-labs/flux-kontext-pro"),
        ("fast-sdxl", "stabilityai/fast-sdxl"),
        ("stable-diffusion-3", "stability/sd3.5-large"),
        ("ideogram", "ideogram/ideogram-v3"),
        ("nano-banana-pro-edit", "google/nano-banana-pro-edit"),
        ("grok-2-image", "xai/grok-imagine-image-2.0"),
        ("wanx-v2", "alibaba/wanx-2.0"),
        ("suno/music", "suno-ai/music"),
        ("replicate/meta/musicgen", "replicate/meta/musicgen"),
    ] {
        assert_eq!(catalogue().find(name).unwrap().id, id);
    }
    assert!(catalogue().find("KUAISHOU/KLING-2.6").is_none());
    assert!(catalogue().find("").is_none());
}

#[test]
fn a_slip_of_the_pen_is_pointed_out() {
    assert_eq!(catalogue().nearest("nano-bananna"), Some("nano-banana"));
    assert_eq!(catalogue().nearest("kuaishou/kling-2.7"), Some("kuaishou/kling-2.1"));
    assert_eq!(catalogue().nearest("zzzzzzzzzzzz"), None);
    assert_eq!(catalogue().nearest(""), None);
}

#[test]
fn search_wants_every_word_and_puts_names_first() {
    let found = catalogue().search("kling audio");
    assert!(found.is_empty() || found.iter().all(|model| model.id.contains("kling")));
    let found = catalogue().search("speech");
    assert!(found[0].id.ends_with("/speech"), "{}", found[0].id);
    assert!(found.iter().any(|model| model.id == "higgsfield-ai/tts"));
    assert!(catalogue().search("kling nonsense").is_empty());
    assert_eq!(catalogue().search("").len(), catalogue().models().len());
    assert_eq!(catalogue().search("FLUX schnell")[0].id, "black-forest-labs/flux-schnell");
}

#[test]
fn every_parameter_that_callers_see_has_a_help_text() {
    for model in catalogue().models() {
        assert!(!model.name.is_empty() && !model.description.is_empty(), "{}", model.id);
        for (name, param) in &model.params {
            assert!(!param.help.is_empty(), "{} {name}", model.id);
        }
    }
}

#[test]
fn a_later_source_replaces_the_model_with_the_same_id() {
    let text = r#"
[[model]]
id = "google/veo-3"
name = "Ours"
makes = "video"
tasks = ["text-to-video"]
params.prompt = { type = "text", required = true }
prices = [{ usd = "2" }]
routes = [{ provider = "sandbox" }]
"#;
    let mut sources = super::super::shipped();
    sources.push(Source { file: "own.toml".to_owned(), text: text.to_owned() });
    let changed = Catalogue::read(&sources, &providers_of(&sources)).unwrap();
    let ours = changed.find("google/veo-3").unwrap();
    assert_eq!((ours.name.as_str(), ours.file.as_str(), ours.line), ("Ours", "own.toml", 3));
    assert_eq!(changed.models().len(), catalogue().models().len());
    assert!(changed.find("veo-3").is_none(), "the old stanza's alias is gone with it");
}

#[test]
fn the_task_follows_from_the_media_that_are_given() {
    let task = |id: &str, json: Value| model(id).task(&accept(id, json)).as_str();
    let url = "https://x.example/1.png";
    assert_eq!(task("kuaishou/kling-2.6", json!({ "prompt": "x" })), "text-to-video");
    assert_eq!(task("kuaishou/kling-2.6", json!({ "start_image_url": url })), "image-to-video");
    assert_eq!(
        task("kuaishou/kling-o1-video", json!({ "prompt": "x", "video_url": url, "image_urls": [url] })),
        "video-to-video"
    );
    assert_eq!(
        task("higgsfield-ai/speak", json!({ "prompt": "x", "image_url": url, "audio_url": url })),
        "audio-to-video"
    );
    assert_eq!(
        task("higgsfield-ai/speak", json!({ "prompt": "x", "image_url": url, "audio_task_id": JOB })),
        "audio-to-video"
    );
    assert_eq!(task("suno-ai/stems", json!({ "clip_id": JOB })), "audio-to-audio");
    assert_eq!(task("elevenlabs/sound-effect", json!({ "text": "rain" })), "text-to-audio");
}

#[test]
fn the_worked_stanza_of_the_documentation_is_right() {
    let page = include_str!("../../../../../docs/adding-a-model.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let text = example.replace("provider = \"kling\"", "provider = \"fal\"");
    let found = read(&text).unwrap();
    let example = &found.models()[0];
    assert_eq!(example.routes.len(), 2);
    assert_eq!(example.price_table().rows.len(), 4);
}

#[test]
fn every_key_that_the_reader_knows_is_documented() {
    let page = include_str!("../../../../../docs/adding-a-model.md");
    let readers = [
        include_str!("../stanza.rs"),
        include_str!("../param_read.rs"),
        include_str!("../price.rs"),
        include_str!("../route_read.rs"),
        include_str!("../rule.rs"),
        include_str!("../condition.rs"),
    ];
    let mut keys = 0;
    for reader in readers {
        for method in
            ["take", "text", "truth", "int", "size", "number", "texts", "ints", "json", "table", "tables"]
        {
            let call = format!(".{method}(\"");
            for (at, _) in reader.match_indices(&call) {
                let key = reader[at + call.len()..].split('"').next().unwrap();
                assert!(page.contains(&format!("`{key}")), "docs/adding-a-model.md lacks `{key}`");
                keys += 1;
            }
        }
    }
    assert!(keys > 40, "{keys}");
}
