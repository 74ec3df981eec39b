//! Numbers on the ambient tape, without their shape.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, SplitTape, Tensor, UniqueId};
use dfdx::tensor_ops::{RealizeTo, ReshapeTo};

use super::Device;
use super::memory::{Places, note_size};
use super::parts::share;
use super::repeated::{Repeat, Repeated};
use super::scratch::Scratch;
use super::slice::as_slice;
use super::tape::{Ambient, identity_of};

/// The numbers of a [`Var`](super::Var) in row-major order, and the identity by which its gradient is found.
///
/// All operations are compiled once, for this type, for all shapes that a model has.
#[derive(Clone)]
pub struct Flat {
    identity: Identity,
    values: Values,
}

/// The identity by which a gradient is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Identity {
    /// Made by an operation of this crate.
    Made(u64),
    /// A tensor of dfdx: a parameter, data, or the result of an operation of dfdx.
    Leaf(UniqueId),
}

#[derive(Clone)]
enum Values {
    Made(Rc<Scratch>),
    Leaf(Rc<dyn Leaf>),
    Repeated(Rc<Repeated>),
}

/// A tensor of dfdx of any shape.
trait Leaf {
    fn values(&self) -> &[f32];
    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Device>) -> &'g mut Vec<f32>;
}

impl<S: Shape> Leaf for Tensor<S, f32, Device> {
    fn values(&self) -> &[f32] {
        as_slice(self).unwrap_or_default()
    }

    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Device>) -> &'g mut Vec<f32> {
        let gradient = gradients.get_or_alloc_mut(self);
        gradient.expect("memory for a gradient")
    }
}

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

impl Identity {
    fn next() -> Self {
        let next = NEXT.get();
        NEXT.set(next + 1);
        Self::Made(next)
    }
}

impl Flat {
    /// These numbers.
    pub(crate) fn of(values: Vec<f32>) -> Self {
        Self::made(Scratch::from(values))
    }

    pub(crate) fn made(values: Scratch) -> Self {
        note_size(values.len());
        Self {
            identity: Identity::next(),
            values: Values::Made(Rc::new(values)),
        }
    }

    /// This many numbers. `write` gets zeros to write over.
    pub(crate) fn filled(elements: usize, write: impl FnOnce(&mut [f32])) -> Self {
        let mut values = Scratch::zeros(elements);
        write(&mut values);
        Self::made(values)
    }

    /// This many numbers. `write` gets old memory, and must write over all of it.
    pub(crate) fn written_over(elements: usize, write: impl FnOnce(&mut [f32])) -> Self {
        let mut values = Scratch::new(elements);
        write(&mut values);
        Self::made(values)
    }

