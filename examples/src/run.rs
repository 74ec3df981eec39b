//! Trains a variational auto-encoder of images, evaluates it and writes what it learned.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use elbow::prelude::{Elbo, Evaluation, EvidenceEstimate, LogEvidence, Objective};
use elbow::train::{Adam, checkpoint};
use rand::SeedableRng;
use rand::seq::{SliceRandom, index};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::Error;
use crate::args::ImageArgs;
use crate::data::{Batches, Images, Split, binarise};
use crate::output::Output;
use crate::plot::{Curves, Grid};
use crate::progress::Progress;
use crate::report::Report;
use crate::say;
use crate::stream::{Purpose, stream};
use crate::vae::ImageVae;

/// The draws per row for the test log-evidence, and the largest number of test rows for it.
const EVIDENCE_SAMPLES: usize = 100;
const EVIDENCE_ROWS: usize = 1000;
/// The images of `samples.png`, and the pairs of images of `reconstructions.png`.
const SAMPLES: usize = 64;
const RECONSTRUCTIONS: usize = 32;
/// The files that a run leaves.
const OUTPUTS: [&str; 5] = [
    "model.safetensors",
    "report.json",
    "samples.png",
    "reconstructions.png",
    "training.svg",
];
/// A killed run loses at most this many steps.
const CHECKPOINT_EVERY: usize = 1000;

/// Everything that a run depends on besides the model.
pub struct Run<'a> {
    /// The command line.
    pub args: &'a ImageArgs,
    /// The data.
    pub data: &'a Split,
    /// The training objective.
    pub elbo: Elbo,
    /// The settings as the report has them. A resumed run must have the same.
    pub settings: serde_json::Value,
}

impl<'a> Run<'a> {
    /// A run of an example with these arguments, which the report repeats.
    ///
    /// # Errors
    /// When the arguments cannot be written as JSON.
    pub fn new(
        args: &'a ImageArgs,
        data: &'a Split,
        elbo: Elbo,
        settings: &impl Serialize,
    ) -> Result<Self, Error> {
        let settings =
            serde_json::to_value(settings).map_err(Error::failed("report the settings"))?;
        Ok(Self {
            args,
            data,
            elbo,
            settings,
        })
    }

    /// Trains the model by its inference model `Q`, prints and saves. `Q` need be named only where there are
    /// several.
    ///
    /// # Errors
    /// Fails with the file that cannot be read or written, or with the site whose numbers went wrong.
    pub fn train<Q, V: ImageVae<Q>>(&self, mut vae: V) -> Result<(), Error> {
        let out = Output::take(&self.args.train.out, &OUTPUTS)?;
        vae.start_from(&log_odds(&self.data.train));
        let mut adam = Adam::new(self.args.train.lr as f32);
        if let Some(path) = &self.args.resume {
            self.resume(path, &mut vae, &mut adam)?;
        }
        let start = Instant::now();
        let curves = self.descend(&mut vae, &mut adam, &out)?;
        let seconds = start.elapsed().as_secs_f64();
        say!("{}", self.explain(&vae)?);
        let report = self.evaluate(&vae, &adam, seconds)?;
        report.save(out.path("report.json"))?;
        self.draw(&vae, &out)?;
        if let Some(curves) = curves {
            curves.save(out.path("training.svg"))?;
        }
        say!("written to {}", self.args.train.out.display());
        Ok(())
    }

    fn descend<Q, V: ImageVae<Q>>(
        &self,
        vae: &mut V,
        adam: &mut Adam,
        out: &Output,
    ) -> Result<Option<Curves>, Error> {
        let train = &self.data.train;
        let mut batches = Batches::new(train.rows(), self.args.train.batch, self.args.train.seed);
        let first = adam.steps() as usize;
        let total = self.args.train.total_steps(batches.per_epoch());
        let mut progress = Progress::new(first, total, self.args.train.quiet);
        let mut curves = Curves::new("Training", "step", "nats per image");
        let every = (total / 200).max(1);
        for step in first..total {
            let rows = batches.at(step);
            let images = binarise(train, &rows, self.args.train.seed, batches.epoch(step));
            let loss = self.elbo.loss(&vae.infer(images)?)?;
            let (elbo, kl, log_likelihood) = (loss.elbo(), loss.kl(), loss.log_likelihood());
            adam.descend(vae, loss)?;
            progress.step(step, elbo, kl);
            if step % every == 0 {
                curves.push("objective", step as f64, elbo);
                curves.push("log-likelihood", step as f64, log_likelihood);
                curves.push("−KL", step as f64, -kl);
            }
            if (step + 1) % CHECKPOINT_EVERY == 0 {
                self.save(vae, adam, out)?;
            }
        }
        progress.finish();
        self.save(vae, adam, out)?;
        Ok((first < total).then_some(curves))
    }

