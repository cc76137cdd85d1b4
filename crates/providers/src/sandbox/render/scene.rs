//! A landscape that is a function of seed, prompt and time, painted row by row.

mod paint;

use std::ops::Range;

use super::dice::Dice;
use super::palette::{Colour, Palette};
use super::relief::{Outline, Ridge};

pub(super) use paint::Moment;

/// One row of pixels while it is being painted. The three colours lie apart from each other so that the compiler
/// can work on several pixels at once.
pub(super) struct Row {
    pub(super) red: Vec<f32>,
    pub(super) green: Vec<f32>,
    pub(super) blue: Vec<f32>,
}

impl Row {
    pub(super) fn new(width: usize) -> Self {
        Self { red: vec![0.0; width], green: vec![0.0; width], blue: vec![0.0; width] }
    }

    fn fill(&mut self, colour: Colour) {
        self.red.fill(colour.0);
        self.green.fill(colour.1);
        self.blue.fill(colour.2);
    }

    /// Mixes a colour into some pixels; `share` 1 replaces what was there.
    pub(super) fn mix(&mut self, pixels: Range<usize>, colour: Colour, share: f32) {
        for (plane, target) in self.planes(colour) {
            for value in &mut plane[pixels.clone()] {
                *value += (target - *value) * share;
            }
        }
    }

    fn planes(&mut self, colour: Colour) -> [(&mut Vec<f32>, f32); 3] {
        [(&mut self.red, colour.0), (&mut self.green, colour.1), (&mut self.blue, colour.2)]
    }
}

/// Everything that makes up one landscape, in sizes relative to the picture.
pub(super) struct Scene {
    width: usize,
    height: usize,
    /// Mean of width and height in pixels; round things are measured in it.
    mean_side: f32,
    palette: Palette,
    /// Where the sky's gradient ends, as a share of the height.
    horizon: f32,
    /// Sun or moon: place as shares of width and height, radius as a share of the mean side.
    light: (f32, f32, f32),
    /// Where the shadow that makes a crescent lies, in radii from the light's middle.
    crescent: Option<(f32, f32)>,
    stars: Vec<Star>,
    /// Glow, clouds and other soft shapes from back to front.
    softs: Vec<Soft>,
    /// Ridges from far to near.
    ridges: Vec<Ridge>,
    water: bool,
}

struct Star {
    x: f32,
    y: f32,
    strength: f32,
    phase: f32,
}

/// An ellipse that fades out towards its rim.
struct Soft {
    x: f32,
    y: f32,
    radius_x: f32,
    radius_y: f32,
    strength: f32,
    colour: Colour,
    /// Mean sides per second to the right.
    drift: f32,
    /// Turns at which its slow swaying up and down starts, if it sways.
    sway: Option<f32>,
}

impl Scene {
    pub(super) fn new(width: usize, height: usize, seed: u64, prompt: &str) -> Self {
        let palette = Palette::roll(&mut Dice::new(seed, prompt, "colour"));
        let dice = &mut Dice::new(seed, prompt, "shape");
        let mean_side = (width + height) as f32 / 2.0;
        let mut scene = Self {
            width,
            height,
            mean_side,
            palette,
            horizon: 0.72,
            light: (dice.between(0.18, 0.82), dice.between(0.2, 0.42), dice.between(0.05, 0.1)),
            crescent: None,
            stars: Vec::new(),
            softs: Vec::new(),
            ridges: Vec::new(),
            water: false,
        };
        if palette.is_dark() {
            scene.crescent = dice.chance(60).then(|| (dice.between(0.35, 0.6), dice.between(-0.45, -0.15)));
            scene.scatter_stars(dice);
        }
        let (light_x, light_y, light_radius) = scene.light;
        for (size, strength, warmth) in [(8.0, 0.5, 0.7), (2.6, 0.5, 0.2)] {
            let radius = light_radius * size;
            // Pure white light would grey the sky around it.
            let (x, y, colour) = (light_x, light_y, palette.light.toward(palette.sky[2], warmth));
            let (radius_x, radius_y) = (radius, radius);
            scene.softs.push(Soft { x, y, radius_x, radius_y, strength, colour, drift: 0.0, sway: None });
        }
        match dice.below(4) {
            0 => scene.raise(dice, &[(Outline::Smooth, 5)], 0.1),
            1 => scene.raise(dice, &[(Outline::Peaks, 3), (Outline::Smooth, 2)], 0.105),
            2 => scene.flood(dice),
            _ => scene.dream(dice),
        }
        scene
    }

    /// The colour of sun or moon, for things that should match it.
    pub(super) fn accent(&self) -> Colour {
        self.palette.light.toward(self.palette.soft, 0.35)
    }

