//! A short piece of music chosen by seed: soft chords, a bass and a plucked melody with an echo.

use super::dice::Dice;
use super::relief::swing;

/// Samples per second of everything the sandbox plays.
pub(in crate::sandbox) const RATE_HZ: u32 = 44_100;

/// Samples for which loudness follows a straight line.
const STEP: usize = 32;
/// Entries of the wave table.
const TABLE: usize = 4096;
/// Longest fade at either end, in samples (1.2 s); a short piece fades over an eighth of its length.
const FADE_MAX: u64 = 52_920;

/// The steps of a major and of a natural minor scale, in semitones above their first tone.
const SCALES: [[u32; 7]; 2] = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10]];

/// Chord progressions as steps of the scale; they sound well in major and in minor.
const PROGRESSIONS: [[usize; 4]; 6] =
    [[0, 4, 5, 3], [0, 5, 3, 4], [5, 3, 0, 4], [0, 3, 5, 4], [0, 2, 3, 4], [3, 0, 4, 5]];

/// Frequencies of the twelve semitones from C to B within the octave of the concert pitch, in Hz.
const SEMITONES_HZ: [f32; 12] =
    [261.63, 277.18, 293.66, 311.13, 329.63, 349.23, 369.99, 392.0, 415.3, 440.0, 466.16, 493.88];

/// A piece being played; yields its samples block by block, so that a long one needs no memory.
pub(super) struct Tune {
    dice: Dice,
    table: Vec<f32>,
    key: u32,
    scale: [u32; 7],
    progression: [usize; 4],
    /// Samples of an eighth note; a bar has eight.
    eighth: u64,
    /// Samples played and to be played.
    position: u64,
    length: u64,
    voices: Vec<Voice>,
    /// Step of the scale the melody was on last.
    melody: usize,
    /// Ring of past samples for the echo.
    echo: Vec<f32>,
    echo_at: usize,
}

/// One sounding note.
struct Voice {
    /// Place in the wave as a fraction of 2^32, and its advance per sample.
    phase: u32,
    advance: u32,
    level: f32,
    peak: f32,
    /// Gain of loudness per step until `peak`.
    attack: f32,
    rising: bool,
    /// Share of loudness kept per step after the peak.
    keep: f32,
    /// Share of the second and third overtone.
    overtones: (f32, f32),
}

impl Tune {
    /// The piece of a seed and a prompt, `length` samples long.
    pub(super) fn new(seed: u64, prompt: &str, length: u64) -> Self {
        let mut dice = Dice::new(seed, prompt, "tune");
        let eighth = dice.between(10_500.0, 14_500.0) as u64;
        Self {
            table: (0..TABLE).map(|index| swing(index as f32 / TABLE as f32)).collect(),
            key: dice.below(12) as u32,
            scale: SCALES[dice.below(SCALES.len())],
            progression: PROGRESSIONS[dice.below(PROGRESSIONS.len())],
            eighth,
            position: 0,
            length,
            voices: Vec::new(),
            melody: 4 + dice.below(4),
            // Three eighths: the echo falls between the beats.
            echo: vec![0.0; (eighth * 3) as usize],
            echo_at: 0,
            dice,
        }
    }

    /// The next samples, at most `block.len()`; returns how many there were, 0 at the end.
    pub(super) fn play(&mut self, block: &mut [i16]) -> usize {
        let count = (self.length - self.position).min(block.len() as u64) as usize;
        let mut done = 0;
        while done < count {
            let into_beat = (self.position % self.eighth) as usize;
            if into_beat == 0 {
                self.strike(self.position / self.eighth);
            }
            let steps = STEP.min(count - done).min(self.eighth as usize - into_beat);
            self.sound(&mut block[done..done + steps]);
            done += steps;
        }
        count
    }

    /// Starts the notes of an eighth, counted from the beginning.
    fn strike(&mut self, eighth: u64) {
        let beat = eighth % 8;
        let chord = self.progression[(eighth / 8 % 4) as usize];
        if beat == 0 {
            for tone in [0, 2, 4] {
                self.start(chord + tone, 0, Voice::pad());
            }
        }
        if beat == 0 || beat == 5 {
            self.start(chord, -2, Voice::bass());
        }
        // The melody rests now and then and otherwise walks through the chord, so it never grates.
        if beat == 0 || self.dice.chance(if beat.is_multiple_of(2) { 72 } else { 45 }) {
            let wanted = self.melody + self.dice.below(5);
            let place = wanted.saturating_sub(2).clamp(2, 11);
            self.melody = [0, 2, 4, 7, 9, 11]
                .map(|tone| (tone + chord) % 7 + if tone > 4 { 7 } else { 0 })
                .into_iter()
                .min_by_key(|tone| tone.abs_diff(place))
                .unwrap_or(place);
            self.start(self.melody, 1, Voice::pluck());
        }
    }