    fn save<Q, V: ImageVae<Q>>(&self, vae: &V, adam: &Adam, out: &Output) -> Result<(), Error> {
        let path = out.path("model.safetensors");
        Ok(checkpoint::save(&path, vae, adam, &self.notes())?)
    }

    /// The notes of a checkpoint. A resumed run must have the same.
    fn notes(&self) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("settings".to_owned(), self.kept_settings().to_string()),
            ("data".to_owned(), self.fingerprint()),
        ])
    }

    fn resume<Q, V: ImageVae<Q>>(
        &self,
        path: &Path,
        vae: &mut V,
        adam: &mut Adam,
    ) -> Result<(), Error> {
        self.check_same(path, &checkpoint::load(path, vae, adam)?)
    }

    /// Fails if a checkpoint is of another run.
    fn check_same(&self, path: &Path, notes: &BTreeMap<String, String>) -> Result<(), Error> {
        for (note, own) in self.notes() {
            let found = notes.get(&note);
            if found != Some(&own) {
                let found = found.map_or("none", String::as_str);
                return Err(Error::file(path, format!("a run with {note} {own}"), found));
            }
        }
        Ok(())
    }

    /// A fingerprint of the training data.
    fn fingerprint(&self) -> String {
        let train = &self.data.train;
        let rows: Vec<usize> = (0..train.rows()).collect();
        checkpoint::fingerprint(&train.grey(&rows))
    }

    /// The settings that decide the result: not the paths, and not the number of steps.
    fn kept_settings(&self) -> serde_json::Value {
        let mut settings = self.settings.clone();
        if let Some(all) = settings.as_object_mut() {
            for name in ["data", "out", "resume", "quiet", "epochs", "steps"] {
                all.remove(name);
            }
        }
        settings
    }

    fn explain<Q, V: ImageVae<Q>>(&self, vae: &V) -> Result<String, Error> {
        let images = binarise(&self.data.test, &[0], self.args.train.seed, 0);
        Ok(self.elbo.explain(&vae.infer(images)?).to_string())
    }

    fn evaluate<Q, V: ImageVae<Q>>(
        &self,
        vae: &V,
        adam: &Adam,
        seconds: f64,
    ) -> Result<Report, Error> {
        let test = &self.data.test;
        let mut rows: Vec<usize> = (0..test.rows()).collect();
        let images = binarise(test, &rows, self.args.train.seed, 0);
        let evaluation = Elbo::default().evaluate(&vae.infer(images)?)?;
        rows.shuffle(&mut ChaCha8Rng::seed_from_u64(self.args.train.seed));
        rows.truncate(EVIDENCE_ROWS);
        let images = binarise(test, &rows, self.args.train.seed, 0);
        let evidence = LogEvidence::samples(EVIDENCE_SAMPLES).evaluate(&vae.infer(images)?)?;
        self.report(&evaluation, &evidence, adam, seconds)
    }

    /// Prints what was found, and returns it as a report.
    fn report(
        &self,
        evaluation: &Evaluation,
        evidence: &EvidenceEstimate,
        adam: &Adam,
        seconds: f64,
    ) -> Result<Report, Error> {
        let rows = evidence.rows.len();
        say!(
            "test ELBO          {:8.2} ± {:.2} nats (discrete model, {} images; log-likelihood {:.2}, KL {:.2})",
            evaluation.elbo,
            evaluation.standard_error,
            self.data.test.rows(),
            evaluation.log_likelihood,
            evaluation.kl
        );
        say!(
            "test log-evidence  {:8.2} ± {:.2} nats (importance-weighted, {EVIDENCE_SAMPLES} samples, {} images)",
            evidence.log_evidence,
            evidence.standard_error,
            rows
        );
        say!("{} steps in {seconds:.1} s", adam.steps());
        let mut report = Report::new(&self.settings)?;
        report.test_elbo = Some(evaluation.elbo);
        report.test_log_evidence = Some(evidence.log_evidence);
        report.evidence_samples = Some(EVIDENCE_SAMPLES);
        report.steps = adam.steps() as usize;
        report.seconds = seconds;
        let divergences = evaluation.sites.iter().filter(|site| site.is_divergence);
        report.kl = divergences
            .map(|site| (site.site.to_owned(), site.mean))
            .collect();
        let last_step = adam.steps().saturating_sub(1);
        report.final_temperature = Some(self.elbo.sampling().temperature_at(last_step).into());
        report.insert("evidence_rows", rows)?;
        report.insert("test_elbo_standard_error", evaluation.standard_error)?;
        report.insert("test_log_evidence_standard_error", evidence.standard_error)?;
        Ok(report)
    }

    fn draw<Q, V: ImageVae<Q>>(&self, vae: &V, out: &Output) -> Result<(), Error> {
        let test = &self.data.test;
        let mut rng = ChaCha8Rng::seed_from_u64(self.args.train.seed);
        let dreams = vae.dream(SAMPLES, &mut rng)?;
        let rows = some_rows(test.rows(), RECONSTRUCTIONS, self.args.train.seed);
        let images = binarise(test, &rows, self.args.train.seed, 0);
        let again = vae.reconstruct(images.clone(), &mut rng)?;
        self.save_pictures(&dreams, [&images, &again], out)
    }

    fn save_pictures(
        &self,
        dreams: &[f32],
        [images, again]: [&[f32]; 2],
        out: &Output,
    ) -> Result<(), Error> {
        let grid = Grid::new(self.data.test.height(), self.data.test.width());
        grid.draw(dreams)?.save(out.path("samples.png"))?;
        let picture = grid.reconstructions(images, again)?;
        picture.save(out.path("reconstructions.png"))
    }
}

