//! One run: its labels, its training with and without unlabelled images, and what came of it.

use std::fmt;
use std::time::Instant;

use elbow::prelude::*;
use elbow_examples::Error;
use elbow_examples::data::{Batches, Images, Split, balanced, one_hot};
use elbow_examples::plot::Curves;
use elbow_examples::progress::Progress;
use serde::Serialize;

use crate::Args;
use crate::model::{CLASSES, Labels, M2, Pixels, accuracy, classification};

/// The draws per row for the test log-evidence, with the class summed out, and the largest number of test rows for it.
pub const EVIDENCE_SAMPLES: usize = 100;
const EVIDENCE_ROWS: usize = 1000;
/// The points of a curve.
const POINTS: usize = 100;

/// The data of a run, for training and testing.
pub struct Task<'a, const PIXELS: usize> {
    args: &'a Args,
    train: &'a Images,
    seed: u64,
    /// The rows whose labels are known.
    labelled: Vec<usize>,
    known: &'a [u8],
    test_set: &'a Images,
    test: Pixels<PIXELS>,
    test_labels: &'a [u8],
}

/// A trained model.
pub struct Trained<const PIXELS: usize> {
    pub net: M2<PIXELS>,
    pub adam: Adam,
    pub seconds: f64,
    /// The parts of the objective while training.
    pub curves: Curves,
}

/// The result of a run: shares of the test images, and nats per image.
#[derive(Serialize)]
pub struct Outcome {
    pub seed: u64,
    pub test_accuracy: f64,
    pub test_accuracy_labels_only: f64,
    pub test_elbo: f64,
    pub test_log_evidence: f64,
    pub kl_y: f64,
    pub kl_z: f64,
    pub steps: usize,
    pub seconds: f64,
}

impl<'a, const PIXELS: usize> Task<'a, PIXELS> {
    /// Keeps as many labels as the arguments say, chosen by the seed.
    ///
    /// # Errors
    /// When the data have no labels, or not enough of each class.
    pub fn new(args: &'a Args, data: &'a Split, seed: u64) -> Result<Self, Error> {
        let known = labels(&data.train)?;
        Ok(Self {
            args,
            train: &data.train,
            seed,
            labelled: balanced(known, CLASSES, args.labels, seed)?,
            known,
            test_set: &data.test,
            test: batch(all_of(&data.test))?,
            test_labels: labels(&data.test)?,
        })
    }

    /// The training objective.
    pub fn elbo(&self) -> Elbo {
        match self.args.relax {
            true => Elbo::default().profile(Profile::Relaxed),
            false => Elbo::default(),
        }
    }

    /// Trains the model on all images and the known labels: descends
    /// `−L(x) − L(x, y) − α ln q(y | x)`, each averaged over its rows. Pushes the accuracy on test images.
    ///
    /// # Errors
    /// Fails with the site, row and value that went wrong.
    pub fn train(&self, accuracies: &mut Curves) -> Result<Trained<PIXELS>, Error> {
        let args = &self.args.train;
        let mut net = M2::new(self.seed);
        let mut adam = Adam::new(args.lr as f32);
        let elbo = self.elbo();
        let mut batches = Batches::new(self.train.rows(), args.batch, self.seed);
        let mut labelled = self.labelled_batches();
        let total = args.total_steps(batches.per_epoch());
        let mut progress = Progress::new(0, total, args.quiet);
        let mut curves = Curves::new("Training", "step", "nats an image");
        let start = Instant::now();
        for step in 0..total {
            let x = batch(self.train.grey(&batches.at(step)))?;
            let unlabelled = elbo.loss(&net.q(&x))?;
            let (x, y) = self.labelled(&labelled.at(step))?;
            let labelled = elbo.loss(&net.q_labelled(&x, &y))?;
            let (bound, kl, labelled_bound) = (unlabelled.elbo(), unlabelled.kl(), labelled.elbo());
            let classification = classification(&net, &x, &y) * self.args.alpha as f32;
            adam.descend(&mut net, unlabelled + labelled + classification)?;
            progress.step(step, bound, kl);
            if is_point(step, total) {
                curves.push("objective, no label", step as f64, bound);
                curves.push("objective, label", step as f64, labelled_bound);
                curves.push("−KL, no label", step as f64, -kl);
                self.push_accuracy(&net, accuracies, "all images", step)?;
            }
        }
        progress.finish();
        let seconds = start.elapsed().as_secs_f64();
        Ok(Trained {
            net,
            adam,
            seconds,
            curves,
        })
    }

