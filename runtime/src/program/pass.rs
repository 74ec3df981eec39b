//! One run of a program over a batch: draws, scores, and what was chosen.

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::ReshapeTo;

use super::site::{ClosedForm, Latent};
use crate::Device;
use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::estimator::{Divergence, Estimator, KlForm, Settings, divergence_at_draw};
use crate::explain::Choice;
use crate::kernels::rows::{repeat, values};
use crate::kl::Kl;
use crate::nn::Learned;
use crate::noise::{Key, Place, Stream};
use crate::shape::Event;
use crate::support::{Fits, SameMeasure, Support};
use crate::var::{Batch, Rows, Value, Var, tensor, untaped};

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Draws by each site's estimator; divergences as it gives them.
    Train(Settings),
    /// Discrete draws; divergences in closed form where that is valid.
    Evaluate,
    /// Discrete draws; every divergence as the log-ratio at the draw, for importance weights.
    Weigh,
    /// Only the latents of the inference model.
    Latents,
    /// The means of the observed sites.
    Predict,
    /// The generative model alone.
    Generate,
}

/// A site's part of the objective.
#[derive(Clone, Debug)]
pub struct Term {
    /// The site.
    pub site: &'static str,
    /// Whether it is a divergence, which counts against the objective.
    pub is_divergence: bool,
    /// One number for each row in nats: one row, as many as the data, or as many as the pass.
    pub rows: Rows,
}

/// The state of a run. The generated code calls its methods in the order of the model's statements.
#[derive(Debug)]
pub struct Pass {
    mode: Mode,
    key: Key,
    place: Place,
    /// The rows of the data.
    data_rows: usize,
    /// The particles to come, until the first latent is drawn.
    particles: usize,
    terms: Vec<Term>,
    /// What was chosen at each site, where somebody asks.
    choices: Option<Vec<Choice>>,
}

impl Pass {
    /// A run over so many data rows with one particle each.
    pub fn new(mode: Mode, key: Key, data_rows: usize) -> Self {
        Self {
            mode,
            key,
            place: Place::default(),
            data_rows,
            particles: 1,
            terms: Vec::new(),
            choices: None,
        }
    }

    /// The run's place among all rows and particles of the program.
    pub(crate) fn placed(mut self, place: Place) -> Self {
        self.particles = place.particles;
        self.place = Place {
            particles: 1,
            ..place
        };
        self
    }

    /// Keeps a record of what is chosen at each site.
    pub(crate) fn explaining(mut self) -> Self {
        self.choices = Some(Vec::new());
        self
    }

    /// The rows of the pass at this point: those of the data, times the particles once a latent is
    /// drawn.
    pub fn rows(&self) -> usize {
        self.data_rows * self.place.particles
    }

