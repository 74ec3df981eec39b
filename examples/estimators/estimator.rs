//! The estimators that are compared.

use std::fmt;

use clap::ValueEnum;
use elbow_examples::Error;

/// The experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Experiment {
    /// 128 independent bits, cost |b − 0.45|ᵖ
    Poly,
    /// 8×8 digits, 8 bits, linear networks; exact by enumeration
    Digits,
    /// Binarised MNIST, 200 bits, linear networks
    Mnist,
}

/// The estimators, by their names in `estimators.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Estimator {
    Enumerate,
    Rloo,
    Disarm,
    Reinmax,
    ScoreFunction,
    StraightThroughGumbel,
    GumbelRao,
    StraightThrough,
    Relaxed,
    Concrete,
}

impl Estimator {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Enumerate => "enumerate",
            Self::Rloo => "rloo",
            Self::Disarm => "disarm",
            Self::Reinmax => "reinmax",
            Self::ScoreFunction => "score_function",
            Self::StraightThroughGumbel => "straight_through_gumbel",
            Self::GumbelRao => "gumbel_rao",
            Self::StraightThrough => "straight_through",
            Self::Relaxed => "relaxed",
            Self::Concrete => "concrete",
        }
    }
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Experiment {
    /// The estimators that the experiment can compare.
    pub fn estimators(self) -> Vec<Estimator> {
        let all = Estimator::value_variants().iter().copied();
        all.filter(|&estimator| self.why_not(estimator).is_none())
            .collect()
    }

    /// Those asked for, in their usual order; all of the experiment's where none are.
    ///
    /// # Errors
    /// When one cannot be compared in the experiment.
    pub fn choose(self, only: &[Estimator]) -> Result<Vec<Estimator>, Error> {
        for &estimator in only {
            if let Some(why) = self.why_not(estimator) {
                return Err(Error::failed(format!("compare `{estimator}`"))(why));
            }
        }
        let mut chosen = self.estimators();
        chosen.retain(|estimator| only.is_empty() || only.contains(estimator));
        Ok(chosen)
    }

    fn why_not(self, estimator: Estimator) -> Option<&'static str> {
        match (self, estimator) {
            (Self::Mnist, Estimator::Enumerate) => {
                Some("the 200 bits of `--experiment mnist` have too many states")
            }
            (Self::Poly, Estimator::Concrete) => {
                Some("`--experiment poly` has no divergence to relax")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for estimator in Estimator::value_variants() {
            let value = estimator.to_possible_value().unwrap();
            assert_eq!(value.get_name(), estimator.name());
        }
    }

    #[test]
    fn an_experiment_says_what_it_cannot_compare() {
        let message = |experiment: Experiment, estimator| {
            experiment.choose(&[estimator]).unwrap_err().to_string()
        };
        assert_eq!(
            message(Experiment::Mnist, Estimator::Enumerate),
            "cannot compare `enumerate`: the 200 bits of `--experiment mnist` have too many states"
        );
        assert_eq!(
            message(Experiment::Poly, Estimator::Concrete),
            "cannot compare `concrete`: `--experiment poly` has no divergence to relax"
        );
        let some = [Estimator::Relaxed, Estimator::Rloo, Estimator::Rloo];
        let chosen = Experiment::Digits.choose(&some).unwrap();
        assert_eq!(chosen, [Estimator::Rloo, Estimator::Relaxed]);
        assert_eq!(Experiment::Digits.choose(&[]).unwrap().len(), 10);
    }
}
