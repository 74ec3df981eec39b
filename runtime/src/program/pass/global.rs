//! Global sites: one draw for the whole data set, in every particle.
//!
//! A draw of a global site has one row for each particle. It is spread over the rows of the data where it is read for
//! them. Its divergence counts once, and the objective is in nats per row of data: so every row bears an equal part of
//! it, `1/N` of the whole data set's `N` rows. The mean over a minibatch then estimates the objective of the whole
//! data set (Hoffman, Blei, Wang and Paisley, "Stochastic variational inference", 2013).

use std::ops::Range;

use crate::tensor::names::HasShape;
use crate::tensor::names::Tensor;

use super::{Drawn, Pass, Rise, Term};
use crate::distribution::Distribution;
use crate::distribution::kl::Kl;
use crate::error::Error;
use crate::estimator::{Divergence, Estimator, Gradient, Plan, Scoring, Settings};
use crate::noise::{Place, Stream};
use crate::program::Latent;
use crate::tensor::Fault;
use crate::tensor::{Batch, Device, Event, Plated, Rows, Value, check_room, tile, tiled};

impl Pass {
    /// Draws a global site from the inference model: a row for each particle.
    ///
    /// # Errors
    /// Where a parameter is out of its domain, or the estimator or the objective needs a draw for each row.
    pub fn draw_global<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        latent: &'static Latent,
        q: &Q,
        estimator: &E,
    ) -> Result<Drawn<Q>, Error> {
        let drawn = self.drawn_global(latent, q, estimator)?;
        drawn.draw.note(&self.noted);
        Ok(drawn)
    }

    /// Draws as the run's mode wants it.
    fn drawn_global<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        latent: &'static Latent,
        q: &Q,
        estimator: &E,
    ) -> Result<Drawn<Q>, Error> {
        self.draw_particles();
        self.expand(latent, 1, Rise::Draws)?;
        let site = latent.name;
        self.check_drawn(site, Q::FAMILY)?;
        let settings = self.mode.settings().map(|settings| Settings {
            is_global: true,
            ..settings
        });
        self.check_weights(site)?;
        self.check_data_size(site, settings)?;
        self.has_global = true;
        let draws = self.place.particles;
        self.check_global(site, q, draws)?;
        let noise = self.global_noise(site);
        let Some(plan) = self.plan(site, estimator, settings)? else {
            return Ok(Drawn::of(q.sample(draws, &noise)));
        };
        check_plan(site, &plan)?;
        let lists_all = settings.is_some_and(|settings| settings.list_all);
        if lists_all && !plan.gradient.is_reparameterised() {
            let is_global = true;
            return Err(Error::NoListing { site, is_global });
        }
        let draw = plan.draw(q, draws, &noise);
        let draw = draw.map_err(|fault| self.global_error::<Q>(site, fault))?;
        Ok(Drawn::by(plan, draw))
    }

    /// Scores a global site: every row bears its part of the divergence.
    ///
    /// # Errors
    /// Where a parameter of the prior is out of its domain.
    pub fn latent_global<Q, P, E>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        p: &P,
        estimator: &E,
        drawn: &Drawn<Q>,
        kl: Kl<Q, P>,
    ) -> Result<(), Error>
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
        E: Divergence<Q, P>,
    {
        self.check_global(site.name, p, self.place.particles)?;
        let (rows, _) = self.divergence(site, q, p, estimator, drawn, kl)?;
        let settings = self.mode.settings();
        let data_size = settings.and_then(|settings| settings.data_size);
        let choice = self.choices.as_mut().and_then(|choices| choices.last_mut());
        choice.into_iter().for_each(|choice| {
            choice.is_global = true;
            choice.data_size = data_size;
        });
        let share = 1.0 / self.data_size() as f64;
        self.terms.push(Term {
            site: site.name,
            is_divergence: true,
            rows: self.spread_term(rows) * share,
            branch: None,
        });
        Ok(())
    }

    /// Draws a global site of the generative model, or scores the one row that is given for it.
    ///
    /// # Errors
    /// Where a parameter is out of its domain, or a given value outside the family's support or not one row.
    pub fn generate_global<P: Distribution>(
        &mut self,
        site: &'static str,
        p: &P,
        given: Option<&Batch<P::Event>>,
    ) -> Result<Value<P::Event>, Error> {
        self.check_global(site, p, 1)?;
        let Some(given) = given else {
            return Ok(self.generated(&p.sample(1, &self.global_noise(site))));
        };
        let value = self.data(given);
        let rows = P::Event::rows(value.shape());
        if rows != 1 {
            return Err(Error::Global {
                site,
                problem: format!("{rows} rows are given for it"),
                instead: "one row: it is one draw for all of them",
            });
        }
        self.check_support::<P>(site, &value)?;
        let share = 1.0 / self.data_rows as f64;
        self.terms.push(Term {
            site,
            is_divergence: false,
            rows: self.spread_term(p.log_prob(&value)) * share,
            branch: None,
        });
        Ok(value)
    }

    /// The rows of a joint value with global sites, before they are scored.
    ///
    /// # Errors
    /// Where there are none.
    pub fn given_rows<D: Plated>(
        &mut self,
        site: &'static str,
        given: &Tensor<D, f32, Device>,
    ) -> Result<(), Error> {
        let rows = D::Event::rows(given.shape());
        if rows == 0 {
            return Err(Error::NoRows { site });
        }
        if self.data_rows == 0 {
            self.data_rows = rows;
        }
        Ok(())
    }

    /// A joint value of global sites alone has one row.
    pub fn one_row(&mut self) {
        self.data_rows = self.data_rows.max(1);
    }

    /// A global value with the rows of the pass: for each data row all its particles, each as often as it has become
    /// several rows.
    pub(in crate::program) fn spread<E: Event>(&self, var: &Value<E>) -> Option<Value<E>> {
        let (own, rows) = (E::rows(var.shape()), self.rows());
        let copies = self.rows_per_row() / own.max(1);
        (own != rows).then(|| tile(var, E::ELEMENTS, copies, self.data_rows, E::plated(rows)))
    }

    /// A term with a row for each particle, or one for all, spread over the rows of the data.
    fn spread_term(&self, rows: Rows) -> Rows {
        tiled(&rows, self.data_rows)
    }

    /// The rows of the whole data set.
    fn data_size(&self) -> usize {
        let set = self.mode.settings().and_then(|settings| settings.data_size);
        set.unwrap_or(self.data_rows)
    }

    /// The noise of a global site: the same for all rows of the data, in whatever pieces they come.
    fn global_noise(&self, site: &str) -> Stream {
        let place = Place {
            first_row: 0,
            ..self.place
        };
        Stream::new(self.key, site, place)
    }

    /// A training loss by importance weights is one of rows: of a minibatch they would say nothing about the whole.
    fn check_weights(&self, site: &'static str) -> Result<(), Error> {
        match self.mode.scoring() {
            Some(Scoring::Weights { .. } | Scoring::WakePhase) => Err(Error::Global {
                site,
                problem: "the importance weight of a row has no draw of it to itself".into(),
                instead: "the plain `Elbo`, whose terms add up over the rows",
            }),
            _ => Ok(()),
        }
    }

    /// A batch that is taken for the whole data set gives a posterior that is too wide, and nothing shows it.
    ///
    /// # Errors
    /// Where a loss is wanted, and how many rows the whole data set has is not said.
    fn check_data_size(&self, site: &'static str, settings: Option<Settings>) -> Result<(), Error> {
        let is_said = settings.is_none_or(|settings| settings.data_size.is_some());
        if is_said || !self.mode.trains() || self.choices.is_some() {
            return Ok(());
        }
        Err(Error::Global {
            site,
            problem: "the objective does not say how many rows that has, of which each bears a part of its divergence"
                .into(),
            instead: "`.data_size(n)` with the rows of the whole data set, or `.whole_data()` if each program holds all of it",
        })
    }

    /// Whether a global site was drawn.
    pub(crate) fn has_global(&self) -> bool {
        self.has_global
    }

    /// Which of all particles the pass has.
    pub(crate) fn particles(&self) -> Range<usize> {
        let first = self.place.first_particle;
        first..first + self.particles
    }

    fn check_global<D: Distribution>(
        &self,
        site: &'static str,
        distribution: &D,
        draws: usize,
    ) -> Result<(), Error> {
        // It is spread over the rows that read it.
        check_room(site, self.rows(), D::Event::ELEMENTS)?;
        let checked = distribution.check(draws);
        checked.map_err(|fault| self.global_error::<D>(site, fault))
    }

    fn global_error<D: Distribution>(&self, site: &'static str, mut fault: Fault) -> Error {
        // Its rows are particles, of which the user knows nothing.
        if let Some(row) = fault.row_mut() {
            *row = 0;
        }
        Error::Parameter {
            site,
            family: D::FAMILY,
            fault,
            step: self.key.step,
        }
    }
}

/// A global site has one draw a particle, which no row can be paid for alone.
///
/// # Errors
/// Where the estimator wants more rows or their costs.
fn check_plan<Q: Distribution>(site: &'static str, plan: &Plan<Q>) -> Result<(), Error> {
    let does = match plan.gradient {
        Gradient::States(_) => "would list its states, each beside all that the rows draw",
        Gradient::Score(_) => "compares the rows of one draw each",
        Gradient::Path { .. } | Gradient::Relaxed { .. } | Gradient::Through(_) => return Ok(()),
    };
    Err(Error::Global {
        site,
        problem: format!("{} {does}", (plan.label)()),
        instead: "`via Pathwise` for a continuous family, or `via ReinMax`, `via Relaxed { .. }` or `via StraightThrough` for a `Bernoulli` or `OneHotCategorical`",
    })
}
