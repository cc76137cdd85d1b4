//! `docs/settings.md`, printed from the default file.

use super::setting;

const PROVIDERS: [(&str, &str); 1] = [("NAME", "")];

/// The settings of each provider, with default and reason.
const PROVIDER: [(&str, &str, &str); 5] = [
    ("base_url", "\"\"", "Where the provider's API is, if not at its usual address. Read at the start only."),
    (
        "key",
        "\"\"",
        "For each provider that `docs/` lists. A provider is set up for live keys when it has a credential, here or \
         sealed by `spool providers add`, or a base URL of its own, which may need no key. Records call this one \
         `default`. Empty: none here. All credentials in settings are read again on SIGHUP.",
    ),
    (
        "key_file",
        "\"\"",
        "A file whose content is that key, such as a mounted secret; blanks around it do not count. Relative paths start \
         at the folder of the file that names them, or else at the working folder.",
    ),
    (
        "keys",
        "{}",
        "Several keys, each under a name that you choose and jobs remember: `main = \"…\"`, or `main = { key = \"…\", \
         weight = 3, accounts = [2, 7] }`. Jobs are spread by weight (1 unless said otherwise, at most 1000; 0 starts \
         none that are new). A key with accounts is for these alone, and they use no other. `key_file` in the place of \
         `key` names a file. `callback_secret` or `callback_secret_file` is what a provider signs its callbacks with, \
         where it does so with a secret of its own.",
    ),
    (
        "concurrency",
        "-1",
        "How many jobs may be open at the provider at a time under one credential; the rest wait here or go to the next \
         provider of their model. 0: any number. -1: the bound that `docs/providers.md` states.",
    ),
];

/// The page.
fn page() -> String {
    let mut text = String::from(
        "# Settings\n\n\
         Printed from `crates/gateway/config.default.toml` by a test. `spool check-config` prints what counts on a \
         machine and where it came from.\n\n\
         A value comes from the last of these that names it: the default; a file (`--config FILE`, else `spool.toml` in \
         the data folder, else `spool.toml` in the working folder); the environment; flags (`--data`, `--listen`, and \
         `--set KEY=VALUE` for every key). A key or variable that no setting has is an error, because it is nearly \
         always a slip of the pen.\n\n\
         In the environment, a setting is `SPOOL_` and its key in capitals, with dots as underscores. Lists are \
         separated by commas. `SPOOL_KEY` and `SPOOL_URL` are no settings: they belong to `spool run`.\n\n",
    );
    let mut section = String::new();
    let mut reasons: Vec<&str> = Vec::new();
    for line in setting::DEFAULT_FILE.lines() {
        if let Some(reason) = line.strip_prefix("# ") {
            reasons.push(reason);
        } else if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
            reasons.clear();
        } else if let Some((key, value)) = line.split_once(" = ") {
            entry(&mut text, &format!("{section}{key}"), value, &reasons.join(" "));
            reasons.clear();
        } else {
            reasons.clear();
        }
    }
    for (word, default, reason) in PROVIDER {
        entry(&mut text, &format!("providers.NAME.{word}"), default, reason);
    }
    text
}

fn entry(text: &mut String, path: &str, default: &str, reason: &str) {
    let setting = setting::all(&PROVIDERS).into_iter().find(|setting| setting.path == path);
    let variable = setting.unwrap_or_else(|| panic!("{path} is in the file and is no setting")).variable();
    text.push_str(&format!("## `{path}`\n\n`{default}` · `{variable}`\n\n{reason}\n\n"));
}

#[test]
fn the_page_is_what_the_default_file_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
    let text = page().trim_end().to_owned() + "\n";
    if std::env::var_os("SPOOL_WRITE_DOCS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == text,
        "docs/settings.md is not what the default file says: run with SPOOL_WRITE_DOCS=1 and read the difference"
    );
}

#[test]
fn every_setting_has_its_reason() {
    for part in page().split("## `").skip(1) {
        let reason = part.split("\n\n").nth(2).unwrap_or_default();
        assert!(reason.len() > 20, "{part}");
    }
}
