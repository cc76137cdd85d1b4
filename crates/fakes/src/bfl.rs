//! Black Forest Labs: endpoints with their fields, and looks at the address that the submit named.

mod endpoints;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use self::endpoints::Endpoint;
use crate::desk::{Desk, End, Job, Order, Stand};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(Bfl).await
}

struct Bfl;

impl Protocol for Bfl {
    fn key(&self) -> &'static str {
        "bfl-fake-0123456789"
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("GET", "/v1/get_result") => Step::Look,
            ("POST", _) => Step::Submit,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        // Addresses of results need no key; those that are gone end up here.
        if asked.path.starts_with("/files/") {
            return detail(StatusCode::NOT_FOUND, json!("Not Found"));
        }
        if asked.header("x-key") != self.key() {
            return detail(StatusCode::FORBIDDEN, json!("Not authenticated"));
        }
        match asked.route() {
            ("GET", "/v1/credits") => Json(json!({ "credits": 123.4 })).into_response(),
            ("GET", "/v1/get_result") => {
                let id = asked.parameter("id").unwrap_or_default();
                Json(result(&id, desk.look(&id), desk)).into_response()
            }
            ("POST", path) => match path.strip_prefix("/v1/").and_then(endpoints::find) {
                Some(endpoint) => submit(asked, endpoint, desk),
                None => detail(StatusCode::NOT_FOUND, json!("Not Found")),
            },
            _ => detail(StatusCode::NOT_FOUND, json!("Not Found")),
        }
    }

    fn busy(&self, _: u32) -> Response {
        detail(StatusCode::TOO_MANY_REQUESTS, json!("You have too many active tasks"))
    }

    fn fail(&self, status: StatusCode) -> Response {
        detail(status, json!("Something went wrong"))
    }
}

fn detail(status: StatusCode, detail: Value) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

fn submit(asked: &Asked, endpoint: &Endpoint, desk: &Desk) -> Response {
    let Some(Value::Object(input)) = asked.json() else {
        return detail(StatusCode::UNPROCESSABLE_ENTITY, json!("The body is not a JSON object"));
    };
    if let Err(misfit) = endpoint.check(&input) {
        let finding = json!([{ "loc": ["body", misfit.field], "msg": misfit.why, "type": "value_error" }]);
        return detail(StatusCode::UNPROCESSABLE_ENTITY, finding);
    }
    let text = |name: &str| input.get(name).and_then(Value::as_str).map(str::to_owned);
    let callback_url = text("webhook_url");
    let order = Order {
        model: endpoint.name.to_owned(),
        prompt: text("prompt").unwrap_or_default(),
        body: asked.body.clone(),
        outputs: 1,
        token: None,
        callback_url: callback_url.clone(),
        input: Value::Object(input),
    };
    let job = desk.take(desk.uuid(), order);
    let mut body = json!({ "id": job.id, "cost": 3.0, "input_mp": 0.0, "output_mp": 1.05 });
    match callback_url {
        // Whoever is called back is not told where to look.
        Some(url) => {
            body["status"] = "Pending".into();
            body["webhook_url"] = url.into();
        }
        None => body["polling_url"] = format!("{}/v1/get_result?id={}", desk.origin, job.id).into(),
    }
    Json(body).into_response()
}

fn result(id: &str, job: Option<Job>, desk: &Desk) -> Value {
    let mut details = Value::Null;
    let status = match job.as_ref().map(|job| job.stand) {
        None => "Task not found",
        Some(Stand::Odd) => "Hibernating",
        // There is one state for both.
        Some(Stand::Waiting | Stand::Running) => "Pending",
        Some(Stand::Ended(End::Made | End::Expired)) => "Ready",
        Some(Stand::Ended(End::Refused)) => {
            details = json!({ "Moderation Reasons": ["Derivative Works"] });
            "Content Moderated"
        }
        // Nothing can be canceled here.
        Some(Stand::Ended(End::Failed | End::Canceled)) => "Error",
    };
    let made = job.filter(|_| status == "Ready");
    let result = made.map(|job| {
        let endpoint = endpoints::find(&job.order.model);
        let extension = endpoint.map_or("jpeg", |endpoint| endpoint.makes(&job.order.input));
        json!({ "sample": desk.file_url(&job, 0, extension), "prompt": job.order.prompt, "seed": 42,
            "start_time": 1.0, "end_time": 2.0, "duration": 1.0 })
    });
    json!({ "id": id, "status": status, "result": result, "progress": null, "details": details, "preview": null })
}
