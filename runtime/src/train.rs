//! Training: a trainer, the optimiser whose state can be saved, and checkpoints.
//!
//! A [`Trainer`] has all that belongs to a training. Its pieces work in a loop of your own too: [`Adam`], [`Batches`], [`checkpoint`], and
//! [`Schedule`](crate::prelude::Schedule)s.
//!
//! Any dfdx optimiser [trains](crate::objective::Loss::backward) an elbow model. Only a run with this [`Adam`] can be resumed,
//! since dfdx's optimisers keep their moments private. With another optimiser, dfdx's own methods save the parameters:
//! `vae.save_safetensors(path)`.
//!
//! Each step of a loop makes a new program, since a program has fixed noise. The program borrows the model, but the loss does not, so the
//! optimiser can then move the model. [`minibatch`](crate::prelude::minibatch) takes rows from a data set.
//!
//! ```
//! use elbow::prelude::*;
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
mod batches;
pub mod checkpoint;
mod descend;
pub mod files;
mod finite;
pub(crate) mod habits;
mod lock;
mod log;
mod moments;
mod record;
mod snapshot;
mod trainer;

pub use adam::Adam;
pub use batches::{Batches, Minibatch};
pub use descend::{Descend, OfDfdx};
pub use lock::FolderLock;
pub use log::Log;
pub use record::{Callback, Record};
pub use trainer::{Best, End, Trained, Trainer};

pub use crate::tensor::statistics::Statistics;
