//! Programs in other languages against the real server: the examples, the signed webhooks' receivers, and requests made
//! from the OpenAPI document. `make tools` brings what they need.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says where")]
#![expect(unreachable_pub, reason = "a test has no public items")]

mod description;
#[path = "../cli/ground.rs"]
#[expect(dead_code, reason = "it has what the tests of the command line need too")]
mod ground;
mod programs;
mod receivers;
mod tools;
