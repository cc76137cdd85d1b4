//! What the adapters' tests are written with: orders, and answers as providers document them.

use serde_json::{Value, json};
use spool_domain::adapter::{Adapter, Call, Reply, Token, Trouble, TroubleClass, Word, Work};

/// An order of `count` outputs, with the input that a route would make.
pub(super) fn work(model: &str, input: Value, count: u32) -> Work {
    let wish = json!({
        "makes": "image", "width": 1024, "height": 1024, "duration_ms": 0, "seed": null, "prompt": "", "format": "png"
    });
    let wish: spool_domain::catalogue::Wish = serde_json::from_value(wish).unwrap();
    Work {
        model: model.to_owned(),
        input: input.as_object().unwrap().clone(),
        makes: wish.makes,
        count,
        wish,
        callback_url: None,
    }
}

/// The call for that order.
pub(super) fn submit(adapter: &dyn Adapter, work: &Work) -> Result<Call, Trouble> {
    adapter.submit(work, &Token("00ff".to_owned()))
}

/// The JSON body of a call.
pub(super) fn body_of(call: &Call) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

/// An answer with a JSON body.
pub(super) fn reply(status: u16, body: Value) -> Reply {
    plain(status, "application/json", &body.to_string())
}

/// An answer with any body.
pub(super) fn plain(status: u16, kind: &str, body: &str) -> Reply {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    Reply { status, headers, body: body.to_owned().into() }
}

/// The same answer with one more header.
pub(super) fn with(mut reply: Reply, name: &str, value: &str) -> Reply {
    reply.headers.push((name.to_owned(), value.to_owned()));
    reply
}

/// Class and code of the trouble that an answer means, as failed call or as failed job.
pub(super) fn class(word: Result<Word, Trouble>) -> (TroubleClass, String) {
    match word {
        Err(trouble) | Ok(Word::Failed(trouble)) => (trouble.class, trouble.code),
        other => panic!("this is no trouble: {other:?}"),
    }
}
