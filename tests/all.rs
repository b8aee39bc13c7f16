//! The binary as a user runs it, and the shape of the project. One test binary, since each one
//! links all of DataFusion.

mod architecture;
mod bad_input;
mod calendar;
mod cards;
mod interrupted;
mod real_data;
mod reference;
mod support;