    /// The terms of the objective so far.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    pub(crate) fn into_choices(self) -> Vec<Choice> {
        self.choices.unwrap_or_default()
    }

    /// Whether only the latents are wanted.
    pub fn stops_at_latents(&self) -> bool {
        self.mode == Mode::Latents
    }

    /// An input, as a variable of the model.
    pub fn data<S: Shape>(&self, data: &Tensor<S, f32, Device>) -> Var<S> {
        data.retaped().contiguous()
    }

    /// A learned tensor, as a variable of the model.
    pub fn parameter<S: dfdx::shapes::ConstShape>(
        &self,
        learned: &Learned<S, f32, Device>,
    ) -> Var<S> {
        learned.value.retaped()
    }

    /// A value outside the model: without its tape.
    pub fn keep<S: Shape>(&self, value: &Var<S>) -> Tensor<S, f32, Device> {
        untaped(value)
    }

    /// The variable with the rows of the pass, where it has fewer.
    pub(super) fn repeated<E: Event>(&self, var: &Value<E>) -> Option<Value<E>> {
        let (own, rows) = (E::rows(var.shape()), self.rows());
        (own != rows && own > 0 && rows.is_multiple_of(own))
            .then(|| repeat(var, E::ELEMENTS, rows / own, E::plated(rows)))
    }

    /// Draws a latent site from the inference model.
    ///
    /// # Errors
    /// Where a parameter or the estimator's setting is out of its domain.
    pub fn draw<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        site: &'static str,
        q: &Q,
        estimator: &E,
    ) -> Result<Draw<Q::Event>, Error> {
        self.place.particles *= std::mem::replace(&mut self.particles, 1);
        let rows = self.rows();
        check(site, q, rows)?;
        let noise = Stream::new(self.key, site, self.place);
        match self.mode {
            Mode::Train(settings) => {
                estimator.check(&settings)?;
                Ok(estimator.draw(q, rows, &noise, &settings))
            }
            _ => Ok(q.sample(rows, &noise)),
        }
    }

    /// Scores a latent site: the divergence of its guide from its prior.
    ///
    /// # Errors
    /// Where a parameter of the prior is out of its domain.
    pub fn latent<Q, P, E>(
        &mut self,
        site: &Latent,
        q: &Q,
        p: &P,
        estimator: &E,
        draw: &Draw<Q::Event>,
        kl: Kl<Q, P>,
    ) -> Result<(), Error>
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
        Q::Measure: SameMeasure<P::Measure>,
        Q::Support: Fits<P::Support>,
        E: Divergence<Q, P>,
    {
        check(site.name, p, self.rows())?;
        let closed = match site.closed_form {
            ClosedForm::Valid(_) => kl,
            ClosedForm::Invalid(_) => Kl::SAMPLED,
        };
        let (rows, form) = match self.mode {
            Mode::Train(settings) => estimator.divergence(q, p, draw, closed, &settings),
            Mode::Weigh => divergence_at_draw(q, p, draw, Kl::SAMPLED),
            _ => divergence_at_draw(q, p, draw, closed),
        };
        self.note_latent::<Q, P, E>(site, estimator, form, kl.has_closed_form());
        self.terms.push(Term {
            site: site.name,
            is_divergence: true,
            rows,
        });
        Ok(())
    }

    fn note_latent<Q: Distribution, P: Distribution, E: Estimator<Q>>(
        &mut self,
        site: &Latent,
        estimator: &E,
        form: KlForm,
        has_closed_form: bool,
    ) {
        if let (Some(choices), Mode::Train(settings)) = (&mut self.choices, self.mode) {
            choices.push(Choice::latent::<Q, P>(
                site,
                estimator.describe(&settings),
                form,
                has_closed_form,
            ));
        }
    }

    /// Scores an observed site. In a run for predictions, returns its mean.
    ///
    /// # Errors
    /// Where an observation is outside the family's support, a parameter out of its domain, or a
    /// mean is wanted of a family that has none.
    pub fn observe<P: Distribution>(
        &mut self,
        site: &'static str,
        p: &P,
        value: &Value<P::Event>,
    ) -> Result<Option<Batch<P::Event>>, Error> {
        check(site, p, self.rows())?;
        if self.mode == Mode::Predict {
            let mean = p.mean(self.rows()).ok_or(Error::NoMean {
                site,
                family: P::FAMILY,
            })?;
            return Ok(Some(untaped(&mean)));
        }
        self.check_support::<P>(site, value)?;
        if let Some(choices) = &mut self.choices {
            choices.push(Choice::observed::<P>(site));
        }
        self.terms.push(Term {
            site,
            is_divergence: false,
            rows: p.log_prob(value),
        });
        Ok(None)
    }

    /// Draws a site of the generative model, or scores the value that is given for it.
    ///
    /// # Errors
    /// Where a parameter is out of its domain, or a given value outside the family's support.
    pub fn generate<P: Distribution>(
        &mut self,
        site: &'static str,
        p: &P,
        given: Option<&Batch<P::Event>>,
    ) -> Result<Value<P::Event>, Error> {
        let Some(given) = given else {
            check(site, p, self.rows())?;
            let noise = Stream::new(self.key, site, self.place);
            return Ok(p.sample(self.rows(), &noise).value());
        };
        let value = self.data(given);
        let rows = P::Event::rows(value.shape());
        if rows == 0 {
            return Err(Error::NoRows { site });
        }
        if self.data_rows == 0 {
            self.data_rows = rows;
        }
        if rows != self.data_rows {
            return Err(Error::RowCounts {
                site: self
                    .terms
                    .first()
                    .map_or("the covariates", |term| term.site),
                rows: self.data_rows,
                other: site,
                other_rows: rows,
            });
        }
        check(site, p, rows)?;
        self.check_support::<P>(site, &value)?;
        self.terms.push(Term {
            site,
            is_divergence: false,
            rows: p.log_prob(&value),
        });
        Ok(value)
    }

    /// The data row of an entry of a term that has so many.
    pub(crate) fn data_row(&self, entry: usize, entries: usize) -> usize {
        self.place.first_row + entry * self.data_rows / entries
    }

    /// # Errors
    /// With the sites whose terms are NaN or infinite.
    pub(crate) fn check_finite(&self) -> Result<(), Error> {
        self.check_terms(f32::is_finite)
    }

    /// A weight of zero is legal: its logarithm is −∞.
    ///
    /// # Errors
    /// With the sites whose terms are NaN.
    pub(crate) fn check_not_nan(&self) -> Result<(), Error> {
        self.check_terms(|v| !v.is_nan())
    }

    fn check_terms(&self, legal: impl Fn(f32) -> bool) -> Result<(), Error> {
        let sites: Vec<_> = self
            .terms
            .iter()
            .filter_map(|term| {
                let own = values(&term.rows);
                let at = own.iter().position(|&v| !legal(v))?;
                Some((term.site, self.data_row(at, own.len())))
            })
            .collect();
        if sites.is_empty() {
            return Ok(());
        }
        Err(Error::NotFinite {
            step: self.key.step,
            sites,
        })
    }

    /// The sum of all terms, for each data row.
    pub(super) fn log_joint(&self) -> Batch<()> {
        let mut total = vec![0.0_f64; self.data_rows];
        for term in &self.terms {
            let own = values(&term.rows);
            for (row, sum) in total.iter_mut().enumerate() {
                *sum += f64::from(own[row * own.len() / self.data_rows]);
            }
        }
        let total = total.into_iter().map(|v| v as f32).collect();
        tensor(total, (self.data_rows,))
    }

    fn check_support<P: Distribution>(
        &self,
        site: &'static str,
        value: &Value<P::Event>,
    ) -> Result<(), Error> {
        let elements = values(value);
        match P::Support::first_outside(elements, P::Event::LAST) {
            None => Ok(()),
            Some(at) => Err(Error::Observation {
                site,
                row: self.place.first_row + at / P::Event::ELEMENTS,
                element: at % P::Event::ELEMENTS,
                value: elements[at],
                family: P::FAMILY,
                expected: P::Support::DESCRIPTION,
            }),
        }
    }
}

fn check<D: Distribution>(site: &'static str, distribution: &D, rows: usize) -> Result<(), Error> {
    distribution.check(rows).map_err(|fault| Error::Parameter {
        site,
        family: D::FAMILY,
        fault,
    })
}