    /// This many numbers, written in parts of `each` numbers, which threads share. `write` gets the number of a part and one of
    /// `others`.
    ///
    /// # Panics
    /// If `write` leaves a part unfinished, or if there are too few of `others`.
    pub(crate) fn written<T: Send>(
        elements: usize,
        each: usize,
        others: impl Iterator<Item = T>,
        write: impl Fn(usize, T, &mut Places<'_>) + Sync,
    ) -> Self {
        let mut values = Scratch::new(elements);
        let parts = values.chunks_mut(each.max(1));
        let count = parts.len();
        let mut given = 0;
        let jobs = parts.zip(others).enumerate().inspect(|_| given += 1);
        share(jobs, |(number, (part, other))| {
            let mut places = Places::new(part);
            write(number, other, &mut places);
            assert_eq!(places.left(), 0, "places that were written");
        });
        assert_eq!(given, count, "parts that were written");
        Self::made(values)
    }

    /// Rows that stand for more.
    pub(super) fn repeating(rows: Repeated) -> Self {
        Self {
            identity: Identity::next(),
            values: Values::Repeated(Rc::new(rows)),
        }
    }

    /// The rows in memory and how they are repeated, if they stand for more.
    pub(crate) fn repeated(&self) -> Option<(&Flat, Repeat)> {
        match &self.values {
            Values::Repeated(rows) => Some(rows.source()),
            Values::Made(_) | Values::Leaf(_) => None,
        }
    }

    /// The same, if rows have this many elements.
    pub(crate) fn repeated_rows(&self, elements: usize) -> Option<(&Flat, Repeat)> {
        self.repeated().filter(|(_, how)| how.elements == elements)
    }

    /// The numbers in memory: each repeated row once.
    pub(crate) fn distinct(&self) -> &[f32] {
        self.repeated().map_or(self, |(rows, _)| rows).values()
    }

    /// The numbers of a tensor of dfdx, whose gradient is that of this.
    pub(crate) fn leaf<S: Shape>(tensor: Tensor<S, f32, Device>) -> Self {
        // dfdx copies a tensor that is not laid out in rows, since it knows where the gradient lies.
        let tensor = match as_slice(&tensor) {
            Some(_) => tensor,
            None => tensor.retaped::<Ambient>().contiguous().split_tape().0,
        };
        Self {
            identity: Identity::Leaf(identity_of(&tensor)),
            values: Values::Leaf(Rc::new(tensor)),
        }
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// The numbers.
    pub(crate) fn values(&self) -> &[f32] {
        match &self.values {
            Values::Made(values) => values,
            Values::Leaf(leaf) => leaf.values(),
            Values::Repeated(rows) => rows.all(),
        }
    }

    /// The numbers for writing, if nothing else shares them.
    pub(crate) fn alone(&mut self) -> Option<&mut [f32]> {
        match &mut self.values {
            Values::Made(values) => Rc::get_mut(values).map(|values| &mut **values),
            Values::Leaf(_) | Values::Repeated(_) => None,
        }
    }

    /// The numbers, in the memory where they are if nothing else shares it.
    pub(crate) fn into_values(self) -> Vec<f32> {
        match self.values {
            Values::Made(values) => match Rc::try_unwrap(values) {
                Ok(alone) => alone.into_vec(),
                Err(shared) => shared.to_vec(),
            },
            Values::Leaf(leaf) => leaf.values().to_vec(),
            Values::Repeated(rows) => rows.all().to_vec(),
        }
    }

    /// The number of elements.
    pub(crate) fn len(&self) -> usize {
        match &self.values {
            Values::Repeated(rows) => rows.len(),
            Values::Made(_) | Values::Leaf(_) => self.values().len(),
        }
    }

    /// Where dfdx keeps the gradient, if this is one of its tensors.
    pub(crate) fn gradient<'g>(
        &self,
        gradients: &'g mut Gradients<f32, Device>,
    ) -> Option<&'g mut Vec<f32>> {
        match &self.values {
            Values::Made(_) | Values::Repeated(_) => None,
            Values::Leaf(leaf) => Some(leaf.gradient(gradients)),
        }
    }
}

/// A tensor of dfdx whose type has no constant sizes. Its [`Flat::leaf`] is compiled once, in this crate.
pub(crate) trait AnySizes {
    /// The numbers of the tensor. They share its gradient.
    fn leaf(self) -> Flat;
}

macro_rules! any_sizes {
    ($($shape:ty),*) => {$(
        impl AnySizes for Tensor<$shape, f32, Device> {
            #[inline(never)]
            fn leaf(self) -> Flat {
                Flat::leaf(self)
            }
        }
    )*};
}

any_sizes!(
    (usize,),
    (usize, usize),
    (usize, usize, usize),
    (usize, usize, usize, usize)
);

/// [`Flat::leaf`] of a tensor whose type has constant sizes, through a type that has none.
pub(crate) fn leaf_of<S: Shape, Any>(tensor: Tensor<S, f32, Device>) -> Flat
where
    Any: Shape<Concrete = S::Concrete>,
    Tensor<Any, f32, Device>: AnySizes,
{
    match tensor.try_realize::<Any>() {
        Ok(tensor) => tensor.leaf(),
        Err(_) => unreachable!("sizes that are not told are any"),
    }
}

impl fmt::Debug for Flat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values()).finish()
    }
}
