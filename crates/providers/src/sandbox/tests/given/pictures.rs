use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use spool_domain::catalogue::{Asked, Media, Task};

use super::{Bench, made, order, origin};

/// 64 by 48: red, green, blue, grey from the top left on.
pub(super) fn quarters() -> Vec<u8> {
    let picture = RgbImage::from_fn(64, 48, |x, y| {
        Rgb(match (x < 32, y < 24) {
            (true, true) => [200, 40, 40],
            (false, true) => [40, 200, 40],
            (true, false) => [40, 40, 200],
            (false, false) => [120, 120, 120],
        })
    });
    png(DynamicImage::ImageRgb8(picture))
}

fn png(picture: DynamicImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn read(file: &[u8]) -> RgbaImage {
    image::load_from_memory(file).unwrap().into_rgba8()
}

/// The mean colour of each quarter.
pub(super) fn means(picture: &RgbaImage) -> [[i32; 3]; 4] {
    let (width, height) = picture.dimensions();
    [(0, 0), (width / 2, 0), (0, height / 2), (width / 2, height / 2)].map(|(x, y)| {
        let part = image::imageops::crop_imm(picture, x, y, width / 2, height / 2).to_image();
        let count = i64::from(part.width() * part.height());
        [0, 1, 2]
            .map(|channel| (part.pixels().map(|pixel| i64::from(pixel[channel])).sum::<i64>() / count) as i32)
    })
}

/// How far the quarters of two pictures are apart at most.
pub(super) fn distance(a: &RgbaImage, b: &RgbaImage) -> i32 {
    let all = means(a).into_iter().flatten().zip(means(b).into_iter().flatten());
    all.map(|(a, b)| (a - b).abs()).max().unwrap()
}

fn remade(bench: &Bench, tags: &[&str], asked: Asked, percent: Option<u32>, size: (u32, u32)) -> RgbaImage {
    let id = bench.shelf.put(quarters());
    let mut work = order(Task::ImageToImage, tags, &[(Media::Image, &id)], "png", (size, 0), asked);
    origin(&mut work).factor_percent = percent;
    read(&made(bench, &work)[0])
}

#[test]
fn an_upscaled_picture_is_the_given_one_times_the_factor() {
    let bench = Bench::new();
    let pixels = Asked { pixels: true, ..Asked::default() };
    let cases = [
        (Some(400), Asked::default(), (256, 192)),
        (None, Asked::default(), (128, 96)),
        (None, pixels, (1182, 887)),
        (Some(10_000), Asked::default(), (4096, 3072)),
    ];
    for (percent, asked, size) in cases {
        let picture = remade(&bench, &["upscaling"], asked, percent, (1024, 1024));
        assert_eq!(picture.dimensions(), size, "{percent:?}");
        assert!(distance(&picture, &read(&quarters())) < 6, "{:?}", means(&picture));
    }
}

#[test]
fn an_edited_picture_is_changed_and_has_the_given_size_where_none_is_asked_for() {
    let bench = Bench::new();
    let given = read(&quarters());
    let picture = remade(&bench, &["editing"], Asked::default(), None, (1024, 1024));
    assert_eq!(picture.dimensions(), (64, 48));
    assert!((30..140).contains(&distance(&picture, &given)), "{:?}", means(&picture));
    let again = remade(&bench, &["editing"], Asked::default(), None, (1024, 1024));
    assert!(picture == again, "the same seed and words");
    let ratio = Asked { ratio: true, pixels: true, length: false };
    assert_eq!(remade(&bench, &[], ratio, None, (320, 320)).dimensions(), (320, 320));
    let enhanced = remade(&bench, &["enhancement"], Asked::default(), None, (1, 1));
    assert!((5..30).contains(&distance(&enhanced, &given)));
}

#[test]
fn without_its_background_a_picture_is_transparent_around_its_middle() {
    let picture = remade(&Bench::new(), &["background-removal"], Asked::default(), None, (1, 1));
    assert_eq!((picture.get_pixel(0, 0)[3], picture.get_pixel(32, 24)[3]), (0, 255));
}

#[test]
fn an_outpainted_picture_stands_inside_a_larger_one() {
    let picture = remade(&Bench::new(), &["outpainting"], Asked::default(), None, (1, 1));
    assert_eq!(picture.dimensions(), (96, 72));
    let inner = image::imageops::crop_imm(&picture, 16, 12, 64, 48).to_image();
    assert!(inner == read(&quarters()), "untouched");
}

#[test]
fn only_what_the_mask_marks_is_painted_over() {
    let bench = Bench::new();
    let given = read(&quarters());
    let mask = RgbImage::from_fn(64, 48, |x, _| Rgb(if x < 16 { [255; 3] } else { [0; 3] }));
    let (picture, mask) = (bench.shelf.put(quarters()), bench.shelf.put(png(DynamicImage::ImageRgb8(mask))));
    for tag in ["inpainting", "object-removal"] {
        let files = [(Media::Image, picture.as_str()), (Media::Image, mask.as_str())];
        let mut work = order(Task::ImageToImage, &[tag], &files, "png", ((1, 1), 0), Asked::default());
        origin(&mut work).files[1].mask = true;
        let made = read(&made(&bench, &work)[0]);
        let changed = |(x, y, pixel): &(u32, u32, &image::Rgba<u8>)| given.get_pixel(*x, *y) != *pixel;
        assert!(made.enumerate_pixels().filter(changed).all(|(x, ..)| x < 16), "{tag}");
        assert!(made.enumerate_pixels().filter(changed).count() > 16 * 48 / 2, "{tag}");
    }
}

#[test]
fn somebody_elses_address_stands_for_the_same_picture_every_time() {
    let bench = Bench::new();
    let upscaled = |url: &str| {
        let files = [(Media::Image, url)];
        let work = order(Task::ImageToImage, &["upscaling"], &files, "png", ((1, 1), 0), Asked::default());
        read(&made(&bench, &work)[0])
    };
    let one = upscaled("https://a.test/1.png");
    assert_eq!(one.dimensions(), (2048, 1536));
    assert!(one == upscaled("https://a.test/1.png"));
    assert!(one != upscaled("https://a.test/2.png"));
}
