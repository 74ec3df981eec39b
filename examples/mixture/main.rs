//! A mixture of normal distributions on Fisher's irises, by exact enumeration of the component.
//!
//! `cargo run --release --example mixture`. See `-- --help`.

#[cfg(test)]
mod em;
mod fit;
mod model;
mod start;

use std::collections::BTreeMap;

use clap::Parser;
use elbow::prelude::*;
use elbow::train::checkpoint;
use elbow_examples::Error;
use elbow_examples::args::{TrainArgs, one_of};
use elbow_examples::data::{self, Table};
use elbow_examples::output::Output;
use elbow_examples::plot::{Ellipse, Scatter};
use elbow_examples::report::Report;

use elbow_examples::say;
use fit::Fit;
use model::{PAIRS, SIZE};

#[derive(clap::Parser, serde::Serialize)]
#[command(about = "Fits a mixture of normal distributions to Fisher's irises", long_about = None)]
#[command(mut_arg("epochs", |arg| arg.default_value("3000")))]
#[command(mut_arg("batch", |arg| arg.default_value("150")), mut_arg("lr", |arg| arg.default_value("2e-2")))]
struct Args {
    #[command(flatten)]
    #[serde(flatten)]
    train: TrainArgs,
    /// Components of the mixture
    #[arg(long, value_name = "N", default_value = "3", value_parser = one_of([2, 3, 4]))]
    components: usize,
}

/// The files that a run leaves.
const OUTPUTS: [&str; 4] = [
    "report.json",
    "training.svg",
    "clusters.svg",
    "model.safetensors",
];
/// The columns of the picture.
const ACROSS: usize = 2;
const UP: usize = 3;

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let table = data::iris();
    match args.components {
        2 => run::<2>(&args, &table),
        3 => run::<3>(&args, &table),
        _ => run::<4>(&args, &table),
    }
}

fn run<const K: usize>(args: &Args, table: &Table) -> Result<(), Error> {
    let out = Output::take(&args.train.out, &OUTPUTS)?;
    let fit = Fit::<K>::train(&args.train, table)?;
    say!("{}", fit.mixture.q(&fit.x).explain());
    let groups = fit.groups();
    let agreement = agreement(&groups, table, K);
    let parameters = (K - 1) + K * (SIZE + SIZE + PAIRS);
    let total = fit.log_likelihood * table.rows() as f64;
    let bic = parameters as f64 * (table.rows() as f64).ln() - 2.0 * total;
    say!(
        "log-likelihood  {:8.4} nats an iris, {total:.2} in all (exact; ELBO {:.4})",
        fit.log_likelihood,
        fit.elbo
    );
    say!("BIC             {bic:8.2} ({parameters} parameters; less is better)");
    say!(
        "agreement       {:8.1} % of irises are in a component of mostly their species",
        100.0 * agreement
    );
    say!("{} steps in {:.1} s", fit.adam.steps(), fit.seconds);
    let mut report = Report::new(args)?;
    report.steps = fit.adam.steps() as usize;
    report.seconds = fit.seconds;
    report.insert("log_likelihood", fit.log_likelihood)?;
    report.insert("elbo", fit.elbo)?;
    report.insert("bic", bic)?;
    report.insert("agreement", agreement)?;
    let components = fit.components();
    report.insert(
        "weights",
        components.iter().map(|c| c.weight).collect::<Vec<_>>(),
    )?;
    report.insert(
        "means",
        components.iter().map(|c| c.mean).collect::<Vec<_>>(),
    )?;
    report.save(out.path("report.json"))?;
    fit.curves.save(out.path("training.svg"))?;
    draw(&fit, table, &groups)?.save(out.path("clusters.svg"))?;
    let path = out.path("model.safetensors");
    checkpoint::save(&path, &fit.mixture, &fit.adam, &BTreeMap::new())?;
    say!("written to {}", args.train.out.display());
    Ok(())
}

/// The share of rows that are of the class which most rows of their group are of.
fn agreement(groups: &[usize], table: &Table, count: usize) -> f64 {
    let mut table_of = vec![vec![0; table.classes().len()]; count];
    for (&group, &label) in groups.iter().zip(table.labels()) {
        table_of[group][usize::from(label)] += 1;
    }
    let most = |row: &Vec<usize>| row.iter().max().copied().unwrap_or(0);
    table_of.iter().map(most).sum::<usize>() as f64 / table.rows() as f64
}

fn draw<const K: usize>(fit: &Fit<K>, table: &Table, groups: &[usize]) -> Result<Scatter, Error> {
    let names = table.columns();
    let title = "Irises and the components of a mixture, two standard deviations wide";
    let mut scatter = Scatter::new(title, &names[ACROSS], &names[UP], table.classes());
    for (group, component) in fit.components().iter().enumerate() {
        let covariance = |a, b| component.covariance(a, b);
        scatter.ellipse(
            group,
            Ellipse {
                mean: [component.mean[ACROSS], component.mean[UP]],
                covariance: [
                    covariance(ACROSS, ACROSS),
                    covariance(ACROSS, UP),
                    covariance(UP, UP),
                ],
                radius: 2.0,
            },
        );
    }
    for (row, &group) in groups.iter().enumerate() {
        let values = table.row(row);
        let class = usize::from(table.labels()[row]);
        scatter.point(group, class, [values[ACROSS], values[UP]]);
    }
    Ok(scatter)
}
