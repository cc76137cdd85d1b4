//! Colours that go well together.

use super::dice::Dice;

/// A colour as red, green and blue from 0 to 255, kept as floats while it is being mixed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour(pub(super) f32, pub(super) f32, pub(super) f32);

impl Colour {
    const fn hex(code: u32) -> Self {
        Self(((code >> 16) & 255) as f32, ((code >> 8) & 255) as f32, (code & 255) as f32)
    }

    /// The colour `share` of the way (0 to 1) from this one to `other`.
    pub(super) fn toward(self, other: Self, share: f32) -> Self {
        Self(
            self.0 + (other.0 - self.0) * share,
            self.1 + (other.1 - self.1) * share,
            self.2 + (other.2 - self.2) * share,
        )
    }

    /// Rough perceived brightness, 0 to 255.
    pub(super) fn brightness(self) -> f32 {
        self.0 * 0.3 + self.1 * 0.59 + self.2 * 0.11
    }
}

/// The colours of one scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// The sky overhead, halfway down and at the horizon.
    pub(super) sky: [Colour; 3],
    /// Sun or moon.
    pub(super) light: Colour,
    /// The farthest ridge; nearer ones go from here to `near`.
    pub(super) far: Colour,
    /// The nearest ridge.
    pub(super) near: Colour,
    /// Clouds and soft shapes.
    pub(super) soft: Colour,
}

/// Sky top, middle, horizon; light; far, near; soft. Chosen by eye.
const PALETTES: [[u32; 7]; 14] = [
    [0x2B1B52, 0xB0487A, 0xFFB47A, 0xFFF0C4, 0xB4567E, 0x24123F, 0xFF8FA0], // violet dusk
    [0x0E2A47, 0x2F7A9C, 0xF6D9A8, 0xFFF7DE, 0x5A93A6, 0x0B2233, 0xFFFFFF], // clear morning
    [0x0B1030, 0x232C66, 0x5B63A8, 0xF2F4FF, 0x3C4687, 0x080B20, 0x7F8DE0], // blue night
    [0x5DB5E8, 0x9FD8F3, 0xEAF7F2, 0xFFFBE8, 0x8FC4B6, 0x1F5A4C, 0xFFFFFF], // mint noon
    [0x3A0F2E, 0xC13B3B, 0xFFA94D, 0xFFE7A3, 0xA63A3E, 0x2A0A1E, 0xFF7A5C], // ember
    [0x12343B, 0x2C6E63, 0xC9D8A7, 0xF9F5CF, 0x5C8F78, 0x0C2427, 0xE5EFC6], // forest haze
    [0xF2B5A7, 0xF7CFB4, 0xFCEBD0, 0xFFFFFF, 0xE29C94, 0x7A3B4C, 0xFFF4E6], // peach
    [0x10121F, 0x31294F, 0x8A4F7D, 0xFFD6EC, 0x5A3A69, 0x0A0A14, 0xC77DB8], // plum night
    [0x1C4E80, 0x4C8FC0, 0xBFE0EC, 0xFFFFFF, 0x6D9EC0, 0x10304F, 0xF3FBFF], // glacier
    [0x6A8CAF, 0xC5C9C7, 0xF3DFC1, 0xFFF8E8, 0xB79F85, 0x4E3A32, 0xFFFFFF], // desert
    [0x051B1F, 0x0D4B4F, 0x3FA38A, 0xD8FFE9, 0x1E6A65, 0x041114, 0x5CE0B0], // northern light
    [0x4A2C6D, 0x8E5BA6, 0xF3B6C6, 0xFFF3E0, 0x9A6AA8, 0x2A1747, 0xFFD9E8], // lavender
    [0x16324F, 0xE07A5F, 0xF4D58D, 0xFFF6D6, 0xC26A5A, 0x1B2A3A, 0xFFB78F], // harbour
    [0x264027, 0x6F9A4B, 0xF0E6A0, 0xFFFDE0, 0x8AA85A, 0x1B2E1C, 0xFFFFE8], // spring meadow
];

impl Palette {
    /// Picks a palette and leans it a little towards a second one, so that few scenes share their exact colours.
    pub(super) fn roll(dice: &mut Dice) -> Self {
        let first = PALETTES[dice.below(PALETTES.len())];
        let second = PALETTES[dice.below(PALETTES.len())];
        let lean = dice.between(0.0, 0.22);
        let mix = |index: usize| Colour::hex(first[index]).toward(Colour::hex(second[index]), lean);
        Self { sky: [mix(0), mix(1), mix(2)], light: mix(3), far: mix(4), near: mix(5), soft: mix(6) }
    }

    /// The sky's colour at `height`: 0 at the top of the picture, 1 at the horizon.
    pub(super) fn sky_at(&self, height: f32) -> Colour {
        let height = height.clamp(0.0, 1.0);
        if height < 0.55 {
            self.sky[0].toward(self.sky[1], height / 0.55)
        } else {
            self.sky[1].toward(self.sky[2], (height - 0.55) / 0.45)
        }
    }

    /// Whether the sky is dark enough for stars.
    pub(super) fn is_dark(&self) -> bool {
        self.sky[0].brightness() < 40.0 && self.sky[1].brightness() < 80.0
    }
}
