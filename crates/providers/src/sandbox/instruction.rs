//! What the prompt tells the sandbox to do: `a red fox [sandbox outcome=fail delay=2]`.
//!
//! An instruction that is not understood is an error and never a success: whoever tests a failure must not
//! read a typo as "handled". Errors do not repeat the prompt.

use serde::{Deserialize, Serialize};

/// The longest delay, milliseconds.
pub(super) const DELAY_MAX_MS: u64 = 600_000;

/// What opens an instruction; read without regard to case, as a capital must not turn it into something to draw.
const OPENING: &str = "[sandbox";

/// All instructions of one prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Instruction {
    /// What becomes of the job.
    pub(super) outcome: Outcome,
    /// How long it runs, milliseconds, where the prompt says so.
    pub(super) delay_ms: Option<u64>,
    /// Whether the answers to polls say how far it is.
    pub(super) progress: bool,
}

/// What becomes of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    /// It is made. What happens without an instruction, and has no word.
    #[default]
    Made,
    /// Taken, then failed.
    Fail,
    /// Not taken, for its content.
    Refuse,
    /// Taken, then ended for taking too long.
    Timeout,
    /// Not taken: the service says that it is down.
    Unavailable,
    /// Not taken at first, taken when it comes again.
    Throttle,
    /// Made, but status and files cannot be had at first.
    Flaky,
    /// Taken, but the answer never arrives.
    LostAnswer,
    /// The answer never arrives, and the job is taken only a while later.
    LateAccept,
    /// Made and billed, but the files are gone.
    ExpiredAsset,
}

/// The words for outcomes.
const OUTCOMES: &[(&str, Outcome)] = &[
    ("fail", Outcome::Fail),
    ("refuse", Outcome::Refuse),
    ("timeout", Outcome::Timeout),
    ("unavailable", Outcome::Unavailable),
    ("throttle", Outcome::Throttle),
    ("flaky", Outcome::Flaky),
    ("lost-answer", Outcome::LostAnswer),
    ("late-accept", Outcome::LateAccept),
    ("expired-asset", Outcome::ExpiredAsset),
];

impl Outcome {
    /// Whether a job with this outcome is billed once it is over.
    pub(super) fn is_billed(self) -> bool {
        match self {
            Self::Made
            | Self::Throttle
            | Self::Flaky
            | Self::LostAnswer
            | Self::LateAccept
            | Self::ExpiredAsset => true,
            Self::Fail | Self::Refuse | Self::Timeout | Self::Unavailable => false,
        }
    }
}

/// An instruction is not understood; the text says what is allowed and can be shown to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The prompt's [sandbox ...] instruction {fault}. It takes key=value words: delay=SECONDS (0 to 600, at most \
     three decimals), progress=on, outcome={outcomes}.",
    outcomes = outcome_words()
)]
pub(super) struct Misread {
    fault: &'static str,
}

/// Takes all instructions out of a prompt: what they say together, and the text that is left to draw.
pub(super) fn read(prompt: &str) -> Result<(Instruction, String), Misread> {
    let mut seen = Seen::default();
    let mut left = String::with_capacity(prompt.len());
    let mut rest = prompt;
    while let Some(start) = opening(rest) {
        let inside = &rest[start + OPENING.len()..];
        let end = inside.find(']').ok_or(Misread { fault: "has no closing bracket" })?;
        seen.words(&inside[..end])?;
        push_trimmed(&mut left, &rest[..start]);
        rest = &inside[end + 1..];
    }
    push_trimmed(&mut left, rest);
    let instruction = Instruction {
        outcome: seen.outcome.unwrap_or_default(),
        delay_ms: seen.delay_ms,
        progress: seen.progress.is_some(),
    };
    Ok((instruction, left))
}

/// Each key once over the whole prompt: of two delays one would do nothing.
#[derive(Default)]
struct Seen {
    outcome: Option<Outcome>,
    delay_ms: Option<u64>,
    progress: Option<()>,
}

impl Seen {
    fn words(&mut self, inside: &str) -> Result<(), Misread> {
        let mut words = inside.split_whitespace().peekable();
        if words.peek().is_none() {
            return Err(Misread { fault: "says nothing" });
        }
        words.try_for_each(|word| self.word(word))
    }

    fn word(&mut self, word: &str) -> Result<(), Misread> {
        let (key, value) =
            word.split_once('=').ok_or(Misread { fault: "has a word that is not key=value" })?;
        match key {
            "outcome" => {
                let known = OUTCOMES.iter().find(|(known, _)| *known == value).map(|(_, outcome)| *outcome);
                once(&mut self.outcome, known.ok_or(Misread { fault: "has an unknown outcome" })?)
            }
            "delay" => {
                let delay_ms =
                    delay_ms(value).ok_or(Misread { fault: "has a delay that is not such a number" })?;
                once(&mut self.delay_ms, delay_ms)
            }
            "progress" if value == "on" => once(&mut self.progress, ()),
            "progress" => Err(Misread { fault: "has a value for progress that is not on" }),
            _ => Err(Misread { fault: "has an unknown key" }),
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), Misread> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Misread { fault: "says the same key twice" }),
    }
}

