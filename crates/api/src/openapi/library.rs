//! The calls over an account's jobs, and their shapes.

use serde_json::{Map, Value, json};

use super::account::{entry, mode, object, price, time, time_or_null, usd};
use super::paths::{answer, faults_as, parameter, with};
use super::schemas::schema;

pub(super) fn paths() -> Value {
    json!({
        "/v1/library": { "get": list() },
        "/v1/library/{id}": { "get": fetch() },
        "/v1/keys": { "get": keys() },
    })
}

pub(super) fn schemas() -> Value {
    json!({
        "LibraryPage": page_shape(),
        "LibraryItem": object(item_fields(), &[]),
        "LibraryOutput": output_shape(),
        "LibraryJob": job_shape(),
        "JobAttempt": super::account::attempt(),
        "LedgerEntry": entry(),
        "JobPrice": price(),
        "KeyList": keys_shape(),
    })
}

fn faults(scope: &str, more: &[(&str, &str)]) -> Map<String, Value> {
    let forbidden = format!("`forbidden`: the key does not have the permission `{scope}`.");
    let always = [
        ("400", "`invalid_input`: a parameter is unknown, repeated or wrong; `param` names it."),
        ("401", "`unauthenticated`: the key is missing or wrong."),
        ("403", forbidden.as_str()),
        ("429", "`rate_limited`: too many requests."),
        ("500", "`internal_error`: our fault."),
    ];
    let all: Vec<(&str, &str)> = always.iter().chain(more).copied().collect();
    faults_as("Error", &all)
}

fn ok(description: &str, body: &str) -> Value {
    json!({ "200": answer(description, schema(body), &["Cache-Control"]) })
}

fn list() -> Value {
    let day = || json!({ "type": "string", "format": "date" });
    json!({
        "operationId": "listLibrary",
        "tags": ["library"],
        "summary": "The account's jobs, newest first, whatever dialect made them",
        "parameters": [
            parameter("query", "status", status(), "Only where they stand here."),
            parameter("query", "model", json!({ "type": "string", "minLength": 1, "maxLength": 200 }), "Only of this model, by an id or alias."),
            parameter("query", "key", json!({ "type": "string", "minLength": 1, "maxLength": 64 }), "Only those ordered with this key, by its id."),
            parameter("query", "kind", json!({ "enum": KINDS }), "Only those that make this."),
            parameter("query", "from", day(), "Only those admitted on this day or later, UTC."),
            parameter("query", "to", day(), "Only those admitted on this day or before it, UTC."),
            parameter("query", "limit", json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 30 }), "How many at most."),
            parameter("query", "before", job_id(), "The `next` of the page before."),
        ],
        "responses": with(
            faults("jobs:read", &[]),
            ok("One page. With a filter it may be short, even empty, although `next` is there: a page looks at 10,000 jobs at most.", "LibraryPage"),
        ),
    })
}

fn fetch() -> Value {
    json!({
        "operationId": "getLibraryJob",
        "tags": ["library"],
        "summary": "One job with all that is known of it",
        "parameters": [parameter("path", "id", json!({ "type": "string" }), "The job's id in the form of any dialect, or without its prefix.")],
        "responses": with(
            faults("jobs:read", &[("404", "`not_found`: no job of this account and mode has this id.")]),
            ok("What was ordered, what became of it, what it cost, and how its dialect tells it.", "LibraryJob"),
        ),
    })
}

fn keys() -> Value {
    json!({
        "operationId": "listOwnKeys",
        "tags": ["account"],
        "summary": "The account's keys of the same mode, newest first",
        "responses": with(faults("account:read", &[]), ok("At most 1,000 keys; nothing in them opens anything.", "KeyList")),
    })
}

const KINDS: [&str; 4] = ["image", "video", "audio", "text"];

fn status() -> Value {
    json!({ "enum": ["queued", "processing", "succeeded", "failed", "canceled"] })
}

fn job_id() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-v]{32}$" })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn or_null(kind: &str, description: &str) -> Value {
    json!({ "type": [kind, "null"], "description": description })
}

fn list_of(items: Value, description: &str) -> Value {
    json!({ "type": "array", "items": items, "description": description })
}

fn page_shape() -> Value {
    let properties = json!({
        "object": { "const": "list" },
        "data": list_of(schema("LibraryItem"), "Newest first."),
        "next": { "type": ["string", "null"], "pattern": "^[0-9a-v]{32}$", "description": "For `before` of the next page; null on the last." },
    });
    object(properties, &[])
}

