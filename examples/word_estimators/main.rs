//! What each estimator learns of words, beside a letter model without bits; and the exact evidence of some words.
//!
//! `cargo run --release --example word_estimators -- --data DIR` trains the model of `word_vae` once with every estimator, and at the end lists all
//! 65,536 states of the bits for twenty words. `--epochs 1` is a short run.

mod models;

use std::path::PathBuf;

use clap::Parser;
use elbow::prelude::*;
use elbow::train::Trainer;
use elbow_examples::data::{self, SYMBOLS};
use elbow_examples::{Error, args::positive_count, say};
use models::{ESTIMATORS, LONGEST, Letters, Model};

#[derive(clap::Parser)]
#[command(about = "Compares estimators on words", long_about = None)]
struct Args {
    /// Folder of words in files such as `spanish-train.txt.gz` and `spanish-test.txt.gz`; without it, English words
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Passes over the training words
    #[arg(long, value_name = "N", default_value = "20", value_parser = positive_count::<u64>())]
    epochs: u64,
    /// Words whose exact evidence is computed
    #[arg(long, value_name = "N", default_value = "20", value_parser = positive_count::<usize>())]
    exact: usize,
    /// Words of the test set that are looked at
    #[arg(long, value_name = "N", default_value = "2000", value_parser = positive_count::<usize>())]
    test: usize,
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let mut words = data::words(args.data.as_deref())?;
    words.test.truncate(args.test);
    let (data, lengths) = tokens(&words.train, SYMBOLS)?;
    let (test, ends) = tokens(&words.test, SYMBOLS)?;
    let letters: usize = words.test.iter().map(Vec::len).sum();
    let perplexity = |nll: f64| (nll * words.test.len() as f64 / letters as f64).exp();
    let elbo = Elbo::default().free_bits("z", 3.0);

    let mut alone = Letters::<SYMBOLS, LONGEST>::new(0);
    Trainer::new(&mut alone, &mut Adam::new(1e-3))
        .batches(words.train.len(), 64, 0)
        .epochs(args.epochs)
        .run(|alone, rows| {
            let (x, length) = (minibatch(&data, rows)?, minibatch(&lengths, rows)?);
            Elbo::default().loss(&alone.q(&x, &length))
        })?;
    let nll = -Elbo::default().evaluate(&alone.q(&test, &ends))?.elbo;
    say!(
        "| estimator | test ELBO | KL | NLL, 100 samples | perplexity |\n| --- | --- | --- | --- | --- |"
    );
    say!(
        "| letters alone | {:.2} | | {nll:.2} | {:.2} |",
        -nll,
        perplexity(nll)
    );

    let mut default = None;
    for (name, step) in ESTIMATORS {
        let mut model = Model::new(0);
        Trainer::new(&mut model, &mut Adam::new(1e-3))
            .batches(words.train.len(), 64, 0)
            .epochs(args.epochs)
            .run(|model, rows| {
                let (x, length) = (minibatch(&data, rows)?, minibatch(&lengths, rows)?);
                step(&elbo, model, &x, &length)
            })?;
        let bound = elbo.evaluate(&model.q(&test, &ends))?;
        let evidence = LogEvidence::samples(100).evaluate(&model.q(&test, &ends))?;
        let nll = -evidence.log_evidence;
        say!(
            "| {name} | {:.2} | {:.2} | {nll:.2} | {:.2} |",
            bound.elbo,
            bound.kl,
            perplexity(nll)
        );
        default.get_or_insert(model);
    }

    let Some(model) = default else { return Ok(()) };
    let mut sums = [0.0; 2];
    for row in 0..args.exact.min(words.test.len()) {
        let (x, length) = (minibatch(&test, &[row])?, minibatch(&ends, &[row])?);
        let program = model.q(&x, &length);
        let estimate = LogEvidence::samples(100).evaluate(&program)?.log_evidence;
        // Every state of the bits, so nothing is drawn.
        let exact = LogEvidence::samples(1)
            .enumerate_up_to(1 << 16)
            .evaluate(&program)?
            .log_evidence;
        say!(
            "{:>20}: exact {exact:.3}, by 100 samples {estimate:.3}",
            data::spell(&x.as_vec())
        );
        sums = [sums[0] + exact, sums[1] + estimate];
    }
    let mean = sums.map(|sum| sum / args.exact.min(words.test.len()) as f64);
    say!("mean: exact {:.3}, by 100 samples {:.3}", mean[0], mean[1]);
    Ok(())
}
