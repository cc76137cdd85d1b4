//! Requests about webhooks, read strictly: what is not known is an error that names it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{DeliveryId, EndpointId, JobId};
use spool_domain::outbox::{DeliveryFilter, DeliveryState, EndpointPatch};
use spool_domain::time::Timestamp;
use spool_domain::webhook::News;

/// What ids of endpoints begin with.
pub(super) const ENDPOINT_PREFIX: &str = "we_";
/// What ids of deliveries begin with.
pub(super) const DELIVERY_PREFIX: &str = "dlv_";
/// What ids of jobs begin with in answers. Requests may write them as any dialect does.
pub(super) const JOB_PREFIX: &str = "job_";
const JOB_PREFIXES: [&str; 4] = [JOB_PREFIX, "task_", "gen_", ""];

const DESCRIPTION_CHARS_MAX: usize = 200;

const LIMIT_DEFAULT: u32 = 20;
const LIMIT_MAX: u32 = 100;

/// What an endpoint hears unless it says otherwise, and all that it can ask for: tests are asked for one by one.
const HEARD: [News; 4] = [News::Started, News::Succeeded, News::Failed, News::Canceled];

/// An endpoint to make. The URL is not yet checked.
#[derive(Debug, PartialEq)]
pub(super) struct NewEndpoint {
    pub(super) url: String,
    pub(super) events: Vec<News>,
    pub(super) description: String,
}

/// Reads the body of a new endpoint.
pub(super) fn new_endpoint(body: Value) -> Result<NewEndpoint, Fault> {
    let mut body = Body::new(body, &["url", "events", "description"])?;
    let url = body.url()?.ok_or_else(|| Fault::field("url", "url is required: where messages are sent"))?;
    let events = body.events()?.unwrap_or_else(|| HEARD.to_vec());
    let description = body.description()?.unwrap_or_default();
    Ok(NewEndpoint { url, events, description })
}

/// Reads what is to be changed of an endpoint.
pub(super) fn patch(body: Value) -> Result<EndpointPatch, Fault> {
    let mut body = Body::new(body, &["url", "events", "description", "enabled"])?;
    let enabled = match body.take("enabled") {
        None => None,
        Some(Value::Bool(enabled)) => Some(enabled),
        Some(_) => return Err(Fault::field("enabled", "enabled must be true or false")),
    };
    Ok(EndpointPatch { url: body.url()?, events: body.events()?, description: body.description()?, enabled })
}

/// Reads which deliveries are to be replayed.
pub(super) fn replay(body: Value) -> Result<DeliveryFilter, Fault> {
    let mut body = Body::new(body, &["from", "to", "endpoint", "state"])?;
    let mut text = |name: &str| match body.take(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Fault::field(name, format!("{name} must be a text"))),
    };
    let mut moment = |name: &str| -> Result<Timestamp, Fault> {
        let given = text(name)?;
        let read = given.and_then(|given| given.parse::<jiff::Timestamp>().ok());
        let message = format!("{name} is required: a moment such as 2026-02-08T10:30:00Z");
        read.map(|at| Timestamp(at.as_millisecond())).ok_or_else(|| Fault::field(name, message))
    };
    let (from, to) = (moment("from")?, moment("to")?);
    if to <= from {
        return Err(Fault::field("to", "to must be later than from"));
    }
    let endpoint = text("endpoint")?.map(|text| filter_endpoint(&text)).transpose()?;
    let state = match text("state")?.as_deref() {
        None => None,
        Some("pending") => {
            return Err(Fault::field(
                "state",
                "state must be delivered, failed or dropped: what is pending is sent anyway",
            ));
        }
        Some(word) => Some(filter_state(word)?),
    };
    Ok(DeliveryFilter { endpoint, job: None, state, from: Some(from), to: Some(to) })
}

/// One page of the list of deliveries.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) filter: DeliveryFilter,
    pub(super) limit: u32,
    pub(super) before: Option<DeliveryId>,
}

/// Reads the query of the list of deliveries.
pub(super) fn listing(query: &str) -> Result<Listing, Fault> {
    let mut listing = Listing { filter: DeliveryFilter::default(), limit: LIMIT_DEFAULT, before: None };
    let mut seen = BTreeSet::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if !seen.insert(name.to_string()) {
            let name = shortened(&name);
            return Err(Fault::field(name.clone(), format!("{name} must be given once")));
        }
        match &*name {
            "endpoint" => listing.filter.endpoint = Some(filter_endpoint(&value)?),
            "job" => {
                let message = "job must be the id of a job, as any of the dialects writes it";
                listing.filter.job = Some(job_id(&value).ok_or_else(|| Fault::field("job", message))?);
            }
            "state" => listing.filter.state = Some(filter_state(&value)?),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                let message = format!("limit must be a whole number from 1 to {LIMIT_MAX}");
                listing.limit = limit.ok_or_else(|| Fault::field("limit", message))?;
            }
            "before" => {
                let message = "before must be the id of a delivery";
                listing.before = Some(delivery_id(&value).ok_or_else(|| Fault::field("before", message))?);
            }
            other => {
                let known = "endpoint, job, state, limit and before";
                return Err(unknown(other, known));
            }
        }
    }
    Ok(listing)
}

