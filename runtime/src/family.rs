//! What the author of a family, an estimator, an objective or a flow needs, in one `use` line beside the prelude's.
//!
//! | to add | implement |
//! | --- | --- |
//! | a family | [`Distribution`], with its density as a [`Formula`]; [`Reparameterised`] or [`Finite`]; [`KlDivergence`] |
//! | an estimator | [`Estimator`], which answers with a [`Plan`], and [`Divergence`] |
//! | an objective | [`Objective`](crate::prelude::Objective): [`Scoring`], and [`Terms`] to a [`Bound`] |
//! | a flow | [`Bijector`], which [`Transformed`](crate::prelude::Transformed) turns into a family |

pub use crate::bijector::{Bijector, Conditioner, LinearConditioner};
pub use crate::distribution::kl::{self, Kl, KlDivergence};
pub use crate::distribution::{
    BinaryUnits, Categories, CountFamily, Distribution, Draw, Finite, Gaps, IntoTrials, Listing,
    Named, Node, Relaxable, Reparameterised, class,
};
pub use crate::error::{Domain, Fault};
pub use crate::estimator::{
    Block, Description, Divergence, DrawBy, Estimate, Estimator, Gradient, KlForm, LogWeights,
    Memory, Plan, Score, Scoring, Settings, Surrogate,
};
pub use crate::kernels::axes::WithLast;
pub use crate::kernels::elementwise::{Formula, map, row_sum, rows_of};
pub use crate::kernels::joint::{Input, Joint, joint, joint_rows};
pub use crate::kernels::lanes::{LaneFormula, lane_sum};
pub use crate::kernels::real::{Dual, Real};
pub use crate::kernels::softmax::log_softmax;
pub use crate::kernels::special;
pub use crate::nn::facts::{self, ImageWidths, Layer, Widths};
pub use crate::nn::{Built, Image, Initial, Learned, Network, Start, Zeros, apply, modules};
pub use crate::noise::{Key, Place, RowRng, Standard, Stream, follow, layer_noise, trains};
pub use crate::objective::{Bound, Count, Sampling, Terms};
pub use crate::parameters;
pub use crate::program::{Data, InferenceProgram, Term};
pub use crate::support::{
    Binary, BoundedCounts, Circle, Classes, ClosedUnitInterval, Counts, Density, DensityWithAtoms,
    Fits, Interval, Mass, Measure, NonNegative, OneHot, Point, Positive, Ranks, RealLine, Simplex,
    Support, UnitInterval,
};
pub use crate::tensor::tape::{record, unrecorded};
pub use crate::tensor::{
    Change, Event, IntoParam, Lanes, Param, Plated, Rows, Value, detach, mean, repeat,
    weighted_means, weighted_sum,
};

pub mod checks {
    //! What the compiler names when a program does not fit together. Programs need none of it.

    pub use crate::estimator::{EstimatorOf, via};
    pub use crate::kernels::matmul::FactorOf;
    pub use crate::kernels::operators::{
        Addition, Division, GoesWith, Multiplication, Subtraction,
    };
    pub use crate::kernels::pick::PickBy;
    pub use crate::nn::fitting::LayerOfField;
    pub use crate::objective::IntoLoss;
    pub use crate::program::look::{Spread, spread};
    pub use crate::program::{SameMeasure, SameSupport, same_measure, same_support};
    pub use crate::tensor::{Number, Symbol};
    pub use crate::train::habits::ModelItself;
}
