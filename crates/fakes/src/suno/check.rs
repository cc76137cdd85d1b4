//! What each path of the contract takes.

use serde_json::Value;

use crate::checks::{Checked, choice, flag, int, link, list, number, object, required, text};

const NETWORKS: &[&str] = &["V3_5", "V4", "V4_5", "V4_5PLUS", "V4_5ALL", "V5", "V5_5"];
/// Those that put something to a given track.
const NEWER: &[&str] = &["V4_5PLUS", "V5", "V5_5"];
const WEIGHTS: [&str; 3] = ["styleWeight", "weirdnessConstraint", "audioWeight"];

/// An order, by the path it came to.
pub(super) fn order(path: &str, body: &Value) -> Checked {
    required(&body["callBackUrl"], "callBackUrl")?;
    link(&body["callBackUrl"], "callBackUrl")?;
    let names = |fields: &[&'static str]| [&["callBackUrl"], fields].concat();
    match path {
        "generate" => song(body, None),
        "generate/upload-cover" => song(body, Some("uploadUrl")),
        "generate/mashup" => song(body, Some("uploadUrlList")),
        "generate/upload-extend" => {
            let fields =
                ["defaultParamFlag", "instrumental", "prompt", "style", "title", "continueAt", "model"];
            object(body, "body", &names(&[&fields[..], &["uploadUrl"]].concat()))?;
            required(&body["defaultParamFlag"], "defaultParamFlag")?;
            flag(&body["defaultParamFlag"], "defaultParamFlag")?;
            number(&body["continueAt"], "continueAt", 0.0..=480.0)?;
            given(body, "uploadUrl")?;
            words(body, body["defaultParamFlag"] == true)
        }
        "generate/add-instrumental" => {
            let fields = ["uploadUrl", "title", "tags", "negativeTags", "model"];
            object(body, "body", &names(&[&fields[..], &WEIGHTS].concat()))?;
            text(&body["tags"], "tags", 1_000)?;
            added(body)
        }
        "generate/add-vocals" => {
            let fields = ["uploadUrl", "prompt", "title", "style", "negativeTags", "model"];
            object(body, "body", &names(&[&fields[..], &WEIGHTS].concat()))?;
            text(&body["prompt"], "prompt", 5_000)?;
            text(&body["style"], "style", 1_000)?;
            added(body)
        }
        "generate/sounds" => {
            let fields = ["prompt", "model", "soundLoop", "soundTempo", "soundKey", "grabLyrics"];
            object(body, "body", &names(&fields))?;
            required(&body["prompt"], "prompt")?;
            text(&body["prompt"], "prompt", 500)?;
            choice(&body["model"], "model", &["V5", "V5_5"])?;
            flag(&body["soundLoop"], "soundLoop")?;
            int(&body["soundTempo"], "soundTempo", 1..=300)
        }
        "lyrics" => {
            object(body, "body", &names(&["prompt"]))?;
            required(&body["prompt"], "prompt")?;
            text(&body["prompt"], "prompt", 200)
        }
        "vocal-removal/generate" => {
            object(body, "body", &names(&["taskId", "audioId", "audioUrl", "type"]))?;
            required(&body["type"], "type")?;
            choice(&body["type"], "type", &["separate_vocal", "split_stem", "split_stem_advanced"])?;
            let of_ours = !body["taskId"].is_null() && !body["audioId"].is_null();
            if of_ours != body["audioUrl"].is_null() {
                return Err("either taskId and audioId or audioUrl must be given".to_owned());
            }
            link(&body["audioUrl"], "audioUrl")
        }
        _ => Err("this path is not known".to_owned()),
    }
}

/// A song of a description, or of lyrics with a style and a title; with recordings or without.
fn song(body: &Value, recording: Option<&'static str>) -> Checked {
    let custom = &body["customMode"];
    required(custom, "customMode")?;
    flag(custom, "customMode")?;
    required(&body["instrumental"], "instrumental")?;
    let common = ["callBackUrl", "customMode", "instrumental", "model", "prompt"];
    let more = ["style", "title", "negativeTags", "vocalGender", "personaId", "personaModel", "duration"];
    let mut names = common.to_vec();
    if *custom == true {
        names.extend(more);
        names.extend(WEIGHTS);
    }
    names.extend(recording);
    object(body, "body", &names)?;
    match recording {
        Some("uploadUrlList") => {
            let links = list(&body["uploadUrlList"], "uploadUrlList", 2)?;
            if links.len() != 2 {
                return Err("uploadUrlList must be two addresses".to_owned());
            }
            links.iter().try_for_each(|url| link(url, "uploadUrlList"))?;
        }
        Some(name) => given(body, name)?,
        None => {}
    }
    if *custom != true {
        if recording.is_none() {
            required(&body["prompt"], "prompt")?;
        }
        text(&body["prompt"], "prompt", 500)?;
    }
    words(body, *custom == true)
}

/// Network and words. With `own`, style and title must be there, and lyrics unless nobody sings.
fn words(body: &Value, own: bool) -> Checked {
    required(&body["model"], "model")?;
    choice(&body["model"], "model", NETWORKS)?;
    flag(&body["instrumental"], "instrumental")?;
    let older = matches!(body["model"].as_str(), Some("V3_5" | "V4"));
    text(&body["prompt"], "prompt", if older { 3_000 } else { 5_000 })?;
    text(&body["style"], "style", if older { 200 } else { 1_000 })?;
    text(&body["title"], "title", 80)?;
    text(&body["negativeTags"], "negativeTags", 1_000)?;
    choice(&body["vocalGender"], "vocalGender", &["m", "f"])?;
    WEIGHTS.iter().try_for_each(|name| number(&body[*name], name, 0.0..=1.0))?;
    if own {
        required(&body["style"], "style")?;
        required(&body["title"], "title")?;
        if body["instrumental"] != true {
            required(&body["prompt"], "prompt")?;
        }
    }
    Ok(())
}

fn added(body: &Value) -> Checked {
    choice(&body["model"], "model", NEWER)?;
    text(&body["title"], "title", 80)?;
    text(&body["negativeTags"], "negativeTags", 1_000)?;
    WEIGHTS.iter().try_for_each(|name| number(&body[*name], name, 0.0..=1.0))?;
    given(body, "uploadUrl")
}

fn given(body: &Value, name: &str) -> Checked {
    required(&body[name], name)?;
    link(&body[name], name)
}
