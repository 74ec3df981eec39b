//! What the guides say of the latents: means, deviations, modes and parameters.

use crate::distribution::{Distribution, Draw};
use crate::error::Error;
use crate::program::Pass;
use crate::program::posterior::{Missing, ParameterValues, Posterior, Summary, no_mean};
use crate::program::row_tree::Rise;
use crate::tensor::{Event, Value, constant, first};

impl Pass {
    /// The mean of a latent site, in place of its draw. Keeps what the guide says of the site.
    ///
    /// # Errors
    /// Fails if another guide reads the site, and its family has no mean, or an infinite one in a row.
    pub(in crate::program) fn summary_for_draw<Q: Distribution>(
        &mut self,
        site: usize,
        q: &Q,
    ) -> Result<Draw<Q::Event>, Error> {
        let branch = self.rows.expand(site, 1, Rise::Draws)?;
        self.check(site, branch, q)?;
        let rows = self.rows_of(site, branch);
        let numbers = |found| {
            let found = self.finite::<Q::Event>(found, rows)?;
            Ok(found.values().to_vec())
        };
        let summary = Summary {
            family: Q::FAMILY,
            mean: numbers(q.mean(rows)),
            deviation: numbers(q.deviation(rows)),
            mode: numbers(q.mode(rows)),
            parameters: parameters(q, rows),
        };
        let is_read = self.sites[site]
            .latent
            .is_some_and(|latent| !latent.readers.is_empty());
        let value = match &summary.mean {
            Ok(mean) => mean.clone(),
            Err(missing) if is_read => {
                return Err(no_mean(self.sites[site].name, Q::FAMILY, *missing));
            }
            // Nothing reads it.
            Err(_) => vec![0.0; rows * Q::Event::ELEMENTS],
        };
        self.records[site].summary = Some(summary);
        Ok(Draw::of(constant(value, Q::Event::plated(rows))))
    }

    /// What was found, or the first place where it is no number.
    pub(super) fn finite<E: Event>(
        &self,
        found: Option<Value<E>>,
        rows: usize,
    ) -> Result<Value<E>, Missing> {
        let found = found.ok_or(None)?;
        let Some(at) = first(found.values(), f32::is_finite) else {
            return Ok(found);
        };
        let row = self.rows.data_row(at / E::ELEMENTS, rows);
        Err(Some((row, at % E::ELEMENTS)))
    }

    /// What the guide says of the site whose first step is at this place.
    pub fn posterior<E: Event>(&self, place: usize) -> Posterior<E> {
        let site = &self.sites[place];
        let of_statement = |at: &usize| self.sites[*at].statement == site.statement;
        let places = (0..self.sites.len()).filter(of_statement);
        let steps = places.map(|at| self.records[at].summary.as_ref());
        let steps: Vec<Option<&Summary>> = steps.collect();
        let rows = match site.is_global() {
            true => 1,
            false => self.rows.data_rows(),
        };
        Posterior::of(
            site.statement,
            site.step.is_some(),
            &steps,
            rows,
            &|values| {
                if site.is_global() {
                    return values;
                }
                let wide: Vec<f64> = values.into_iter().map(f64::from).collect();
                let ordered = self.rows.in_data_order(&wide);
                ordered.into_iter().map(|own| own as f32).collect()
            },
        )
    }
}

/// The parameters that a family lists, with their numbers in all rows.
fn parameters(q: &impl Distribution, rows: usize) -> Vec<ParameterValues> {
    let listed = q.parameters().into_iter().map(|own| ParameterValues {
        name: own.name().to_owned(),
        shape: own.shape().to_vec(),
        values: (0..rows)
            .flat_map(|row| own.row(row, rows).to_vec())
            .collect(),
    });
    listed.collect()
}
