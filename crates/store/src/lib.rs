#![doc = include_str!("../README.md")]

pub mod blobs;
pub mod sandbox_book;
pub mod sqlite;