/// Where the next instruction opens. `[sandboxed` and `[sandbox-blue` open none.
fn opening(text: &str) -> Option<usize> {
    text.match_indices('[').map(|(start, _)| start).find(|&start| {
        let word = text.get(start..start + OPENING.len());
        let next = text.get(start + OPENING.len()..).and_then(|rest| rest.chars().next());
        word.is_some_and(|word| word.eq_ignore_ascii_case(OPENING))
            && !next.is_some_and(|next| next.is_alphanumeric() || next == '-' || next == '_')
    })
}

/// Seconds with at most three decimals, in milliseconds.
fn delay_ms(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
        return None;
    }
    // Too many digits fail to parse, so nothing here overflows.
    let ms = format!("{whole}{fraction:0<3}").parse().ok()?;
    (ms <= DELAY_MAX_MS).then_some(ms)
}

/// Adds a piece of the prompt; pieces are joined by one space where an instruction stood.
fn push_trimmed(left: &mut String, piece: &str) {
    let piece = piece.trim();
    if !left.is_empty() && !piece.is_empty() {
        left.push(' ');
    }
    left.push_str(piece);
}

fn outcome_words() -> String {
    OUTCOMES.iter().map(|(word, _)| *word).collect::<Vec<_>>().join("|")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(outcome: Outcome, delay_ms: Option<u64>, progress: bool) -> Instruction {
        Instruction { outcome, delay_ms, progress }
    }

    #[test]
    fn a_prompt_without_instruction_is_left_as_it_is() {
        for prompt in
            ["", "a red fox", "a [bracketed] fox", "a [sandboxed] cat", "[sandbox-blue] walls", "[", "[sand"]
        {
            assert_eq!(read(prompt), Ok((Instruction::default(), prompt.to_owned())));
        }
    }

    #[test]
    fn an_instruction_is_obeyed_and_not_drawn() {
        let cases = [
            ("a red fox [sandbox outcome=fail]", "a red fox", told(Outcome::Fail, None, false)),
            ("[sandbox delay=2.5] a red fox", "a red fox", told(Outcome::Made, Some(2_500), false)),
            ("a [sandbox progress=on delay=0] fox", "a fox", told(Outcome::Made, Some(0), true)),
            (
                "a [Sandbox delay=600] fox [sandbox\n outcome=timeout ]",
                "a fox",
                told(Outcome::Timeout, Some(600_000), false),
            ),
            ("[sandbox delay=0.001]", "", told(Outcome::Made, Some(1), false)),
        ];
        for (prompt, left, instruction) in cases {
            assert_eq!(read(prompt), Ok((instruction, left.to_owned())), "{prompt}");
        }
    }

    #[test]
    fn every_outcome_has_a_word_that_is_read() {
        for (word, outcome) in OUTCOMES {
            let (instruction, _) = read(&format!("[sandbox outcome={word}]")).unwrap();
            assert_eq!(instruction.outcome, *outcome);
        }
    }

    #[test]
    fn a_typo_is_an_error_that_names_what_is_allowed() {
        let typos = [
            "[sandbox]",
            "[sandbox ]",
            "[sandbox outcome=fail",
            "[sandbox: outcome=fail]",
            "[sandbox outcome=fial]",
            "[sandbox outcome=made]",
            "[sandbox outcome=Fail]",
            "[sandbox outcome]",
            "[sandbox outcome=]",
            "[sandbox dealy=3]",
            "[sandbox delay=600.001]",
            "[sandbox delay=-1]",
            "[sandbox delay=1e2]",
            "[sandbox delay=.5]",
            "[sandbox delay=1.]",
            "[sandbox delay=0.0001]",
            "[sandbox delay=99999999999999999999]",
            "[sandbox progress=off]",
            "[sandbox delay=1 delay=2]",
            "[sandbox delay=1] fox [sandbox delay=1]",
            "[sandbox outcome=fail, delay=1]",
        ];
        for prompt in typos {
            let text = read(prompt).unwrap_err().to_string();
            assert!(
                ["delay=", "progress=on", "outcome=fail|", "late-accept"]
                    .iter()
                    .all(|word| text.contains(word)),
                "{text}"
            );
            assert!(text.len() <= 500, "the caller reads it whole");
        }
    }

    #[test]
    fn the_page_for_callers_knows_every_outcome_and_shows_only_instructions_that_are_obeyed() {
        let page = include_str!("../../../../docs/sandbox.md");
        for (word, _) in OUTCOMES {
            assert!(page.contains(&format!("[sandbox outcome={word}]")), "{word} has no example");
        }
        let examples: Vec<_> =
            page.split('`').filter(|piece| opening(piece).is_some() && !piece.contains('…')).collect();
        assert!(examples.len() > OUTCOMES.len());
        for example in examples {
            assert!(read(example).is_ok(), "{example}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_nothing_of_an_instruction_is_left(prompt in "(\\PC|\\[sandbox |\\[sandbox delay=1\\]|\\[SANDBOX outcome=fail\\]|delay=|\\]|\\[sand|box |é|=){0,12}") {
            if let Ok((_, left)) = read(&prompt) {
                prop_assert!(opening(&left).is_none() && left.len() <= prompt.len());
                if opening(&prompt).is_none() {
                    prop_assert_eq!(left, prompt.trim());
                }
            }
        }

        #[test]
        fn a_delay_in_bounds_is_read_exactly(ms in 0..=DELAY_MAX_MS) {
            let text = format!("[sandbox delay={}.{:03}]", ms / 1000, ms % 1000);
            prop_assert_eq!(read(&text).unwrap().0.delay_ms, Some(ms));
        }
    }
}
