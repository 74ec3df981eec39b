//! What a guide says of its latents, row by row.

use crate::distribution::axes;
use crate::error::Error;
use crate::tensor::names::Tensor;
use crate::tensor::{Batch, Device, Event, Plated, tensor};

/// What a guide says of one latent site: its mean, its standard deviation, its mode, and its parameters, one event a row. Of a global site
/// there is one row.
///
/// [`Inference::posterior`](crate::prelude::Inference::posterior) returns a record with one for every latent.
#[derive(Clone, Debug)]
pub struct Posterior<E: Event> {
    site: &'static str,
    family: &'static str,
    mean: Result<Batch<E>, Missing>,
    deviation: Result<Batch<E>, Missing>,
    mode: Result<Batch<E>, Missing>,
    parameters: Vec<ParameterValues>,
}

/// The row and the element where a number is missing; `None` if the family has none at all.
pub(super) type Missing = Option<(usize, usize)>;

/// The numbers of a parameter, row by row.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A class, and a number about it.
///     pub struct Classes { guide: Linear<1, 3> }
///     generative p {
///         sample y ~ Categorical::logits(tensor(vec![0.0; 3], (Const::<3>,)));
///         sample x: [1] ~ Normal::new(0.0, 1.0);
///     }
///     inference q(x) { sample y ~ Categorical::logits(guide(x)); }
/// }
///
/// let x: Batch<(Const<1>,)> = batch(vec![0.5, -0.5])?;
/// let posterior = Classes::new(0).q(&x).posterior()?;
/// // A class is one number, its logits are three.
/// let logits = posterior.y.parameter("logits")?;
/// assert_eq!((logits.shape(), logits.as_vec().len()), (&[3][..], 6));
/// let logits: Batch<(Const<3>,)> = logits.batch()?;
/// # let _ = logits;
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterValues {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

impl ParameterValues {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The axes of a row. Those of a looped site begin with its steps. The logits of a [`Categorical`](crate::prelude::Categorical) have one
    /// more than its event, the classes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All numbers, row by row. Steps at which a row does not run are 0.
    pub fn as_vec(&self) -> Vec<f32> {
        self.values.clone()
    }

    /// The same as a batch. Its type says which axes a row has: `let logits: Batch<(Const<3>,)> = logits.batch()?;`.
    ///
    /// # Errors
    /// Fails if the rows have other axes.
    pub fn batch<P: Plated>(&self) -> Result<Tensor<P, f32, Device>, Error> {
        let asked = axes::<P::Event>();
        if asked != self.shape {
            return Err(Error::ParameterShape {
                name: self.name.clone(),
                shape: self.shape.clone(),
                asked,
            });
        }
        let rows = self.values.len() / P::Event::ELEMENTS.max(1);
        Ok(tensor(self.values.clone(), P::Event::plated(rows)))
    }
}

/// What is noted of a site, or of a step of it, when it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Summary {
    pub family: &'static str,
    pub mean: Result<Vec<f32>, Missing>,
    pub deviation: Result<Vec<f32>, Missing>,
    pub mode: Result<Vec<f32>, Missing>,
    pub parameters: Vec<ParameterValues>,
}

impl<E: Event> Posterior<E> {
    /// The mean. It is that of [`encode`](crate::prelude::Inference::encode).
    ///
    /// # Errors
    /// Fails if the family has no mean, or if it is infinite in a row.
    pub fn mean(&self) -> Result<&Batch<E>, Error> {
        let error = |missing: &Missing| no_mean(self.site, self.family, *missing);
        self.mean.as_ref().map_err(error)
    }

    /// The standard deviation of every element.
    ///
    /// # Errors
    /// Fails if the family has no deviation, or if it is infinite or undefined in a row.
    pub fn deviation(&self) -> Result<&Batch<E>, Error> {
        let (site, family) = (self.site, self.family);
        let error = |&place: &Missing| Error::NoDeviation {
            site,
            family,
            place,
        };
        self.deviation.as_ref().map_err(error)
    }

