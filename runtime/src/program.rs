//! Programs: a model, its data and the key of its noise. `model!` implements these traits, and objectives use them.

pub mod carried;
mod conditional;
mod data;
pub mod explain;
pub mod flow;
mod generative;
mod guide;
mod handlers;
mod inference;
mod keys;
mod ledger;
mod lengths;
pub mod look;
mod marginal;
mod outcome;
mod partial;
mod pass;
mod pieces;
mod posterior;
pub(crate) mod room;
mod row_tree;
mod run;
pub(crate) mod run_state;
pub mod scan;
mod site;
pub mod steps;
mod table;
mod units;

pub use conditional::{Conditional, GenerativeSite, given_step, of_joint};
pub use data::{Column, Data, slice};
pub use flow::Sites;
pub use generative::Generative;
pub use guide::{
    MeasureOfBoth, SameMeasure, SameSupport, SupportOfBoth, same_measure, same_support,
};
pub use handlers::Handler;
pub use inference::{Inference, InferenceProgram};
pub use keys::Keys;
pub use ledger::Term;
pub use look::Here;
pub(crate) use outcome::{Outcome, Paid};
pub use partial::Partial;
pub use pass::{Drawn, Pass};
pub(crate) use pieces::{check_draws, for_each_piece};
pub use posterior::{ParameterValues, Posterior};
pub(crate) use run::Run;
pub use run_state::RunState;
pub use site::{
    Family, HasParameters, IsDistribution, IsEventOf, LatentSite, has_elements, unwritten,
};
pub use table::{ClosedForm, Latent, Plate, Site};
pub(crate) use units::Units;

use rand::RngCore;

use crate::noise::Key;
use crate::tensor::Device;
use crate::tensor::names::TensorCollection;

/// A model: a dfdx module with the state of its run.
pub trait Model: TensorCollection<f32, Device> {
    /// The state of the run: seed, step and running means.
    fn run_state(&self) -> &RunState;
}

fn fresh_key(rng: &mut impl RngCore) -> Key {
    Key::new(rng.next_u64(), 0)
}
