//! Tensors of a running model, and making data.

use std::fmt;

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{Gradients, SplitTape, Tensor, TensorFromVec, WithEmptyTape};

use super::Device;
use super::flat::Flat;
use super::gradient::Grads;
use super::number::Number;
use super::shape::{Event, Plated};
use super::tape::{Ambient, is_unlearned, note_unlearned, record_foreign_step};
use crate::error::Error;

/// A tensor in a running model: row-major numbers of shape `S`, recorded on the [ambient tape](crate::family::record).
///
/// A model's expressions consist of variables. Cloning one copies no numbers. Its operators and methods are in
/// [the table of operations](crate::prelude::model). `Var::from(&tensor)` makes one of a tensor of dfdx; it copies nothing and
/// shares that tensor's gradient. [`into_tensor`](Self::into_tensor) leads back, for dfdx's own operations.
///
/// ```
/// use elbow::prelude::*;
///
/// let x: Batch<(Const<2>,)> = batch(vec![1.0, 2.0, 3.0, 4.0])?;
/// let x = Var::from(&x);
/// assert_eq!((2.0 * &x - &x * &x).as_vec(), [1.0, 0.0, -3.0, -8.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone)]
pub struct Var<S: Shape> {
    flat: Flat,
    shape: S,
}

/// One event for each row, in a running model.
pub type Value<E> = Var<<E as Event>::Plated>;

/// Data or draws outside a running model: one event for each row, without a tape.
///
/// `Batch<Rank1<784>>`, which is `Batch<(Const<784>,)>`, holds images of 784 pixels; `Batch<()>` holds one number a row. A bare
/// size, `Batch<784>`, is no shape.
pub type Batch<E> = Tensor<<E as Event>::Plated, f32, Device>;

impl<S: Shape> Var<S> {
    pub(crate) fn of(flat: Flat, shape: S) -> Self {
        debug_assert_eq!(flat.len(), shape.num_elements(), "numbers for the shape");
        Self { flat, shape }
    }

    pub(crate) fn flat(&self) -> &Flat {
        &self.flat
    }

    pub(crate) fn into_flat(self) -> Flat {
        self.flat
    }

    /// The sizes of its axes.
    pub fn shape(&self) -> &S {
        &self.shape
    }

    /// The numbers, the last axis first.
    pub fn values(&self) -> &[f32] {
        self.flat.values()
    }

    /// A copy of the numbers, the last axis first.
    pub fn as_vec(&self) -> Vec<f32> {
        self.values().to_vec()
    }

    /// Tells the active recording that the gradient by this is never asked for. Call it for data in an objective that you
    /// [record](crate::family::record) yourself. Layers and densities then compute no gradient by it.
    pub fn note_unlearned(&self) {
        note_unlearned(&self.flat);
    }

    /// The gradient by this, if it is a tensor of dfdx: from [`Var::from`], or made by dfdx's operations. `None` if an operation of
    /// this crate made it, since such a gradient is gone once it has flowed on. It has the order of [`values`](Self::values), and is
    /// zero if nothing flowed.
    pub fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Device>) -> Option<&'g [f32]> {
        let gradient = self.flat.gradient(gradients);
        gradient.map(|own| own.as_slice())
    }

    /// The same as a tensor of dfdx on the ambient tape, for dfdx's own operations. `Var::from` makes a variable of their result,
    /// and gradients flow through both.
    ///
    /// ```
    /// use elbow::dfdx::tensor_ops::MeanTo;
    /// use elbow::prelude::*;
    /// use elbow::family::record;
    ///
    /// let x = tensor(vec![1.0, 2.0, 3.0], (Const::<3>,));
    /// let (y, recording) = record(|| {
    ///     let square = Var::from(&x).square().into_tensor();
    ///     Var::<Rank0>::from(square.mean())
    /// });
    /// let by_x = recording.backward(&y).get(&x).as_vec();
    /// let exact = [2.0 / 3.0, 4.0 / 3.0, 2.0];
    /// assert!(by_x.iter().zip(exact).all(|(found, exact)| (found - exact).abs() < 1e-6));
    /// ```
    pub fn into_tensor(self) -> Tensor<S, f32, Device, Ambient> {
        let tensor = untaped(self.clone());
        if !is_unlearned(&self.flat) {
            let (own, flat) = (tensor.clone(), self.flat);
            record_foreign_step(Box::new(move |grads: &mut Grads<'_>| {
                let upstream = grads.buffers.get_or_alloc_mut(&own);
                let upstream = upstream.expect("memory for a gradient").to_vec();
                let gradient = grads.buffer(&flat).iter_mut();
                gradient.zip(upstream).for_each(|(g, up)| *g += up);
            }));
        }
        tensor.retaped()
    }
}

impl Var<()> {
    /// The number.
    pub fn number(&self) -> f32 {
        self.values()[0]
    }
}

impl<S: Shape> From<&Tensor<S, f32, Device>> for Var<S> {
    fn from(tensor: &Tensor<S, f32, Device>) -> Self {
        let shape = *tensor.shape();
        Self::of(Flat::leaf(tensor.clone()), shape)
    }
}

impl<S: Shape> From<Tensor<S, f32, Device>> for Var<S> {
    fn from(tensor: Tensor<S, f32, Device>) -> Self {
        Self::from(&tensor)
    }
}

