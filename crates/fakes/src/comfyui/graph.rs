//! Which graphs are in order: nodes that the server has, inputs that they take, links to nodes that there are.

use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::rules::{Fault, Field, Rule, check as check_fields};

/// The largest side of a picture, and the largest seed that JSON carries exactly.
const SIDE_MAX: i64 = 16_384;
const SEED_MAX: i64 = 1 << 53;

/// A link to another node's output.
const LINK: Rule = Rule::List(2, 2);

const SAMPLER: Field =
    ("sampler_name", true, Rule::Word(&["euler", "euler_ancestral", "dpmpp_2m", "uni_pc"]));
const SCHEDULER: Field = ("scheduler", true, Rule::Word(&["normal", "karras", "simple"]));

/// The nodes that this server has, and what they take.
const NODES: &[(&str, &[Field])] = &[
    ("CheckpointLoaderSimple", &[("ckpt_name", true, Rule::Word(&["sd_xl_base_1.0.safetensors"]))]),
    (
        "UNETLoader",
        &[
            ("unet_name", true, Rule::Word(&["wan2.2_ti2v_5B_fp16.safetensors"])),
            ("weight_dtype", true, Rule::Word(&["default", "fp8_e4m3fn"])),
        ],
    ),
    (
        "CLIPLoader",
        &[
            ("clip_name", true, Rule::Word(&["umt5_xxl_fp8_e4m3fn_scaled.safetensors"])),
            ("type", true, Rule::Word(&["wan", "sd3"])),
        ],
    ),
    ("VAELoader", &[("vae_name", true, Rule::Word(&["wan2.2_vae.safetensors"]))]),
    ("CLIPTextEncode", &[("clip", true, LINK), ("text", true, Rule::Any)]),
    (
        "EmptyLatentImage",
        &[
            ("width", true, Rule::Whole(16, SIDE_MAX)),
            ("height", true, Rule::Whole(16, SIDE_MAX)),
            ("batch_size", true, Rule::Whole(1, 4_096)),
        ],
    ),
    (
        "Wan22ImageToVideoLatent",
        &[
            ("vae", true, LINK),
            ("width", true, Rule::Whole(32, SIDE_MAX)),
            ("height", true, Rule::Whole(32, SIDE_MAX)),
            ("length", true, Rule::Whole(1, SIDE_MAX)),
            ("batch_size", true, Rule::Whole(1, 4_096)),
            ("start_image", false, LINK),
        ],
    ),
    (
        "KSampler",
        &[
            ("model", true, LINK),
            ("positive", true, LINK),
            ("negative", true, LINK),
            ("latent_image", true, LINK),
            ("seed", true, Rule::Whole(0, SEED_MAX)),
            ("steps", true, Rule::Whole(1, 10_000)),
            ("cfg", true, Rule::Number(0.0, 100.0)),
            SAMPLER,
            SCHEDULER,
            ("denoise", true, Rule::Number(0.0, 1.0)),
        ],
    ),
    ("VAEDecode", &[("samples", true, LINK), ("vae", true, LINK)]),
    ("LoadImage", &[("image", true, Rule::Text(400))]),
    ("CreateVideo", &[("images", true, LINK), ("fps", true, Rule::Number(1.0, 120.0))]),
    ("SaveImage", &[("images", true, LINK), ("filename_prefix", true, Rule::Text(400))]),
    (
        "SaveVideo",
        &[
            ("video", true, LINK),
            ("filename_prefix", true, Rule::Text(400)),
            ("format", true, Rule::Word(&["auto", "mp4"])),
            ("codec", true, Rule::Word(&["auto", "h264"])),
        ],
    ),
];

/// The error's type and words, and what is wrong with which node.
type Refusal = (&'static str, &'static str, Value);

/// Whether a graph can be run.
pub(super) fn check(nodes: &Map<String, Value>, desk: &Desk) -> Result<(), Refusal> {
    for node in nodes.values() {
        let class = node["class_type"].as_str();
        if !NODES.iter().any(|(name, _)| Some(*name) == class) {
            return Err((
                "invalid_prompt",
                "Cannot execute because a node is missing the class_type or unknown.",
                json!({}),
            ));
        }
    }
    if !nodes.values().any(|node| node["class_type"].as_str().is_some_and(|class| class.starts_with("Save")))
    {
        return Err(("prompt_no_outputs", "Prompt has no outputs", json!({})));
    }
    let mut errors = Map::new();
    for (id, node) in nodes {
        if let Some((kind, message, field)) = wrong(node, nodes, desk) {
            let error = json!({ "type": kind, "message": message, "details": format!("{field}: not in [everything here]"),
                "extra_info": { "input_name": field } });
            let told =
                json!({ "errors": [error], "dependent_outputs": ["7"], "class_type": node["class_type"] });
            errors.insert(id.clone(), told);
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(("prompt_outputs_failed_validation", "Prompt outputs failed validation", errors.into())),
    }
}

/// What is wrong with a node: the kind, the words, the input.
fn wrong(
    node: &Value,
    nodes: &Map<String, Value>,
    desk: &Desk,
) -> Option<(&'static str, &'static str, String)> {
    let (class, fields) = NODES.iter().find(|(name, _)| node["class_type"] == *name)?;
    let empty = Map::new();
    let inputs = node["inputs"].as_object().unwrap_or(&empty);
    if let Err(fault) = check_fields(fields, inputs) {
        let (kind, words) = match fault {
            Fault::Missing(_) => ("required_input_missing", "Required input is missing"),
            Fault::Unknown(_) | Fault::Wrong(_) => ("value_not_in_list", "Value not in list"),
        };
        return Some((kind, words, fault.field().to_owned()));
    }
    for (name, value) in inputs {
        if let Some(link) = value.as_array()
            && !(link[0].as_str().is_some_and(|id| nodes.contains_key(id)) && link[1].is_u64())
        {
            return Some(("bad_linked_input", "Bad linked input", name.clone()));
        }
    }
    let file = inputs.get("image").and_then(Value::as_str);
    let missing = *class == "LoadImage" && file.is_none_or(|file| desk.uploaded(file).is_none());
    missing.then(|| ("custom_validation_failed", "Custom validation failed for node", "image".to_owned()))
}

/// Canonical: lower case, with its four hyphens.
pub(super) fn is_uuid(id: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    id.len() == 36
        && id.bytes().enumerate().all(|(place, b)| match hyphens.contains(&place) {
            true => b == b'-',
            false => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
        })
}
