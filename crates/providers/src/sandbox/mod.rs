//! The sandbox: a provider that lives in this process, needs no key, makes real files and does what the
//! prompt tells it to. `docs/sandbox.md` is its page for callers.
//!
//! [`Sandbox`] is the adapter: to the engine it is a provider like any other. [`Service`] is the provider
//! behind it. Between them lies only the wire form in `wire.rs`, so that a test key walks the same way through
//! the engine as a live one.

mod adapter;
mod fit;
mod instruction;
mod material;
pub mod render;
mod scale;
mod service;
mod throttle;
mod wire;

#[cfg(test)]
mod tests;

pub use adapter::Sandbox;
pub use service::{RETENTION_MS, Service, TARIFF};
