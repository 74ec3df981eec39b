//! What a training has reached, and keeps in its checkpoints.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::course::Best;
use super::plan::Plan;

/// How far a training is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Progress {
    pub(super) steps: u64,
    /// The running mean of the validations.
    smoothed: Option<f64>,
    pub(super) best: Option<Best>,
    /// The validations since the best.
    waited: u64,
    /// The same since the learning rate was reduced.
    waited_for_rate: u64,
}

/// What follows from a validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) is_best: bool,
    pub(super) reduces: bool,
    pub(super) ends: bool,
}

impl Progress {
    /// Takes note of a validation.
    pub(super) fn validated(&mut self, value: f64, plan: &Plan) -> Verdict {
        let share = plan.smoothing;
        let smoothed = self
            .smoothed
            .map_or(value, |before| share * before + (1.0 - share) * value);
        self.smoothed = Some(smoothed);
        let is_best = self.best.is_none_or(|best| smoothed > best.value);
        if is_best {
            self.best = Some(Best {
                steps: self.steps,
                value: smoothed,
            });
            (self.waited, self.waited_for_rate) = (0, 0);
        } else {
            self.waited += 1;
            self.waited_for_rate += 1;
        }
        let plateau = plan.plateau.map(|(validations, _)| validations);
        let reduces = plateau.is_some_and(|most| self.waited_for_rate >= most);
        if reduces {
            self.waited_for_rate = 0;
        }
        Verdict {
            is_best,
            reduces,
            ends: plan.patience.is_some_and(|most| self.waited >= most),
        }
    }

    /// For a checkpoint.
    pub(super) fn kept(&self) -> BTreeMap<String, String> {
        let mut kept = BTreeMap::new();
        let mut keep = |name: &str, number: u64| kept.insert(name.to_owned(), number.to_string());
        keep("steps", self.steps);
        keep("waited", self.waited);
        keep("waited_for_rate", self.waited_for_rate);
        // As bits, so that the run goes on to the last digit.
        if let Some(smoothed) = self.smoothed {
            keep("smoothed", smoothed.to_bits());
        }
        if let Some(best) = self.best {
            keep("best", best.value.to_bits());
            keep("best_steps", best.steps);
        }
        kept
    }

    /// From a checkpoint. None if it is not a trainer's.
    pub(super) fn from(kept: &BTreeMap<String, String>) -> Option<Self> {
        let number = |name: &str| u64::from_str(kept.get(name)?).ok();
        let value = |name: &str| number(name).map(f64::from_bits);
        let best = value("best").zip(number("best_steps"));
        Some(Self {
            steps: number("steps")?,
            smoothed: value("smoothed"),
            best: best.map(|(value, steps)| Best { steps, value }),
            waited: number("waited")?,
            waited_for_rate: number("waited_for_rate")?,
        })
    }
}
