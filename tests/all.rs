//! The binary as a user runs it, and the shape of the project. One test binary, since each one
//! links all of DataFusion.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod architecture;
mod backup_store;
mod bad_csv;
mod bad_input;
mod calendar;
mod cards;
mod checks;
mod cli;
mod corrections;
mod drift;
mod erase;
mod explain;
mod figures;
mod formats;
mod hostile;
mod interrupted;
mod keeping;
mod keeping_more;
mod keys;
mod measures;
mod objects;
mod postgres;
mod privacy;
mod pull;
mod pull_refused;
mod push;
mod quality;
mod quarantine;
mod real_data;
mod rebuild;
mod records;
mod reference;
mod replay;
mod resumed;
mod rules;
mod rules_known;
mod server;
mod store;
mod support;
mod taken_back;
mod watch;
mod workbook;