    /// The same classifier, for as many steps, on the labelled images alone.
    ///
    /// # Errors
    /// When the images are not whole.
    pub fn train_on_labels(&self, accuracies: &mut Curves) -> Result<M2<PIXELS>, Error> {
        let args = &self.args.train;
        let mut net = M2::new(self.seed);
        let mut adam = Adam::new(args.lr as f32);
        let mut labelled = self.labelled_batches();
        let per_epoch = Batches::new(self.train.rows(), args.batch, self.seed).per_epoch();
        let total = args.total_steps(per_epoch);
        for step in 0..total {
            let (x, y) = self.labelled(&labelled.at(step))?;
            let loss = classification(&net, &x, &y);
            adam.descend(&mut net, loss)?;
            if is_point(step, total) {
                self.push_accuracy(&net, accuracies, "labelled images", step)?;
            }
        }
        Ok(net)
    }

    /// Tests the model, and the classifier that was trained on labels alone.
    ///
    /// # Errors
    /// Fails with the site, row and value that went wrong.
    pub fn test(&self, trained: &Trained<PIXELS>, baseline: &M2<PIXELS>) -> Result<Outcome, Error> {
        let net = &trained.net;
        let bound = Elbo::default().evaluate(&net.q(&self.test))?;
        let some = Batches::new(self.test_set.rows(), EVIDENCE_ROWS, self.seed).at(0);
        let x = batch(self.test_set.grey(&some))?;
        let evidence = LogEvidence::samples(EVIDENCE_SAMPLES).evaluate(&net.q(&x))?;
        let divergence = |name: &str| {
            let own = bound.sites.iter().filter(|site| site.site == name);
            own.map(|site| site.mean).sum()
        };
        Ok(Outcome {
            seed: self.seed,
            test_accuracy: accuracy(net, &self.test, self.test_labels)?,
            test_accuracy_labels_only: accuracy(baseline, &self.test, self.test_labels)?,
            test_elbo: bound.elbo,
            test_log_evidence: evidence.log_evidence,
            kl_y: divergence("y"),
            kl_z: divergence("z"),
            steps: trained.adam.steps() as usize,
            seconds: trained.seconds,
        })
    }

    /// The first test images with their labels, at most `count`.
    ///
    /// # Errors
    /// When the images are not whole.
    pub fn test_images(&self, count: usize) -> Result<(Pixels<PIXELS>, &[u8]), Error> {
        let labels = &self.test_labels[..count.min(self.test_labels.len())];
        let images = self.test.as_vec()[..labels.len() * PIXELS].to_vec();
        Ok((batch(images)?, labels))
    }

    fn labelled_batches(&self) -> Batches {
        Batches::new(self.labelled.len(), self.args.train.batch, self.seed)
    }

    fn labelled(&self, places: &[usize]) -> Result<(Pixels<PIXELS>, Labels), Error> {
        let rows: Vec<usize> = places.iter().map(|&place| self.labelled[place]).collect();
        let labels: Vec<u8> = rows.iter().map(|&row| self.known[row]).collect();
        let x = batch(self.train.grey(&rows))?;
        Ok((x, batch(one_hot(&labels, CLASSES)?)?))
    }

    fn push_accuracy(
        &self,
        net: &M2<PIXELS>,
        curves: &mut Curves,
        name: &str,
        step: usize,
    ) -> Result<(), Error> {
        let share = accuracy(net, &self.test, self.test_labels)?;
        curves.push(name, step as f64, 100.0 * share);
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {:<4} accuracy {:5.1} %   from labels only {:5.1} %   test ELBO {:7.2}   log-evidence {:7.2}   {:.1} s",
            self.seed,
            100.0 * self.test_accuracy,
            100.0 * self.test_accuracy_labels_only,
            self.test_elbo,
            self.test_log_evidence,
            self.seconds,
        )
    }
}

fn is_point(step: usize, total: usize) -> bool {
    step.is_multiple_of((total / POINTS).max(1)) || step + 1 == total
}

