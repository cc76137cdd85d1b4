//! Fits an order to what can be drawn, so that every job that is taken can also be made.
//!
//! The sandbox serves every model, also those whose clips are wider or whose songs are longer than its encoders
//! make: such an order is made smaller in the same ratio, or shorter. What makes no sense at all is refused.

use std::ops::RangeInclusive;

use super::render::{
    CLIP_DURATION_MS, CLIP_LONG_SIDE_MAX_PX, CLIP_SHORT_SIDE_MAX_PX, CLIP_SIDE_MIN_PX, PICTURE_SIDE_PX,
    SOUND_DURATION_MS,
};
use super::wire::{File, Order};

/// The most outputs of one job: more than any model makes, little enough that a bill cannot run away.
pub(super) const COUNT_MAX: u32 = 100;

/// The most files that one output is: more than any model makes.
const FILES_MAX: u32 = 16;

/// The order as it will be drawn, or what is wrong with it.
pub(super) fn fit(mut order: Order) -> Result<Order, String> {
    if !(1..=COUNT_MAX).contains(&order.count) {
        return Err(format!("The count must be 1 to {COUNT_MAX}."));
    }
    if !(1..=FILES_MAX).contains(&order.files) {
        return Err(format!("An output must be 1 to {FILES_MAX} files."));
    }
    match order.format {
        File::Png | File::Jpeg | File::Webp => {
            let side_max = *PICTURE_SIDE_PX.end();
            shrink(&mut order, *PICTURE_SIDE_PX.start(), side_max, side_max)?;
        }
        File::Mp4 => {
            shrink(&mut order, CLIP_SIDE_MIN_PX, CLIP_LONG_SIDE_MAX_PX, CLIP_SHORT_SIDE_MAX_PX)?;
            order.duration_ms = within(order.duration_ms, CLIP_DURATION_MS);
        }
        File::Wav | File::Mp3 => order.duration_ms = within(order.duration_ms, SOUND_DURATION_MS),
        File::Text => {}
    }
    Ok(order)
}

/// Makes both sides smaller by one factor, if one of them is too long.
fn shrink(order: &mut Order, side_min: u32, long_max: u32, short_max: u32) -> Result<(), String> {
    let (long, short) = (order.width.max(order.height), order.width.min(order.height));
    if short == 0 {
        return Err("Width and height must be at least 1 pixel.".to_owned());
    }
    // Which of the two bounds asks for the smaller factor, by cross multiplication.
    let (part, whole) = if u64::from(long_max) * u64::from(short) <= u64::from(short_max) * u64::from(long) {
        (long_max, long)
    } else {
        (short_max, short)
    };
    let scaled = |side: u32| {
        // At most `side`, as the part is smaller than the whole where it is used.
        let side =
            if part < whole { (u64::from(side) * u64::from(part) / u64::from(whole)) as u32 } else { side };
        side.max(side_min)
    };
    (order.width, order.height) = (scaled(order.width), scaled(order.height));
    Ok(())
}

fn within(value: u32, bounds: RangeInclusive<u32>) -> u32 {
    value.clamp(*bounds.start(), *bounds.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(format: File, width: u32, height: u32, duration_ms: u32) -> Order {
        Order {
            model: String::new(),
            format,
            width,
            height,
            duration_ms,
            seed: None,
            count: 1,
            prompt: String::new(),
            files: 1,
            from: None,
        }
    }

    #[test]
    fn what_fits_is_left_alone() {
        for whole in [
            order(File::Png, 4096, 4096, 0),
            order(File::Webp, 1, 1, 0),
            order(File::Mp4, 3840, 2160, 60_000),
            order(File::Mp4, 1080, 1920, 100),
            order(File::Mp3, 0, 0, 300_000),
            order(File::Text, 0, 0, 0),
        ] {
            assert_eq!(fit(whole.clone()), Ok(whole));
        }
    }

    #[test]
    fn what_is_too_large_is_made_smaller_in_the_same_ratio() {
        let cases = [
            (File::Png, (8192, 4096), (4096, 2048)),
            (File::Mp4, (4096, 4096), (2160, 2160)),
            (File::Mp4, (4096, 2048), (3840, 1920)),
            (File::Mp4, (2048, 4096), (1920, 3840)),
            (File::Mp4, (3000, 2500), (2592, 2160)),
            (File::Mp4, (4096, 8), (3840, 16)),
            (File::Mp4, (u32::MAX, 1), (3840, 16)),
        ];
        for (format, (width, height), fitted) in cases {
            let order = fit(order(format, width, height, 1_000)).unwrap();
            assert_eq!((order.width, order.height), fitted, "{width}x{height}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_short_gets_the_nearest_length() {
        assert_eq!(fit(order(File::Mp4, 64, 64, 600_000)).unwrap().duration_ms, 60_000);
        assert_eq!(fit(order(File::Wav, 0, 0, 600_000)).unwrap().duration_ms, 300_000);
        assert_eq!(fit(order(File::Wav, 0, 0, 0)).unwrap().duration_ms, 100);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for count in [0, COUNT_MAX + 1] {
            assert!(fit(Order { count, ..order(File::Png, 8, 8, 0) }).is_err());
        }
        assert!(fit(order(File::Png, 0, 8, 0)).is_err());
        assert!(fit(order(File::Mp4, 8, 0, 1_000)).is_err());
    }
}
