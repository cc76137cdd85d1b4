//! The engine over its real parts: SQLite, files, the sandbox, the shipped models and adapters, servers on real sockets.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as expected")]

mod catalogue;
mod credentials;
mod deliver;
mod failover;
mod fairness;
mod inputs;
mod live;
mod lost;
mod matrix;
mod money;
mod operator;
mod preference;
mod probe;
mod redirect;
mod remade;
mod rules;
mod world;
