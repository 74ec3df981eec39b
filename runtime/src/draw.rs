//! What is drawn at a site.

use crate::kernels::elementwise::{map, row_sum, rows_of};
use crate::kernels::formula::{
    Difference, Exp, Identity, LogSigmoidSlope, PositiveExp, Sigmoid, Sum,
};
use crate::kernels::rows::detach;
use crate::param::Param;
use crate::shape::Event;
use crate::var::{Rows, Value};

/// A draw: the value that the model sees, and the coordinates in which its density is stable.
///
/// A relaxed value near a corner of its support cannot be told from the corner in `f32`, and its
/// density there is infinite. Such draws live in logit space (for values in (0, 1)) or log space
/// (for positive numbers and the simplex), and the value is computed from there. Densities of draws are taken in the
/// draw's coordinates; in a ratio of two densities the choice cancels.
#[derive(Clone, Debug)]
pub struct Draw<E: Event> {
    value: Value<E>,
    node: Option<Node<E>>,
}

/// The unconstrained coordinates of a draw.
#[derive(Clone, Debug)]
pub enum Node<E: Event> {
    /// `y` with value `σ(y)`.
    Logit(Value<E>),
    /// `y` with value `exp(y)`, kept within the positive numbers of `f32`.
    PositiveLog(Value<E>),
    /// `y` with value `exp(y)`, which sums to one along the last axis.
    LogSimplex(Value<E>),
    /// `y` whose `σ(y)`, stretched over the ends of the unit interval and cut at them, is the value.
    StretchedLogit(Value<E>),
}

impl<E: Event> Draw<E> {
    /// A draw that is its own coordinate.
    pub fn of(value: Value<E>) -> Self {
        Self { value, node: None }
    }

    /// A draw in (0, 1) at these logits.
    pub fn from_logit(logit: Value<E>) -> Self {
        Self {
            value: into_rows(map(Sigmoid, [&rows_of::<E>(&logit)])),
            node: Some(Node::Logit(logit)),
        }
    }

    /// A positive draw at these logarithms.
    pub fn from_positive_log(log: Value<E>) -> Self {
        Self {
            value: into_rows(map(PositiveExp, [&rows_of::<E>(&log)])),
            node: Some(Node::PositiveLog(log)),
        }
    }

    /// A draw that was cut off from what these logits stretch to.
    pub(crate) fn from_stretched_logit(value: Value<E>, logit: Value<E>) -> Self {
        Self {
            value,
            node: Some(Node::StretchedLogit(logit)),
        }
    }

    /// A draw on the simplex at these logarithms.
    pub fn from_log(log: Value<E>) -> Self {
        Self {
            value: into_rows(map(Exp, [&rows_of::<E>(&log)])),
            node: Some(Node::LogSimplex(log)),
        }
    }

    /// The value, as the model sees it.
    pub fn value(&self) -> Value<E> {
        self.value.clone()
    }

    /// The logits of a draw in (0, 1), if it was drawn there.
    pub fn logit(&self) -> Option<&Value<E>> {
        match &self.node {
            Some(Node::Logit(logit)) => Some(logit),
            _ => None,
        }
    }

    /// The logarithms of a positive draw, if it was drawn there.
    pub fn positive_log(&self) -> Option<&Value<E>> {
        match &self.node {
            Some(Node::PositiveLog(log)) => Some(log),
            _ => None,
        }
    }

    /// The logits from before the cut of a draw that was cut off.
    pub fn stretched_logit(&self) -> Option<&Value<E>> {
        match &self.node {
            Some(Node::StretchedLogit(logit)) => Some(logit),
            _ => None,
        }
    }

    /// The logarithms of a draw on the simplex, if it was drawn there.
    pub fn log(&self) -> Option<&Value<E>> {
        match &self.node {
            Some(Node::LogSimplex(log)) => Some(log),
            _ => None,
        }
    }

    /// From a log-density of the value to one in the draw's coordinates.
    pub(crate) fn add_log_jacobian(&self, log_prob: Rows) -> Rows {
        match &self.node {
            // A cut has no slope: a family with atoms scores its draws itself.
            None | Some(Node::StretchedLogit(_)) => log_prob,
            Some(Node::Logit(logit)) => {
                sum(&log_prob, &row_sum(LogSigmoidSlope, [&rows_of::<E>(logit)]))
            }
            Some(Node::PositiveLog(log) | Node::LogSimplex(log)) => {
                sum(&log_prob, &row_sum(Identity, [&rows_of::<E>(log)]))
            }
        }
    }

    /// The same draw as a constant.
    pub(crate) fn detached(&self) -> Self {
        Self {
            value: detach(&self.value),
            node: self.node.as_ref().map(|node| match node {
                Node::Logit(y) => Node::Logit(detach(y)),
                Node::PositiveLog(y) => Node::PositiveLog(detach(y)),
                Node::LogSimplex(y) => Node::LogSimplex(detach(y)),
                Node::StretchedLogit(y) => Node::StretchedLogit(detach(y)),
            }),
        }
    }
}

/// The sum of two terms, one of which may have fewer rows: each then stands for a block.
pub(crate) fn sum(a: &Rows, b: &Rows) -> Rows {
    into_rows(map(Sum, [&rows_of::<()>(a), &rows_of::<()>(b)]))
}

/// The difference of two terms, one of which may have fewer rows: each then stands for a block.
pub(crate) fn difference(a: &Rows, b: &Rows) -> Rows {
    into_rows(map(Difference, [&rows_of::<()>(a), &rows_of::<()>(b)]))
}

/// The rows of a parameter that was computed from rows.
pub(crate) fn into_rows<E: Event>(param: Param<E>) -> Value<E> {
    match param {
        Param::Rows(rows) => rows,
        _ => unreachable!("a map over rows gives rows"),
    }
}
