//! Command-line arguments that every example has.

use std::path::PathBuf;

use clap::{
    Args,
    builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser},
};
use serde::Serialize;

/// For how long to train, how fast, and where the results go.
///
/// An example flattens it into its own parser, and gives its own defaults with `mut_arg`, so that
/// `--help` shows them:
///
/// ```
/// use clap::Parser;
/// use elbow_examples::args::{TrainArgs, one_of};
///
/// /// A variational auto-encoder with Bernoulli latents.
/// #[derive(Parser)]
/// #[command(mut_arg("epochs", |arg| arg.default_value("50")))]
/// struct Cli {
///     #[command(flatten)]
///     train: TrainArgs,
///     /// Number of latents
///     #[arg(long, value_name = "N", default_value = "32", value_parser = one_of([32, 200]))]
///     latents: usize,
/// }
///
/// let cli = Cli::try_parse_from(["vae", "--latents", "200", "--lr", "3e-4"])?;
/// assert_eq!((cli.latents, cli.train.lr, cli.train.epochs), (200, 3e-4, 50));
/// # Ok::<_, clap::Error>(())
/// ```
#[derive(Args, Clone, Debug, Serialize)]
pub struct TrainArgs {
    /// Passes over the training data
    #[arg(long, value_name = "N", default_value = "20", value_parser = positive_count::<usize>())]
    pub epochs: usize,

    /// Minibatches to train for, in place of --epochs
    #[arg(long, value_name = "N", value_parser = positive_count::<usize>())]
    pub steps: Option<usize>,

    /// Seed of everything random: the same seed gives the same run
    #[arg(long, value_name = "N", default_value = "0")]
    pub seed: u64,

    /// Rows in a minibatch
    #[arg(long, value_name = "N", default_value = "100", value_parser = positive_count::<usize>())]
    pub batch: usize,

    /// Learning rate
    #[arg(allow_negative_numbers = true, value_parser = positive_number)]
    #[arg(long, value_name = "X", default_value = "1e-3")]
    pub lr: f64,

    /// Folder for report, pictures and checkpoints
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,

    /// No progress on the terminal
    #[arg(long)]
    pub quiet: bool,
}

impl TrainArgs {
    /// Minibatches to train for in all: `--steps`, or `--epochs` of `per_epoch` each.
    pub fn total_steps(&self, per_epoch: usize) -> usize {
        self.steps.unwrap_or(self.epochs.saturating_mul(per_epoch))
    }
}

/// The further arguments of an example that trains once on images.
#[derive(Args, Clone, Debug, Serialize)]
pub struct ImageArgs {
    /// For how long, how fast, and where to.
    #[command(flatten)]
    #[serde(flatten)]
    pub train: TrainArgs,

    /// Folder of IDX files in the naming of MNIST; without it, the embedded 8×8 digits
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Checkpoint to go on from
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
}

/// For arguments that admit a few numbers only, such as the sizes a model was compiled for:
/// `--help` and the error message list them.
pub fn one_of<const N: usize>(numbers: [usize; N]) -> impl TypedValueParser<Value = usize> {
    PossibleValuesParser::new(numbers.map(|number| number.to_string()))
        .try_map(|number| number.parse::<usize>())
}

/// For counts: whole numbers from 1.
pub fn positive_count<T>() -> RangedU64ValueParser<T>
where
    T: TryFrom<u64> + Clone + Send + Sync + 'static,
{
    RangedU64ValueParser::new().range(1..)
}

/// For rates, weights and temperatures: positive numbers that single precision holds, as models
/// compute in it. Give the argument `allow_negative_numbers` too: a negative number is then a bad
/// number, which the message says, and not an unknown argument.
///
/// # Errors
/// Says what is wrong with the number.
pub fn positive_number(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if !(number > 0.0 && number.is_finite()) => {
            Err(format!("{number} is not positive and finite"))
        }
        Ok(number) if !(number as f32 > 0.0 && (number as f32).is_finite()) => Err(format!(
            "{number:e} is beyond single precision, which reaches from 1e-45 to 3.4e38"
        )),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    #[command(name = "vae", mut_arg("epochs", |arg| arg.default_value("50")))]
    struct Cli {
        #[command(flatten)]
        image: ImageArgs,
        #[arg(long, default_value = "32", value_parser = one_of([32, 200]))]
        latents: usize,
        #[arg(long)]
        linear: bool,
    }

    fn parse(args: &[&str]) -> Result<Cli, String> {
        let args = ["vae"].iter().chain(args);
        Cli::try_parse_from(args).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(args: &[&str], parts: &[&str]) {
        let message = parse(args).unwrap_err();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_example_has_its_own_defaults_and_arguments() {
        let cli = parse(&[]).unwrap();
        assert_eq!(
            (
                cli.latents,
                cli.linear,
                cli.image.train.batch,
                cli.image.train.lr
            ),
            (32, false, 100, 1e-3)
        );
        assert_eq!(cli.image.train.total_steps(15), 750);
        let help = Cli::command().render_help().to_string();
        assert!(help.contains("[default: 50]"), "{help}");
        assert!(help.contains("[possible values: 32, 200]"), "{help}");
    }

    #[test]
    fn everything_can_be_set() {
        let cli = parse(
            &"--data d --epochs 3 --steps 7 --seed 9 --batch 2 --lr 0.5 --out o --resume r --quiet \
              --latents 200 --linear"
                .split_whitespace()
                .collect::<Vec<_>>(),
        )
        .unwrap();
        let image = cli.image;
        assert_eq!(
            (image.data, image.resume),
            (Some("d".into()), Some("r".into()))
        );
        let train = image.train;
        assert_eq!(train.total_steps(100), 7);
        assert_eq!(
            (train.epochs, train.seed, train.batch, train.lr),
            (3, 9, 2, 0.5)
        );
        assert_eq!(train.out, PathBuf::from("o"));
        assert!(train.quiet && cli.linear && cli.latents == 200);
    }

    #[test]
    fn bad_values_are_refused_by_name() {
        refused(
            &["--batch", "0"],
            &["invalid value '0' for '--batch <N>'", "not in 1.."],
        );
        refused(&["--epochs", "-1"], &["'-1'"]);
        refused(&["--steps", "0"], &["'--steps <N>'"]);
        refused(
            &["--lr", "0"],
            &["'--lr <X>'", "0 is not positive and finite"],
        );
        refused(&["--lr", "-1"], &["-1 is not positive and finite"]);
        refused(&["--lr", "inf"], &["inf is not positive and finite"]);
        refused(&["--lr", "NaN"], &["NaN is not positive and finite"]);
        refused(&["--lr", "fast"], &["invalid float literal"]);
        refused(
            &["--lr", "1e39"],
            &["1e39 is beyond single precision", "3.4e38"],
        );
        refused(&["--lr", "1e-60"], &["1e-60 is beyond single precision"]);
        refused(&["--latents", "9"], &["'9'", "[possible values: 32, 200]"]);
    }
}
