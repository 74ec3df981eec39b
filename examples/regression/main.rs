//! Bayesian logistic regression with global weights: which of two species an iris is, with a posterior of what the
//! measurements say of it.
//!
//! `cargo run --release --example regression`, on all rows at once; `-- --batch 20` on minibatches. See `-- --help`.

mod fit;
mod model;
#[cfg(test)]
mod oracle;

use std::collections::BTreeMap;

use clap::Parser;
use elbow::prelude::*;
use elbow::train::checkpoint;
use elbow_examples::Error;
use elbow_examples::args::TrainArgs;
use elbow_examples::output::Output;
use elbow_examples::report::Report;
use serde::Serialize;

use elbow_examples::say;
use fit::{Fit, Problem};

#[derive(clap::Parser, Serialize)]
#[command(about = "Logistic regression with a posterior of the weights, on two of Fisher's irises", long_about = None)]
#[command(mut_arg("epochs", |arg| arg.default_value("3000")))]
#[command(mut_arg("batch", |arg| arg.default_value("100")), mut_arg("lr", |arg| arg.default_value("3e-2")))]
struct Args {
    #[command(flatten)]
    #[serde(flatten)]
    train: TrainArgs,
    /// Draws of the weights a step
    #[arg(long, value_name = "N", default_value = "10")]
    particles: usize,
}

/// The posterior of a weight.
#[derive(Serialize)]
struct Weight {
    name: String,
    mean: f64,
    standard_deviation: f64,
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let files = ["report.json", "training.svg", "model.safetensors"];
    let out = Output::take(&args.train.out, &files)?;
    let problem = Problem::irises()?;
    let fit = Fit::train(&args.train, args.particles, &problem)?;
    let (y, u) = problem.all()?;
    say!("{}", fit.regression.q(&y, &u).explain());
    let (means, deviations) = (fit.regression.means(), fit.regression.deviations());
    let names = problem.names.iter().zip(means).zip(deviations);
    let weights: Vec<Weight> = names
        .map(|((name, mean), standard_deviation)| Weight {
            name: name.clone(),
            mean,
            standard_deviation,
        })
        .collect();
    say!("log-odds of virginica against versicolor, a standard deviation of the input:");
    for weight in &weights {
        say!(
            "{:18}  {:6.2} ± {:.2}",
            weight.name,
            weight.mean,
            weight.standard_deviation
        );
    }
    let (evaluation, accuracy) = (&fit.evaluation, fit.accuracy(&problem));
    say!(
        "ELBO      {:8.4} nats an iris (log-likelihood {:.4}, KL {:.4}: the weights' {:.2} nats over {} rows)",
        evaluation.elbo,
        evaluation.log_likelihood,
        evaluation.kl,
        evaluation.kl * problem.rows() as f64,
        problem.rows()
    );
    say!("accuracy  {:8.1} %", 100.0 * accuracy);
    say!("{} steps in {:.1} s", fit.adam.steps(), fit.seconds);
    let mut report = Report::new(&args)?;
    report.steps = fit.adam.steps() as usize;
    report.seconds = fit.seconds;
    report.kl.insert("w".to_owned(), evaluation.kl);
    report.insert("elbo", evaluation.elbo)?;
    report.insert("accuracy", accuracy)?;
    report.insert("weights", &weights)?;
    report.save(out.path("report.json"))?;
    fit.curves.save(out.path("training.svg"))?;
    let path = out.path("model.safetensors");
    checkpoint::save(&path, &fit.regression, &fit.adam, &BTreeMap::new())?;
    say!("written to {}", args.train.out.display());
    Ok(())
}
