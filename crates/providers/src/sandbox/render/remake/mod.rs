//! Makes outputs out of given files: what is done with them follows from the task and the tags of the model.

mod clips;
mod measures;
mod pictures;
mod sounds;
pub(in crate::sandbox) mod stand_in;
mod track;
mod transcript;

use image::RgbaImage;
use spool_domain::catalogue::{Media, Origin, Task};

use super::{Brief, Format, RenderError, render};
use crate::sandbox::material::{Clip, Content, Heard, Material};

/// An order for one file that is made from others.
pub(in crate::sandbox) struct Order<'a> {
    /// What is asked for. Where a measure is not asked for, the given file's counts.
    pub(in crate::sandbox) brief: Brief<'a>,
    pub(in crate::sandbox) origin: &'a Origin,
    pub(in crate::sandbox) materials: &'a [Material],
    /// Which file of its output it is, from 0, and how many there are.
    pub(in crate::sandbox) part: u32,
    pub(in crate::sandbox) parts: u32,
}

impl Order<'_> {
    /// The pictures that are to be worked on, the main one first.
    fn pictures(&self) -> impl Iterator<Item = &RgbaImage> {
        self.materials.iter().filter(|material| !material.mask).filter_map(|material| {
            match &material.content {
                Content::Picture(picture) => Some(picture),
                _ => None,
            }
        })
    }

    fn mask(&self) -> Option<&RgbaImage> {
        self.materials.iter().filter(|material| material.mask).find_map(|material| match &material.content {
            Content::Picture(picture) => Some(picture),
            _ => None,
        })
    }

    fn sound(&self) -> Option<&Heard> {
        self.materials.iter().find_map(|material| match &material.content {
            Content::Sound(heard) => Some(heard),
            _ => None,
        })
    }

    fn clip(&self) -> Option<&Clip> {
        self.materials.iter().find_map(|material| match &material.content {
            Content::Clip(clip) => Some(clip),
            _ => None,
        })
    }

    /// The words that are heard in the output.
    pub(in crate::sandbox) fn words(&self) -> &str {
        let kept = self.sound().filter(|_| self.origin.task.from() == Some(Media::Audio));
        kept.and_then(|heard| heard.words.as_deref()).unwrap_or(self.brief.prompt)
    }
}

/// Makes the file and returns its bytes. Where the task has no use for the given files, such as a sample of a voice,
/// the file is made from the words alone.
pub(in crate::sandbox) fn remake(order: &Order<'_>) -> Result<Vec<u8>, RenderError> {
    let made = match order.brief.format {
        Format::Png | Format::Jpeg | Format::Webp => pictures::remake(order)?,
        Format::Mp4 => clips::remake(order)?,
        Format::Wav | Format::Mp3 => sounds::remake(order)?,
        Format::Text if order.origin.task == Task::SpeechToText => Some(transcript::of(order).into_bytes()),
        Format::Text => None,
    };
    made.map_or_else(|| render(&order.brief), Ok)
}