    /// The mode.
    ///
    /// # Errors
    /// Fails if the family has no mode, or none at the parameters of a row.
    pub fn mode(&self) -> Result<&Batch<E>, Error> {
        let (site, family) = (self.site, self.family);
        let error = |&place: &Missing| Error::NoMode {
            site,
            family,
            place,
        };
        self.mode.as_ref().map_err(error)
    }

    /// The names of the guide's parameters.
    pub fn parameters(&self) -> Vec<&str> {
        self.parameters.iter().map(ParameterValues::name).collect()
    }

    /// A parameter of the guide, by the name of the family's getter: `loc`, `scale`. Log-odds and logits are `logits`, also where
    /// probabilities were given. Those of a base or of components have its name before theirs: `base.rate`, `components[0].loc`.
    ///
    /// # Errors
    /// Fails if the family lists no parameter of this name.
    pub fn parameter(&self, name: &str) -> Result<&ParameterValues, Error> {
        let mut parameters = self.parameters.iter();
        parameters
            .find(|own| own.name == name)
            .ok_or_else(|| Error::NoParameter {
                site: self.site,
                family: self.family,
                name: name.to_owned(),
                names: self.parameters.iter().map(|own| own.name.clone()).collect(),
            })
    }

    /// From what was noted of each of the site's steps, or of the site itself if no loop samples it. A step has the first of `rows` rows,
    /// which `ordered` puts into the order of the data.
    pub(super) fn of(
        site: &'static str,
        is_looped: bool,
        steps: &[Option<&Summary>],
        rows: usize,
        ordered: &dyn Fn(Vec<f32>) -> Vec<f32>,
    ) -> Self {
        let known: Vec<&Summary> = steps.iter().flatten().copied().collect();
        let each = E::ELEMENTS / steps.len().max(1);
        let whole = |of: &dyn Fn(&Summary) -> &Result<Vec<f32>, Missing>| {
            let mut parts = Vec::new();
            for (step, own) in steps.iter().enumerate() {
                match own.map(of) {
                    None => parts.push(&[][..]),
                    Some(Ok(values)) => parts.push(values),
                    Some(Err(place)) => {
                        return Err(place.map(|(row, element)| (row, step * each + element)));
                    }
                }
            }
            let values = ordered(side_by_side(&parts, rows, each));
            Ok(tensor(values, E::plated(rows)))
        };
        // Families list the same parameters at every step.
        let first = known.first().map_or(&[][..], |own| &own.parameters);
        let parameters = first.iter().enumerate().map(|(at, own)| {
            let parts: Vec<&[f32]> = steps
                .iter()
                .map(|own| own.map_or(&[][..], |own| &own.parameters[at].values))
                .collect();
            let values = side_by_side(&parts, rows, own.shape.iter().product());
            let axis = is_looped.then_some(steps.len());
            ParameterValues {
                name: own.name.clone(),
                shape: axis.into_iter().chain(own.shape.iter().copied()).collect(),
                values: ordered(values),
            }
        });
        Self {
            site,
            family: known.first().map_or("", |own| own.family),
            mean: whole(&|own| &own.mean),
            deviation: whole(&|own| &own.deviation),
            mode: whole(&|own| &own.mode),
            parameters: parameters.collect(),
        }
    }
}

/// The error of a mean that is missing.
pub(super) fn no_mean(site: &'static str, family: &'static str, missing: Missing) -> Error {
    match missing {
        None => Error::NoMean { site, family },
        Some((row, element)) => Error::MeanBeyond {
            site,
            row,
            element,
            family,
        },
    }
}

/// The first rows of each step side by side, `each` numbers a step. A step is zero in rows that it does not run for.
fn side_by_side(steps: &[&[f32]], rows: usize, each: usize) -> Vec<f32> {
    let mut all = vec![0.0; rows * steps.len() * each];
    for (row, out) in all.chunks_mut((steps.len() * each).max(1)).enumerate() {
        for (out, step) in out.chunks_mut(each.max(1)).zip(steps) {
            if let Some(own) = step.get(row * each..(row + 1) * each) {
                out.copy_from_slice(own);
            }
        }
    }
    all
}
