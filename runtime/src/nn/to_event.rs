//! A layer that only changes the shape of each row.

use std::marker::PhantomData;

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::tensor::HasErr;

use crate::tensor::{Device, Event, Plated, Value, Var};

/// Lays the numbers of each row out as one event of shape `E`, in row-major order. It stands between a network
/// of flat layers and a site with more axes.
///
/// ```
/// use elbow::family::apply;
/// use elbow::prelude::*;
///
/// let flat: Batch<(Const<6>,)> = batch((0..12).map(|i| i as f32).collect())?;
/// let events: Var<(usize, Const<2>, Const<3>)> = apply(&ToEvent::<Rank2<2, 3>>::default(), Var::from(&flat));
/// assert_eq!(events.as_vec(), flat.as_vec());
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// An input whose rows have another number of elements is a compile error.
#[derive(Clone, Copy, Debug)]
#[doc(alias("reshape", "flatten"))]
pub struct ToEvent<E>(PhantomData<E>);

impl<E> Default for ToEvent<E> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<E> ZeroSizedModule for ToEvent<E> {}
impl<E> NonMutableModule for ToEvent<E> {}

impl<E: Event, P: Plated> Module<Var<P>> for ToEvent<E> {
    type Output = Value<E>;
    type Error = <Device as HasErr>::Err;

    fn try_forward(&self, input: Var<P>) -> Result<Value<E>, Self::Error> {
        const {
            assert!(
                E::NUMEL == <P::Event as dfdx::shapes::ConstShape>::NUMEL,
                "`ToEvent` must keep the number of elements of a row"
            );
        }
        let rows = P::Event::rows(input.shape());
        Ok(Var::of(input.into_flat(), E::plated(rows)))
    }
}
