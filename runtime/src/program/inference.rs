//! Inference programs: an inference model with its observations.

use std::ops::Range;

use rand::RngCore;

use super::{
    Column, Handler, Keys, LatentSite, Pass, RunState, Sites, data, fresh_key, marginal, room,
};
use crate::error::Error;
use crate::noise::{Key, LayerNoise};
use crate::tensor::{Batch, Event};

/// An inference model with its observations: `vae.q(&x)`.
///
/// A program has fixed noise: computing the same from it twice gives the same result. Its loss takes the next key of the
/// model's [run](RunState). Evaluations and draws take keys of another kind, which do not change training.
pub trait Inference: Sized {
    /// The sites of the generative model, in their order.
    const SITES: Sites;
    /// A value for every latent site, by name.
    type Latents;
    /// A value for every observed site, by name.
    type Observed;
    /// A [`Posterior`](super::Posterior) for every latent site, by name.
    type Posterior;

    /// The keys of the program's noise.
    fn keys(&self) -> &Keys;
    /// The same program with this noise, for its loss and for everything else.
    fn at(self, key: Key) -> Self;
    /// The state of the model's run.
    fn run_state(&self) -> &RunState;
    /// The inputs, with their rows.
    fn columns(&self) -> Vec<Column<'_>>;
    /// The program on some of its rows.
    fn slice(&self, rows: Range<usize>) -> Self;
    /// One run of the inference model and of the generative model under it. `Site` is for the compiler's messages about a model: any
    /// type will do.
    ///
    /// # Errors
    /// Returns the first site whose data or parameters are wrong.
    fn pass<Site>(&self, pass: &mut Pass)
    -> Result<(Self::Latents, Option<Self::Observed>), Error>;

    /// The same run with better errors. If a parameter is NaN because an input is, the error names the input. If only latents are
    /// wanted, nothing scores the observations, so they are checked to be finite here: not every network passes NaN on.
    ///
    /// # Errors
    /// Returns the first site whose data or parameters are wrong.
    fn run(&self, pass: &mut Pass) -> Result<(Self::Latents, Option<Self::Observed>), Error> {
        let first_row = pass.outcome().rows().first_row();
        if pass.stops_at_latents() {
            data::check_finite(&self.columns(), first_row)?;
        }
        let mut layers = pass.layer_noise();
        let mut done = self.pass::<()>(pass);
        // Steps that ran together are no unrolled model if a layer computed of all of their rows, and their errors name no step.
        let has_mixed = LayerNoise::has_mixed();
        if pass.has_joined() && (done.is_err() || has_mixed) {
            if has_mixed {
                pass.note_mixing();
            }
            drop(layers);
            *pass = pass.stepwise();
            layers = pass.layer_noise();
            done = self.pass::<()>(pass);
        }
        let done = done.map_err(|error| data::blame(error, &self.columns(), first_row))?;
        if let Some(layers) = layers {
            pass.note_statistics(layers.statistics()?);
        }
        Ok(done)
    }

    /// What a finished run has noted of every latent site.
    fn noted(pass: &Pass) -> Self::Posterior;

    /// The number of rows of the data, or one if the inference model has no inputs.
    ///
    /// # Errors
    /// Fails if there are no rows, or if inputs differ in their rows.
    fn rows(&self) -> Result<usize, Error> {
        data::common_rows(&self.columns())
    }

    /// One draw of every latent site from the inference model, in the discrete model as declared. Observations are
    /// not scored, so they may lie outside their families' supports.
    ///
    /// # Errors
    /// Returns the first input that is not finite, or the first site whose parameters are wrong.
    fn sample(self, rng: &mut impl RngCore) -> Result<Self::Latents, Error> {
        let key = fresh_key(rng);
        let program = self.at(key);
        let rows = program.rows()?;
        room::check_inference(&program, Handler::sample(), key, rows)?;
        let mut pass = Pass::new(Self::SITES, Handler::sample(), key, rows);
        Ok(program.run(&mut pass)?.0)
    }

