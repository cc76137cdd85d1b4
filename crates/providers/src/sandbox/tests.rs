//! Adapter and service together, as the engine drives them, with a clock moved by hand and a book in memory.

mod bench;
mod given;
mod media;
mod outcomes;
mod survival;