    /// The scene `seconds` after its start.
    pub(super) fn at(&self, seconds: f32) -> Moment<'_> {
        Moment::new(self, seconds)
    }

    // --- what a scene is made of ---

    fn scatter_stars(&mut self, dice: &mut Dice) {
        // A thumbnail with all of them would be snow.
        for _ in 0..((self.mean_side / 5.0) as usize).clamp(12, 110) {
            let (x, height, phase) = (dice.between(0.0, 1.0), dice.between(0.0, 1.0), dice.between(0.0, 1.0));
            // Fewer towards the horizon, where the sky is lighter.
            self.stars.push(Star { x, y: height * height * 0.7, strength: dice.between(0.2, 1.0), phase });
        }
    }

    /// A bank of cloud: a few wide ellipses close together.
    fn add_cloud(&mut self, dice: &mut Dice) {
        let (x, y) = (dice.between(0.05, 0.95), dice.between(0.1, 0.5));
        let (size, drift) = (dice.between(0.12, 0.24), dice.between(0.006, 0.016));
        for _ in 0..4 {
            let (from_x, from_y) = (dice.between(-0.2, 0.2), dice.between(-0.03, 0.03));
            let radius_x = size * dice.between(0.6, 1.2);
            let radius_y = radius_x * dice.between(0.16, 0.28);
            let (strength, colour) = (dice.between(0.12, 0.3), self.palette.soft);
            let (x, y) = (x + from_x, y + from_y);
            self.softs.push(Soft { x, y, radius_x, radius_y, strength, colour, drift, sway: None });
        }
    }

    fn raise(&mut self, dice: &mut Dice, groups: &[(Outline, usize)], height: f32) {
        for _ in 0..1 + dice.below(3) {
            self.add_cloud(dice);
        }
        let count: usize = groups.iter().map(|(_, count)| count).sum();
        let outlines = groups.iter().flat_map(|(outline, count)| std::iter::repeat_n(*outline, *count));
        for (place, outline) in outlines.enumerate() {
            let nearness = place as f32 / (count - 1) as f32;
            let base = 0.56 + 0.3 * nearness + dice.between(-0.025, 0.025);
            let height = height * (1.0 - 0.6 * nearness) * dice.between(0.75, 1.2);
            // Near things pass faster than far ones.
            self.ridges.push(Ridge::roll(dice, outline, base, height, 0.004 + 0.035 * nearness * nearness));
        }
    }

    fn flood(&mut self, dice: &mut Dice) {
        self.water = true;
        self.horizon = 0.6;
        self.light.1 = dice.between(0.3, 0.5);
        for soft in &mut self.softs {
            soft.y = self.light.1;
        }
        for _ in 0..2 + dice.below(2) {
            self.add_cloud(dice);
        }
        for place in 0..6 {
            let nearness = place as f32 / 5.0;
            let base = 0.6 + 0.3 * nearness * nearness + 0.02 * nearness;
            let height = 0.001 + 0.006 * nearness;
            let direction = if place % 2 == 0 { 1.0 } else { -1.0 };
            let drift = direction * (0.006 + 0.03 * nearness);
            self.ridges.push(Ridge::roll(dice, Outline::Swell, base, height, drift));
        }
    }

    /// No land at all: large soft shapes that float through each other, above two low hills.
    fn dream(&mut self, dice: &mut Dice) {
        self.horizon = 1.0;
        let colours = [self.palette.soft, self.palette.light, self.palette.far, self.palette.sky[2]];
        for place in 0..9 {
            let radius = dice.between(0.14, 0.42);
            let (x, y) = (dice.between(-0.05, 1.05), dice.between(0.0, 0.95));
            let (strength, drift) = (dice.between(0.35, 0.75), dice.between(-0.02, 0.02));
            let (colour, sway) = (colours[place % colours.len()], Some(dice.between(0.0, 1.0)));
            self.softs.push(Soft { x, y, radius_x: radius, radius_y: radius, strength, colour, drift, sway });
        }
        for base in [0.8, 0.88] {
            self.ridges.push(Ridge::roll(dice, Outline::Smooth, base, 0.05, 0.02));
        }
    }

    /// The colour of a ridge (0 is the farthest) at a row; mist gathers at its foot.
    fn ridge_colour(&self, index: usize, y: f32) -> Colour {
        let nearness = (index as f32 + 0.4) / self.ridges.len() as f32;
        let depth = ((y / self.height as f32 - 0.5) * 2.2 - nearness * 0.8).clamp(0.0, 1.0);
        let body = self.palette.far.toward(self.palette.near, ease(nearness));
        let mist = self.palette.sky[2];
        if self.water { body.toward(self.palette.near, depth * 0.5) } else { body.toward(mist, depth * 0.32) }
    }
}

/// A cheap curve between the straight line and the square root, for shares from 0 to 1.
fn ease(share: f32) -> f32 {
    share * (1.5 - 0.5 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(scene: &Scene, seconds: f32) -> Vec<f32> {
        let (moment, mut row) = (scene.at(seconds), Row::new(scene.width));
        let mut all = Vec::new();
        for y in 0..scene.height {
            moment.paint(y, &mut row);
            all.extend(row.red.iter().chain(&row.green).chain(&row.blue));
        }
        all
    }

    #[test]
    fn colours_stay_in_range_for_every_kind_of_scene_and_any_shape() {
        for (width, height) in [(1, 1), (90, 50), (3, 400), (200, 2)] {
            for seed in 0..12 {
                let values = painted(&Scene::new(width, height, seed, "shapes"), seed as f32 * 5.0);
                assert!(
                    values.iter().all(|value| (-0.5..=255.5).contains(value)),
                    "seed {seed} {width}x{height}"
                );
            }
        }
    }

    #[test]
    fn every_scene_moves_and_has_many_colours() {
        for seed in 0..12 {
            let scene = Scene::new(96, 64, seed, "motion");
            let (start, later) = (painted(&scene, 0.0), painted(&scene, 3.0));
            let moved = start.iter().zip(&later).filter(|(a, b)| (*a - *b).abs() > 2.0).count();
            assert!(moved > 200, "seed {seed} moved only {moved} values");
            let mut shades: Vec<u8> = start.iter().map(|value| *value as u8).collect();
            shades.sort_unstable();
            shades.dedup();
            assert!(shades.len() > 40, "seed {seed} has only {} shades", shades.len());
        }
    }
}
