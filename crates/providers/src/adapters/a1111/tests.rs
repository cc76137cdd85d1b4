use TroubleClass::{Busy, Caller, Credential, Timeout, Unavailable, Unknown};
use spool_domain::adapter::Output;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, work};

fn order(path: &str, input: Value) -> Result<Call, Trouble> {
    submit(&A1111, &work(path, input, 1))
}

/// A picture of this size as a `data:` URI.
fn picture(width: u32, height: u32) -> String {
    use base64::Engine;
    let mut file = Cursor::new(Vec::new());
    image::DynamicImage::new_luma8(width, height).write_to(&mut file, image::ImageFormat::Png).unwrap();
    let digits = base64::engine::general_purpose::STANDARD.encode(file.into_inner());
    format!("data:image/png;base64,{digits}")
}

#[test]
fn a_picture_is_asked_for_with_these_fields_and_without_a_grid() {
    let input = json!({ "prompt": "a red kite", "width": 512, "height": 768, "steps": 20, "cfg_scale": 7, "batch_size": 2 });
    let call = order("txt2img", input).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/sdapi/v1/txt2img"));
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "prompt": "a red kite", "width": 512, "height": 768, "steps": 20, "cfg_scale": 7, "batch_size": 2,
            "send_images": true, "save_images": false })
    );
}

#[test]
fn files_go_as_bare_base64_and_the_size_follows_the_picture() {
    let (image, mask) = (picture(301, 200), picture(8, 8));
    let input =
        json!({ "prompt": "wider", "init_images": [image], "mask": mask, "denoising_strength": 0.75 });
    let call = order("img2img", input).unwrap();
    assert_eq!(call.target, "/sdapi/v1/img2img");
    assert_eq!(
        body_of(&call),
        json!({ "prompt": "wider", "init_images": [bare(&image)], "mask": bare(&mask), "denoising_strength": 0.75,
            "send_images": true, "save_images": false, "width": 296, "height": 200 })
    );
    let sized = |input: Value| {
        let body = body_of(&order("img2img", input).unwrap());
        (body["width"].as_u64(), body["height"].as_u64())
    };
    assert_eq!(sized(json!({ "init_images": [picture(4096, 1024)] })), (Some(2048), Some(512)));
    assert_eq!(sized(json!({ "init_images": [picture(9, 300)] })), (Some(64), Some(296)));
    assert_eq!(sized(json!({ "init_images": [image], "width": 64, "height": 64 })), (Some(64), Some(64)));
    assert_eq!(
        sized(json!({ "init_images": ["data:image/png;base64,AAEC"] })),
        (None, None),
        "no picture, no size"
    );
}

#[test]
fn an_enlargement_names_its_picture_alone() {
    let image = picture(8, 8);
    let call = order(
        "extra-single-image",
        json!({ "image": image, "upscaling_resize": 2, "upscaler_1": "R-ESRGAN 4x+" }),
    );
    let call = call.unwrap();
    assert_eq!(call.target, "/sdapi/v1/extra-single-image");
    assert_eq!(
        body_of(&call),
        json!({ "image": bare(&image), "upscaling_resize": 2, "upscaler_1": "R-ESRGAN 4x+" })
    );
}

#[test]
fn other_paths_and_addresses_are_never_sent() {
    assert_eq!(A1111.file_form("img2img"), FileForm::Bytes);
    for path in ["options", "../x", "", "txt2img/x"] {
        assert_eq!(order(path, json!({})).unwrap_err(), Trouble::of(Caller, "no_such_endpoint"), "{path}");
    }
    for files in [json!(["https://a.test/1.png"]), json!([7]), json!(null)] {
        let trouble = order("img2img", json!({ "init_images": files })).unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "no_file"), "{files}");
    }
}

