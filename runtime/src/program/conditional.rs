//! A generative model some of whose sites have given values.

use rand::RngCore;

use super::steps::{InTime, Steps, of_batch};
use super::{Column, Data, Generative, Handler, Partial, Pass, data, fresh_key, room};
use crate::error::Error;
use crate::noise::Key;
use crate::tensor::{Batch, Event};

/// A site of the generative program `G`, with events of shape `E`: `VaeP::Z`.
pub struct GenerativeSite<G: Generative, E: Event> {
    put: fn(&mut G::Given, Partial<E>),
}

impl<G: Generative, E: Event> GenerativeSite<G, E> {
    /// The site whose values `put` puts into the record.
    pub const fn new(put: fn(&mut G::Given, Partial<E>)) -> Self {
        Self { put }
    }
}

/// A generative model some of whose sites have given values, as [`Generative::given`] makes it.
///
/// It draws the other sites, or computes their means or modes. There are as many rows as the values have.
pub struct Conditional<G: Generative> {
    program: G,
    given: G::Given,
    rows: Option<usize>,
}

impl<G: Generative> Conditional<G> {
    pub(super) fn of(program: G) -> Self {
        Self {
            program,
            given: G::Given::default(),
            rows: None,
        }
    }

    /// Gives one more site its values. Those that it had are replaced.
    pub fn given<E: Event>(mut self, site: GenerativeSite<G, E>, mut values: impl Data<E>) -> Self {
        (site.put)(&mut self.given, values.partial());
        self
    }

    /// Asks for this many rows, if neither a value nor a covariate has them: if no value is given but those of global sites.
    pub fn rows(self, rows: usize) -> Self {
        let rows = Some(rows);
        Self { rows, ..self }
    }

    /// One draw of every site that is not given, and the values of the others. Where a value has gaps, the draw fills them in.
    ///
    /// # Errors
    /// Fails if a site is given and one that it depends on is not: a draw of that from the generative model would know nothing of the
    /// values below it. An inference model draws it. Fails if a value is outside its site's support, if rows differ, or if a
    /// parameter is out of its domain.
    pub fn sample(&self, rng: &mut impl RngCore) -> Result<G::Joint, Error> {
        self.run(Handler::sample(), fresh_key(rng))
    }

    /// The mean of every site that is not given, and the values of the others. A site that reads another is computed at the mean of
    /// that. Where a value has gaps, the mean fills them in.
    ///
    /// # Errors
    /// As [`sample`](Self::sample). Fails if a site's family has no mean.
    pub fn decode(&self) -> Result<G::Joint, Error> {
        // Nothing is drawn.
        self.run(Handler::encode(), Key::new(0, 0))
    }

    /// The mode of every site that is not given, and the values of the others. A site that reads another is computed at the mode of
    /// that, so all together need not be the most probable values. Where a value has gaps, the mode fills them in.
    ///
    /// # Errors
    /// As [`sample`](Self::sample). Fails if a site's family has no mode, or none at the parameters of a row.
    pub fn mode(&self) -> Result<G::Joint, Error> {
        // Nothing is drawn.
        self.run(Handler::mode(), Key::new(0, 0))
    }

    fn run(&self, handler: Handler, key: Key) -> Result<G::Joint, Error> {
        let mut columns = self.program.columns();
        columns.extend(G::given_columns(&self.given));
        let has_rows = !columns.is_empty();
        columns.extend(self.rows.map(Column::rows_asked));
        if columns.is_empty() {
            return Err(Error::NoRowsGiven);
        }
        let rows = data::common_rows(&columns)?;
        if !has_rows {
            room::check_generative(&self.program, &self.given, key, rows)?;
        }
        let mut pass = Pass::new(G::SITES, handler, key, rows);
        self.program.joint(&mut pass, &self.given)
    }
}

/// What is given of a site at a step, if anything is.
pub fn given_step<E: InTime<N>, const N: usize>(
    given: &Option<Partial<E::Whole>>,
    _: Steps<N>,
    at: usize,
) -> Option<Partial<E>> {
    let whole = given.as_ref()?;
    Some(whole.each(|own| of_batch::<E, N>(own, at)))
}

/// The values of a site in a joint value, and of a joint value of masks what is observed of it.
///
/// # Errors
/// As [`Partial::new`].
pub fn of_joint<E: Event>(
    values: &Batch<E>,
    observed: Option<&Batch<E>>,
) -> Result<Option<Partial<E>>, Error> {
    let whole = |batch: &Batch<E>| Partial::whole(batch.clone());
    let values = whole(values);
    match observed {
        None => Ok(Some(values)),
        Some(observed) => Partial::new(values, whole(observed)).map(Some),
    }
}
