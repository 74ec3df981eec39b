//! Data from files.

mod table;
