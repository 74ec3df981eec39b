//! The ordered logistic distribution over ranks.

use super::summary::{largest, row_by_row};
use super::{Distribution, Finite, Gaps, Listing, Named, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::rows_of;
use crate::kernels::joint::{Input, Joint, joint_compiled_here, joint_rows};
use crate::kernels::real::Real;
use crate::kernels::special::log_rest;
use crate::noise::Stream;
use crate::support::{Mass, Ranks};
use crate::tensor::{Change, Event, IntoParam, Lanes, Param, Rows, Value, Var, constant, counted};

/// One of several classes in an order, such as answers from "never" to "always", as its index 0, 1, …: the number of cutpoints that are
/// below a Logistic(predictor, 1) variable. `P(x ≤ k) = σ(c_k − η)` with the predictor `η` (McCullagh 1980).
///
/// `L` is the shape of the cutpoints. Its last axis lists them, one fewer than there are classes; an event has the axes before it. With
/// cutpoints of shape `[3]` an event is a scalar from 0 to 3, with `[30, 3]` it is thirty of them. The predictor has the shape of the
/// event. Cutpoints must ascend; A latent site is drawn with a score-function gradient, or
/// listed if the model says `via Enumerate`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![2.0])?);
/// let cutpoints = tensor(vec![-1.0, 0.5, 2.0], (Const::<3>,));
/// let log_prob = OrderedLogistic::new(0.3, cutpoints).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.2184073577).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias(
    "OrderedLogit",
    "OrdinalRegression",
    "ProportionalOdds",
    "CumulativeLink"
))]
#[derive(Clone, Debug)]
pub struct OrderedLogistic<L: Lanes> {
    predictor: Param<L::Outer>,
    cutpoints: Param<L>,
}

impl<L: Lanes> OrderedLogistic<L> {
    /// With a finite `predictor`, by which the classes rise, and finite `cutpoints` that ascend along the last axis.
    pub fn new(predictor: impl IntoParam<L::Outer>, cutpoints: impl IntoParam<L>) -> Self {
        Self {
            predictor: predictor.into_param(),
            cutpoints: cutpoints.into_param(),
        }
    }

    /// The predictor.
    pub fn predictor(&self) -> &Param<L::Outer> {
        &self.predictor
    }

    /// The cutpoints.
    pub fn cutpoints(&self) -> &Param<L> {
        &self.cutpoints
    }
}

impl<L: Lanes> Distribution for OrderedLogistic<L> {
    type Event = L::Outer;
    type Measure = Mass;
    type Support = Ranks<L>;
    type Class = class::Scored;
    const FAMILY: &'static str = "OrderedLogistic";
    const GAPS: Gaps = Gaps::Elements;

