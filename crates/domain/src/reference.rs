//! How a caller names a file that a model shall start from: by its address, by its content, by the id of an upload,
//! or by the job that made it. Here only the shape is read; the engine finds out whether there is such a file.

use crate::ids::{AssetId, JobId};

/// No provider takes a longer URL.
pub const URL_BYTES_MAX: usize = 8192;

/// What every media parameter takes, for people.
pub const FORMS: &str =
    "an http or https URL, a data: URI, a file id (file_…) or a job id (job_…, its second output as job_…#2)";

/// What every parameter takes that names an earlier job, for people.
pub const EARLIER_FORMS: &str =
    "the id of an earlier job (job_…, its second output as job_…#2) or of a file that one made (file_…)";

const FILE_PREFIX: &str = "file_";
/// What job ids start with in the dialects; one dialect has them bare.
const JOB_PREFIXES: [&str; 3] = ["job_", "gen_", "task_"];

/// One way to name a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// An http or https URL.
    Url(&'a str),
    /// A `data:` URI; its content has not been looked at.
    Data(&'a str),
    /// A file of ours by its id.
    File(AssetId),
    /// An output of an earlier job.
    Output {
        /// The job.
        job: JobId,
        /// Which of its outputs, counted from 1; none is the first of a fitting kind.
        place: Option<u32>,
    },
}

impl<'a> Reference<'a> {
    /// Reads a reference; nothing if the text has none of the forms.
    pub fn parse(text: &'a str) -> Option<Self> {
        if is_data(text) {
            return text.contains(',').then_some(Self::Data(text));
        }
        if let Some(id) = text.strip_prefix(FILE_PREFIX) {
            return AssetId::parse(id).ok().map(Self::File);
        }
        let (id, place) = match text.split_once('#') {
            Some((id, place)) => (id, place_of(place)),
            None => (text, Some(None)),
        };
        let bare = JOB_PREFIXES.iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id);
        if let (Ok(job), Some(place)) = (JobId::parse(bare), place) {
            return Some(Self::Output { job, place });
        }
        let url = url::Url::parse(text).ok().filter(|_| text.len() <= URL_BYTES_MAX)?;
        (matches!(url.scheme(), "http" | "https") && url.host().is_some()).then_some(Self::Url(text))
    }
}

/// Whether a text is meant as a `data:` URI.
pub fn is_data(text: &str) -> bool {
    text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"))
}

/// The public id of a stored file.
pub fn file_id(file: AssetId) -> String {
    format!("{FILE_PREFIX}{file}")
}

/// Reads a public file id.
pub fn parse_file_id(text: &str) -> Option<AssetId> {
    AssetId::parse(text.strip_prefix(FILE_PREFIX)?).ok()
}

/// A place without sign or leading zeros, so that each output has one name.
fn place_of(digits: &str) -> Option<Option<u32>> {
    let plain = (1..=3).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok().map(Some)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialects_job_id_names_its_outputs() {
        let job = JobId([7; 20]);
        for prefix in ["", "job_", "gen_", "task_"] {
            let whole = format!("{prefix}{job}");
            assert_eq!(Reference::parse(&whole), Some(Reference::Output { job, place: None }), "{whole}");
            let second = format!("{prefix}{job}#2");
            let expected = Reference::Output { job, place: Some(2) };
            assert_eq!(Reference::parse(&second), Some(expected), "{second}");
            for bad in ["#0", "#", "#02", "#+1", "#x", "#1000", "#1#2"] {
                assert_eq!(Reference::parse(&format!("{whole}{bad}")), None, "{bad}");
            }
        }
    }

    #[test]
    fn files_urls_and_data_are_told_apart_and_nothing_else_is_one() {
        let file = AssetId([9; 20]);
        assert_eq!(Reference::parse(&file_id(file)), Some(Reference::File(file)));
        assert_eq!(parse_file_id(&file_id(file)), Some(file));
        assert!(matches!(Reference::parse("https://a.test/1.png#x"), Some(Reference::Url(_))));
        assert!(matches!(Reference::parse("DATA:image/png;base64,AA=="), Some(Reference::Data(_))));
        for bad in [
            "",
            "data:image/png;base64",
            "file_",
            "file_abc",
            "ftp://a.test/x",
            "a.png",
            "https://",
            "asset_00000000000000000000000000000000",
            "dåta:,",
        ] {
            assert_eq!(Reference::parse(bad), None, "{bad}");
        }
        assert_eq!(Reference::parse(&format!("https://a.test/{}", "x".repeat(URL_BYTES_MAX))), None);
    }
}
