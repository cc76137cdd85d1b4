//! What Google takes and what it refuses.

use serde_json::Value;

use crate::checks::{Checked, base64, choice, flag, int, link, list, object, required, text};

/// What a model is called that is not there.
pub(super) const NO_SUCH_MODEL: &str = "The model is not found or is no longer available.";

const PICTURES: &[&str] = &[
    "gemini-2.5-flash-image",
    "gemini-3-pro-image",
    "gemini-3.1-flash-image",
    "gemini-3.1-flash-lite-image",
    "gemini-nano-banana-2.1",
];
const SPEECH: &[&str] = &["gemini-3.8-flash-tts", "gemini-3.8-flash-lite-tts"];
const SONGS: &[&str] = &["lyria-3-clip-preview", "lyria-3-pro-preview", "lyria-3.5"];

const RATIOS: &[&str] = &["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
/// What the models of 3.1 have more.
const LONG_RATIOS: &[&str] = &["1:4", "4:1", "1:8", "8:1"];

const VOICES: &str = "Zephyr Puck Charon Kore Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus Umbriel \
                      Algieba Despina Erinome Algenib Rasalgethi Laomedeia Achernar Alnilam Schedar Gacrux \
                      Pulcherrima Achird Zubenelgenubi Vindemiatrix Sadachbia Sadaltager Sulafat";

/// The name of every voice.
pub(crate) fn voices() -> Vec<&'static str> {
    VOICES.split_whitespace().collect()
}

pub(super) fn is_speech(model: &str) -> bool {
    SPEECH.contains(&model)
}

/// A request to `generateContent`.
pub(super) fn content(model: &str, body: &Value) -> Checked {
    let (modalities, files_max): (&[&str], usize) = match model {
        _ if model == PICTURES[0] => (&["TEXT", "IMAGE"], 3),
        _ if PICTURES.contains(&model) => (&["TEXT", "IMAGE"], 14),
        _ if SPEECH.contains(&model) => (&["AUDIO"], 0),
        _ if SONGS.contains(&model) => (&["AUDIO", "TEXT"], 10),
        _ => return Err(NO_SUCH_MODEL.to_owned()),
    };
    object(body, "body", &["contents", "generationConfig", "safetySettings", "systemInstruction"])?;
    let turns = list(&body["contents"], "contents", 1)?;
    let turn = turns.first().ok_or("contents is required")?;
    object(turn, "contents[0]", &["role", "parts"])?;
    choice(&turn["role"], "contents[0].role", &["user"])?;
    let (mut words, mut files) = (0, 0);
    for part in list(&turn["parts"], "parts", 64)? {
        object(part, "part", &["text", "inlineData"])?;
        if part["inlineData"].is_null() {
            required(&part["text"], "part.text")?;
            text(&part["text"], "part.text", 500_000)?;
            words += 1;
        } else {
            file(&part["inlineData"], ["mimeType", "data"])?;
            files += 1;
        }
    }
    if words == 0 {
        return Err("contents needs a text".to_owned());
    }
    if files > files_max {
        return Err(format!("at most {files_max} files are allowed"));
    }
    let config = &body["generationConfig"];
    let names = ["responseModalities", "imageConfig", "speechConfig", "seed", "temperature"];
    object(config, "generationConfig", &names)?;
    let asked: Vec<_> = list(&config["responseModalities"], "responseModalities", 2)?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if asked != modalities {
        return Err(format!("responseModalities: the model only supports {}", modalities.join(", ")));
    }
    int(&config["seed"], "seed", 0..=i64::from(i32::MAX))?;
    picture(model, &config["imageConfig"])?;
    speech(model, &config["speechConfig"])
}

fn picture(model: &str, config: &Value) -> Checked {
    if config.is_null() {
        return Ok(());
    }
    if !PICTURES.contains(&model) {
        return Err("imageConfig is for pictures".to_owned());
    }
    object(config, "imageConfig", &["aspectRatio", "imageSize"])?;
    let newer = model.contains("3.1");
    let more = if newer { LONG_RATIOS } else { &[] };
    choice(&config["aspectRatio"], "aspectRatio", &[RATIOS, more].concat())?;
    match (model == PICTURES[0], newer) {
        (true, _) if !config["imageSize"].is_null() => {
            Err("imageSize is not supported by this model".to_owned())
        }
        (_, true) => choice(&config["imageSize"], "imageSize", &["512", "1K", "2K", "4K"]),
        _ => choice(&config["imageSize"], "imageSize", &["1K", "2K", "4K"]),
    }
}

