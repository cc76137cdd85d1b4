//! Ridges: the outlines of hills, mountains and waves.

use super::dice::Dice;

/// The character of an outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outline {
    /// Rolling hills.
    Smooth,
    /// Mountains with sharp tops.
    Peaks,
    /// Water: low, short waves.
    Swell,
}

/// One outline from the left to the right edge, endless to both sides.
#[derive(Debug, Clone)]
pub(super) struct Ridge {
    outline: Outline,
    /// Height of the middle line, as a share of the picture's height from its top.
    base: f32,
    /// Waves that add up to the outline.
    waves: Vec<Wave>,
    /// How far the outline moves to the left per second, in lengths of the picture's mean side.
    drift: f32,
}

#[derive(Debug, Clone, Copy)]
struct Wave {
    /// Waves per mean side of the picture.
    count: f32,
    /// Height in mean sides of the picture.
    height: f32,
    /// Start in turns.
    phase: f32,
}

impl Ridge {
    /// A ridge around `base` whose tallest wave is `height` (a share of the mean side).
    pub(super) fn roll(dice: &mut Dice, outline: Outline, base: f32, height: f32, drift: f32) -> Self {
        let (first_count, octaves, shrink) = match outline {
            Outline::Smooth => (dice.between(0.5, 1.1), 3, 0.45),
            Outline::Peaks => (dice.between(0.6, 1.0), 5, 0.5),
            Outline::Swell => (dice.between(2.6, 4.2), 3, 0.5),
        };
        let mut count = first_count;
        let mut height = height;
        let mut waves = Vec::with_capacity(octaves);
        for _ in 0..octaves {
            waves.push(Wave { count, height, phase: dice.between(0.0, 1.0) });
            // Steps that are no whole numbers keep the outline from repeating within a picture.
            count *= dice.between(1.7, 2.4);
            height *= shrink;
        }
        Self { outline, base, waves, drift }
    }

    /// Writes the height of the outline in pixels from the top, for every column of a picture.
    pub(super) fn trace(&self, height: usize, mean_side: f32, seconds: f32, columns: &mut [f32]) {
        let base = self.base * height as f32;
        for (x, column) in columns.iter_mut().enumerate() {
            let place = (x as f32 + 0.5) / mean_side + self.drift * seconds;
            let mut sum = 0.0;
            for wave in &self.waves {
                let swing = swing(place * wave.count + wave.phase);
                sum += wave.height
                    * match self.outline {
                        Outline::Smooth => swing,
                        Outline::Peaks | Outline::Swell => 1.0 - 2.0 * swing.abs(),
                    };
            }
            *column = base - sum * mean_side;
        }
    }
}

/// The sine of `turns` full turns, within about a thousandth. Written out in basic arithmetic because the result
/// of a library sine may differ in its last bit from one system to the next, and files must not.
pub(super) fn swing(turns: f32) -> f32 {
    let part = turns - turns.floor() - 0.5;
    let bow = 16.0 * part * part.abs() - 8.0 * part;
    bow + 0.225 * (bow * bow.abs() - bow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_out_sine_is_close_to_the_real_one() {
        for step in -400..400 {
            let turns = step as f32 / 97.0;
            let real = (turns * std::f32::consts::TAU).sin();
            assert!((swing(turns) - real).abs() < 0.002, "{turns}: {} and {real}", swing(turns));
        }
    }

    #[test]
    fn an_outline_moves_with_time_and_stays_near_its_base() {
        let ridge = Ridge::roll(&mut Dice::new(3, "", ""), Outline::Smooth, 0.5, 0.1, 0.05);
        let (mut now, mut later) = (vec![0.0; 300], vec![0.0; 300]);
        ridge.trace(200, 250.0, 0.0, &mut now);
        ridge.trace(200, 250.0, 2.0, &mut later);
        assert!(now.iter().chain(&later).all(|y| (y - 100.0).abs() < 250.0 * 0.1 * 2.0));
        // Two seconds of drift are a tenth of the mean side: 25 pixels.
        assert!((now[125] - later[100]).abs() < 0.1);
    }
}
