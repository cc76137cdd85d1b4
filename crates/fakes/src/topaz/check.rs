//! What Topaz takes.

use http::StatusCode;
use serde_json::Value;

use crate::checks::{Checked, choice, flag, int, link, list, number, object, required, text};
use crate::upstream::Asked;

/// The networks behind each path of pictures.
const NETWORKS: &[(&str, &[&str])] = &[
    ("enhance/async", &["Standard V2", "Low Resolution V2", "CGI", "High Fidelity V2", "Text Refine"]),
    ("enhance-gen/async", &["Standard MAX", "Recovery V2", "Wonder", "Redefine"]),
    (
        "sharpen/async",
        &[
            "Standard",
            "Strong",
            "Lens Blur",
            "Lens Blur V2",
            "Motion Blur",
            "Natural",
            "Refocus",
            "Wildlife",
            "Portrait",
        ],
    ),
    ("sharpen-gen/async", &["Super Focus V2"]),
    ("denoise/async", &["Normal", "Strong", "Extreme"]),
    ("restore-gen/async", &["Dust-Scratch", "Dust-Scratch V2"]),
    ("lighting/async", &["Adjust", "Adjust V2", "White Balance", "Colorize"]),
    ("matting/async", &["Object"]),
    ("tool/async", &["Transparency Upscale"]),
];

const ENHANCERS: &[&str] = &[
    "aaa-9", "ahq-12", "alq-13", "alqs-2", "amq-13", "amqs-2", "color-1", "ddv-3", "dtd-4", "dtds-2",
    "dtv-4", "dtvs-2", "gcg-5", "ghq-5", "iris-2", "iris-3", "nxf-1", "nxl-1", "nxhf-1", "nyx-3", "prob-4",
    "rhea-1", "thd-3", "thf-4", "thm-2",
];
const INTERPOLATORS: &[&str] = &["apo-8", "apf-2", "chr-2", "chf-3"];

type Refusal = (StatusCode, String);

/// A form with a picture. Pairs that no network knows are texts and ignored, as documented.
pub(super) fn picture(path: &str, asked: &Asked) -> Result<(), Refusal> {
    let bad = |words: &str| (StatusCode::BAD_REQUEST, words.to_owned());
    let Some((_, networks)) = NETWORKS.iter().find(|(known, _)| *known == path) else {
        return Err((StatusCode::NOT_FOUND, "Not Found".to_owned()));
    };
    if asked.form.is_none() {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "multipart/form-data is wanted".to_owned()));
    }
    let sources = ["image", "source_url", "source_id"].map(|name| asked.parts(name).len());
    if sources.iter().sum::<usize>() != 1 {
        return Err(bad("one of image, source_url and source_id must be given"));
    }
    if let Some(file) = asked.parts("image").first() {
        let readable = file.file_name.is_some() && image::load_from_memory(&file.bytes).is_ok();
        if !readable {
            return Err((StatusCode::UNPROCESSABLE_ENTITY, "image cannot be read".to_owned()));
        }
    }
    let one_of = |name: &str, words: &[&str]| match asked.part(name) {
        Some(word) if !words.contains(&word) => {
            Err(bad(&format!("{name} must be one of {}", words.join(", "))))
        }
        _ => Ok(()),
    };
    let between = |name: &str, least: f64, most: f64| match asked.part(name).map(str::parse::<f64>) {
        Some(Ok(number)) if (least..=most).contains(&number) => Ok(()),
        None => Ok(()),
        _ => Err(bad(&format!("{name} must be a number from {least} to {most}"))),
    };
    one_of("model", networks)?;
    let formats: &[&str] = match path {
        "matting/async" | "tool/async" => &["png"],
        _ => &["jpeg", "jpg", "png", "tiff", "tif"],
    };
    one_of("output_format", formats)?;
    if formats.len() == 1 && asked.part("output_format").is_none() {
        return Err(bad("output_format must be png"));
    }
    for name in ["crop_to_fill", "face_enhancement", "autoprompt"] {
        one_of(name, &["true", "false"])?;
    }
    one_of("subject_detection", &["All", "Foreground", "Background"])?;
    for name in ["face_enhancement_strength", "face_enhancement_creativity", "sharpen", "denoise", "strength"]
    {
        between(name, 0.0, 1.0)?;
    }
    between("creativity", 1.0, 6.0)?;
    between("texture", 1.0, 5.0)?;
    for name in ["output_width", "output_height"] {
        let side = asked.part(name).map(str::parse::<u32>);
        if !matches!(side, None | Some(Ok(1..=32_000))) {
            return Err(bad(&format!("{name} must be from 1 to 32000")));
        }
    }
    for name in ["source_url", "webhook_url"] {
        if let Some(url) = asked.part(name) {
            link(&url.into(), name).map_err(|wrong| bad(&wrong))?;
        }
    }
    Ok(())
}

