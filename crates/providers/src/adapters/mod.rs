//! One file per upstream: what it is like, how to ask it, and what its answers mean.

mod answer;
pub mod bfl;
#[cfg(test)]
mod cassette;
mod credits;
pub mod fal;
mod form;
pub mod openai;
pub mod replicate;