    fn listing() -> Option<Listing> {
        Some(Listing::of::<Self>())
    }

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.predictor.check("predictor", Domain::Finite, rows)?;
        self.cutpoints.check_ascending("cutpoints", rows)
    }

    fn log_prob(&self, value: &Value<L::Outer>) -> Rows {
        let index = rows_of::<L::Outer>(value);
        // One number stands for all elements if all of them count.
        let observed = match counted(Some(value.flat())) {
            Some(observed) => Param::Rows(Var::of(observed, *value.shape())),
            None => Param::<L::Outer>::Number(1.0),
        };
        let between = Between { cutpoints: L::LAST };
        joint_rows(
            between,
            [
                Input::of(&index),
                Input::of(&observed),
                Input::of(&self.predictor),
                Input::of(&self.cutpoints),
            ],
        )
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<L::Outer> {
        let moved = noise.plate_given(rows, [&self.predictor], |rng, [predictor]| {
            predictor + f64::from(rng.logistic())
        });
        let cutpoints = self.cutpoints.expand(rows);
        let lanes = cutpoints.values().chunks(L::LAST.max(1));
        let below = moved.values().iter().zip(lanes);
        let ranks =
            below.map(|(moved, lane)| lane.iter().filter(|&cut| cut < moved).count() as f32);
        Draw::of(constant(ranks.collect(), L::Outer::plated(rows)))
    }

    /// None: the mean of indices means nothing.
    fn mean(&self, _rows: usize) -> Option<Value<L::Outer>> {
        None
    }

    /// The likeliest class, the first of equals.
    fn mode(&self, rows: usize) -> Option<Value<L::Outer>> {
        let inputs = [Input::of(&self.predictor), Input::of(&self.cutpoints)];
        let between = Between { cutpoints: L::LAST };
        Some(row_by_row::<L::Outer>(rows, &inputs, &|params, out| {
            for (element, out) in out.iter_mut().enumerate() {
                let log_mass = |class| {
                    let class = Some(class);
                    let place = Place { element, class };
                    between.term(place, params[0], params[1]).log_mass
                };
                *out = largest((0..=L::LAST).map(log_mass)) as f32;
            }
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("predictor", &self.predictor),
            Named::of("cutpoints", &self.cutpoints),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            predictor: self.predictor.changed(how),
            cutpoints: self.cutpoints.changed(how),
        }
    }
}

impl<L: Lanes> Finite for OrderedLogistic<L> {
    fn log2_states() -> f64 {
        L::Outer::ELEMENTS as f64 * (L::LAST as f64 + 1.0).log2()
    }

    fn write_state(mut state: usize, event: &mut [f32]) {
        for index in event {
            *index = (state % (L::LAST + 1)) as f32;
            state /= L::LAST + 1;
        }
    }
}

/// The log-masses between the cutpoints on both sides of each class that is observed, summed. A value that is not a class has −∞.
#[derive(Clone, Copy)]
struct Between {
    cutpoints: usize,
}

/// An observed element, and its class if it has one.
struct Place {
    element: usize,
    class: Option<usize>,
}

/// The log-mass of a class, and its slopes by the predictor, by the upper cutpoint and by the lower one.
#[derive(Default)]
struct Term {
    log_mass: f64,
    by_predictor: f64,
    by_upper: f64,
    by_lower: f64,
}

impl Between {
    fn places(self, event: &[f32], observed: &[f32]) -> impl Iterator<Item = Place> {
        let elements = event.iter().zip(observed).enumerate();
        let counts = elements.filter(|(_, (_, observed))| **observed != 0.0);
        counts.map(move |(element, (&index, _))| {
            let legal = index >= 0.0 && index <= self.cutpoints as f32 && index.fract() == 0.0;
            let class = legal.then_some(index as usize);
            Place { element, class }
        })
    }

    /// `σ(b) − σ(a) = σ(b) σ(−a) (1 − e^(a − b))`, in which nothing cancels.
    fn term(self, Place { element, class }: Place, predictor: &[f32], cutpoints: &[f32]) -> Term {
        let Some(class) = class else {
            return Term {
                log_mass: f64::NEG_INFINITY,
                ..Term::default()
            };
        };
        let own = &cutpoints[element * self.cutpoints..][..self.cutpoints];
        let at = |k: usize| f64::from(own[k]);
        let predictor = f64::from(predictor[element]);
        let upper = (class < self.cutpoints).then(|| at(class));
        let lower = class.checked_sub(1).map(at);
        let mut term = Term::default();
        if let Some(upper) = upper {
            let b = upper - predictor;
            term.log_mass -= (-b).softplus();
            term.by_upper = (-b).sigmoid();
        }
        if let Some(lower) = lower {
            let a = lower - predictor;
            term.log_mass -= a.softplus();
            term.by_lower = -a.sigmoid();
        }
        // The distance of both does not move with it.
        term.by_predictor = -(term.by_upper + term.by_lower);
        if let (Some(upper), Some(lower)) = (upper, lower) {
            let apart = upper - lower;
            term.log_mass += log_rest(-apart);
            let slope = 1.0 / apart.exp_m1();
            term.by_upper += slope;
            term.by_lower -= slope;
        }
        term
    }
}

impl Joint<4> for Between {
    joint_compiled_here!(4);

    fn value(&self, [index, observed, predictor, cutpoints]: [&[f32]; 4], out: &mut [f64]) {
        let places = self.places(index, observed);
        out[0] = places
            .map(|place| self.term(place, predictor, cutpoints).log_mass)
            .sum();
    }

    fn backward(
        &self,
        [index, observed, predictor, cutpoints]: [&[f32]; 4],
        up: &[f64],
        [_, _, by_predictor, by_cutpoints]: [&mut [f64]; 4],
    ) {
        for place in self.places(index, observed) {
            let (element, Some(class)) = (place.element, place.class) else {
                continue;
            };
            let term = self.term(place, predictor, cutpoints);
            let own = &mut by_cutpoints[element * self.cutpoints..][..self.cutpoints];
            if class < self.cutpoints {
                own[class] += up[0] * term.by_upper;
            }
            if class > 0 {
                own[class - 1] += up[0] * term.by_lower;
            }
            by_predictor[element] += up[0] * term.by_predictor;
        }
    }
}