/// The endpoint of `/v1/webhooks/endpoints/{id}` and of what is below it.
pub(super) fn endpoint(path: &str) -> Result<EndpointId, Fault> {
    let id = segment(path, "/v1/webhooks/endpoints/");
    endpoint_id(id).ok_or_else(|| Kind::NotFound.into())
}

/// The delivery of `/v1/webhooks/deliveries/{id}` and of what is below it.
pub(super) fn delivery(path: &str) -> Result<DeliveryId, Fault> {
    let id = segment(path, "/v1/webhooks/deliveries/");
    delivery_id(id).ok_or_else(|| Kind::NotFound.into())
}

fn segment<'a>(path: &'a str, before: &str) -> &'a str {
    path.strip_prefix(before).and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

fn endpoint_id(text: &str) -> Option<EndpointId> {
    EndpointId::parse(text.strip_prefix(ENDPOINT_PREFIX)?).ok()
}

fn delivery_id(text: &str) -> Option<DeliveryId> {
    DeliveryId::parse(text.strip_prefix(DELIVERY_PREFIX)?).ok()
}

fn job_id(text: &str) -> Option<JobId> {
    JOB_PREFIXES.iter().find_map(|prefix| JobId::parse(text.strip_prefix(prefix)?).ok())
}

fn filter_endpoint(text: &str) -> Result<EndpointId, Fault> {
    endpoint_id(text).ok_or_else(|| Fault::field("endpoint", "endpoint must be the id of an endpoint"))
}

fn filter_state(word: &str) -> Result<DeliveryState, Fault> {
    let found = DeliveryState::ALL.into_iter().find(|state| state.as_str() == word);
    let words = DeliveryState::ALL.map(DeliveryState::as_str).join(", ");
    found.ok_or_else(|| Fault::field("state", format!("state must be one of {words}")))
}

fn unknown(name: &str, known: &str) -> Fault {
    let name = shortened(name);
    Fault::field(name.clone(), format!("{name} is not known here; there are {known}"))
}

/// A caller's own word, short enough to be given back.
fn shortened(name: &str) -> String {
    name.chars().take(60).collect()
}

/// The fields of a body. None is unknown, and none is null.
struct Body(Map<String, Value>);