/// A request of the express way.
pub(super) fn clip(body: &Value) -> Checked {
    object(body, "body", &["source", "filters", "output", "destination", "notifications"])?;
    object(&body["source"], "source", &["container", "md5Hash", "external"])?;
    required(&body["source"]["container"], "source.container")?;
    choice(&body["source"]["container"], "source.container", &["mp4", "mov", "mkv", "webm", "avi"])?;
    let filters = list(&body["filters"], "filters", 8)?;
    if filters.is_empty() {
        return Err("filters is required".to_owned());
    }
    filters.iter().try_for_each(filter)?;
    output(&body["output"])?;
    if body["notifications"].is_null() {
        return Ok(());
    }
    object(&body["notifications"], "notifications", &["webhookUrl"])?;
    link(&body["notifications"]["webhookUrl"], "notifications.webhookUrl")
}

fn filter(filter: &Value) -> Checked {
    required(&filter["model"], "filters.model")?;
    if filter["model"].as_str().is_some_and(|model| INTERPOLATORS.contains(&model)) {
        object(filter, "filters", &["model", "slowmo", "fps", "duplicate", "duplicateThreshold"])?;
        int(&filter["slowmo"], "filters.slowmo", 1..=16)?;
        required(&filter["fps"], "filters.fps")?;
        number(&filter["fps"], "filters.fps", 15.0..=240.0)?;
        return flag(&filter["duplicate"], "filters.duplicate");
    }
    let strengths = ["compression", "details", "noise", "halo", "preblur", "blur"];
    object(filter, "filters", &[&["model", "videoType", "auto"], &strengths[..]].concat())?;
    choice(&filter["model"], "filters.model", ENHANCERS)?;
    strengths.iter().try_for_each(|name| number(&filter[*name], name, -1.0..=1.0))
}

fn output(output: &Value) -> Checked {
    let names = [
        "resolution",
        "frameRate",
        "audioCodec",
        "audioTransfer",
        "videoEncoder",
        "videoProfile",
        "dynamicCompressionLevel",
        "videoBitrate",
        "container",
        "cropToFit",
    ];
    object(output, "output", &names)?;
    object(&output["resolution"], "output.resolution", &["width", "height"])?;
    for name in ["width", "height"] {
        let side = &output["resolution"][name];
        required(side, name)?;
        int(side, name, 2..=16_384)?;
        if side.as_i64().is_some_and(|side| side % 2 == 1) {
            return Err(format!("{name} must be even"));
        }
    }
    choice(&output["audioTransfer"], "output.audioTransfer", &["Copy", "Convert", "None"])?;
    choice(&output["audioCodec"], "output.audioCodec", &["AAC", "AC3", "PCM"])?;
    if matches!(output["audioTransfer"].as_str(), Some("Copy" | "Convert")) {
        required(&output["audioCodec"], "output.audioCodec")?;
    }
    choice(&output["videoEncoder"], "output.videoEncoder", &["AV1", "H264", "H265", "VP9"])?;
    let profiles: &[&str] = match output["videoEncoder"].as_str() {
        Some("H264") => &["High"],
        Some("AV1") => &["8-bit", "10-bit"],
        Some("VP9") => &["Good", "Best"],
        _ => &["Main", "Main10"],
    };
    choice(&output["videoProfile"], "output.videoProfile", profiles)?;
    choice(&output["dynamicCompressionLevel"], "output.dynamicCompressionLevel", &["Low", "Mid", "High"])?;
    text(&output["videoBitrate"], "output.videoBitrate", 10)?;
    choice(&output["container"], "output.container", &["mp4", "mov", "mkv"])?;
    flag(&output["cropToFit"], "output.cropToFit")
}