    /// Starts a voice on a step of the scale, some octaves up or down.
    fn start(&mut self, step: usize, octave: i32, voice: Voice) {
        let tone = self.scale[step % 7] + self.key;
        let octave = octave + (step / 7) as i32 + (tone / 12) as i32;
        let scale = if octave < 0 { 1.0 / (1 << -octave) as f32 } else { (1 << octave) as f32 };
        let hz = SEMITONES_HZ[(tone % 12) as usize] * scale * 0.5;
        let advance = (hz / RATE_HZ as f32 * 4_294_967_296.0) as u32;
        self.voices.push(Voice { advance, ..voice });
    }

    /// Sounds all voices for at most one step.
    fn sound(&mut self, block: &mut [i16]) {
        let mut mixed = [0.0f32; STEP];
        let mixed = &mut mixed[..block.len()];
        for voice in &mut self.voices {
            voice.sound(&self.table, mixed);
        }
        self.voices.retain(|voice| voice.rising || voice.level > 0.0004);
        for (sample, dry) in block.iter_mut().zip(mixed) {
            let late = self.echo[self.echo_at];
            let wet = *dry + late * 0.34;
            self.echo[self.echo_at] = wet;
            self.echo_at = (self.echo_at + 1) % self.echo.len();
            let loud = (wet * self.fade()).clamp(-1.0, 1.0);
            // A cubic bends loud moments over instead of cutting them off.
            *sample = ((1.5 * loud - 0.5 * loud * loud * loud) * 30_000.0) as i16;
            self.position += 1;
        }
    }

    /// Loudness at the current place between the fades.
    fn fade(&self) -> f32 {
        let fade = (self.length / 8).clamp(1, FADE_MAX);
        let edge = self.position.min(self.length - 1 - self.position);
        if edge >= fade {
            return 1.0;
        }
        let share = edge as f32 / fade as f32;
        share * share * (3.0 - 2.0 * share)
    }
}

impl Voice {
    fn pad() -> Self {
        Self::new(0.085, 0.0006, 0.9994, (0.25, 0.08))
    }

    fn bass() -> Self {
        Self::new(0.2, 0.02, 0.9975, (0.3, 0.05))
    }

    fn pluck() -> Self {
        Self::new(0.17, 0.06, 0.9945, (0.35, 0.18))
    }

    fn new(peak: f32, attack: f32, keep: f32, overtones: (f32, f32)) -> Self {
        Self { phase: 0, advance: 0, level: 0.0, peak, attack, rising: true, keep, overtones }
    }

    fn sound(&mut self, table: &[f32], mixed: &mut [f32]) {
        let before = self.level;
        if self.rising {
            self.level += self.attack;
            self.rising = self.level < self.peak;
        } else {
            self.level *= self.keep;
        }
        let slope = (self.level - before) / mixed.len() as f32;
        let mut level = before;
        let wave = |phase: u32| table[(phase >> 20) as usize % TABLE];
        for sample in mixed {
            level += slope;
            let tone = wave(self.phase)
                + self.overtones.0 * wave(self.phase.wrapping_mul(2))
                + self.overtones.1 * wave(self.phase.wrapping_mul(3));
            *sample += level * tone;
            self.phase = self.phase.wrapping_add(self.advance);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(seed: u64, length: u64, block: usize) -> Vec<i16> {
        let (mut tune, mut block, mut all) = (Tune::new(seed, "song", length), vec![0; block], Vec::new());
        loop {
            match tune.play(&mut block) {
                0 => return all,
                count => all.extend(&block[..count]),
            }
        }
    }

    #[test]
    fn a_tune_has_its_length_starts_and_ends_silent_and_is_neither_faint_nor_cut_off() {
        for seed in 0..10 {
            let samples = played(seed, 200_000, 5000);
            assert_eq!(samples.len(), 200_000);
            assert!(samples[0].abs() < 100 && samples[199_999].abs() < 100);
            let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            assert!((6_000..30_000).contains(&loudest), "seed {seed}: {loudest}");
        }
    }

    #[test]
    fn tunes_of_two_seeds_differ() {
        assert_ne!(played(1, 20_000, 999), played(2, 20_000, 999));
    }

    #[test]
    fn neighbouring_samples_never_jump_so_nothing_clicks() {
        let samples = played(5, 300_000, 4096);
        let jump =
            samples.windows(2).map(|pair| (i32::from(pair[0]) - i32::from(pair[1])).abs()).max().unwrap();
        assert!(jump < 6_000, "{jump}");
    }
}
