//! Training: the optimiser whose state can be saved, and checkpoints.
//!
//! Any dfdx optimiser [trains](crate::objective::Loss::backward) an elbow model. [`Adam`] here is the one that a run can be
//! resumed with: dfdx's keeps its moments to itself. Of a run with another optimiser dfdx's own methods save the parameters,
//! `vae.save_safetensors(path)`.
//!
//! A step computes the loss of a program of its own, for a program borrows the model and is one draw of noise; the loss does
//! not, so the optimiser may then move the model. [`minibatch`](crate::prelude::minibatch) takes rows from a data set.
//!
//! ```
//! use elbow::prelude::*;
//! use elbow::train::Adam;
//!
//! model! {
//!     /// Pairs of numbers about a hidden one.
//!     pub struct Vae { encoder: Linear<2, 1>, decoder: Linear<1, 2> }
//!     generative p {
//!         sample z: [1] ~ Normal::new(0.0, 1.0);
//!         sample x: [2] ~ Normal::new(decoder(z), 1.0);
//!     }
//!     inference q(x) { sample z ~ Normal::new(encoder(x), 0.5); }
//! }
//!
//! let data: Batch<(Const<2>,)> = batch(vec![1.0, 2.0, -1.0, -2.0, 0.5, 1.0])?;
//! let (mut vae, elbo, mut adam) = (Vae::new(0), Elbo::default(), Adam::new(1e-3));
//! for rows in [[0, 1], [2, 0], [1, 2]] {
//!     let x = minibatch(&data, &rows)?;
//!     let loss = elbo.loss(&vae.q(&x))?;
//!     adam.descend(&mut vae, loss)?;
//! }
//! assert_eq!(adam.steps(), 3);
//! # Ok::<(), elbow::Error>(())
//! ```

mod adam;
pub mod checkpoint;
pub mod files;
mod finite;
mod lock;
mod moments;

pub use adam::Adam;
pub use lock::FolderLock;
