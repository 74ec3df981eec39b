//! A log-likelihood that the model computes itself.

use super::{Distribution, Named, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::noise::Stream;
use crate::support::{Density, RealLine};
use crate::tensor::{Change, IntoParam, Param, Rows, Value};

/// `log p(x) = weight` for every `x`. It adds your own term to the objective. Observe it with any finite number.
///
/// It is not a normalised density. As a latent it has no meaning; its draws are zeros.
///
/// ```
/// use elbow::prelude::*;
///
/// let zero = Var::from(batch::<(usize,)>(vec![0.0])?);
/// assert_eq!(Factor::new(-2.5).log_prob(&zero).as_vec(), [-2.5]);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Unit", "potential"))]
#[derive(Clone, Debug)]
pub struct Factor {
    weight: Param<()>,
}

impl Factor {
    /// With this log-likelihood, which must be finite.
    pub fn new(weight: impl IntoParam<()>) -> Self {
        Self {
            weight: weight.into_param(),
        }
    }

    /// The log-likelihood.
    pub fn weight(&self) -> &Param<()> {
        &self.weight
    }
}

impl Distribution for Factor {
    type Event = ();
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Scored;
    const FAMILY: &'static str = "Factor";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.weight.check("weight", Domain::Finite, rows)
    }

    fn log_prob(&self, value: &Value<()>) -> Rows {
        let rows = value.shape().0;
        let rows = rows.max(self.weight.rows().unwrap_or(1));
        self.weight.expand(rows).into()
    }

    fn sample(&self, rows: usize, _: &Stream) -> Draw<()> {
        Draw::of(Param::<()>::Number(0.0).expand(rows))
    }

    fn mean(&self, _: usize) -> Option<Value<()>> {
        None
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("weight", &self.weight)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            weight: self.weight.changed(how),
        }
    }
}
