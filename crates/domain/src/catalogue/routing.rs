//! In which order a job tries the routes of its model, where the caller has no wish of its own.

/// An operator's policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Routing {
    /// As the stanza lists them.
    #[default]
    Order,
    /// The one that costs us least first.
    Cheapest,
    /// The one whose last jobs took the least time first; those that had none come last.
    Fastest,
    /// One provider and no other.
    Pinned(String),
}

impl Routing {
    /// The words for policies that name no provider.
    pub const WORDS: [&str; 3] = ["order", "cheapest", "fastest"];

    /// Reads `order`, `cheapest`, `fastest`, or the name of a provider.
    pub fn parse(text: &str) -> Self {
        match text {
            "order" => Self::Order,
            "cheapest" => Self::Cheapest,
            "fastest" => Self::Fastest,
            provider => Self::Pinned(provider.to_owned()),
        }
    }
}
