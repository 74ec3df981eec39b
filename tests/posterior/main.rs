//! What is read of a guide and of single rows: modes, posteriors, and the bounds of rows.

mod by_row;
mod families;
mod given;
mod latents;
