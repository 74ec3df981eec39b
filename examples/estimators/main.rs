//! Gradient estimators side by side, on three experiments whose answers are known.
//!
//! `cargo run --release --example estimators -- --experiment poly|digits|mnist`. `mnist` wants
//! `--data DIR` with binarised images.

mod digits;
mod poly;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use elbow_examples::Error;
use elbow_examples::comparison::Comparison;
use elbow_examples::data;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Experiment {
    /// 128 independent bits, cost |b − 0.45|ᵖ
    Poly,
    /// 8×8 digits, 8 bits, linear networks; exact by enumeration
    Digits,
    /// Binarised MNIST, 200 bits, linear networks
    Mnist,
}

#[derive(Parser)]
#[command(about = "Compares gradient estimators")]
struct Args {
    /// What to compare them on
    #[arg(long, value_enum, default_value = "digits")]
    experiment: Experiment,
    /// Training steps [default: 8000, 5000 or 10000 by the experiment]
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
    /// Runs of each estimator, with seeds 0, 1, …
    #[arg(long, value_name = "N", default_value = "1")]
    seeds: u64,
    /// Only these estimators, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    /// A folder of IDX files, for `mnist`
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to write `estimators.json` and `estimators.svg`
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let mut comparison = Comparison::new(args.only, args.seeds);
    match args.experiment {
        Experiment::Poly => poly::compare(&mut comparison, args.steps.unwrap_or(8000))?,
        Experiment::Digits => {
            let data = data::digits().thresholded();
            digits::compare::<64, 8>(
                &mut comparison,
                "digits",
                &data,
                args.steps.unwrap_or(5000),
                3e-3,
            )?;
        }
        Experiment::Mnist => {
            let data = data::load(args.data.as_deref())?;
            if data.train.size() != 784 {
                return Err(Error::shape(
                    "the images",
                    "784 pixels",
                    format!("{}", data.train.size()),
                ));
            }
            digits::compare::<784, 200>(
                &mut comparison,
                "mnist",
                &data,
                args.steps.unwrap_or(10_000),
                1e-3,
            )?;
        }
    }
    comparison.save(&args.out)
}
