//! Data that are observed in part.

use std::fmt;

use super::Data;
use crate::error::Error;
use crate::tensor::{Batch, Event, Plated, first, minibatch, picked, tensor};

/// Data of which some elements are not observed: `vae.q(&Partial::new(&x, &mask)?)`.
///
/// What is not observed is not scored, whatever number stands there: no bit of a loss or a gradient depends on it. An inference model
/// reads 0 in its place, and may read the mask too, as `observed(x)`: 1 where an element is observed and 0 where it is not.
///
/// ```
/// use elbow::prelude::*;
/// use rand::{SeedableRng, rngs::StdRng};
///
/// model! {
///     /// Three measurements of one cause.
///     pub struct Cause {
///         guide: (Linear<6, 8>, Tanh, SplitInto<(Linear<8, 1>, (Linear<8, 1>, Softplus))>),
///         reading: Linear<1, 3>,
///     }
///     generative p {
///         sample z: [1] ~ Normal::new(0.0, 1.0);
///         sample x: [3] ~ Normal::new(reading(z), 0.5);
///     }
///     inference q(x) {
///         let (loc, scale) = guide(concat(x, observed(x)));
///         sample z ~ Normal::new(loc, scale);
///     }
/// }
///
/// let x: Batch<(Const<3>,)> = batch(vec![0.7, f32::NAN, 1.2, -0.4, 0.1, f32::NAN])?;
/// let mask = batch(vec![1, 0, 1, 1, 1, 0])?;
/// let x = Partial::new(&x, &mask)?;
/// let cause = Cause::new(0);
/// assert!(Elbo::default().loss(&cause.q(&x))?.value().is_finite());
///
/// // The means of all elements, and those of the gaps among the data.
/// let again = cause.q(&x).reconstruct(&mut StdRng::seed_from_u64(0))?;
/// let filled = x.filled(&again.x)?.as_vec();
/// assert_eq!((filled[0], filled[1]), (0.7, again.x.as_vec()[1]));
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// Single elements may be missing where the family is a product over elements, as `Normal` and `Bernoulli` are, or a mixture of such
/// products. Of other families, such as `OneHotCategorical` and `MultivariateNormal`, whole events may be: a mask with zeros in all of
/// the row. An author of a family says which by [`Gaps`](crate::family::Gaps). A covariate may be partly observed too: it reads 0 in
/// the gaps.
pub struct Partial<E: Event> {
    /// Zero where it is not observed.
    values: Batch<E>,
    /// The mask, if it has a zero.
    observed: Option<Batch<E>>,
}

impl<E: Event> Partial<E> {
    /// Data with a mask of their shape, which is 1 where an element is observed and 0 where it is not. Of data that have gaps
    /// already, what both masks say is observed.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let x: Batch<(Const<2>,)> = batch(vec![1.0, 2.0, 3.0, 4.0])?;
    /// let error = Partial::new(&x, batch(vec![1.0, 0.0, 0.5, 1.0])?).unwrap_err();
    /// assert!(error.to_string().starts_with("the mask is 0.5 in row 1, element 0"));
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if the mask has more or fewer rows than the data. Returns the first of its numbers that is neither 0 nor 1.
    pub fn new(mut data: impl Data<E>, mut mask: impl Data<E>) -> Result<Self, Error> {
        let (data, mask) = (data.partial(), mask.partial());
        check_rows::<E>(&data.values, "data", &mask.values, "mask")?;
        let zeros_and_ones = E::Plated::flat(mask.values);
        let numbers = zeros_and_ones.values();
        if let Some(at) = first(numbers, |x| x == 0.0 || x == 1.0) {
            return Err(Error::Mask {
                row: at / E::ELEMENTS.max(1),
                element: at % E::ELEMENTS.max(1),
                value: numbers[at],
            });
        }
        let before = data.observed.map(E::Plated::flat);
        let both = |at: usize| match &before {
            Some(before) => before.values()[at] * numbers[at],
            None => numbers[at],
        };
        Ok(Self::masked(
            &data.values,
            (0..numbers.len()).map(both).collect(),
        ))
    }

    /// Data of which all is observed. They are scored as the batch itself is. Code that is generic over the shape can make its masks by
    /// this.
    pub fn whole(values: Batch<E>) -> Self {
        Self {
            values,
            observed: None,
        }
    }