/// The log-odds of every pixel over the training images, kept off the rim by one pseudo-count.
fn log_odds(images: &Images) -> Vec<f32> {
    let rows: Vec<usize> = (0..images.rows()).collect();
    let mut sums = vec![0.0_f64; images.size()];
    for image in images.grey(&rows).chunks(images.size()) {
        sums.iter_mut()
            .zip(image)
            .for_each(|(s, &v)| *s += f64::from(v));
    }
    let count = images.rows() as f64;
    sums.iter()
        .map(|on| ((on + 0.5) / (count - on + 0.5)).ln() as f32)
        .collect()
}

/// At most `count` different rows out of `rows`, drawn by the seed: a test set may be sorted by class, so that its
/// first rows are all of one digit.
fn some_rows(rows: usize, count: usize, seed: u64) -> Vec<usize> {
    let mut rng = stream(Purpose::Pictures, seed, (0, 0));
    index::sample(&mut rng, rows, count.min(rows)).into_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictured_rows_are_drawn_by_the_seed_from_the_whole_set() {
        let rows = some_rows(10_000, 32, 7);
        assert_eq!(rows, some_rows(10_000, 32, 7));
        assert_ne!(rows, some_rows(10_000, 32, 8));
        // Of a set sorted by ten classes of equal size, most classes are pictured.
        let mut classes: Vec<usize> = rows.iter().map(|row| row / 1000).collect();
        classes.sort_unstable();
        classes.dedup();
        assert!(classes.len() >= 8, "{rows:?}");
    }

    #[test]
    fn a_small_set_is_pictured_whole_and_no_row_twice() {
        let mut rows = some_rows(10, 32, 0);
        rows.sort_unstable();
        assert_eq!(rows, (0..10).collect::<Vec<_>>());
    }
}
