//! Paints the rows of a scene at one moment, from the sky to the nearest ridge.

use std::ops::Range;

use super::{Row, Scene, Soft};
use crate::sandbox::render::dice::Dice;
use crate::sandbox::render::relief::swing;

/// A scene at one moment, ready to be painted.
pub(in super::super) struct Moment<'a> {
    scene: &'a Scene,
    seconds: f32,
    outlines: Vec<Line>,
}

struct Line {
    /// Height of the outline of every column, in pixels from the top.
    columns: Vec<f32>,
    /// For every column, how fast an edge there goes from nothing to full cover: 1 within one row where the
    /// outline is level, less where it is steep and one column of pixels is cut over several rows.
    sharpness: Vec<f32>,
    /// The rows between which columns are partly covered.
    highest: f32,
    lowest: f32,
}

impl Line {
    fn new(columns: Vec<f32>) -> Self {
        let (mut highest, mut lowest) = (f32::INFINITY, f32::NEG_INFINITY);
        let mut sharpness = Vec::with_capacity(columns.len());
        for (x, middle) in columns.iter().enumerate() {
            let (left, right) = (columns[x.saturating_sub(1)], columns[(x + 1).min(columns.len() - 1)]);
            let rows = ((right - left).abs() / 2.0).max(1.0);
            sharpness.push(1.0 / rows);
            highest = highest.min(middle - rows / 2.0);
            lowest = lowest.max(middle + rows / 2.0);
        }
        Self { columns, sharpness, highest, lowest }
    }
}

impl<'a> Moment<'a> {
    pub(super) fn new(scene: &'a Scene, seconds: f32) -> Self {
        let outlines = scene.ridges.iter().map(|ridge| {
            let mut columns = vec![0.0; scene.width];
            ridge.trace(scene.height, scene.mean_side, seconds, &mut columns);
            Line::new(columns)
        });
        Self { scene, seconds, outlines: outlines.collect() }
    }

    /// Paints row `y` from the back to the front.
    pub(in super::super) fn paint(&self, y: usize, row: &mut Row) {
        let middle = y as f32 + 0.5;
        // Rows far below an outline are covered by it whole, and nothing behind it needs painting.
        let covering = self.outlines.iter().rposition(|line| middle > line.lowest);
        match covering {
            Some(index) => row.fill(self.scene.ridge_colour(index, middle)),
            None => self.paint_sky(middle, row),
        }
        if self.scene.water && covering.is_some() {
            self.paint_glitter(y, row);
        }
        for (index, line) in self.outlines.iter().enumerate().skip(covering.map_or(0, |index| index + 1)) {
            if middle < line.highest {
                continue;
            }
            for (plane, target) in row.planes(self.scene.ridge_colour(index, middle)) {
                for ((value, outline), sharpness) in plane.iter_mut().zip(&line.columns).zip(&line.sharpness)
                {
                    let share = ((middle - outline) * sharpness + 0.5).clamp(0.0, 1.0);
                    *value += (target - *value) * share;
                }
            }
        }
    }

    fn paint_sky(&self, y: f32, row: &mut Row) {
        let scene = self.scene;
        row.fill(scene.palette.sky_at(y / (scene.height as f32 * scene.horizon)));
        for star in &scene.stars {
            let away = (y - star.y * scene.height as f32).abs();
            let size = (scene.mean_side / 700.0).max(0.7);
            if away < size * 2.0 {
                let twinkle = 0.75 + 0.25 * swing(star.phase + self.seconds * 0.4);
                let strength = star.strength * twinkle * (1.0 - away / (size * 2.0));
                let middle = star.x * scene.width as f32;
                for x in self.pixels(middle, size * 2.0) {
                    let side = 1.0 - (x as f32 + 0.5 - middle).abs() / (size * 2.0);
                    row.mix(x..x + 1, scene.palette.light, strength * side.max(0.0));
                }
            }
        }
        let mut softs = scene.softs.iter();
        // The two glows belong behind the disc, everything else before it.
        softs.by_ref().take(2).for_each(|soft| self.paint_soft(soft, y, row));
        self.paint_light(y, row);
        softs.for_each(|soft| self.paint_soft(soft, y, row));
    }