fn all_of(images: &Images) -> Vec<f32> {
    images.grey(&(0..images.rows()).collect::<Vec<_>>())
}

fn labels(images: &Images) -> Result<&[u8], Error> {
    let missing = || Error::shape("the images", "their labels beside them", "none");
    images.labels().ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use elbow_examples::data::digits;

    use super::*;

    fn args(more: &[&str]) -> Args {
        Args::parse_from(["semi_supervised", "--quiet"].iter().chain(more))
    }

    #[test]
    fn labels_stay_with_their_images() {
        let (args, data) = (args(&["--labels", "20"]), digits().thresholded());
        let task = Task::<64>::new(&args, &data, 7).unwrap();
        let (x, y) = task.labelled(&[3, 0, 19]).unwrap();
        for (place, at) in [3, 0, 19].into_iter().enumerate() {
            let row = task.labelled[at];
            let image = &x.as_vec()[64 * place..64 * (place + 1)];
            assert_eq!(image, data.train.grey(&[row]));
            let label = usize::from(data.train.labels().unwrap()[row]);
            let vector = &y.as_vec()[CLASSES * place..CLASSES * (place + 1)];
            assert_eq!(vector.iter().position(|&v| v == 1.0), Some(label));
            assert_eq!(vector.iter().sum::<f32>(), 1.0);
        }
        let (test, labels) = task.test_images(500).unwrap();
        assert_eq!((test.as_vec().len(), labels.len()), (64 * 297, 297));
    }

    #[test]
    fn data_without_enough_labels_are_refused() {
        let data = digits();
        let message = |args: &Args, data: &Split| {
            let task = Task::<64>::new(args, data, 0);
            task.err().unwrap().to_string()
        };
        let multiple =
            "the labelled rows: expected a positive multiple of the 10 classes, found 45";
        assert_eq!(message(&args(&["--labels", "45"]), &data), multiple);
        let bare = Images::new(vec![0; 64], 1, 8, 8).unwrap();
        let bare = Split {
            train: bare.clone(),
            valid: None,
            test: bare,
        };
        let missing = "the images: expected their labels beside them, found none";
        assert_eq!(message(&args(&[]), &bare), missing);
    }

    /// The classification term is what trains the classifier on labelled images: their bound does not.
    #[test]
    fn the_labelled_bound_leaves_the_classifier_alone() {
        let (args, data) = (args(&[]), digits().thresholded());
        let task = Task::<64>::new(&args, &data, 0).unwrap();
        let mut net = M2::<64>::new(0);
        let (x, y) = task.labelled(&[0, 1, 2]).unwrap();
        let mut adam = Adam::new(0.1);
        let before = net.classifier.0.weight.as_vec();
        let bound = Elbo::default().loss(&net.q_labelled(&x, &y)).unwrap();
        adam.descend(&mut net, bound).unwrap();
        assert_eq!(net.classifier.0.weight.as_vec(), before);
        let classification = classification(&net, &x, &y);
        adam.descend(&mut net, classification).unwrap();
        assert_ne!(net.classifier.0.weight.as_vec(), before);
    }

    /// A short run. What a long one comes to is in the example's own report.
    #[test]
    fn images_without_labels_help() {
        let args = args(&["--steps", "300", "--seed", "3"]);
        let data = digits().thresholded();
        let task = Task::<64>::new(&args, &data, 3).unwrap();
        let mut accuracies = Curves::new("", "", "");
        let trained = task.train(&mut accuracies).unwrap();
        let baseline = task.train_on_labels(&mut accuracies).unwrap();
        let outcome = task.test(&trained, &baseline).unwrap();
        let (with, without) = (outcome.test_accuracy, outcome.test_accuracy_labels_only);
        assert!(without > 0.7, "{without} from labels only");
        assert!(with > without + 0.04, "{with} is not above {without}");
        assert!(outcome.test_elbo > -20.5, "{}", outcome.test_elbo);
        // The model learns the classes from the labelled bound too; that q(y | x) is near certain of the
        // labels it was given is the classification term's doing.
        let all: Vec<usize> = (0..task.labelled.len()).collect();
        let (x, y) = task.labelled(&all).unwrap();
        let term = classification(&trained.net, &x, &y).value();
        assert!(term < 0.02, "{term} nats a label");
    }
}
