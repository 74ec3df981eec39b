//! What an objective maximises, and what may be set with it.

use crate::error::Error;

/// How the terms of a pass become one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound {
    /// Their sum.
    Evidence,
    /// The logarithm of the mean importance weight.
    ImportanceWeighted,
    /// `1/(1 − α)` of the logarithm of the mean weight to the power `1 − α`.
    Renyi { alpha: f32 },
    /// The importance-weighted one for the model; wake-phase draws for the guide.
    ReweightedWakeSleep,
}

/// How reparameterised sites are differentiated, where it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    StickingTheLanding,
    DoublyReparameterised,
}

impl Bound {
    /// The power of the weights whose mean is taken; none where terms are summed.
    pub(super) fn power(self) -> Option<f32> {
        match self {
            Self::Evidence => None,
            Self::ImportanceWeighted | Self::ReweightedWakeSleep => Some(1.0),
            Self::Renyi { alpha } => Some(1.0 - alpha),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Evidence => "an evidence lower bound",
            Self::ImportanceWeighted => "an importance-weighted bound",
            Self::Renyi { .. } => "a Rényi bound",
            Self::ReweightedWakeSleep => "reweighted wake-sleep",
        }
    }

    /// # Errors
    /// Where its own setting makes no sense.
    pub(super) fn check(self) -> Result<(), Error> {
        match self {
            Self::Renyi { alpha } if !is_order(alpha) => Err(Error::Setting {
                setting: "the order α of the Rényi bound",
                value: alpha.into(),
                expected: "finite, not negative and at least 0.001 from 1, where it is the plain `Elbo`",
            }),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// Where the gradients are to be had in a way that is wrong for it.
    pub(super) fn check_form(self, form: Form) -> Result<(), Error> {
        let (setting, instead) = match (form, self) {
            (Form::StickingTheLanding, Self::Evidence)
            | (Form::DoublyReparameterised, Self::ImportanceWeighted | Self::Renyi { .. }) => {
                return Ok(());
            }
            (Form::StickingTheLanding, Self::ReweightedWakeSleep) => (
                "sticking_the_landing",
                "it without: its draws are not differentiated",
            ),
            (Form::StickingTheLanding, _) => (
                "sticking_the_landing",
                "`doubly_reparameterised()`: with weights, dropping the score is biased",
            ),
            (Form::DoublyReparameterised, Self::ReweightedWakeSleep) => (
                "doubly_reparameterised",
                "it without: its draws are not differentiated",
            ),
            (Form::DoublyReparameterised, Self::Evidence) => (
                "doubly_reparameterised",
                "`sticking_the_landing()`, or add `importance_weighted()`",
            ),
        };
        Err(self.illegal(setting, instead))
    }

    /// # Errors
    /// Where divergences are to be weighed one by one in it, but are part of the weights.
    pub(super) fn check_divergences(self, setting: &'static str) -> Result<(), Error> {
        match self {
            Self::Evidence => Ok(()),
            _ => Err(self.illegal(
                setting,
                "it with the plain `Elbo`: in a weight no divergence stands alone",
            )),
        }
    }

    fn illegal(self, estimator: &'static str, instead: &'static str) -> Error {
        Error::Illegal {
            site: None,
            estimator,
            objective: self.name(),
            instead,
        }
    }
}

/// Nearer to 1, the logarithm of a mean of nearly one is divided by nearly zero: its rounding would be the bound. The written
/// 0.999 and 1.001 are legal, though `f32` has neither.
fn is_order(alpha: f32) -> bool {
    alpha >= 0.0 && alpha.is_finite() && (alpha - 1.0).abs() > 0.000_999
}
