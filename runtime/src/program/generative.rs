//! Generative programs: a generative model with its covariates.

use rand::RngCore;

use super::{
    Column, Conditional, Data, GenerativeSite, Handler, Pass, Sites, data, fresh_key, room,
};
use crate::error::Error;
use crate::noise::Key;
use crate::tensor::{Event, Rows};

/// A generative model with its covariates: `vae.p()`.
pub trait Generative: Sized {
    /// The sites, in their order.
    const SITES: Sites;
    /// A value for every site, by name.
    type Joint;
    /// A value for some of the sites, by name.
    type Given: Default;

    /// The covariates, with their rows.
    fn columns(&self) -> Vec<Column<'_>>;
    /// The values of a joint value, or what is observed of them.
    ///
    /// # Errors
    /// As [`Partial::new`](super::Partial::new).
    fn of_joint(joint: &Self::Joint, observed: Option<&Self::Joint>) -> Result<Self::Given, Error>;
    /// The given values of the sites that have one for each row.
    fn given_columns(given: &Self::Given) -> Vec<Column<'_>>;
    /// One run, which draws every site that is not given. `Site` is for the compiler's messages about a model: any type will do.
    ///
    /// # Errors
    /// Returns the first site whose data or parameters are wrong.
    fn joint<Site>(&self, pass: &mut Pass, given: &Self::Given) -> Result<Self::Joint, Error>;

    /// Draws `rows` rows from the model. With covariates, `rows` must be their number of rows.
    ///
    /// # Errors
    /// Fails if there are no rows, if the covariates have more or fewer, or if a parameter is out of its domain.
    fn sample(&self, rows: usize, rng: &mut impl RngCore) -> Result<Self::Joint, Error> {
        let mut columns = vec![Column::rows_asked(rows)];
        columns.extend(self.columns());
        data::common_rows(&columns)?;
        let key = fresh_key(rng);
        let nothing = Self::Given::default();
        if columns.len() == 1 {
            room::check_generative(self, &nothing, key, rows)?;
        }
        let mut pass = Pass::new(Self::SITES, Handler::sample(), key, rows);
        self.joint::<()>(&mut pass, &nothing)
    }

    /// The model with given values for a site: `vae.p().given(VaeP::Z, &codes)`. [`sample`](Conditional::sample) draws the other sites given
    /// these, [`decode`](Conditional::decode) computes their means, and [`mode`](Conditional::mode) what is likeliest. More sites are given by [`Conditional::given`].
    ///
    /// ```
    /// use elbow::prelude::*;
    /// use rand::{SeedableRng, rngs::StdRng};
    ///
    /// model! {
    ///     /// Four pixels about two bits.
    ///     pub struct Vae { encoder: Linear<4, 2>, decoder: Linear<2, 4> }
    ///     generative p {
    ///         sample z: [2] ~ Bernoulli::probs(0.5);
    ///         sample x: [4] ~ Bernoulli::logits(decoder(z));
    ///     }
    ///     inference q(x) { sample z ~ Bernoulli::logits(encoder(x)); }
    /// }
    ///
    /// let vae = Vae::new(0);
    /// let codes: Batch<(Const<2>,)> = batch(vec![0, 0, 0, 1, 1, 0, 1, 1])?;
    /// let means = vae.p().given(VaeP::Z, &codes).decode()?.x;
    /// assert_eq!(means.as_vec(), vae.decoder.forward(Var::from(&codes)).sigmoid().as_vec());
    /// let images = vae.p().given(VaeP::Z, &codes).sample(&mut StdRng::seed_from_u64(0))?.x;
    /// assert!(images.as_vec().iter().all(|&x| x == 0.0 || x == 1.0));
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// A value may have gaps, which are drawn: a sequence goes on after its first steps if the mask is 0 from there. A site can be given only
    /// if all that it depends on is given too; else only an inference model knows how to draw that.
    fn given<E: Event>(
        self,
        site: GenerativeSite<Self, E>,
        values: impl Data<E>,
    ) -> Conditional<Self> {
        Conditional::of(self).given(site, values)
    }

    /// `log p(z, x)` of each row of a joint value, in nats. Every row carries an equal part of a global site's term, so the sum
    /// over rows is the log-density of the whole joint value. [`Rows::exact`] has them in `f64`.
    ///
    /// # Errors
    /// Returns the first value that is outside its site's support, or whose log-density is infinite or NaN. Fails if a covariate is
    /// not finite, or if values differ in their rows.
    fn log_joint(&self, joint: &Self::Joint) -> Result<Rows, Error> {
        log_joint(self, Self::of_joint(joint, None)?)
    }

    /// As [`log_joint`](Self::log_joint), of what is observed alone. `observed` is a joint value of masks: 1 where the joint value
    /// counts and 0 where it does not, as in [`Partial`](super::Partial). A statement that reads a site with gaps reads 0 in them, so where they are in
    /// sites that nothing reads, this is the log-density of the rest.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// Two measurements of one cause.
    ///     pub struct Cause { guide: Linear<2, 1> }
    ///     generative p { sample z: [1] ~ Normal::new(0.0, 1.0); sample x: [2] ~ Normal::new(0.5, 2.0); }
    ///     inference q(x) { sample z ~ Normal::new(guide(x), 0.5); }
    /// }
    ///
    /// let cause = Cause::new(0);
    /// let joint = CausePJoint { z: batch(vec![0.3])?, x: batch(vec![0.1, f32::NAN])? };
    /// let observed = CausePJoint { z: batch(vec![1])?, x: batch(vec![1, 0])? };
    /// let found = cause.p().log_joint_observed(&joint, &observed)?.exact()[0];
    /// let log_normal = |y: f64, scale: f64| -0.5 * y * y - scale.ln() - 0.9189385;
    /// assert!((found - log_normal(0.3, 1.0) - log_normal(-0.2, 2.0)).abs() < 1e-6);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`log_joint`](Self::log_joint), and as [`Partial::new`](super::Partial::new).
    fn log_joint_observed(
        &self,
        joint: &Self::Joint,
        observed: &Self::Joint,
    ) -> Result<Rows, Error> {
        log_joint(self, Self::of_joint(joint, Some(observed))?)
    }
}

fn log_joint<G: Generative>(program: &G, given: G::Given) -> Result<Rows, Error> {
    let mut columns = program.columns();
    columns.extend(G::given_columns(&given));
    let rows = data::common_rows(&columns)?;
    let mut pass = Pass::new(G::SITES, Handler::log_joint(), Key::new(0, 0), rows);
    program.joint::<()>(&mut pass, &given)?;
    pass.log_joint()
}