    /// Without a zero in the mask these are the data themselves, which are scored without a mask.
    fn masked(data: &Batch<E>, mask: Vec<f32>) -> Self {
        if mask.iter().all(|&o| o == 1.0) {
            return Self::whole(data.clone());
        }
        let own = E::Plated::flat(data.clone());
        let pairs = own.values().iter().zip(&mask);
        let values = pairs.map(|(&x, &o)| if o == 0.0 { 0.0 } else { x });
        let shape = E::plated(rows_of::<E>(data));
        Self {
            values: tensor(values.collect(), shape),
            observed: Some(tensor(mask, shape)),
        }
    }

    /// The data, with 0 where they are not observed.
    pub fn values(&self) -> &Batch<E> {
        &self.values
    }

    /// The mask: 1 where an element is observed and 0 where it is not.
    pub fn mask(&self) -> Batch<E> {
        let rows = rows_of::<E>(&self.values);
        let ones = || tensor(vec![1.0; rows * E::ELEMENTS], E::plated(rows));
        self.observed.clone().unwrap_or_else(ones)
    }

    /// The mask, if there is a gap.
    pub(super) fn observed(&self) -> Option<&Batch<E>> {
        self.observed.as_ref()
    }

    /// The data, with these numbers where they are not observed: `x.filled(&vae.q(&x).reconstruct(&mut rng)?.x)?`.
    ///
    /// # Errors
    /// Fails if there are more or fewer rows than the data have.
    pub fn filled(&self, gaps: &Batch<E>) -> Result<Batch<E>, Error> {
        check_rows::<E>(&self.values, "data", gaps, "gaps")?;
        let Some(observed) = &self.observed else {
            return Ok(self.values.clone());
        };
        let [values, gaps, observed] =
            [&self.values, gaps, observed].map(|batch| E::Plated::flat(batch.clone()));
        let pairs = values.values().iter().zip(gaps.values());
        let all = pairs.zip(observed.values());
        let filled = all.map(|((&x, &gap), &o)| if o == 0.0 { gap } else { x });
        Ok(tensor(
            filled.collect(),
            E::plated(rows_of::<E>(&self.values)),
        ))
    }

    /// These rows, as often and in the order as they are named. See [`minibatch`].
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let x: Batch<()> = batch(vec![1.0, 2.0, 3.0])?;
    /// let x = Partial::new(&x, batch(vec![1, 0, 1])?)?;
    /// let some = x.minibatch(&[2, 1])?;
    /// assert_eq!((some.values().as_vec(), some.mask().as_vec()), (vec![3.0, 0.0], vec![1.0, 0.0]));
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if there are no rows, and returns the first number without a row of the data.
    pub fn minibatch(&self, rows: &[usize]) -> Result<Self, Error> {
        // It checks the numbers of the rows.
        let values = minibatch(&self.values, rows)?;
        Ok(self.with_rows(values, rows.iter().copied()))
    }

    /// The same made of numbers and mask.
    pub(super) fn each<F: Event>(&self, make: impl Fn(&Batch<E>) -> Batch<F>) -> Partial<F> {
        Partial {
            values: make(&self.values),
            observed: self.observed.as_ref().map(make),
        }
    }

    /// These rows, which must exist.
    pub(super) fn picked(&self, rows: impl ExactSizeIterator<Item = usize> + Clone) -> Self {
        self.with_rows(picked(&self.values, rows.clone()), rows)
    }

    fn with_rows(&self, values: Batch<E>, rows: impl ExactSizeIterator<Item = usize>) -> Self {
        match &self.observed {
            None => Self::whole(values),
            Some(observed) => Self::masked(
                &values,
                E::Plated::flat(picked(observed, rows)).into_values(),
            ),
        }
    }
}

fn rows_of<E: Event>(batch: &Batch<E>) -> usize {
    use crate::tensor::names::HasShape;
    E::rows(batch.shape())
}

fn check_rows<E: Event>(
    first: &Batch<E>,
    site: &'static str,
    second: &Batch<E>,
    other: &'static str,
) -> Result<(), Error> {
    let (rows, other_rows) = (rows_of::<E>(first), rows_of::<E>(second));
    if rows == other_rows {
        return Ok(());
    }
    Err(Error::RowCounts {
        site,
        rows,
        other,
        other_rows,
    })
}

impl<E: Event> Clone for Partial<E> {
    fn clone(&self) -> Self {
        Self {
            values: self.values.clone(),
            observed: self.observed.clone(),
        }
    }
}

impl<E: Event> fmt::Debug for Partial<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observed = self.observed.clone().map(E::Plated::flat);
        f.debug_struct("Partial")
            .field("values", &E::Plated::flat(self.values.clone()))
            .field("observed", &observed)
            .finish()
    }
}
