use super::*;
use crate::catalogue::{Makes, Service, Tool};

const URL: &str = "https://x.example/1.png";

/// Models of our own that tools can be tried with.
const MODELS: &str = r#"
[[model]]
id = "a/list"
aliases = ["list"]
makes = "image"
tasks = ["image-to-image"]
[model.params]
words = { type = "text", role = "prompt", required = true, max_chars = 60 }
pictures = { type = "media_list", of = "image", max = 2, role = "images", required = true }
shape = { type = "choice", one_of = ["1:1", "16:9"], default = "1:1", role = "aspect_ratio" }
grade = { type = "choice", one_of = ["fine", "rough"], default = "rough", means = { fine = "4k", rough = "1k" } }
[[model.prices]]
when = { grade = "fine" }
usd = "0.40"
[[model.prices]]
usd = "0.10"
[[model.routes]]
provider = "sandbox"

[[model]]
id = "a/single"
makes = "image"
tasks = ["image-to-image"]
[model.params]
prompt = { type = "text", role = "prompt", assume = "as it is", required = true }
start = { type = "media", of = "image", role = "image.0", required = true }
end = { type = "media", of = "image", role = "image.1", needs = ["start"] }
size = { type = "size", words = { square = "512x512", wide = "1024x512" }, default = "square", role = "size" }
n = { type = "int", min = 1, max = 4, default = 1, role = "count" }
times = { type = "choice", one_of = ["2x", "4x"], default = "2x", role = "factor" }
[[model.prices]]
usd = "0.20"
[[model.routes]]
provider = "sandbox"

