//! Training: the optimiser whose state can be saved, and checkpoints.
//!
//! Any dfdx optimiser [trains](crate::elbo::Loss::backward) an elbow model. [`Adam`] here is the one that a run can be
//! resumed with: dfdx's keeps its moments to itself. Of a run with another optimiser dfdx's own methods save the parameters,
//! `vae.save_safetensors(path)`.
//!
//! A step is `adam.descend(&mut vae, elbo.loss(&vae.q(&x))?)?`, with a program of its own: the program borrows the model,
//! and is one draw of noise. [`minibatch`](crate::minibatch) takes rows from a data set.

mod adam;
pub mod checkpoint;
pub mod files;
mod finite;
mod lock;
mod moments;

pub use adam::Adam;
pub use lock::FolderLock;