impl Body {
    fn new(body: Value, known: &[&str]) -> Result<Self, Fault> {
        let Value::Object(fields) = body else {
            return Err(Fault::new(Kind::InvalidInput, "the body must be a JSON object"));
        };
        match fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(unknown(name, &known.join(", "))),
            None => Ok(Self(fields)),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    fn url(&mut self) -> Result<Option<String>, Fault> {
        match self.take("url") {
            None => Ok(None),
            Some(Value::String(url)) => Ok(Some(url)),
            Some(_) => Err(Fault::field("url", "url must be a text: an absolute http or https URL")),
        }
    }

    fn events(&mut self) -> Result<Option<Vec<News>>, Fault> {
        let allowed = HEARD.map(News::word).join(", ");
        let wrong = || Fault::field("events", format!("events must be \"all\" or a list of {allowed}"));
        let words = match self.take("events") {
            None => return Ok(None),
            Some(Value::String(word)) if word == "all" => return Ok(Some(HEARD.to_vec())),
            Some(Value::Array(words)) if !words.is_empty() => words,
            Some(_) => return Err(wrong()),
        };
        let mut events = Vec::new();
        for (place, word) in words.iter().enumerate() {
            let news = word.as_str().and_then(|word| word.parse().ok());
            let Some(news) = news.filter(|news| HEARD.contains(news)) else {
                return Err(Fault::field(
                    format!("events[{place}]"),
                    format!("events[{place}] must be one of {allowed}"),
                ));
            };
            // Said twice is said once.
            if !events.contains(&news) {
                events.push(news);
            }
        }
        Ok(Some(events))
    }

    fn description(&mut self) -> Result<Option<String>, Fault> {
        match self.take("description") {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= DESCRIPTION_CHARS_MAX => Ok(Some(text)),
            Some(_) => {
                let message =
                    format!("description must be a text of at most {DESCRIPTION_CHARS_MAX} characters");
                Err(Fault::field("description", message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn param<T>(read: Result<T, Fault>) -> Option<String> {
        match read {
            Ok(_) => panic!("taken"),
            Err(fault) => fault.param,
        }
    }

    #[test]
    fn an_endpoint_hears_everything_unless_it_says_otherwise() {
        let url = "https://a.example/";
        let plain = new_endpoint(json!({ "url": url })).unwrap();
        assert_eq!((plain.events.as_slice(), plain.description.as_str()), (HEARD.as_slice(), ""));
        assert_eq!(new_endpoint(json!({ "url": url, "events": "all" })).unwrap().events, HEARD);
        let some = json!({ "url": url, "events": ["job.failed", "job.failed", "job.succeeded"], "description": "x" });
        let some = new_endpoint(some).unwrap();
        assert_eq!((some.events, some.description), (vec![News::Failed, News::Succeeded], "x".to_owned()));
    }

    #[test]
    fn what_is_wrong_with_an_endpoint_is_named() {
        for (body, field) in [
            (json!({}), "url"),
            (json!({ "url": null }), "url"),
            (json!({ "url": 7 }), "url"),
            (json!({ "url": "x", "events": [] }), "events"),
            (json!({ "url": "x", "events": null }), "events"),
            (json!({ "url": "x", "events": "some" }), "events"),
            (json!({ "url": "x", "events": ["job.failed", "job.fallen"] }), "events[1]"),
            (json!({ "url": "x", "events": ["webhook.test"] }), "events[0]"),
            (json!({ "url": "x", "events": [1] }), "events[0]"),
            (json!({ "url": "x", "description": "y".repeat(201) }), "description"),
            (json!({ "url": "x", "description": null }), "description"),
            (json!({ "url": "x", "enabled": true }), "enabled"),
            (json!({ "url": "x", "secret": "whsec_x" }), "secret"),
        ] {
            assert_eq!(param(new_endpoint(body.clone())).as_deref(), Some(field), "{body}");
        }
        assert_eq!(param(new_endpoint(json!([]))), None);
        assert_eq!(param(patch(json!({ "enabled": 1 }))).as_deref(), Some("enabled"));
        assert_eq!(param(patch(json!({ "id": "we_x" }))).as_deref(), Some("id"));
        assert_eq!(patch(json!({})).unwrap(), EndpointPatch::default());
        let off = patch(json!({ "enabled": false, "url": "u" })).unwrap();
        assert_eq!((off.enabled, off.url.as_deref()), (Some(false), Some("u")));
    }

    #[test]
    fn a_replay_has_two_moments() {
        let (from, to) = ("2026-02-08T10:00:00Z", "2026-02-08T12:00:00+01:00");
        let id = EndpointId([5; 20]);
        let later = "2026-02-08T11:00:00.5Z";
        let read = json!({ "from": from, "to": later, "endpoint": format!("we_{id}"), "state": "failed" });
        let filter = replay(read).unwrap();
        assert_eq!(filter.to.unwrap().0 - filter.from.unwrap().0, 3_600_500);
        assert_eq!((filter.endpoint, filter.state), (Some(id), Some(DeliveryState::Failed)));
        for (body, field) in [
            (json!({}), "from"),
            (json!({ "from": from }), "to"),
            (json!({ "from": 7, "to": later }), "from"),
            (json!({ "from": "yesterday", "to": later }), "from"),
            (json!({ "from": later, "to": from }), "to"),
            (json!({ "from": from, "to": from }), "to"),
            (json!({ "from": later, "to": to }), "to"),
            (json!({ "from": from, "to": later, "endpoint": "x" }), "endpoint"),
            (json!({ "from": from, "to": later, "state": "lost" }), "state"),
            (json!({ "from": from, "to": later, "state": "pending" }), "state"),
            (json!({ "from": from, "to": later, "job": "x" }), "job"),
        ] {
            assert_eq!(param(replay(body.clone())).as_deref(), Some(field), "{body}");
        }
    }

    #[test]
    fn a_list_takes_ids_of_every_dialect_and_refuses_the_rest() {
        let job = JobId([9; 20]);
        for prefix in JOB_PREFIXES {
            assert_eq!(listing(&format!("job={prefix}{job}")).unwrap().filter.job, Some(job));
        }
        let read = listing(&format!("limit=7&state=pending&before=dlv_{}", DeliveryId([1; 20]))).unwrap();
        assert_eq!((read.limit, read.before), (7, Some(DeliveryId([1; 20]))));
        assert_eq!(read.filter.state, Some(DeliveryState::Pending));
        assert_eq!(listing("").unwrap().limit, 20);
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("state=x", "state"),
            ("job=x", "job"),
            ("before=x", "before"),
            ("endpoint=x", "endpoint"),
            ("limit=1&limit=2", "limit"),
            ("stat=failed", "stat"),
        ] {
            assert_eq!(param(listing(query)).as_deref(), Some(field), "{query}");
        }
    }

    #[test]
    fn ids_in_paths_are_read_in_their_one_form() {
        let id = EndpointId([3; 20]);
        for below in ["", "/rotate", "/secret"] {
            assert_eq!(endpoint(&format!("/v1/webhooks/endpoints/we_{id}{below}")), Ok(id));
        }
        for bad in [format!("{id}"), format!("WE_{id}"), format!("we_{id}0"), String::new()] {
            assert_eq!(endpoint(&format!("/v1/webhooks/endpoints/{bad}")).unwrap_err().kind, Kind::NotFound);
        }
        let id = DeliveryId([4; 20]);
        assert_eq!(delivery(&format!("/v1/webhooks/deliveries/dlv_{id}/replay")), Ok(id));
        assert_eq!(delivery("/v1/webhooks/deliveries/x").unwrap_err().kind, Kind::NotFound);
    }
}
