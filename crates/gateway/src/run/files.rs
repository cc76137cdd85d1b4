//! Where the results of `spool run` go.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use http_body_util::BodyExt;
use tokio::io::AsyncWriteExt;
use url::Url;

use crate::http;

/// The longest error text of a server that is shown, bytes.
const SHOWN_BYTES_MAX: usize = 300;

/// The names for `count` results. One: the wished name itself; several: with -1, -2 before the extension. Without a
/// wish: the model's last word and the format's extension, numbered on if that is taken.
pub fn names(wish: Option<&Path>, model: &str, formats: &[String]) -> Vec<PathBuf> {
    let count = formats.len();
    let numbered = |path: &Path, number: usize| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let end = path.extension().map_or_else(String::new, |end| format!(".{}", end.to_string_lossy()));
        path.with_file_name(format!("{stem}-{number}{end}"))
    };
    if let Some(path) = wish {
        return match count {
            1 => vec![path.to_owned()],
            _ => (1..=count).map(|number| numbered(path, number)).collect(),
        };
    }
    let word = model.rsplit('/').next().unwrap_or(model);
    let mut next = 1;
    let mut names = Vec::new();
    for format in formats {
        let plain = PathBuf::from(format!("{word}.{format}"));
        let free = |path: &Path| !path.exists();
        // The bare name for a single result; numbers else, and where the name is taken.
        let mut name = plain.clone();
        if count > 1 || !free(&name) {
            name = numbered(&plain, next);
            while !free(&name) {
                next += 1;
                name = numbered(&plain, next);
            }
            next += 1;
        }
        names.push(name);
    }
    names
}

/// Fetches a result into a file. The signature in the URL is the right to read it; no key is sent. Its size, bytes.
pub async fn fetch(url: &Url, path: &Path) -> anyhow::Result<u64> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let response = http::open(url, http::get(host, target, None)?).await?;
    if response.status() != 200 {
        let answer = http::whole(response).await?;
        let text =
            String::from_utf8_lossy(&answer.body[..answer.body.len().min(SHOWN_BYTES_MAX)]).into_owned();
        bail!("the result cannot be fetched: HTTP {} {}", answer.status, text.trim());
    }
    let told = || path.display().to_string();
    // A result that breaks off must not look like one: it gets its name when it is whole.
    let draft = path.with_added_extension("part");
    let mut file = tokio::fs::File::create(&draft).await.with_context(told)?;
    let mut body = response.into_body();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.context("the result broke off; ask for the job again")?.into_data() {
            size += piece.len() as u64;
            file.write_all(&piece).await.with_context(told)?;
        }
    }
    file.flush().await.with_context(told)?;
    tokio::fs::rename(&draft, path).await.with_context(told)?;
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_result_has_the_wished_name_and_several_are_numbered() {
        let png = |count| vec!["png".to_owned(); count];
        assert_eq!(names(Some(Path::new("out/a.png")), "x/y", &png(1)), [Path::new("out/a.png")]);
        let two = names(Some(Path::new("out/a.png")), "x/y", &png(2));
        assert_eq!(two, [Path::new("out/a-1.png"), Path::new("out/a-2.png")]);
        assert_eq!(names(Some(Path::new("a")), "x/y", &png(2)), [Path::new("a-1"), Path::new("a-2")]);
        let spare = names(None, "vendor/model-2.6-no-such-file", &png(2));
        assert_eq!(spare[0], Path::new("model-2.6-no-such-file-1.png"));
        assert_eq!(spare[1], Path::new("model-2.6-no-such-file-2.png"));
        assert_eq!(
            names(None, "model-2.6-no-such-file", &["mp4".to_owned()]),
            [Path::new("model-2.6-no-such-file.mp4")]
        );
    }
}
