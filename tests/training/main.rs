//! Training: reproducible runs, optimisers, files and checkpoints.

mod adam;
mod checkpoint;
mod corruption;
mod crash;
mod dfdx_files;
mod folder;
mod killed;
mod loss;
mod model;
mod reproducible;
mod trainer;
mod unfinished;
