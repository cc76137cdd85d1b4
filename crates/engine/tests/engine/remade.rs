//! Test keys: what comes out of an order really is made from the files that it names.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use spool_domain::ids::AssetId;
use spool_domain::job::{Job, Outcome, Phase, Stored};

use crate::world::World;

const UPSCALER: &str = "philz1337x/clarity-upscaler";

async fn ordered(world: &World, model: &str, input: Value) -> Arc<Job> {
    let ticket = world.order_with(&world.test, model, input, 1).await.unwrap();
    ticket.wait(Duration::from_secs(60)).await
}

async fn made(world: &World, model: &str, input: Value) -> (Arc<Job>, Vec<Stored>) {
    let job = ordered(world, model, input).await;
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => (Arc::clone(&job), stored.clone()),
        other => panic!("{other:?}"),
    }
}

/// Left half orange, right half blue.
fn halves() -> DynamicImage {
    let colour = |x| if x < 32 { Rgb([230, 140, 30]) } else { Rgb([30, 60, 200]) };
    DynamicImage::ImageRgb8(RgbImage::from_fn(64, 48, |x, _| colour(x)))
}

async fn content(world: &World, id: AssetId) -> Vec<u8> {
    let size = world.store.asset(id).await.unwrap().unwrap().size_bytes;
    let mut pieces = world.engine.blobs().get(id, 0..size).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_upscaled_and_its_output_upscaled_again() {
    let world = World::new().await;
    let mut file = std::io::Cursor::new(Vec::new());
    halves().write_to(&mut file, ImageFormat::Png).unwrap();
    let data = format!("data:image/png;base64,{}", STANDARD.encode(file.into_inner()));
    let (first, larger) = made(&world, UPSCALER, json!({ "image_url": data, "upscale_factor": 4 })).await;
    assert_eq!((larger[0].width, larger[0].height), (Some(256), Some(192)));
    let picture =
        image::load_from_memory(&content(&world, larger[0].asset.unwrap()).await).unwrap().into_rgb8();
    for (x, expected) in [(30, [230, 140, 30]), (220, [30, 60, 200])] {
        let seen = picture.get_pixel(x, 90).0;
        let far = seen.iter().zip(expected).map(|(a, b)| i32::from(*a).abs_diff(b)).max();
        assert!(far < Some(12), "{seen:?} for {expected:?}");
    }
    let again = json!({ "image_url": format!("job_{}", first.id), "upscale_factor": 2 });
    let (_, largest) = made(&world, UPSCALER, again).await;
    assert_eq!((largest[0].width, largest[0].height), (Some(512), Some(384)));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_spoken_is_written_down_word_by_word() {
    let world = World::new().await;
    let words = "The ferry leaves at a quarter past nine.";
    let speech = json!({ "text": words, "voice": "v" });
    let (job, spoken) = made(&world, "elevenlabs/text-to-speech", speech).await;
    let expected_ms = words.len() as u64 * 1000 / 15;
    assert!(spoken[0].duration_ms.unwrap().abs_diff(expected_ms) < 60, "{spoken:?}");
    let (_, written) =
        made(&world, "elevenlabs/speech-to-text", json!({ "audio_url": format!("job_{}", job.id) })).await;
    assert_eq!(written[0].text.as_deref(), Some(words));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_picture_fails_its_job_and_is_not_charged() {
    let world = World::new().await;
    // A PNG by its first bytes, and nothing behind them.
    let mut file = std::io::Cursor::new(Vec::new());
    halves().write_to(&mut file, ImageFormat::Png).unwrap();
    let broken = format!("data:image/png;base64,{}", STANDARD.encode(&file.into_inner()[..60]));
    let job = ordered(&world, UPSCALER, json!({ "image_url": broken, "upscale_factor": 4 })).await;
    let Phase::Done(Outcome::Failed(fault)) = &job.phase else { panic!("{job:?}") };
    assert!(fault.message.contains("image_url cannot be decoded"), "{fault:?}");
    world.close().await;
}
