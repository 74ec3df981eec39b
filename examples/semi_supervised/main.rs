//! Semi-supervised learning with the model M2: fifty images with labels, and all the others without.
//!
//! `cargo run --release --example semi_supervised`, on the digits that come with it; `-- --data DIR` on
//! the IDX files of a folder. See `-- --help`.
//!
//! D. P. Kingma, D. J. Rezende, S. Mohamed, M. Welling, *Semi-supervised learning with deep generative
//! models*, NIPS 2014.

mod model;
mod task;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Parser;
use elbow::prelude::Objective;
use elbow::train::checkpoint;
use elbow_examples::Error;
use elbow_examples::args::{TrainArgs, positive_count, positive_number};
use elbow_examples::data::{self, Split};
use elbow_examples::output::Output;
use elbow_examples::plot::{Curves, Grid};
use elbow_examples::report::Report;
use elbow_examples::statistics::mean_and_error;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use elbow_examples::say;
use model::{CLASSES, analogies, dream};
use task::{EVIDENCE_SAMPLES, Outcome, Task, Trained};

#[derive(clap::Parser, serde::Serialize)]
#[command(
    about = "Trains the semi-supervised model M2, and the same classifier from the labels alone",
    long_about = None
)]
#[command(mut_arg("epochs", |arg| arg.default_value("67")), mut_arg("lr", |arg| arg.default_value("2e-3")))]
struct Args {
    #[command(flatten)]
    #[serde(flatten)]
    train: TrainArgs,
    /// Folder of IDX files with labels, in the naming of MNIST; without it, the embedded 8×8 digits
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Labels to learn from, equally many of each class
    #[arg(long, value_name = "N", default_value = "50", value_parser = positive_count::<usize>())]
    labels: usize,
    /// Weight of the classification term, ln q(y | x) of labelled images
    #[arg(long, value_name = "X", default_value = "5")]
    #[arg(allow_negative_numbers = true, value_parser = positive_number)]
    alpha: f64,
    /// Runs, each with labels of its own, with seeds from --seed on
    #[arg(long, value_name = "N", default_value = "1", value_parser = positive_count::<u64>())]
    seeds: u64,
    /// Train by a relaxed class instead of the automatic choice, which sums over all ten
    #[arg(long)]
    relax: bool,
}

/// The files that a run leaves.
const OUTPUTS: [&str; 6] = [
    "accuracy.svg",
    "training.svg",
    "samples.png",
    "analogies.png",
    "model.safetensors",
    "report.json",
];
/// The lines of `analogies.png`.
const ANALOGIES: usize = 12;
/// The images of `samples.png`.
const TILES: usize = 64;

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let data = data::load(args.data.as_deref())?.thresholded();
    match data.train.size() {
        64 => run::<64>(&args, &data),
        784 => run::<784>(&args, &data),
        pixels => Err(Error::pixels(pixels)),
    }
}

fn run<const PIXELS: usize>(args: &Args, data: &Split) -> Result<(), Error> {
    let out = Output::take(&args.train.out, &OUTPUTS)?;
    let first = args.train.seed;
    let mut outcomes = Vec::new();
    for seed in first..first.saturating_add(args.seeds) {
        let task = Task::<PIXELS>::new(args, data, seed)?;
        let mut accuracies = Curves::new("Accuracy on test images", "step", "per cent");
        let trained = task.train(&mut accuracies)?;
        let baseline = task.train_on_labels(&mut accuracies)?;
        if seed == first {
            let (x, _) = task.test_images(1)?;
            say!("{}", task.elbo().explain(&trained.net.q(&x)));
            accuracies.save(out.path("accuracy.svg"))?;
            trained.curves.save(out.path("training.svg"))?;
            draw(args, data, &task, &trained, &out)?;
            let (net, adam) = (&trained.net, &trained.adam);
            let path = out.path("model.safetensors");
            checkpoint::save(&path, net, adam, &BTreeMap::new())?;
        }
        let outcome = task.test(&trained, &baseline)?;
        say!("{outcome}");
        outcomes.push(outcome);
    }
    summarise(args, &outcomes, &out)?;
    say!("written to {}", args.train.out.display());
    Ok(())
}

fn draw<const PIXELS: usize>(
    args: &Args,
    data: &Split,
    task: &Task<PIXELS>,
    trained: &Trained<PIXELS>,
    out: &Output,
) -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(args.train.seed);
    let grid = Grid::new(data.test.height(), data.test.width());
    let dreams = dream(&trained.net, TILES, &mut rng)?;
    grid.draw(&dreams)?.save(out.path("samples.png"))?;
    let (x, labels) = task.test_images(ANALOGIES)?;
    let lines = analogies(&trained.net, &x, labels, &mut rng)?;
    let picture = grid.columns(1 + CLASSES).draw(&lines)?;
    picture.save(out.path("analogies.png"))
}

/// Prints the mean over seeds and writes the report.
fn summarise(args: &Args, outcomes: &[Outcome], out: &Output) -> Result<(), Error> {
    let over =
        |of: fn(&Outcome) -> f64| mean_and_error(&outcomes.iter().map(of).collect::<Vec<f64>>());
    let (accuracy, accuracy_error) = over(|o| o.test_accuracy);
    let (baseline, baseline_error) = over(|o| o.test_accuracy_labels_only);
    let gain = over(|o| o.test_accuracy - o.test_accuracy_labels_only);
    if outcomes.len() > 1 {
        say!(
            "mean      accuracy {:5.1} ± {:.1} %, from labels only {:5.1} ± {:.1} %: {:+.1} ± {:.1} points",
            100.0 * accuracy,
            100.0 * accuracy_error,
            100.0 * baseline,
            100.0 * baseline_error,
            100.0 * gain.0,
            100.0 * gain.1,
        );
    }
    let mut report = Report::new(args)?;
    report.test_elbo = Some(over(|o| o.test_elbo).0);
    report.test_log_evidence = Some(over(|o| o.test_log_evidence).0);
    report.evidence_samples = Some(EVIDENCE_SAMPLES);
    report.steps = outcomes.iter().map(|o| o.steps).sum();
    report.seconds = outcomes.iter().map(|o| o.seconds).sum();
    report.kl.insert("y".to_owned(), over(|o| o.kl_y).0);
    report.kl.insert("z".to_owned(), over(|o| o.kl_z).0);
    report.insert("test_accuracy", accuracy)?;
    report.insert("test_accuracy_labels_only", baseline)?;
    report.insert("runs", outcomes)?;
    report.save(out.path("report.json"))
}
