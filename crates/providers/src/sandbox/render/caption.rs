//! The bar at the bottom that says what the picture was ordered with.

use super::font;
use super::palette::Colour;
use super::scene::Row;

/// Opacity of the dark bar behind the letters.
const BAR_SHADE: f32 = 0.58;
/// The bar's own colour, a warm near-black.
const BAR_COLOUR: Colour = Colour(10.0, 9.0, 16.0);
const INK_COLOUR: Colour = Colour(255.0, 253.0, 248.0);

/// A laid out caption; drawn once, then laid over the rows of every frame.
pub(super) struct Caption {
    width: usize,
    /// First row of the bar.
    top: usize,
    /// Height in pixels of the line along the bar's upper edge.
    line: usize,
    accent: Colour,
    /// Ink of every pixel of the bar from 0 to 255, row by row.
    ink: Vec<u8>,
}

impl Caption {
    /// Lays out a caption for a picture of the given size in pixels: the first words of the prompt, below them as
    /// many of `notes` as fit. `None` when the picture is too small to carry legible letters.
    pub(super) fn new(
        width: usize,
        height: usize,
        prompt: &str,
        notes: &[String],
        accent: Colour,
    ) -> Option<Self> {
        let title_px = (width.min(height) / 31).max(font::HEIGHT);
        let notes_px = (title_px * 5 / 8).max(font::HEIGHT);
        let margin = title_px.max(6) * 3 / 4;
        let line = (title_px / 8).max(1);

        let two_lines = line + margin + title_px + margin * 3 / 4 + notes_px + margin;
        let one_line = line + margin + title_px + margin;
        let room = width.saturating_sub(2 * margin);
        let title = shorten(&font::spell(prompt), letters_in(room, title_px))?;
        let notes_letters = letters_in(room, notes_px);
        let notes =
            (1..=notes.len()).rev().map(|count| font::spell(&notes[..count].join(" · "))).find(|joined| {
                // The font counts characters, and a middle dot is one of them.
                joined.chars().count() <= notes_letters
            });
        // A caption must not hide the picture.
        let (bar, notes) = match notes {
            Some(notes) if two_lines * 3 <= height => (two_lines, notes),
            _ if one_line * 3 <= height => (one_line, String::new()),
            _ => return None,
        };

        let mut caption = Self { width, top: height - bar, line, accent, ink: vec![0; width * bar] };
        caption.write(&title, margin, line + margin, title_px, 255);
        caption.write(&notes, margin, line + margin + title_px + margin * 3 / 4, notes_px, 185);
        Some(caption)
    }

    /// Lays the caption over a painted row. `progress` (0 to 1) is how far the line along the bar is filled.
    pub(super) fn lay_over(&self, y: usize, progress: f32, row: &mut Row) {
        let Some(bar_y) = y.checked_sub(self.top) else { return };
        if bar_y < self.line {
            row.mix(0..self.width, BAR_COLOUR, BAR_SHADE * 0.6);
            let filled = (progress * self.width as f32 + 0.5) as usize;
            row.mix(0..filled.min(self.width), self.accent, 0.9);
            return;
        }
        row.mix(0..self.width, BAR_COLOUR, BAR_SHADE);
        let inks = &self.ink[bar_y * self.width..][..self.width];
        for (x, ink) in inks.iter().enumerate().filter(|(_, ink)| **ink > 0) {
            row.mix(x..x + 1, INK_COLOUR, f32::from(*ink) / 255.0);
        }
    }

    /// Writes a line of text with its top left corner at `left`, `top` of the bar, `size_px` high.
    fn write(&mut self, text: &str, left: usize, top: usize, size_px: usize, strength: u16) {
        let dot_px = size_px as f32 / font::HEIGHT as f32;
        for (place, character) in text.chars().enumerate() {
            let start = left as f32 + (place * font::ADVANCE) as f32 * dot_px;
            let first = start as usize;
            let last = (start + font::WIDTH as f32 * dot_px).ceil() as usize + 1;
            for y in top.saturating_sub(1)..(top + size_px + 1).min(self.ink.len() / self.width) {
                for x in first..last.min(self.width) {
                    let dot_x = (x as f32 + 0.5 - start) / dot_px;
                    let dot_y = (y as f32 + 0.5 - top as f32) / dot_px;
                    let ink = u16::from(font::ink(character, dot_x, dot_y, dot_px)) * strength / 255;
                    let pixel = &mut self.ink[y * self.width + x];
                    *pixel = (*pixel).max(ink as u8);
                }
            }
        }
    }
}

/// How many letters of a height fit side by side into `room` pixels.
fn letters_in(room: usize, size_px: usize) -> usize {
    // The last letter needs no gap behind it, which is worth one dot.
    (room * font::HEIGHT + size_px) / (font::ADVANCE * size_px)
}

/// Cuts a text between words so that it fits, with dots to show the cut. `None` below the six letters that a
/// reader needs at least.
fn shorten(text: &str, letters_max: usize) -> Option<String> {
    if letters_max < 6 {
        return None;
    }
    if text.is_empty() {
        return Some("SANDBOX".chars().take(letters_max).collect());
    }
    if text.chars().count() <= letters_max {
        return Some(text.to_owned());
    }
    let head: String = text.chars().take(letters_max - 3).collect();
    // A cut right at the end of a word keeps that word.
    let is_whole = text[head.len()..].starts_with(' ');
    let end = if is_whole { head.len() } else { head.rfind(' ').unwrap_or(head.len()) };
    let kept = head[..end].trim_end_matches([',', '.', ' ', '-']);
    Some(format!("{kept}..."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Colour = Colour(255.0, 255.0, 255.0);

    #[test]
    fn long_prompts_are_cut_between_words() {
        assert_eq!(shorten("A CAT ON A MAT", 20).unwrap(), "A CAT ON A MAT");
        assert_eq!(shorten("A CAT ON A MAT", 12).unwrap(), "A CAT ON...");
        assert_eq!(shorten("INCOMPREHENSIBLE", 10).unwrap(), "INCOMPR...");
        assert!(
            (6..40).all(|room| shorten("SOME, RATHER LONG - PROMPT OF WORDS", room).unwrap().len() <= room)
        );
        assert_eq!(shorten("CAT", 5), None);
    }

    #[test]
    fn letters_stay_inside_the_picture_whatever_its_shape() {
        let notes = ["sandbox".to_owned(), "1×1".to_owned(), "seed 18446744073709551615".to_owned()];
        for (width, height) in [(1, 1), (40, 4000), (4000, 40), (64, 64), (97, 331), (1024, 1024)] {
            let Some(caption) = Caption::new(width, height, "word ".repeat(30).as_str(), &notes, WHITE)
            else {
                assert!(width < 60 || height < 60, "{width}x{height} has room for a caption");
                continue;
            };
            let bar = height - caption.top;
            assert!(bar * 3 <= height);
            let edge_is_clear = (0..bar).all(|y| caption.ink[y * width + width - 1] == 0);
            assert!(edge_is_clear && caption.ink.contains(&255), "{width}x{height}");
        }
    }
}