fn finished(files: &[&'static [u8]]) -> Result<Word, Trouble> {
    let outputs = files.iter().map(|file| Output::Bytes((*file).into())).collect();
    Ok(Word::Finished { outputs, billed: None })
}

#[test]
fn pictures_come_without_the_grid_and_without_the_maps_of_helpers() {
    let answer = |images: Value, info: Value| {
        A1111.read_submit(
            "",
            &reply(200, json!({ "images": images, "parameters": { "prompt": "p" }, "info": info })),
        )
    };
    let info = |seeds: &[u64], first: u32| {
        json!({ "all_seeds": seeds, "index_of_first_image": first, "seed": 1 }).to_string()
    };
    let images = json!(["AAAA", "AQEB", "AgIC", "AwMD"]);
    assert_eq!(answer(images.clone(), json!(info(&[1, 2], 0))), finished(&[&[0; 3], &[1; 3]]));
    assert_eq!(answer(images.clone(), json!(info(&[1, 2], 1))), finished(&[&[1; 3], &[2; 3]]));
    assert_eq!(
        answer(images.clone(), json!(info(&[1, 2, 3, 4, 5], 1))),
        finished(&[&[1; 3], &[2; 3], &[3; 3]])
    );
    for info in [json!(null), json!("not JSON"), json!("{}")] {
        assert_eq!(answer(images.clone(), info), finished(&[&[0; 3], &[1; 3], &[2; 3], &[3; 3]]));
    }
    let stopped = Ok(Word::Failed(Trouble::of(Unavailable, "no_images")));
    assert_eq!(answer(json!([]), json!("{}")), stopped);
    let enlarged = A1111.read_submit("", &reply(200, json!({ "html_info": "<p>x</p>", "image": "AQEB" })));
    assert_eq!(enlarged, finished(&[&[1; 3]]));
}

#[test]
fn u11_a_success_that_cannot_be_read_is_not_understood() {
    for body in [
        "",
        "<html>ok</html>",
        r#"{"images":["AAAA""#,
        "{}",
        "[]",
        r#"{"images":["?"]}"#,
        r#"{"images":["AAAA",""]}"#,
        r#"{"image":7}"#,
    ] {
        let read = A1111.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let named =
        |error: &str, errors: &str| json!({ "error": error, "detail": "", "body": "", "errors": errors });
    let rows = [
        (404, json!({ "detail": "Sampler not found" }), Caller, "http_404"),
        (404, json!({ "detail": "Upscaler not found" }), Caller, "http_404"),
        (404, json!({ "detail": "Init image not found" }), Caller, "http_404"),
        (
            404,
            json!({ "error": "HTTPException", "detail": "Sampler not found", "body": "", "errors": "" }),
            Caller,
            "http_404",
        ),
        (404, json!({ "detail": "Not Found" }), Credential, "http_404"),
        (405, json!({ "detail": "Method Not Allowed" }), Credential, "http_405"),
        (
            422,
            json!({ "detail": [{ "loc": ["body", "steps"], "msg": "m", "type": "int_parsing" }] }),
            Caller,
            "http_422",
        ),
        (500, json!({ "detail": "Invalid encoded image" }), Caller, "http_500"),
        (
            500,
            json!({ "error": "HTTPException", "detail": "Invalid encoded image", "errors": "" }),
            Caller,
            "http_500",
        ),
        (401, json!({ "detail": "Incorrect username or password" }), Credential, "http_401"),
        (500, named("OutOfMemoryError", "CUDA out of memory"), Unavailable, "OutOfMemoryError"),
        (500, named("NansException", "A tensor with all NaNs was produced"), Unavailable, "NansException"),
        (500, json!({ "detail": "Internal Server Error" }), Unavailable, "http_500"),
        (503, json!({}), Unavailable, "http_503"),
        (408, json!({}), Timeout, "http_408"),
        (429, json!({}), Busy, "http_429"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = A1111.read_submit("", &reply(status, body.clone()));
        assert_eq!(class(read), (expected, code.to_owned()), "{status} {body}");
    }
    for (status, expected) in [(404, Credential), (500, Unavailable), (502, Unavailable), (503, Unavailable)]
    {
        let read = A1111.read_submit("", &plain(status, "text/html", "<h1>Bad gateway</h1>"));
        assert_eq!(class(read), (expected, format!("http_{status}")));
    }
    let words = |status, body| A1111.read_submit("", &reply(status, body)).unwrap_err().message;
    assert_eq!(words(404, json!({ "detail": "Sampler not found" })).as_deref(), Some("Sampler not found"));
    assert_eq!(words(500, named("OutOfMemoryError", "CUDA out of memory")), None);
}

#[test]
fn there_is_nothing_to_look_at() {
    assert_eq!(A1111.check(), Some(Call::get("/sdapi/v1/cmd-flags")));
    assert!(A1111.adopt("x", "txt2img").is_err());
    let nothing = Handle { id: "x".to_owned(), facts: Default::default() };
    assert_eq!(A1111.poll(&nothing).target, "/internal/ping");
    assert!(A1111.read_poll(&nothing, &reply(200, json!({}))).is_err() && A1111.cancel(&nothing).is_none());
}