    /// The mean of every latent site under the inference model: the codes of the data. A site whose guide reads another latent is
    /// computed at the mean of that. The mean of a bit is its probability, and that of one-hot vectors the probabilities of the classes.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// Pairs of numbers about a hidden one.
    ///     pub struct Vae { encoder: Linear<2, 1>, decoder: Linear<1, 2> }
    ///     generative p {
    ///         sample z: [1] ~ Normal::new(0.0, 1.0);
    ///         sample x: [2] ~ Normal::new(decoder(z), 1.0);
    ///     }
    ///     inference q(x) { sample z ~ Normal::new(encoder(x), 0.5); }
    /// }
    ///
    /// let vae = Vae::new(0);
    /// let x: Batch<(Const<2>,)> = batch(vec![1.0, 2.0, -1.0, -2.0])?;
    /// let codes = vae.q(&x).encode()?.z;
    /// assert_eq!(codes.as_vec(), vae.encoder.forward(Var::from(&x)).as_vec());
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the first input that is not finite, the first site whose parameters are wrong, or the first whose family has no mean.
    fn encode(self) -> Result<Self::Latents, Error> {
        // Nothing is drawn.
        let key = self.keys().expected(self.run_state());
        let rows = self.rows()?;
        room::check_inference(&self, Handler::encode(), key, rows)?;
        let mut pass = Pass::new(Self::SITES, Handler::encode(), key, rows);
        Ok(self.run(&mut pass)?.0)
    }

    /// What the guides say of every latent site, by name: the mean, the standard deviation, the mode, and the parameters of the guide's
    /// family.
    ///
    /// A site whose guide reads another latent is computed at the mean of that, as in [`encode`](Self::encode). So are its
    /// deviation and its mode: they are those of the guide there, and [`mode`](Self::mode) is at the modes. Of sites that are summed out
    /// [`marginal`](Self::marginal) has the exact probabilities.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A positive number, measured once.
    ///     pub struct Size { guide: Linear<1, 1> }
    ///     generative p {
    ///         sample z: [1] ~ LogNormal::new(0.0, 1.0);
    ///         sample x: [1] ~ Normal::new(z, 0.5);
    ///     }
    ///     inference q(x) { sample z ~ LogNormal::new(guide(x), 0.4); }
    /// }
    ///
    /// let size = Size::new(0);
    /// let x: Batch<(Const<1>,)> = batch(vec![1.0, 2.5])?;
    /// let z = size.q(&x).posterior()?.z;
    /// let (mean, mode) = (z.mean()?.as_vec(), z.mode()?.as_vec());
    /// assert!(mode[0] < mean[0] && z.deviation()?.as_vec()[0] > 0.0);
    /// assert_eq!(z.parameters(), ["loc", "scale"]);
    /// assert_eq!(z.parameter("scale")?.as_vec(), [0.4, 0.4]);
    /// let error = z.parameter("rate").expect_err("no rate");
    /// assert_eq!(error.to_string(), "`z` has no parameter `rate`; LogNormal has `loc`, `scale`");
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the first input that is not finite, or the first site whose parameters are wrong, or whose family has no mean where
    /// another guide reads it. What a family does not have is an error only when it is asked of the [`Posterior`](super::Posterior).
    fn posterior(self) -> Result<Self::Posterior, Error> {
        // Nothing is drawn.
        let key = self.keys().expected(self.run_state());
        let rows = self.rows()?;
        room::check_inference(&self, Handler::posterior(), key, rows)?;
        let mut pass = Pass::new(Self::SITES, Handler::posterior(), key, rows);
        self.run(&mut pass)?;
        Ok(Self::noted(&pass))
    }

    /// The mode of every latent site under its guide: the most probable value. A site whose guide reads another latent is computed at
    /// the mode of that, so it is not always the mode of all latents together. A bit is 0 or 1, and a one-hot vector one class.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A bit, and a number about it.
    ///     pub struct Cause { guide: Linear<1, 1> }
    ///     generative p {
    ///         sample on: [1] ~ Bernoulli::probs(0.5);
    ///         sample z: [1] ~ LogNormal::new(on, 1.0);
    ///         sample x: [1] ~ Normal::new(z, 1.0);
    ///     }
    ///     inference q(x) {
    ///         sample on ~ Bernoulli::logits(x * 4.0);
    ///         sample z ~ LogNormal::new(on * 2.0, 0.5);
    ///     }
    /// }
    ///
    /// let x: Batch<(Const<1>,)> = batch(vec![0.7, -0.3])?;
    /// let modes = Cause::new(0).q(&x).mode()?;
    /// assert_eq!(modes.on.as_vec(), [1.0, 0.0]);
    /// // e^(loc − scale²)
    /// assert!((modes.z.as_vec()[0] - 1.75_f32.exp()).abs() < 1e-5);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the first input that is not finite, the first site whose parameters are wrong, or the first whose family has no mode, or
    /// none at the parameters of a row.
    fn mode(self) -> Result<Self::Latents, Error> {
        // Nothing is drawn.
        let key = self.keys().expected(self.run_state());
        let rows = self.rows()?;
        room::check_inference(&self, Handler::mode(), key, rows)?;
        let mut pass = Pass::new(Self::SITES, Handler::mode(), key, rows);
        Ok(self.run(&mut pass)?.0)
    }

