#![doc = include_str!("../README.md")]

pub mod adapter;
pub mod catalogue;
pub mod fault;
pub mod ids;
pub mod job;
pub mod ledger;
pub mod lifecycle;
pub mod money;
pub mod order;
pub mod outbox;
pub mod resident;
pub mod scope;
pub mod store;
pub mod time;
pub mod webhook;
