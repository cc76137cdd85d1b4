//! Repeatable random choices.

/// A small generator (the SplitMix64 recurrence). Written out here rather than taken from a library so that an
/// update of that library can never change the pictures a seed gives.
#[derive(Debug, Clone)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// Dice for one purpose of one brief. `purpose` keeps, for example, the choice of colours independent of how
    /// many numbers the choice of shapes has used.
    pub(super) fn new(seed: u64, prompt: &str, purpose: &str) -> Self {
        let mut state = seed ^ 0x9E37_79B9_7F4A_7C15;
        for part in [prompt, purpose] {
            for byte in part.bytes().chain([0xFF]) {
                state = scramble(state ^ u64::from(byte));
            }
        }
        Self { state }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.state)
    }

    /// A whole number in `0..count`; `count` must not be 0.
    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.next() % (count.max(1) as u64)) as usize
    }

    /// A number from `low` up to, but without, `high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        // 24 bits fit a float exactly, so the result is the same on every machine.
        let unit = (self.next() >> 40) as f32 / (1u32 << 24) as f32;
        low + (high - low) * unit
    }

    /// True with about `percent` chances in a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the given things.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, things: &[&'a T]) -> &'a T {
        things[self.below(things.len())]
    }
}

/// Spreads every bit of the input over the whole output.
fn scramble(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_numbers(seed: u64, prompt: &str, purpose: &str) -> Vec<usize> {
        let mut dice = Dice::new(seed, prompt, purpose);
        (0..8).map(|_| dice.below(1_000_000)).collect()
    }

    #[test]
    fn the_same_brief_rolls_the_same_and_any_change_rolls_differently() {
        let first = first_numbers(1, "a cat", "colour");
        assert_eq!(first, first_numbers(1, "a cat", "colour"));
        for other in
            [(2, "a cat", "colour"), (1, "a bat", "colour"), (1, "a cat", "shape"), (1, "a catc", "olour")]
        {
            assert_ne!(first, first_numbers(other.0, other.1, other.2));
        }
    }

    #[test]
    fn numbers_stay_in_their_range_and_use_all_of_it() {
        let mut dice = Dice::new(7, "", "");
        let rolls: Vec<f32> = (0..2000).map(|_| dice.between(-1.0, 3.0)).collect();
        assert!(rolls.iter().all(|roll| (-1.0..3.0).contains(roll)));
        assert!(rolls.iter().any(|roll| *roll < -0.9) && rolls.iter().any(|roll| *roll > 2.9));
    }
}
