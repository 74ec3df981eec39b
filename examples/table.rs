//! From a table with gaps to a trained model, its checkpoints, and codes of the rows: `cargo run --release --example table`.
//!
//! Two numbers explain each of Fisher's irises, with one measurement in twelve missing. Held-out rows have −3.2 nats. The folder
//! `flowers` then has the best and the last checkpoint, every step in a table, and the codes of all rows.
//! `-- FILE` reads another table with these columns. It takes a second.
use std::fmt::Write;
use std::path::Path;

use elbow::data::{Columns, Table};
use elbow::prelude::*;
use elbow::train::{Log, Trainer};

model! {
    /// Four standardised measurements. Some may be missing.
    pub struct Flowers {
        encoder: (Linear<8, 30>, Tanh, SplitInto<(Linear<30, 2>, (Linear<30, 2>, Softplus))>),
        decoder: (Linear<2, 30>, Tanh, SplitInto<(Linear<30, 4>, (Linear<30, 4>, Softplus))>),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let (loc, scale) = decoder(z);
        sample x: [4] ~ Normal::new(loc, scale + 0.1);
    }
    inference q(x) {
        // Zeros stand in the gaps, and the mask says which zeros are means.
        let (loc, scale) = encoder(concat(x, observed(x)));
        sample z ~ Normal::new(loc, scale + 0.001);
    }
}

const MEASURED: [&str; 4] = ["sepal_length", "sepal_width", "petal_length", "petal_width"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = match std::env::args().nth(1) {
        Some(path) => Table::read(path)?,
        None => Table::parse(include_str!("data/flowers.csv"))?,
    };
    let (train, held_out) = table.split(0.2, 0);
    let columns = Columns::of(&train, MEASURED)?;
    let (x, valid) = (
        columns.standardised(&train)?,
        columns.standardised(&held_out)?,
    );

    let folder = Path::new("flowers");
    std::fs::create_dir_all(folder)?;
    let (mut vae, elbo) = (Flowers::new(0), Elbo::default().particles(10));
    let trained = Trainer::new(&mut vae, &mut Adam::new(3e-3).clip_norm(10.0))
        .batches(train.rows(), 30, 0)
        .epochs(400)
        .validate(|vae| Ok(elbo.evaluate(&vae.q(&valid))?.elbo))
        .smoothing(0.8)
        .patience(60)
        .return_best()
        .save_in(folder)
        .note("columns", columns.to_string())
        .tell(Log::csv(folder.join("steps.csv"))?)
        .run(|vae, rows| elbo.loss(&vae.q(&x.minibatch(rows)?)))?;
    let evidence = LogEvidence::samples(1000).evaluate(&vae.q(&valid))?;
    println!("{} steps, {:?}", trained.steps, trained.end);
    println!(
        "held-out rows {:.2} nats, evidence {:.2}",
        elbo.evaluate(&vae.q(&valid))?.elbo,
        evidence.log_evidence
    );

    let codes = vae.q(&columns.standardised(&table)?).encode()?.z.as_vec();
    let mut text = String::from("row,first,second\n");
    for (row, code) in codes.chunks(2).enumerate() {
        writeln!(text, "{row},{},{}", code[0], code[1])?;
    }
    Ok(std::fs::write(folder.join("codes.csv"), text)?)
}
