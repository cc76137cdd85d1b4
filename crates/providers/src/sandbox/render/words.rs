//! Text: a few verses around the words of the prompt.

use super::Brief;
use super::dice::Dice;

const PLACES: [&str; 10] = [
    "the quiet harbour",
    "the open road",
    "the paper moon",
    "the northern line",
    "the copper hills",
    "the empty station",
    "the garden wall",
    "the river bend",
    "the glass arcade",
    "the last bright window",
];
const THINGS: [&str; 10] = [
    "a lantern",
    "a borrowed coat",
    "a letter",
    "a folded map",
    "a silver thread",
    "a slow guitar",
    "a paper boat",
    "an old refrain",
    "a pocket of rain",
    "a handful of stars",
];
const DEEDS: [&str; 10] = [
    "waits for me",
    "hums along",
    "turns to gold",
    "knows the way",
    "keeps the time",
    "leans on the wind",
    "calls your name",
    "learns to dance",
    "forgets the hour",
    "carries us home",
];
const TIMES: [&str; 8] = [
    "At half past nine",
    "Before the dawn",
    "When summer ends",
    "All through the night",
    "On Sunday morning",
    "After the storm",
    "Between two trains",
    "As evening falls",
];

/// Writes a title from the prompt, two verses and a chorus that comes back.
pub(super) fn render(brief: &Brief<'_>) -> String {
    let mut dice = Dice::new(brief.seed, brief.prompt, "words");
    let mut title = brief.prompt.split_whitespace().take(8).collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        "Untitled".clone_into(&mut title);
    }
    let chorus = verse(&mut dice);
    let verses = [verse(&mut dice), verse(&mut dice)];
    format!(
        "{title}\n\n[Verse 1]\n{}\n[Chorus]\n{chorus}\n[Verse 2]\n{}\n[Chorus]\n{chorus}\n(sandbox, seed {})\n",
        verses[0], verses[1], brief.seed
    )
}

/// Four lines, each ended by a line break.
fn verse(dice: &mut Dice) -> String {
    let mut lines = String::new();
    for _ in 0..2 {
        let (time, place, thing) = (dice.pick(&TIMES), dice.pick(&PLACES), dice.pick(&THINGS));
        let (first, second) = (dice.pick(&DEEDS), dice.pick(&DEEDS));
        lines.push_str(&format!("{time} {place} {first},\n{} {second}.\n", capitalised(thing)));
    }
    lines
}

/// One sentence.
pub(super) fn sentence(dice: &mut Dice) -> String {
    let (time, place, thing, deed) =
        (dice.pick(&TIMES), dice.pick(&PLACES), dice.pick(&THINGS), dice.pick(&DEEDS));
    format!("{time}, near {place}, {thing} {deed}.")
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::render::Format;

    fn text(seed: u64, prompt: &str) -> String {
        render(&Brief { format: Format::Text, width: 0, height: 0, duration_ms: 0, seed, prompt })
    }

    #[test]
    fn the_text_opens_with_the_prompt_and_its_chorus_comes_back() {
        let lyrics = text(4, "a song about\nrain");
        assert!(lyrics.starts_with("a song about rain\n\n[Verse 1]\n"));
        let sections: Vec<&str> = lyrics.split("[Chorus]\n").collect();
        assert_eq!(sections.len(), 3);
        assert_eq!(sections[1].lines().next(), sections[2].lines().next());
        assert_ne!(lyrics, text(5, "a song about\nrain"));
        assert!(text(1, " ").starts_with("Untitled\n"));
    }
}
