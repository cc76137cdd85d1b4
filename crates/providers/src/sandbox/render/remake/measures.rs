//! How large an output gets that is made from a picture or a clip.

use spool_domain::catalogue::Origin;

/// How much larger things get where nothing is asked for, in hundredths.
const UPSCALE_USUAL_PERCENT: u32 = 200;

/// The most an output may have, pixels.
pub(super) struct Bounds {
    pub(super) long: u32,
    pub(super) short: u32,
    pub(super) least: u32,
    pub(super) even: bool,
}

/// What an output has where no pixels are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Usual {
    /// As many as the given file.
    Given,
    /// As many as the model usually makes.
    Wished,
}

/// Width and height of an output. `wished` is what parameters and habits of the model say, `given` what the file has.
pub(super) fn sides(
    origin: &Origin,
    wished: (u32, u32),
    given: (u32, u32),
    usual: Usual,
    bounds: &Bounds,
) -> (u32, u32) {
    let ratio = f64::from(given.0) / f64::from(given.1.max(1));
    let times = |percent: u32| {
        (real(given.0) * f64::from(percent) / 100.0, real(given.1) * f64::from(percent) / 100.0)
    };
    let wished_in_given_ratio = || {
        let (width, height) = (real(wished.0), real(wished.1));
        if bounds.even {
            // Clips are named by their short side.
            let short = width.min(height);
            if ratio >= 1.0 { (short * ratio, short) } else { (short, short / ratio) }
        } else {
            let area = width * height;
            ((area * ratio).sqrt(), (area / ratio).sqrt())
        }
    };
    let enlarges = origin.is("upscaling");
    let sides = match (origin.factor_percent, origin.asked) {
        (Some(percent), _) => times(percent),
        (None, asked) if enlarges && !asked.pixels => times(UPSCALE_USUAL_PERCENT),
        (None, _) if enlarges => wished_in_given_ratio(),
        (None, asked) if asked.ratio => (real(wished.0), real(wished.1)),
        (None, asked) if asked.pixels || usual == Usual::Wished => wished_in_given_ratio(),
        (None, _) => (real(given.0), real(given.1)),
    };
    bounded(sides, bounds)
}

fn real(side: u32) -> f64 {
    f64::from(side)
}

/// The same ratio within the bounds.
fn bounded((width, height): (f64, f64), bounds: &Bounds) -> (u32, u32) {
    let (long, short) = (width.max(height), width.min(height));
    let shrink = (real(bounds.long) / long).min(real(bounds.short) / short).min(1.0);
    let side = |side: f64| {
        let side = side * shrink;
        let whole = if bounds.even { (side / 2.0).round() * 2.0 } else { side.round() };
        (whole as u32).clamp(bounds.least, bounds.long)
    };
    (side(width), side(height))
}