impl<S: Shape> From<Tensor<S, f32, Device, Ambient>> for Var<S> {
    /// From the result of dfdx's operations.
    fn from(tensor: Tensor<S, f32, Device, Ambient>) -> Self {
        let shape = *tensor.shape();
        Self::of(Flat::leaf(tensor.split_tape().0), shape)
    }
}

impl<S: Shape> HasShape for Var<S> {
    type WithShape<New: Shape> = Var<New>;
    type Shape = S;

    fn shape(&self) -> &S {
        &self.shape
    }
}

/// For dfdx's networks that read their input twice.
impl<S: Shape> WithEmptyTape for Var<S> {
    fn with_empty_tape(&self) -> Self {
        self.clone()
    }
}

impl<S: Shape> fmt::Debug for Var<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {:?}", self.flat, self.shape.concrete())
    }
}

/// A tensor of the given shape with these values in row-major order.
///
/// # Panics
/// If `values` does not hold exactly as many numbers as the shape has elements. For data from outside use [`batch`], which
/// returns an error instead.
pub fn tensor<S: Shape>(values: Vec<f32>, shape: S) -> Tensor<S, f32, Device> {
    assert_eq!(values.len(), shape.num_elements(), "values for the shape");
    DEVICE.with(|device| device.tensor_from_vec(values, shape))
}

thread_local! {
    static DEVICE: Device = Device::default();
}

/// A constant.
pub(crate) fn constant<S: Shape>(values: Vec<f32>, shape: S) -> Var<S> {
    Var::of(Flat::of(values), shape)
}

/// The numbers without their tape. They are not copied if nothing else shares them.
pub(crate) fn untaped<S: Shape>(var: Var<S>) -> Tensor<S, f32, Device> {
    tensor(var.flat.into_values(), var.shape)
}

/// Data with one event for each row, from numbers in row-major order. They may be of any type of number, and are rounded
/// to `f32`.
///
/// # Errors
/// Fails if there are no values, or if they do not fill whole rows.
///
/// ```
/// use elbow::prelude::*;
///
/// let x: Batch<(Const<2>,)> = batch(vec![0.0, 1.0, 1.0, 0.0, 1.0, 1.0])?;
/// assert_eq!(x.as_vec().len(), 6);
/// assert!(batch::<(usize, Const<2>)>(vec![0.0; 3]).is_err());
/// # Ok::<(), elbow::Error>(())
/// ```
pub fn batch<P: Plated>(values: Vec<impl Number>) -> Result<Tensor<P, f32, Device>, Error> {
    filled(Number::rounded(values))
}

fn filled<P: Plated>(values: Vec<f32>) -> Result<Tensor<P, f32, Device>, Error> {
    if values.is_empty() {
        return Err(Error::NoRows { site: "batch" });
    }
    let event = P::Event::ELEMENTS;
    if event == 0 || !values.len().is_multiple_of(event) {
        return Err(Error::RaggedRows {
            values: values.len(),
            event,
        });
    }
    let rows = values.len() / event;
    Ok(tensor(values, P::Event::plated(rows)))
}

/// These rows of a batch, in this order.
///
/// ```
/// use elbow::prelude::*;
/// use rand::{SeedableRng, seq::SliceRandom};
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Mean { guide: Linear<1, 1> }
///     generative p { sample z: [1] ~ Normal::new(0.0, 1.0); sample x: [1] ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(guide(x), 0.7071); }
/// }
///
/// let x: Batch<(Const<1>,)> = batch((0..100).map(|i| i as f32 / 50.0).collect())?;
/// let (mut mean, mut adam) = (Mean::new(0), Adam::new(1e-2));
/// let mut rng = rand::rngs::StdRng::seed_from_u64(0);
/// let mut order: Vec<usize> = (0..100).collect();
/// for _epoch in 0..3 {
///     order.shuffle(&mut rng);
///     for rows in order.chunks(25) {
///         let loss = Elbo::default().loss(&mean.q(&minibatch(&x, rows)?))?;
///         adam.descend(&mut mean, loss)?;
///     }
/// }
/// assert_eq!(minibatch(&x, &[3, 0])?.as_vec(), [0.06, 0.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// # Errors
/// Fails if there are no rows, and returns the first number without a row of the batch.
pub fn minibatch<P: Plated>(
    batch: &Tensor<P, f32, Device>,
    rows: &[usize],
) -> Result<Tensor<P, f32, Device>, Error> {
    if rows.is_empty() {
        return Err(Error::NoRows { site: "minibatch" });
    }
    let there = P::Event::rows(batch.shape());
    match rows.iter().find(|&&row| row >= there) {
        Some(&row) => Err(Error::NoSuchRow { row, rows: there }),
        None => Ok(picked(batch, rows.iter().copied())),
    }
}

/// These rows, which must exist.
pub(crate) fn picked<P: Plated>(
    batch: &Tensor<P, f32, Device>,
    rows: impl ExactSizeIterator<Item = usize>,
) -> Tensor<P, f32, Device> {
    let batch = P::flat(batch.clone());
    let values = batch.values();
    let elements = P::Event::ELEMENTS;
    let mut out = Vec::with_capacity(rows.len() * elements);
    let count = rows.len();
    rows.for_each(|row| out.extend_from_slice(&values[row * elements..][..elements]));
    tensor(out, P::Event::plated(count))
}