    fn paint_light(&self, y: f32, row: &mut Row) {
        let scene = self.scene;
        let radius = scene.light.2 * scene.mean_side;
        let (middle_x, middle_y) = (scene.light.0 * scene.width as f32, scene.light.1 * scene.height as f32);
        if (y - middle_y).abs() > radius + 1.0 {
            return;
        }
        let inside =
            |x: f32, y: f32| ((radius * radius - x * x - y * y) / (2.0 * radius) + 0.5).clamp(0.0, 1.0);
        for x in self.pixels(middle_x, radius + 1.0) {
            let (from_x, from_y) = (x as f32 + 0.5 - middle_x, y - middle_y);
            let shadow =
                scene.crescent.map_or(0.0, |(x, y)| inside(from_x - x * radius, from_y - y * radius));
            row.mix(x..x + 1, scene.palette.light, inside(from_x, from_y) * (1.0 - shadow));
        }
    }

    fn paint_soft(&self, soft: &Soft, y: f32, row: &mut Row) {
        let (scene, unit) = (self.scene, self.scene.mean_side);
        let sway = soft.sway.map_or(0.0, |start| 0.02 * swing(start + self.seconds * 0.11));
        let middle_x = soft.x * scene.width as f32 + soft.drift * self.seconds * unit;
        let away_y = (y - soft.y * scene.height as f32 - sway * unit) / (soft.radius_y * unit);
        if away_y.abs() >= 1.0 {
            return;
        }
        let (radius, scale) = (soft.radius_x * unit, 1.0 / (soft.radius_x * unit));
        let centre = 1.0 - away_y * away_y;
        let pixels = self.pixels(middle_x, radius);
        let start = pixels.start as f32 + 0.5 - middle_x;
        for (plane, target) in row.planes(soft.colour) {
            for (step, value) in plane[pixels.clone()].iter_mut().enumerate() {
                let away = (start + step as f32) * scale;
                let near = (centre - away * away).max(0.0);
                *value += (target - *value) * (near * near * soft.strength);
            }
        }
    }

    /// Strokes of light on the water below sun or moon.
    fn paint_glitter(&self, y: usize, row: &mut Row) {
        let scene = self.scene;
        let stroke_height = (scene.mean_side / 260.0).max(1.0);
        let stroke = (y as f32 / stroke_height) as u64;
        let depth = (y as f32 / scene.height as f32 - scene.horizon).max(0.0);
        let dice = &mut Dice::new(stroke, "", "glitter");
        let within_stroke = (y as f32 / stroke_height).fract() - 0.5;
        for _ in 0..2 {
            let sway = swing(dice.between(0.0, 1.0) + self.seconds * dice.between(0.15, 0.45));
            let spread = (0.025 + depth * 0.42) * scene.mean_side;
            let middle =
                scene.light.0 * scene.width as f32 + spread * (dice.between(-0.8, 0.8) + 0.35 * sway);
            let half = spread * dice.between(0.12, 0.55);
            let strength = (0.62 - depth) * (0.7 + 0.3 * sway) * (1.0 - within_stroke * within_stroke * 3.0);
            for x in self.pixels(middle, half) {
                let away = (x as f32 + 0.5 - middle) / half;
                row.mix(x..x + 1, scene.palette.light, (strength * (1.0 - away * away)).clamp(0.0, 1.0));
            }
        }
    }

    /// The pixels of a row whose middle lies at most `reach` from `middle`.
    fn pixels(&self, middle: f32, reach: f32) -> Range<usize> {
        let width = self.scene.width as f32;
        let first = (middle - reach).clamp(0.0, width) as usize;
        let last = (middle + reach + 1.0).clamp(0.0, width) as usize;
        first..last
    }
}
