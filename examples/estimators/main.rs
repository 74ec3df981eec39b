//! Gradient estimators side by side, on three experiments whose answers are known.
//!
//! `cargo run --release --example estimators -- --experiment poly|digits|mnist`. `mnist` wants
//! `--data DIR` with binarised images.

mod digits;
mod estimator;
mod nets;
mod poly;

use std::path::PathBuf;

use clap::Parser;
use elbow_examples::Error;
use elbow_examples::args::positive_count;
use elbow_examples::comparison::{Comparison, OUTPUTS};
use elbow_examples::data;
use elbow_examples::output::Output;

use digits::{Task, compare};
use estimator::{Estimator, Experiment};
use nets::{DeepNet, LinearNet};

#[derive(Debug, Parser)]
#[command(about = "Compares gradient estimators")]
struct Args {
    /// What to compare them on
    #[arg(long, value_enum, default_value = "digits")]
    experiment: Experiment,
    /// Training steps [default: 8000, 5000 or 10000 by the experiment]
    #[arg(long, value_name = "N", value_parser = positive_count::<usize>())]
    steps: Option<usize>,
    /// Runs of each estimator, with seeds 0, 1, …
    #[arg(long, value_name = "N", default_value = "1", value_parser = positive_count::<u64>())]
    seeds: u64,
    /// A hidden layer with a tanh each way in the networks of `digits` and `mnist`, instead of linear ones
    #[arg(long)]
    deep: bool,
    /// Only these estimators, separated by commas
    #[arg(long, value_name = "NAMES", value_enum, value_delimiter = ',')]
    only: Vec<Estimator>,
    /// A folder of IDX files with binarised images of 28×28, for `mnist` and no other
    #[arg(long, value_name = "DIR", required_if_eq("experiment", "mnist"))]
    data: Option<PathBuf>,
    /// Where to write `estimators.json` and `estimators.svg`
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

impl Args {
    /// The estimators to compare.
    ///
    /// # Errors
    /// When arguments do not go together.
    fn chosen(&self) -> Result<Vec<Estimator>, Error> {
        if self.data.is_some() && self.experiment != Experiment::Mnist {
            let why = "only `--experiment mnist` reads data";
            return Err(Error::failed("use `--data`")(why));
        }
        if self.deep && self.experiment == Experiment::Poly {
            let why = "`--experiment poly` has no networks";
            return Err(Error::failed("use `--deep`")(why));
        }
        self.experiment.choose(&self.only)
    }
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let chosen = args.chosen()?;
    let out = Output::take(&args.out, &OUTPUTS)?;
    let mut comparison = Comparison::new(args.seeds);
    match args.experiment {
        Experiment::Poly => {
            poly::compare(&mut comparison, &chosen, args.steps.unwrap_or(8000))?;
        }
        Experiment::Digits => {
            let task = Task {
                experiment: if args.deep { "digits-deep" } else { "digits" },
                data: &data::digits().thresholded(),
                latents: 8,
                steps: args.steps.unwrap_or(5000),
                learning_rate: 3e-3,
                annealing: 5e-4,
            };
            if args.deep {
                compare::<DeepNet<64, 8>, 64>(&mut comparison, &chosen, &task)?;
            } else {
                compare::<LinearNet<64, 8>, 64>(&mut comparison, &chosen, &task)?;
            }
        }
        Experiment::Mnist => {
            let data = data::load(args.data.as_deref())?;
            if data.train.size() != 784 {
                let found = data.train.size().to_string();
                return Err(Error::shape("the images", "784 pixels", found));
            }
            let task = Task {
                experiment: if args.deep { "mnist-deep" } else { "mnist" },
                data: &data,
                latents: 200,
                steps: args.steps.unwrap_or(10_000),
                learning_rate: 1e-3,
                annealing: 1e-4,
            };
            if args.deep {
                compare::<DeepNet<784, 200>, 784>(&mut comparison, &chosen, &task)?;
            } else {
                compare::<LinearNet<784, 200>, 784>(&mut comparison, &chosen, &task)?;
            }
        }
    }
    comparison.save(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(args: &[&str]) -> String {
        let all = ["estimators"].iter().chain(args);
        match Args::try_parse_from(all) {
            Err(error) => error.to_string(),
            Ok(args) => args.chosen().unwrap_err().to_string(),
        }
    }

    #[track_caller]
    fn says(args: &[&str], parts: &[&str]) {
        let message = refused(args);
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }

    #[test]
    fn bad_arguments_are_refused_by_name() {
        says(
            &["--only", "rloo,disram"],
            &["invalid value 'disram' for '--only <NAMES>'", "disarm"],
        );
        says(&["--only", ""], &["'--only <NAMES>'"]);
        says(&["--seeds", "0"], &["invalid value '0' for '--seeds <N>'"]);
        says(&["--steps", "0"], &["invalid value '0' for '--steps <N>'"]);
        says(
            &["--experiment", "mnist"],
            &["required arguments were not provided", "--data <DIR>"],
        );
        says(
            &["--experiment", "poly", "--data", "d"],
            &["cannot use `--data`: only `--experiment mnist` reads data"],
        );
        says(
            &["--experiment", "poly", "--deep"],
            &["cannot use `--deep`: `--experiment poly` has no networks"],
        );
        says(
            &[
                "--experiment",
                "mnist",
                "--data",
                "d",
                "--only",
                "enumerate",
            ],
            &["cannot compare `enumerate`", "200 bits"],
        );
    }

    #[test]
    fn the_lists_of_the_command_line_are_taken_apart() {
        let args = ["estimators", "--only", "relaxed,rloo", "--seeds", "3"];
        let args = Args::try_parse_from(args).unwrap();
        assert_eq!(args.seeds, 3);
        let chosen = args.chosen().unwrap();
        assert_eq!(chosen, [Estimator::Rloo, Estimator::Relaxed]);
    }
}