fn speech(model: &str, config: &Value) -> Checked {
    if config.is_null() {
        return Ok(());
    }
    if !SPEECH.contains(&model) {
        return Err("speechConfig is for speech".to_owned());
    }
    object(config, "speechConfig", &["languageCode", "voiceConfig"])?;
    text(&config["languageCode"], "languageCode", 10)?;
    object(&config["voiceConfig"], "voiceConfig", &["prebuiltVoiceConfig"])?;
    let voice = &config["voiceConfig"]["prebuiltVoiceConfig"];
    object(voice, "prebuiltVoiceConfig", &["voiceName"])?;
    choice(&voice["voiceName"], "voiceName", &voices())
}

fn file(value: &Value, [mime_type, data]: [&str; 2]) -> Checked {
    object(value, "file", &[mime_type, data])?;
    required(&value[mime_type], mime_type)?;
    text(&value[mime_type], mime_type, 100)?;
    required(&value[data], data)?;
    base64(&value[data], data)
}

/// A request to start an interaction that makes a clip.
pub(super) fn interaction(body: &Value) -> Checked {
    let names =
        ["model", "background", "store", "input", "response_format", "generation_config", "webhook_config"];
    object(body, "body", &names)?;
    required(&body["model"], "model")?;
    choice(&body["model"], "model", &["gemini-omni-1.1-flash", "gemini-omni-1.2-flash"])?;
    flag(&body["store"], "store")?;
    if body["background"] != true {
        return Err("background: this server has no time to wait for clips".to_owned());
    }
    let (mut pictures, mut clips) = (0, 0);
    // A bare text is short for a list of one.
    let parts = if body["input"].is_string() { &[][..] } else { list(&body["input"], "input", 8)? };
    for part in parts {
        match part["type"].as_str() {
            Some("text") => {
                object(part, "input", &["type", "text"])?;
                required(&part["text"], "text")?;
            }
            Some(kind @ ("image" | "video")) => {
                object(part, "input", &["type", "mime_type", "data"])?;
                required(&part["data"], "data")?;
                base64(&part["data"], "data")?;
                if !part["mime_type"].as_str().is_some_and(|mime_type| mime_type.starts_with(kind)) {
                    return Err(format!("mime_type of a {kind} is not right"));
                }
                if kind == "image" { pictures += 1 } else { clips += 1 }
            }
            _ => return Err("input.type is not known".to_owned()),
        }
    }
    let format = &body["response_format"];
    object(format, "response_format", &["type", "delivery", "aspect_ratio", "resolution", "duration"])?;
    required(&format["type"], "response_format.type")?;
    choice(&format["type"], "response_format.type", &["video"])?;
    choice(&format["delivery"], "delivery", &["uri", "inline"])?;
    choice(&format["aspect_ratio"], "aspect_ratio", &["16:9", "9:16"])?;
    choice(&format["resolution"], "resolution", &["360p", "720p", "1080p", "4k"])?;
    let longest = if body["model"] == "gemini-omni-1.1-flash" { 10 } else { 15 };
    if !format["duration"].is_null() {
        // A duration of protobuf: a number is refused.
        let seconds =
            format["duration"].as_str().and_then(|text| text.strip_suffix('s')?.parse::<u32>().ok());
        if !seconds.is_some_and(|seconds| (3..=longest).contains(&seconds)) {
            return Err(format!("duration must be a text from \"3s\" to \"{longest}s\""));
        }
    }
    task(&body["generation_config"], pictures, clips)?;
    if !body["webhook_config"].is_null() {
        object(&body["webhook_config"], "webhook_config", &["uris", "user_metadata"])?;
        for uri in list(&body["webhook_config"]["uris"], "uris", 1)? {
            link(uri, "uris")?;
        }
    }
    Ok(())
}

