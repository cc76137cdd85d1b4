//! What models make, and out of what.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The word used on the wire and in catalogue files.
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $word,)* } }

            /// Reads that word.
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some($name::$variant),)* _ => None } }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

words! {
    /// The kind of thing a model makes.
    Makes {
        /// Pictures.
        Image = "image",
        /// Clips, with or without sound.
        Video = "video",
        /// Speech, music, sounds.
        Audio = "audio",
        /// Words, such as a transcript.
        Text = "text",
    }
}

words! {
    /// The kind of file a media parameter takes.
    Media {
        /// A picture.
        Image = "image",
        /// A clip.
        Video = "video",
        /// A sound file.
        Audio = "audio",
    }
}

words! {
    /// What is made out of what. Also the category in the models API.
    Task {
        /// A picture from words.
        TextToImage = "text-to-image",
        /// A picture from pictures.
        ImageToImage = "image-to-image",
        /// A clip from words.
        TextToVideo = "text-to-video",
        /// A clip from pictures.
        ImageToVideo = "image-to-video",
        /// A clip from a clip.
        VideoToVideo = "video-to-video",
        /// A clip that follows a sound, such as a talking head.
        AudioToVideo = "audio-to-video",
        /// Words, spoken.
        TextToSpeech = "text-to-speech",
        /// Songs and instrumentals.
        TextToMusic = "text-to-music",
        /// Noises and effects.
        TextToAudio = "text-to-audio",
        /// A sound from a sound, such as a stem or a cover.
        AudioToAudio = "audio-to-audio",
        /// A sound for a clip.
        VideoToAudio = "video-to-audio",
        /// A transcript.
        SpeechToText = "speech-to-text",
        /// Words from words.
        TextToText = "text-to-text",
    }
}

impl Task {
    /// What the task makes.
    pub fn makes(self) -> Makes {
        match self {
            Task::TextToImage | Task::ImageToImage => Makes::Image,
            Task::TextToVideo | Task::ImageToVideo | Task::VideoToVideo | Task::AudioToVideo => Makes::Video,
            Task::TextToSpeech
            | Task::TextToMusic
            | Task::TextToAudio
            | Task::AudioToAudio
            | Task::VideoToAudio => Makes::Audio,
            Task::SpeechToText | Task::TextToText => Makes::Text,
        }
    }

    /// The kind of file it starts from; none for words alone.
    pub fn from(self) -> Option<Media> {
        match self {
            Task::ImageToImage | Task::ImageToVideo => Some(Media::Image),
            Task::VideoToVideo | Task::VideoToAudio => Some(Media::Video),
            Task::AudioToVideo | Task::AudioToAudio | Task::SpeechToText => Some(Media::Audio),
            Task::TextToImage
            | Task::TextToVideo
            | Task::TextToSpeech
            | Task::TextToMusic
            | Task::TextToAudio
            | Task::TextToText => None,
        }
    }
}
