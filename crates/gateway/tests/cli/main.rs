//! The binary from outside: what is typed, printed, written and answered.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says where")]
#![expect(unreachable_pub, reason = "a test has no public items")]

mod admin;
mod canary;
mod config;
mod ground;
mod providers;
mod reload;
mod run;
mod serve;