    /// The mean of every observed site given one draw of the latents.
    ///
    /// # Errors
    /// Returns the first site whose data or parameters are wrong, or whose family has no mean.
    fn reconstruct(self, rng: &mut impl RngCore) -> Result<Self::Observed, Error> {
        let key = fresh_key(rng);
        let program = self.at(key);
        let rows = program.rows()?;
        room::check_inference(&program, Handler::predict(), key, rows)?;
        let mut pass = Pass::new(Self::SITES, Handler::predict(), key, rows);
        let (_, observed) = program.run(&mut pass)?;
        observed.ok_or(Error::NoMean {
            site: "the data",
            family: "a model that observes nothing",
        })
    }

    /// The probabilities of a discrete latent site under the inference model, row by row: `vae.q(&x).marginal(VaeQ::Y)`
    /// is q(y | x). For one-hot vectors these are the probabilities of the classes, for binary units the probabilities of 1.
    ///
    /// Latent sites that the site's posterior depends on are summed out exactly, up to 4096 joint states.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// Two bits, one of which depends on the other.
    ///     pub struct Bits { first: Parameter<Rank0> }
    ///     generative p {
    ///         sample a ~ Bernoulli::probs(0.5);
    ///         sample b ~ Bernoulli::probs(0.5);
    ///         sample x ~ Normal::new(a + b, 1.0);
    ///     }
    ///     inference q(x) {
    ///         sample a ~ Bernoulli::probs(0.25);
    ///         sample b ~ Bernoulli::probs(a * 0.4 + 0.2);
    ///     }
    /// }
    ///
    /// let bits = Bits::new(0);
    /// let x = batch(vec![0.3, 1.7])?;
    /// let on = bits.q(&x).marginal(BitsQ::B)?.as_vec();
    /// // ¾ · 0.2 + ¼ · 0.6
    /// assert!(on.iter().all(|p| (p - 0.3).abs() < 1e-6));
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if the site is not made of binary units or one-hot vectors, or if it depends on a latent that cannot be listed;
    /// [`marginal_by_draws`](Self::marginal_by_draws) draws such latents. Returns the first site whose data or parameters are
    /// wrong.
    fn marginal<E: Event>(&self, site: LatentSite<Self, E>) -> Result<Batch<E>, Error> {
        marginal::marginal(self, &site, None)
    }

    /// As [`marginal`](Self::marginal), with `draws` draws of the latents that cannot be listed: an unbiased estimate.
    ///
    /// # Errors
    /// Fails as [`marginal`](Self::marginal) does, and if there are no draws.
    fn marginal_by_draws<E: Event>(
        &self,
        site: LatentSite<Self, E>,
        draws: usize,
    ) -> Result<Batch<E>, Error> {
        marginal::marginal(self, &site, Some(draws))
    }
}

/// The argument of an objective: an inference program or a reference to one. `model!` implements it for its programs.
#[diagnostic::on_unimplemented(
    message = "an objective takes an inference program, and `{Self}` is none",
    label = "no inference program",
    note = "help: call an inference model with what is observed, `&model.q(&x)`; a generative model, `model.p()`, draws with `.sample(64, &mut rng)`"
)]
pub trait InferenceProgram {
    /// The program.
    type Program: Inference;
    /// The program.
    // Of `&mut`, or clippy would call the borrow in `elbo.loss(&vae.q(&x))` needless.
    fn program(&mut self) -> &Self::Program;
}

#[diagnostic::do_not_recommend]
impl<I: Inference> InferenceProgram for &I {
    type Program = I;
    fn program(&mut self) -> &I {
        self
    }
}
