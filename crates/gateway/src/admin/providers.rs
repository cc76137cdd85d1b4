//! `spool providers`. Secrets come in through standard input and never out again.

use std::io::{IsTerminal, Read, Write};

use anyhow::{Context, bail};
use hyper::Method;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::print::{self, Said};
use super::segment;
use super::way::Way;
use crate::cli::{Providers, Sharing};

/// The most that is read as a secret, bytes: the JSON key of a service account has some two kilobytes.
const SECRET_BYTES_MAX: u64 = 64 << 10;

pub(super) async fn act(way: &Way, command: Option<Providers>) -> anyhow::Result<Said> {
    let at = |provider: &str| format!("/admin/v1/providers/{}", segment(provider));
    let of = |provider: &str, name: &str| format!("{}/credentials/{}", at(provider), segment(name));
    Ok(match command {
        None => {
            let list = way.ask(Method::GET, "/admin/v1/providers", None).await?;
            let beside = match list["can_seal"] == true {
                true => String::new(),
                false => "Credentials can be added here once there is a master key: `spool master-key new FILE` makes \
                          one outside the data folder,\nand the setting secrets.master_key_file names it.\n"
                    .to_owned(),
            };
            Said { beside, ..Said::table(print::providers(&list), list) }
        }
        Some(Providers::Add { provider, credential, sharing, callback_secret_stdin }) => {
            let (secret, callback_secret) = secrets(callback_secret_stdin)?;
            let mut body = shares(sharing);
            body["secret"] = secret.as_str().into();
            if let Some(callback_secret) = callback_secret {
                body["callback_secret"] = callback_secret.as_str().into();
            }
            put(way, &provider, &credential, &of(&provider, &credential), body).await?
        }
        Some(Providers::Change { provider, credential, sharing }) => {
            let body = shares(sharing);
            if body.as_object().is_none_or(serde_json::Map::is_empty) {
                bail!("nothing is to be changed: give --weight, --account or --all-accounts");
            }
            put(way, &provider, &credential, &of(&provider, &credential), body).await?
        }
        Some(Providers::Remove { provider, credential, force }) => {
            let query = super::query([("force", force.then_some("true"))]);
            let path = format!("{}{query}", of(&provider, &credential));
            let done = way.ask(Method::DELETE, &path, None).await?;
            let beside = match done["waiting_jobs"].as_u64() {
                Some(jobs) if jobs > 0 => format!(
                    "{jobs} open jobs were started with it and wait until a credential `{credential}` is there again.\n"
                ),
                _ => String::new(),
            };
            Said {
                beside,
                ..Said::table(format!("The credential `{credential}` of {provider} is removed.\n"), done)
            }
        }
        Some(Providers::Check { provider, credential }) => {
            let body = json!({ "credential": credential });
            let report = way.ask(Method::POST, &format!("{}/check", at(&provider)), Some(body)).await?;
            let mut results = report["items"].as_array().into_iter().flatten();
            let well = results.all(|one| matches!(one["result"].as_str(), Some("works" | "no_free_call")));
            Said { well, ..Said::table(print::checks(&provider, &report), report) }
        }
    })
}

async fn put(way: &Way, provider: &str, name: &str, path: &str, body: Value) -> anyhow::Result<Said> {
    let kept = way.ask(Method::PUT, path, Some(body)).await?;
    let said = format!(
        "The credential `{name}` of {provider} counts from now on ({}).\n",
        print::credential_source(&kept)
    );
    Ok(Said::table(said, kept))
}

/// What is given about the jobs that a credential takes.
fn shares(sharing: Sharing) -> Value {
    let Sharing { weight, accounts, all_accounts } = sharing;
    let mut body = json!({});
    if let Some(weight) = weight {
        body["weight"] = weight.into();
    }
    if all_accounts || !accounts.is_empty() {
        body["accounts"] = json!(accounts);
    }
    body
}

/// The secret, and the callbacks' secret where one is to come: the last line.
fn secrets(with_callback_secret: bool) -> anyhow::Result<(Zeroizing<String>, Option<Zeroizing<String>>)> {
    let text = if std::io::stdin().is_terminal() { typed(with_callback_secret)? } else { piped()? };
    split(&text, with_callback_secret)
}

fn split(
    text: &str,
    with_callback_secret: bool,
) -> anyhow::Result<(Zeroizing<String>, Option<Zeroizing<String>>)> {
    let owned = |text: &str| Zeroizing::new(text.trim().to_owned());
    let (secret, callback_secret) = match (with_callback_secret, text.trim().rsplit_once('\n')) {
        (true, Some((secret, last))) => (owned(secret), Some(owned(last))),
        (true, None) => {
            bail!("standard input must hold the secret, and on its last line the callbacks' secret")
        }
        (false, _) => (owned(text), None),
    };
    if secret.is_empty() {
        bail!(
            "standard input holds no secret; give it as in: spool providers add NAME --credential main < FILE"
        );
    }
    Ok((secret, callback_secret))
}

fn piped() -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let read = std::io::stdin().take(SECRET_BYTES_MAX + 1).read_to_string(&mut text);
    if read.context("the secret on standard input")? as u64 > SECRET_BYTES_MAX {
        bail!("standard input holds more than 64 KiB, so it is no secret");
    }
    Ok(text)
}

/// At a terminal nothing that is typed is shown.
fn typed(with_callback_secret: bool) -> anyhow::Result<Zeroizing<String>> {
    let ask = |what: &str| {
        let _ = write!(std::io::stderr(), "{what}: ");
        console::Term::stderr().read_secure_line().map(Zeroizing::new).context("the secret")
    };
    let secret = ask("Secret (not shown)")?;
    if !with_callback_secret {
        return Ok(secret);
    }
    let callback_secret = ask("Secret of callbacks (not shown)")?;
    Ok(Zeroizing::new(format!("{}\n{}", *secret, *callback_secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_all_of_the_input_but_a_callbacks_secret_on_the_last_line() {
        let split =
            |text: &str, with| split(text, with).map(|(a, b)| (a.to_string(), b.map(|b| b.to_string())));
        assert_eq!(split(" key\n", false).unwrap(), ("key".to_owned(), None));
        assert_eq!(split("{\n \"a\": 1\n}\n", false).unwrap(), ("{\n \"a\": 1\n}".to_owned(), None));
        assert_eq!(split("key\nwhsec\n", true).unwrap(), ("key".to_owned(), Some("whsec".to_owned())));
        assert_eq!(split("{\n}\nwhsec", true).unwrap(), ("{\n}".to_owned(), Some("whsec".to_owned())));
        assert!(split("key\n", true).is_err() && split(" \n", false).is_err());
    }
}