[[model]]
id = "a/clip"
makes = "video"
tasks = ["text-to-video"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
seconds = { type = "int", one_of = [5, 8, 10], default = 5, role = "duration" }
[[model.prices]]
usd_per = { second = "0.10" }
[[model.routes]]
provider = "sandbox"

[[model]]
id = "f/*"
makes = "image"
tasks = ["text-to-image"]
params.prompt = { type = "text", role = "prompt" }
prices = [{ usd = "0.10" }]
routes = [{ provider = "sandbox", upstream = "{rest}" }]
"#;

const TOOL: &str = r#"
[[tool]]
id = "redraw"
name = "Redraw"
kind = "image"
[tool.params]
prompt = { type = "text", role = "prompt", required = true, max_chars = 100 }
images = { type = "media_list", of = "image", max = 9, role = "images", required = true, aliases = ["photos"] }
aspect_ratio = { type = "choice", one_of = ["1:1", "16:9", "2:1"], role = "aspect_ratio" }
resolution = { type = "choice", one_of = ["1k", "2k", "4k"], role = "resolution" }
factor = { type = "int", one_of = [2, 3, 4], role = "factor" }
count = { type = "int", min = 1, max = 10, role = "count" }
[[tool.models]]
id = "a/list"
[[tool.models]]
id = "a/single"
"#;

fn with(tool: &str) -> Result<Catalogue, Vec<Problem>> {
    read(&format!("{MODELS}{tool}"))
}

fn tool(text: &str, id: &str) -> Arc<Tool> {
    Arc::clone(with(text).unwrap().tool(id).unwrap())
}

fn call(service: &Arc<Service>, given: Value) -> Result<Params, Vec<Refusal>> {
    service.model.validate(&input(given), Words::Tool(Arc::clone(service)))
}

fn said(service: &Arc<Service>, given: Value) -> Value {
    serde_json::to_value(call(service, given).unwrap()).unwrap()
}

/// The field and the words of each refusal.
fn wrong(service: &Arc<Service>, given: Value) -> Vec<(String, String)> {
    let refusals = call(service, given).unwrap_err();
    refusals.into_iter().map(|refusal| (refusal.param, refusal.message)).collect()
}

#[test]
fn the_smallest_call_of_every_shipped_tool_suits_each_of_its_models() {
    assert!(catalogue().left_out().is_empty());
    for tool in catalogue().tools() {
        assert!(!tool.description.is_empty(), "{}", tool.id);
        for (name, param) in tool.params.iter() {
            assert!(!param.help.is_empty(), "{} {name}", tool.id);
        }
        let valid = jsonschema::validator_for(&tool.schema()).unwrap();
        assert!(valid.is_valid(&tool.smallest().into()), "{}", tool.id);
        for service in &tool.services {
            let params = call(service, service.smallest().into());
            assert!(params.is_ok(), "{} {}: {params:?}", tool.id, service.model.id);
            let span = service.price_span().unwrap();
            assert!(span.from <= span.to && span.from.0 > 0, "{} {}", tool.id, service.model.id);
        }
    }
}

#[test]
fn the_twenty_shipped_tools_are_there() {
    let ids: Vec<&str> = catalogue().tools().iter().map(|tool| tool.id.as_str()).collect();
    let expected = [
        "ai-image-generator",
        "image-to-image",
        "remove-background",
        "image-upscaler",
        "object-remover",
        "style-transfer",
        "image-enhancer",
        "ai-art-generator",
        "text-to-video",
        "image-to-video",
        "ai-video-generator",
        "video-upscaler",
        "video-enhancer",
        "frame-interpolation",
        "text-to-speech",
        "speech-to-text",
        "ai-music-generator",
        "voice-cloning",
        "audio-enhancer",
        "sound-effects",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn a_call_comes_out_in_the_words_of_the_model() {
    let redraw = tool(TOOL, "redraw");
    assert_eq!((redraw.name.as_str(), redraw.kind, redraw.makes), ("Redraw", Makes::Image, Makes::Image));
    let [list, single] = &redraw.services[..] else { panic!() };
    let given =
        json!({ "prompt": "sea", "photos": [URL], "aspect_ratio": "2:1", "resolution": "4K", "count": 3 });
    let expected = json!({ "words": "sea", "pictures": [URL], "shape": "16:9", "grade": "fine" });
    assert_eq!(said(list, given.clone()), expected);
    assert_eq!(list.outputs(&input(given)), Some(3), "the model has no word for it, so the order says it");
    let given =
        json!({ "prompt": "sea", "images": [URL, URL], "aspect_ratio": "2:1", "factor": 4, "count": 3 });
    let expected =
        json!({ "prompt": "sea", "start": URL, "end": URL, "size": "wide", "n": 3, "times": "4x" });
    assert_eq!(said(single, given.clone()), expected);
    assert_eq!(single.outputs(&input(given)), None);
}

#[test]
fn one_picture_stands_in_a_list_and_assumptions_hold() {
    let one = r#"
[[tool]]
id = "one"
kind = "image"
[tool.params]
image = { type = "media", of = "image", role = "image.0", required = true }
[[tool.models]]
id = "a/list"
set = { words = "cut it out" }
[[tool.models]]
id = "a/single"
"#;
    let one = tool(one, "one");
    let [list, single] = &one.services[..] else { panic!() };
    let expected = json!({ "words": "cut it out", "pictures": [URL], "shape": "1:1", "grade": "rough" });
    assert_eq!(said(list, json!({ "image": URL })), expected);
    assert_eq!(said(single, json!({ "image": URL }))["prompt"], "as it is");
}

#[test]
fn a_model_may_need_what_the_tool_can_leave_out() {
    let text = r#"
[[tool]]
id = "draw"
kind = "image"
[tool.params]
image = { type = "media", of = "image", role = "image.0", required = true }
words = { type = "text", role = "prompt" }
[[tool.models]]
id = "a/single"
[[tool.models]]
id = "a/list"
"#;
    let draw = tool(text, "draw");
    let needs = |service: &Arc<Service>| service.needs().map(str::to_owned).collect::<Vec<_>>();
    let [single, list] = &draw.services[..] else { panic!() };
    assert_eq!((needs(single), needs(list)), (vec![], vec!["words".to_owned()]));
    assert!(call(single, draw.smallest().into()).is_ok() && call(list, list.smallest().into()).is_ok());
    let lacking = wrong(list, draw.smallest().into());
    assert_eq!(lacking, [("words".to_owned(), "words is required (this is a bound of a/list)".to_owned())]);
}

#[test]
fn what_a_model_would_pass_over_is_refused() {
    let text = r#"
[[tool]]
id = "film"
kind = "video"
[tool.params]
prompt = { type = "text", role = "prompt", required = true }
image = { type = "media", of = "image", role = "image.0" }
aspect_ratio = { type = "choice", one_of = ["16:9", "1:1"], role = "aspect_ratio" }
[[tool.models]]
id = "a/framed"
[[model]]
id = "a/framed"
makes = "video"
tasks = ["image-to-video"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
start = { type = "media", of = "image", role = "image.0" }
shape = { type = "choice", one_of = ["16:9", "1:1"], default = "16:9", role = "aspect_ratio", ignored_when = { start = { given = true } } }
[[model.prices]]
usd = "0.20"
[[model.routes]]
provider = "sandbox"
"#;
    let film = tool(text, "film");
    let framed = &film.services[0];
    assert_eq!(said(framed, json!({ "prompt": "x", "aspect_ratio": "1:1" }))["shape"], "1:1");
    assert!(call(framed, json!({ "prompt": "x", "image": URL })).is_ok());
    assert!(call(framed, json!({ "prompt": "x", "image": URL, "aspect_ratio": null })).is_ok());
    let both = wrong(framed, json!({ "prompt": "x", "image": URL, "aspect_ratio": "1:1" }));
    assert_eq!(both[0].0, "aspect_ratio");
    assert!(both[0].1.contains("has no effect on a/framed"), "{both:?}");
}

#[test]
fn lengths_between_two_are_the_nearer_and_beyond_all_are_refused() {
    let film = r#"
[[tool]]
id = "film"
kind = "video"
[tool.params]
prompt = { type = "text", role = "prompt", required = true }
duration = { type = "int", min = 1, max = 60, role = "duration" }
[[tool.models]]
id = "a/clip"
"#;
    let film = tool(film, "film");
    let clip = &film.services[0];
    for (asked, made) in [(5, 5), (6, 5), (7, 8), (8, 8), (9, 8), (10, 10)] {
        assert_eq!(said(clip, json!({ "prompt": "x", "duration": asked }))["seconds"], made, "{asked}");
    }
    for asked in [4, 11] {
        let wrong = wrong(clip, json!({ "prompt": "x", "duration": asked }));
        let words = format!("duration is {asked}; allowed: 5, 8, 10 (this is a bound of a/clip)");
        assert_eq!(wrong, [("duration".to_owned(), words)]);
    }
}

#[test]
fn refusals_name_the_tools_own_parameters() {
    let redraw = tool(TOOL, "redraw");
    let [list, single] = &redraw.services[..] else { panic!() };
    let fields = |wrong: Vec<(String, String)>| wrong.into_iter().map(|one| one.0).collect::<Vec<_>>();
    assert_eq!(fields(wrong(list, json!({}))), ["prompt", "images"]);
    assert_eq!(fields(wrong(list, json!({ "prompt": "x", "images": ["no file"] }))), ["images.0"]);
    let words = "x".repeat(61);
    let long = wrong(list, json!({ "prompt": words, "images": [URL] }));
    assert_eq!(long[0].0, "prompt");
    assert!(
        long[0].1.contains("61 characters; at most 60 are allowed (this is a bound of a/list)"),
        "{long:?}"
    );
    let many = wrong(list, json!({ "prompt": "x", "photos": [URL, URL, URL] }));
    assert_eq!(fields(many), ["photos"]);
    let many = wrong(single, json!({ "prompt": "x", "photos": [URL, URL, URL] }));
    assert!(many[0].1.contains("photos has 3 items; a/single takes at most 2"), "{many:?}");
    let unknown = wrong(list, json!({ "promt": "x", "images": [URL] }));
    assert!(unknown[0].1.contains("did you mean prompt?"), "{unknown:?}");
    let meant = wrong(list, json!({ "prompt": "x", "images": [URL], "resolution": "2k" }));
    assert!(meant[0].1.contains("allowed with it: 4k, 1k"), "{meant:?}");
    let factor = wrong(single, json!({ "prompt": "x", "images": [URL], "factor": 3 }));
    assert_eq!(fields(factor), ["factor"]);
    let count = wrong(single, json!({ "prompt": "x", "images": [URL], "count": 5 }));
    assert!(count[0].1.contains("whole numbers from 1 to 4 (this is a bound of a/single)"), "{count:?}");
}

#[test]
fn what_a_model_has_no_place_for_is_refused_with_those_that_have() {
    let redraw = tool(TOOL, "redraw");
    let [list, single] = &redraw.services[..] else { panic!() };
    let wrong_one = wrong(list, json!({ "prompt": "x", "images": [URL], "factor": 2 }));
    let words = "factor is not taken by a/list; models of this tool that take it: a/single";
    assert_eq!(wrong_one, [("factor".to_owned(), words.to_owned())]);
    assert_eq!(wrong(single, json!({ "prompt": "x", "images": [URL], "resolution": "1k" })).len(), 1);
    let takes = |service: &Arc<Service>| service.takes().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(takes(list), ["prompt", "images", "aspect_ratio", "resolution", "count"]);
    assert_eq!(takes(single), ["prompt", "images", "aspect_ratio", "factor", "count"]);
}

#[test]
fn paths_of_files_are_told_in_the_tools_words() {
    let redraw = tool(TOOL, "redraw");
    let [list, single] = &redraw.services[..] else { panic!() };
    let given = input(json!({ "prompt": "x", "photos": [URL, URL] }));
    let path = |service: &Arc<Service>, path: &str| {
        service.model.callers_path(path, &given, Words::Tool(Arc::clone(service)))
    };
    assert_eq!(path(list, "pictures.1"), "photos.1");
    assert_eq!(path(single, "start"), "photos.0");
    assert_eq!(path(single, "end"), "photos.1");
}

#[test]
fn values_and_templates_are_as_the_stanza_says() {
    let text = r#"
[[tool]]
id = "remove"
kind = "image"
[tool.params]
image = { type = "media", of = "image", role = "image.0", required = true }
object = { type = "text", required = true }
effort = { type = "choice", one_of = ["low", "high"], default = "low" }
[[tool.models]]
id = "a/list"
map = { object = { name = "words", template = "Take {} away." }, effort = { name = "grade", values = { low = "rough", high = "fine" } } }
"#;
    let remove = tool(text, "remove");
    let list = &remove.services[0];
    let params = said(list, json!({ "image": URL, "object": "the {} car", "effort": "HIGH" }));
    assert_eq!((&params["words"], &params["grade"]), (&json!("Take the {} car away."), &json!("fine")));
    assert_eq!(list.defaults()["effort"], "low");
    let cents = |usd: &str| crate::money::MicroUsd::parse(usd).unwrap();
    let span = list.price_span().unwrap();
    assert_eq!((span.from, span.to, span.per), (cents("0.10"), cents("0.40"), None));
}

#[test]
fn prices_that_a_tool_cannot_reach_do_not_count() {
    let with_grade = |grade: &str| {
        let text = format!(
            "[[tool]]\nid = \"t\"\nkind = \"image\"\n[tool.params]\nimage = {{ type = \"media\", of = \"image\", role = \
             \"image.0\", required = true }}\n[[tool.models]]\nid = \"a/list\"\nset = {{ words = \"x\"{grade} }}\n"
        );
        let span = tool(&text, "t").services[0].price_span().unwrap();
        (span.from.to_string(), span.to.to_string())
    };
    assert_eq!(with_grade(", grade = \"fine\""), ("0.40".to_owned(), "0.40".to_owned()));
    assert_eq!(with_grade(""), ("0.10".to_owned(), "0.10".to_owned()), "nobody can say `fine`");
}

#[test]
fn every_mistake_in_a_tool_stops_the_start_with_its_line_and_what_to_do() {
    let image = "image = { type = \"media\", of = \"image\", role = \"image.0\", required = true }";
    let models = "[[tool.models]]\nid = \"a/single\"\n";
    let plain = "image = { type = \"media\", of = \"image\", role = \"image.0\" }";
    let stanza = |head: &str, params: &str, models: &str| {
        format!("[[tool]]\n{head}\n[tool.params]\n{params}\n{models}")
    };
    let head = "id = \"t\"\nkind = \"image\"";
    let of = |entry: &str| stanza(head, image, &format!("[[tool.models]]\n{entry}\n"));
    let cases = [
        (stanza("kind = \"image\"", image, models), 2, "has no id", "add id"),
        (stanza("id = \"A b\"\nkind = \"image\"", image, models), 2, "not a tool's id", "small letters"),
        (stanza("id = \"t\"", image, models), 2, "no `kind`", "add kind"),
        (
            stanza("id = \"t\"\nkind = \"hat\"", image, models),
            3,
            "`kind` of tool `t` is unknown",
            "image, video",
        ),
        (
            stanza("id = \"t\"\nkind = \"image\"\nmakse = \"image\"", image, models),
            4,
            "unknown key `makse`",
            "`makes`",
        ),
        (stanza(head, "", models), 2, "has no parameter", "add [tool.params]"),
        (stanza(head, image, ""), 2, "has no model", "add models"),
        (
            stanza(head, &format!("{image}\nx = {{ type = \"refused\" }}"), models),
            2,
            "is refused by a tool",
            "remove",
        ),
        (
            stanza(
                head,
                &format!("{image}\nn = {{ type = \"int\", min = 1, max = 20, role = \"count\" }}"),
                models,
            ),
            2,
            "further than the 10",
            "bounds",
        ),
        (of("set = { size = \"wide\" }"), 7, "has no id", "add id"),
        (of("id = \"a/singel\""), 7, "unknown model \"a/singel\"", "did you mean \"a/single\"?"),
        (of("id = \"list\""), 7, "unknown model \"list\"", "did you mean \"a/list\"?"),
        (of("id = \"f/*\""), 7, "unknown model \"f/*\"", "a single model"),
        (of("id = \"a/clip\""), 7, "makes image, but its model `a/clip` makes video", "name another"),
        (
            of("id = \"a/single\"\n[[tool.models]]\nid = \"a/single\""),
            9,
            "lists the model `a/single` twice",
            "remove",
        ),
        (of("id = \"a/single\"\nset = { sise = \"wide\" }"), 8, "`set` names `sise`", "did you mean size?"),
        (of("id = \"a/single\"\nset = { size = \"tall\" }"), 8, "size is \"tall\"", "allowed value"),
        (of("id = \"a/single\"\nmap = { imag = \"start\" }"), 8, "`map` names `imag`", "did you mean image?"),
        (of("id = \"a/single\"\nmap = { image = \"stat\" }"), 8, "`map` names `stat`", "did you mean start?"),
        (
            of("id = \"a/single\"\nmap = { image = \"prompt\" }"),
            8,
            "of another type than `prompt`",
            "elsewhere",
        ),
        (
            of("id = \"a/single\"\nset = { start = \"https://a.test\" }\nmap = { image = \"start\" }"),
            9,
            "both in `set` and in `map`",
            "remove one",
        ),
        (
            of("id = \"a/single\"\nmap = { image = { name = \"prompt\", template = \"{}\" } }"),
            8,
            "the template of `image`",
            "write {} once",
        ),
        (
            of("id = \"a/single\"\nmap = { image = { values = { a = \"b\" } } }"),
            8,
            "names no parameter of the model",
            "add name",
        ),
        (
            stanza(
                head,
                &format!("{image}\neffort = {{ type = \"choice\", one_of = [\"low\"] }}"),
                "[[tool.models]]\nid = \"a/single\"\nmap = { effort = { name = \"times\", values = { low = \"9x\" } } }",
            ),
            9,
            "sends \"9x\" to `times`",
            "2x, 4x",
        ),
        (
            stanza(
                head,
                &format!("{image}\neffort = {{ type = \"choice\", one_of = [\"low\"] }}"),
                "[[tool.models]]\nid = \"a/single\"\nmap = { effort = { name = \"times\", values = { hi = \"2x\" } } }",
            ),
            9,
            "which `effort` can never be",
            "low",
        ),
        (
            stanza(head, &format!("{image}\nseed = {{ type = \"int\", role = \"seed\" }}"), models),
            2,
            "no model of tool `t` has a place for `seed`",
            "role",
        ),
        (
            stanza(
                head,
                &format!("{image}\nseed = {{ type = \"int\", role = \"seed\", default = 1 }}"),
                models,
            ),
            8,
            "has no place for `seed`, which every call has",
            "map",
        ),
        (
            stanza(
                head,
                &format!("{image}\nother = {{ type = \"media\", of = \"image\" }}"),
                "[[tool.models]]\nid = \"a/single\"\nmap = { other = \"start\" }",
            ),
            8,
            "`image` and `other` both go to `start`",
            "map it elsewhere",
        ),
        (
            of("id = \"a/list\""),
            7,
            "the smallest call of tool `t` is refused by `a/list`: words is required",
            "set what",
        ),
        (
            stanza(head, plain, models),
            2,
            "the default model `a/single` of tool `t` needs `image`",
            "put a model first",
        ),
        (format!("{0}\n{0}", of("id = \"a/single\"")), 10, "the tool `t` is already on line", "remove"),
    ];
    let before = MODELS.lines().count();
    for (text, line, what, fix) in cases {
        let problems = with(&text).unwrap_err();
        let [problem] = &problems[..] else { panic!("{text}\n{problems:?}") };
        let shown = problem.to_string();
        assert_eq!(problem.line as usize, before + line, "{shown}\n{text}");
        assert!(problem.what.contains(what) && problem.fix.contains(fix), "{shown}");
    }
}

#[test]
fn a_tool_of_a_later_file_replaces_the_one_with_its_id() {
    let sources = |texts: &[&str]| -> Vec<Source> {
        let numbered = texts.iter().enumerate();
        numbered.map(|(i, text)| Source { file: format!("{i}.toml"), text: (*text).to_owned() }).collect()
    };
    let ours = TOOL.replace("\"Redraw\"", "\"Ours\"");
    let catalogue = Catalogue::read(&sources(&[MODELS, TOOL, &ours]), &PROVIDERS).unwrap();
    assert_eq!(catalogue.tools().len(), 1);
    let redraw = catalogue.tool("redraw").unwrap();
    assert_eq!((redraw.name.as_str(), redraw.file.as_str(), redraw.line), ("Ours", "2.toml", 3));
}

#[test]
fn a_model_that_an_operator_replaced_is_left_out_where_it_no_longer_fits() {
    let replaced = r#"
[[model]]
id = "a/single"
makes = "image"
tasks = ["text-to-image"]
params.prompt = { type = "text", role = "prompt", required = true }
prices = [{ usd = "2" }]
routes = [{ provider = "sandbox" }]
"#;
    let source = |file: &str, text: &str| Source { file: file.to_owned(), text: text.to_owned() };
    let shipped = source("shipped.toml", &format!("{MODELS}{TOOL}"));
    let catalogue = Catalogue::read(&[shipped, source("own.toml", replaced)], &PROVIDERS).unwrap();
    let redraw = catalogue.tool("redraw").unwrap();
    assert_eq!(redraw.services.len(), 1);
    let [note] = catalogue.left_out() else { panic!("{:?}", catalogue.left_out()) };
    assert!(note.what.contains("`a/single` of tool `redraw` has no place for `images`"), "{note}");
    // It was the last that took this one.
    let factor = wrong(&redraw.services[0], json!({ "prompt": "x", "images": [URL], "factor": 2 }));
    assert!(factor[0].1.contains("no model of this tool takes it; leave it out"), "{factor:?}");

    // With no model left, the tool goes, and the rest stays.
    let other = replaced.replace("a/single", "a/list");
    let sources = [
        source("shipped.toml", &format!("{MODELS}{TOOL}")),
        source("own.toml", &format!("{replaced}{other}")),
    ];
    let catalogue = Catalogue::read(&sources, &PROVIDERS).unwrap();
    assert!(catalogue.tool("redraw").is_none());
    let last = catalogue.left_out().last().unwrap();
    assert!(last.what.contains("no model left") && last.fix.contains("a file of your own"), "{last}");
}

#[test]
fn a_model_that_is_switched_off_serves_no_tool() {
    let off = |model: &str| {
        let text = format!("{MODELS}{TOOL}[[override]]\nmodel = \"{model}\"\ndisabled = true\n");
        read(&text).unwrap()
    };
    let catalogue = off("a/list");
    let redraw = catalogue.tool("redraw").unwrap();
    assert_eq!((redraw.services.len(), redraw.services[0].model.id.as_str()), (1, "a/single"));
    assert!(off("a/*").tool("redraw").is_none());
}

#[test]
fn tools_are_found_by_what_they_are_for() {
    let found = |words: &str| catalogue().search_tools(words).first().map(|tool| tool.id.as_str());
    assert_eq!(found("background"), Some("remove-background"));
    assert_eq!(found("upscale video"), Some("video-upscaler"));
    assert_eq!(found("text-to-speech"), Some("text-to-speech"));
    assert_eq!(found("nonsense"), None);
    assert_eq!(catalogue().nearest_tool("remove-backgrund"), Some("remove-background"));
}

#[test]
fn models_are_found_by_name_then_use_then_description() {
    let first = |words: &str| catalogue().search(words)[0].id.as_str();
    for (words, id) in [("veo-3", "google/veo-3"), ("flux-schnell", "black-forest-labs/flux-schnell")] {
        assert_eq!(first(words), id);
    }
    assert!(catalogue().search("kling")[0].id.starts_with("kuaishou/kling"));
    assert!(first("upscale").ends_with("/upscale"), "{}", first("upscale"));
    assert!(first("speech").contains("speech"));
    let upscaling = catalogue().search("upscaler");
    assert!(upscaling.iter().all(|model| {
        let text = format!("{} {} {:?} {}", model.id, model.name, model.tags, model.description);
        text.to_lowercase().contains("upscal")
    }));
    assert!(!upscaling.is_empty());
}

#[test]
fn the_worked_stanza_of_the_documentation_is_right() {
    let page = include_str!("../../../../../docs/tools.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let mut sources = crate::catalogue::shipped();
    sources.push(Source { file: "own.toml".to_owned(), text: example.to_owned() });
    let catalogue = Catalogue::read(&sources, &providers_of(&sources)).unwrap();
    let ours = catalogue.tool("object-remover").unwrap();
    assert_eq!((ours.file.as_str(), ours.services.len()), ("own.toml", 2));
    let given = json!({ "image": URL, "object": "the car", "effort": "high" });
    assert_eq!(said(&ours.services[0], given.clone())["resolution"], "4k");
    assert_eq!(said(&ours.services[1], given)["quality"], "high");
}

#[test]
fn every_key_of_a_tool_is_documented() {
    let page = include_str!("../../../../../docs/tools.md");
    let reader = include_str!("../tool/read.rs");
    let mut keys = 0;
    for method in ["take", "text", "table", "tables"] {
        let call = format!(".{method}(\"");
        for (at, _) in reader.match_indices(&call) {
            let key = reader[at + call.len()..].split('"').next().unwrap();
            assert!(page.contains(&format!("`{key}`")), "docs/tools.md lacks `{key}`");
            keys += 1;
        }
    }
    assert!(keys >= 10, "{keys}");
}