fn item_fields() -> Value {
    let error =
        object(json!({ "code": text("As in the table of errors."), "message": text("For people.") }), &[]);
    json!({
        "id": job_id(),
        "status": status(),
        "phase": { "enum": ["queued", "submitting", "running", "storing", "reconciling", "needs_operator", "succeeded", "failed", "canceled"], "description": "The same more exactly." },
        "model": text("The model's id."),
        "model_asked": text("The model's name as it was ordered."),
        "kind": { "enum": ["image", "video", "audio", "text", null], "description": "What the model makes; null where it left the catalogue and made nothing." },
        "dialect": { "enum": ["generations", "jobs", "tasks", "task/submit"], "description": "The API that it was ordered through; runs of tools are `jobs`, speech is `generations`." },
        "key": text("The id of the key it was ordered with."),
        "key_name": or_null("string", "What the operator calls the key."),
        "mode": mode(),
        "count": { "type": "integer", "minimum": 1, "description": "How many outputs were ordered." },
        "prompt": or_null("string", "What was said, where the model takes a prompt; lists cut it to 500 characters."),
        "price_usd": usd("The price of the whole at admission"),
        "charged_usd": { "type": ["string", "null"], "description": "Captured at its end, US dollars, exact; null while it is open." },
        "progress": { "type": ["integer", "null"], "minimum": 0, "maximum": 100, "description": "Percent, where the provider says." },
        "created_at": time("When it was admitted."),
        "ended_at": time_or_null("When it ended."),
        "error": { "anyOf": [error, { "type": "null" }], "description": "Why it failed, if it did." },
        "outputs": list_of(schema("LibraryOutput"), "What it made."),
    })
}

fn output_shape() -> Value {
    let properties = json!({
        "type": { "enum": KINDS },
        "url": or_null("string", "Signed for an hour; null for a text, and where the file was deleted."),
        "text": or_null("string", "A text in place; lists cut it to 500 characters."),
        "content_type": or_null("string", "By content."),
        "width": or_null("integer", "Pixels."),
        "height": or_null("integer", "Pixels."),
        "duration": or_null("number", "Seconds."),
        "bytes": or_null("integer", "Null where it was never fetched."),
    });
    object(properties, &[])
}

fn job_shape() -> Value {
    let event = object(
        json!({
            "no": { "type": "integer", "minimum": 1 },
            "kind": text("The phase that it entered."),
            "at": time("When."),
            "detail": text("The provider, or what happened, with the provider's code behind it."),
        }),
        &[],
    );
    let file = object(
        json!({
            "param": text("The dotted path of the parameter, such as `images.1`."),
            "value": text("As it stands in `input`: the id of a file, or an address elsewhere."),
            "url": or_null("string", "What opens it: signed for an hour, or the address itself; null if the file is not there any more."),
            "type": { "enum": ["image", "video", "audio", null] },
            "content_type": or_null("string", "By content, of files kept here."),
            "name": or_null("string", "As it was uploaded."),
            "bytes": or_null("integer", "Of files kept here."),
        }),
        &[],
    );
    let request = object(
        json!({
            "method": { "const": "POST" },
            "path": text("With the model's name, where the dialect has it there."),
            "headers": { "type": "object", "additionalProperties": { "type": "string" }, "description": "Beside `Authorization`." },
            "body": { "type": "object" },
        }),
        &[],
    );
    let mut properties = item_fields();
    properties["input"] = json!({ "type": "object", "description": "The parameters by the model's own names, defaults included; files by their ids." });
    properties["files"] = list_of(file, "The files among the parameters, with addresses that open them.");
    properties["events"] = list_of(event, "Its history, numbered without gaps.");
    properties["attempts"] = list_of(schema("JobAttempt"), "Who was asked, and what became of it.");
    properties["price"] = schema("JobPrice");
    properties["entries"] = list_of(schema("LedgerEntry"), "What was booked for it.");
    properties["refunded_usd"] = usd("Given back since");
    properties["request"] = request;
    properties["answer_status"] =
        json!({ "type": "integer", "description": "200, or 404 where its dialect no longer shows it." });
    properties["answer"] =
        json!({ "type": "object", "description": "What a GET in its dialect answers now." });
    object(properties, &[])
}

fn keys_shape() -> Value {
    let key = object(
        json!({
            "id": { "type": "string" },
            "name": text("What the operator calls it."),
            "last4": text("The last four characters of the key itself."),
            "created_at": time("When it was made."),
            "revoked_at": time_or_null("When it was revoked."),
        }),
        &[],
    );
    object(json!({ "object": { "const": "list" }, "data": list_of(key, "Newest first.") }), &[])
}
