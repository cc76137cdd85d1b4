//! The files that a job was given: where each stands in the input, and an address that opens it.

use serde::Serialize;
use serde_json::Value;
use spool_domain::catalogue::Model;
use spool_domain::fault::Fault;
use spool_domain::ids::AssetId;
use spool_domain::job::Job;
use spool_domain::order::Caller;
use spool_domain::reference::{Reference, parse_file_id};

use super::broken;
use crate::Api;
use crate::links::Links;

/// More than any model takes; parameters that nobody knows may name more.
const FILES_MAX: usize = 100;

/// Parameters are objects and lists within each other no deeper than this.
const DEPTH_MAX: usize = 8;

/// A file among the parameters.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Given {
    /// The dotted path of the parameter, such as `images.1`.
    param: String,
    /// As it stands there: the id of a file, or somebody's address.
    value: String,
    /// What opens it; none if the file is not there any more.
    url: Option<String>,
    r#type: Option<String>,
    content_type: Option<String>,
    /// What its owner calls it.
    name: Option<String>,
    bytes: Option<u64>,
}

/// All of them. Only files of the caller get an address of ours: a parameter that the model does not know may hold any
/// text, also the id of somebody else's file.
pub(super) async fn files(
    api: &Api,
    caller: &Caller,
    job: &Job,
    model: Option<&Model>,
    links: &Links,
) -> Result<Vec<Given>, Fault> {
    let mut spots = Vec::new();
    for (name, value) in job.params.iter() {
        walk(name.clone(), value, DEPTH_MAX, &mut spots);
    }
    let mut files = Vec::new();
    for (param, value, id) in spots {
        files.push(ours(api, caller, param, value, id, links).await?);
    }
    // What is not ours is told only where the model says that it is a file.
    for at in model.map(|model| model.files(&job.params)).unwrap_or_default() {
        if parse_file_id(at.text).is_none() && files.len() < FILES_MAX {
            let web = matches!(Reference::parse(at.text), Some(Reference::Url(_)));
            files.push(Given {
                param: at.path,
                value: at.text.to_owned(),
                url: web.then(|| at.text.to_owned()),
                r#type: Some(at.of.as_str().to_owned()),
                content_type: None,
                name: None,
                bytes: None,
            });
        }
    }
    Ok(files)
}

/// Finds the texts that are ids of files.
fn walk<'a>(path: String, value: &'a Value, depth: usize, spots: &mut Vec<(String, &'a str, AssetId)>) {
    match value {
        Value::String(text) if spots.len() < FILES_MAX => {
            spots.extend(parse_file_id(text).map(|id| (path, text.as_str(), id)));
        }
        Value::Array(items) if depth > 0 => {
            for (nth, item) in items.iter().enumerate() {
                walk(format!("{path}.{nth}"), item, depth - 1, spots);
            }
        }
        Value::Object(fields) if depth > 0 => {
            for (name, field) in fields {
                walk(format!("{path}.{name}"), field, depth - 1, spots);
            }
        }
        _ => {}
    }
}

async fn ours(
    api: &Api,
    caller: &Caller,
    param: String,
    value: &str,
    id: AssetId,
    links: &Links,
) -> Result<Given, Fault> {
    let store = api.engine.store();
    let mut given = Given {
        param,
        value: value.to_owned(),
        url: None,
        r#type: None,
        content_type: None,
        name: None,
        bytes: None,
    };
    if let Some(file) = store.file(caller.account, caller.mode, id).await.map_err(broken)? {
        given.url = links.file(id, &file.format);
        given.r#type = Some(file.kind.as_str().to_owned());
        given.content_type = Some(file.content_type);
        given.name = file.name;
        given.bytes = Some(file.size_bytes);
    } else if let Some(asset) = store.asset(id).await.map_err(broken)?
        // The job knows the mode, and whose it is.
        && store.job(caller.account, caller.mode, asset.job).await.map_err(broken)?.is_some()
    {
        given.url = links.file(id, &asset.format);
        given.r#type = asset.content_type.split('/').next().map(str::to_owned);
        given.content_type = Some(asset.content_type);
        given.bytes = Some(asset.size_bytes);
    }
    Ok(given)
}
