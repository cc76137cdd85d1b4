use super::*;
use crate::catalogue::Media;

const STANZA: &str = r#"
[[model]]
id = "a/b"
makes = "video"
tasks = ["image-to-video"]
[model.params]
first = { type = "media", of = "image", role = "image.0", aliases = ["start"], max_bytes = 1000 }
more = { type = "media_list", of = "image", max = 3 }
voice = { type = "media", of = "audio" }
scenes = { type = "object_list", fields = { clip = { type = "media", of = "video" }, words = { type = "text" } } }
[[model.prices]]
usd = "1"
[[model.routes]]
provider = "fal"
upstream = "x"
"#;

fn one(text: &str) -> Arc<Model> {
    Arc::clone(&read(text).unwrap().models()[0])
}

#[test]
fn files_are_found_and_replaced_wherever_they_stand() {
    let model = one(STANZA);
    let given = json!({
        "start": "https://a.test/1", "more": ["https://a.test/2", "https://a.test/3"], "voice": "https://a.test/4",
        "scenes": [{ "words": "https://no.test" }, { "clip": "https://a.test/5" }],
    });
    let given = input(given);
    let mut params = model.validate(&given, NAMES).unwrap();
    let found: Vec<_> = model
        .files(&params)
        .into_iter()
        .map(|file| (file.path, file.of, file.max_bytes, file.text.to_owned()))
        .collect();
    let expected = [
        ("first", Media::Image, Some(1000), "https://a.test/1"),
        ("more.0", Media::Image, None, "https://a.test/2"),
        ("more.1", Media::Image, None, "https://a.test/3"),
        ("voice", Media::Audio, None, "https://a.test/4"),
        ("scenes.1.clip", Media::Video, None, "https://a.test/5"),
    ];
    let expected: Vec<_> =
        expected.map(|(path, of, max, text)| (path.to_owned(), of, max, text.to_owned())).into();
    assert_eq!(found, expected);
    for (path, ..) in &found {
        params.put_file(path, format!("at {path}"));
    }
    let texts: Vec<_> = model.files(&params).into_iter().map(|file| file.text.to_owned()).collect();
    assert_eq!(texts, ["at first", "at more.0", "at more.1", "at voice", "at scenes.1.clip"]);
    params.put_file("scenes.7.clip", "x".to_owned());
    params.put_file("nowhere", "x".to_owned());
    assert_eq!(model.files(&params).len(), 5);
}

#[test]
fn a_path_is_told_in_the_callers_words() {
    let model = one(STANZA);
    let by_alias = input(json!({ "start": "https://a.test/1" }));
    assert_eq!(model.callers_path("first", &by_alias, NAMES), "start");
    assert_eq!(model.callers_path("more.1", &by_alias, NAMES), "more.1");
    let roles = input(json!({ "images": ["https://a.test/1"] }));
    assert_eq!(model.callers_path("first", &roles, Words::Roles), "images.0");
}
