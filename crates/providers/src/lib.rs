//! The providers: one adapter per upstream, and the sandbox, which makes real media without any.
//!
//! An adapter builds a `Call` and reads a `Reply`. It opens no socket, holds no secret, knows no price and
//! repeats nothing; the engine does all of that by the facts in its manifest. `docs/adding-a-provider.md` tells
//! how to add one.

pub mod adapters;
pub mod registry;
pub mod sandbox;