fn task(config: &Value, pictures: usize, clips: usize) -> Checked {
    if config.is_null() {
        return Ok(());
    }
    object(config, "generation_config", &["seed", "video_config"])?;
    int(&config["seed"], "seed", 0..=i64::from(i32::MAX))?;
    object(&config["video_config"], "video_config", &["task"])?;
    let fits = match config["video_config"]["task"].as_str() {
        Some("text_to_video") => pictures == 0 && clips == 0,
        Some("image_to_video") => pictures == 1 && clips == 0,
        Some("reference_to_video") => (1..=6).contains(&pictures) && clips == 0,
        Some("edit" | "extend" | "upscale") => clips == 1,
        None => true,
        Some(_) => false,
    };
    if fits { Ok(()) } else { Err("task does not fit the input".to_owned()) }
}

/// A request to `predictLongRunning`.
pub(super) fn veo(model: &str, body: &Value, gemini: bool) -> Checked {
    let known = match gemini {
        // Shut at the Gemini API since; this fake is of the time before, for those who still follow such a job.
        true => {
            ["veo-3.1-generate-preview", "veo-3.1-fast-generate-preview", "veo-3.1-lite-generate-preview"]
        }
        false => ["veo-3.1-generate-001", "veo-3.1-fast-generate-001", "veo-3.1-lite-generate-001"],
    };
    if !known.contains(&model) {
        return Err(NO_SUCH_MODEL.to_owned());
    }
    object(body, "body", &["instances", "parameters"])?;
    let instance = list(&body["instances"], "instances", 1)?.first().ok_or("instances is required")?;
    object(instance, "instances[0]", &["prompt", "image", "lastFrame", "referenceImages", "video"])?;
    text(&instance["prompt"], "prompt", 20_000)?;
    for name in ["image", "lastFrame"] {
        if !instance[name].is_null() {
            file(&instance[name], ["mimeType", "bytesBase64Encoded"])?;
        }
    }
    if !instance["lastFrame"].is_null() && instance["image"].is_null() {
        return Err("lastFrame needs an image".to_owned());
    }
    let parameters = &body["parameters"];
    let common =
        ["aspectRatio", "durationSeconds", "resolution", "sampleCount", "negativePrompt", "personGeneration"];
    let more: &[&str] = if gemini { &[] } else { &["seed", "generateAudio"] };
    object(parameters, "parameters", &[&common[..], more].concat())?;
    choice(&parameters["aspectRatio"], "aspectRatio", &["16:9", "9:16"])?;
    choice(&parameters["resolution"], "resolution", &["720p", "1080p", "4k"])?;
    int(&parameters["sampleCount"], "sampleCount", 1..=4)?;
    int(&parameters["seed"], "seed", 0..=i64::from(u32::MAX))?;
    flag(&parameters["generateAudio"], "generateAudio")?;
    let seconds = parameters["durationSeconds"].as_i64();
    let large = matches!(parameters["resolution"].as_str(), Some("1080p" | "4k"));
    match seconds {
        Some(4 | 6) if large => Err("durationSeconds must be 8 in this resolution".to_owned()),
        Some(4 | 6 | 8) => Ok(()),
        None if parameters["durationSeconds"].is_null() => Ok(()),
        _ => Err("durationSeconds must be 4, 6 or 8".to_owned()),
    }
}

/// A request to `predict` of the music model; how many pieces it asks for.
pub(super) fn lyria(model: &str, body: &Value) -> Checked<u32> {
    if model != "lyria-002" {
        return Err(NO_SUCH_MODEL.to_owned());
    }
    object(body, "body", &["instances", "parameters"])?;
    let instance = list(&body["instances"], "instances", 1)?.first().ok_or("instances is required")?;
    object(instance, "instances[0]", &["prompt", "negative_prompt", "seed"])?;
    required(&instance["prompt"], "prompt")?;
    text(&instance["prompt"], "prompt", 20_000)?;
    text(&instance["negative_prompt"], "negative_prompt", 20_000)?;
    int(&instance["seed"], "seed", 0..=i64::from(u32::MAX))?;
    object(&body["parameters"], "parameters", &["sample_count"])?;
    let count = &body["parameters"]["sample_count"];
    int(count, "sample_count", 1..=4)?;
    if !instance["seed"].is_null() && !count.is_null() {
        return Err("seed and sample_count exclude each other".to_owned());
    }
    Ok(count.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(1))
}
