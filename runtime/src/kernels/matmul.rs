//! Matrix products of variables.

use crate::tensor::names::{Const, Dim, Shape};

use super::linear::linear;
use crate::tensor::{Flat, Var, on_backward_to};

impl<S: Shape> Var<S> {
    /// The matrix product of rows, or one row, of `I` numbers with a matrix of `I` rows or with `I` numbers.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let x = Var::from(batch::<(usize, Const<2>)>(vec![1.0, 2.0, 3.0, 4.0])?);
    /// let swap = Var::from(tensor(vec![0.0, 1.0, 1.0, 0.0], (Const::<2>, Const::<2>)));
    /// assert_eq!(x.clone().matmul(swap).as_vec(), [2.0, 1.0, 4.0, 3.0]);
    /// let weights = Var::from(tensor(vec![1.0, -1.0], (Const::<2>,)));
    /// assert_eq!(x.matmul(weights).as_vec(), [-1.0, -1.0]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn matmul<Factor: FactorOf<Self>>(self, factor: Factor) -> Factor::Product {
        factor.product(self)
    }
}

/// What can stand on the right of a matrix product, with `Left` on its left.
#[diagnostic::on_unimplemented(
    message = "`{Left}` and `{Self}` have no matrix product",
    label = "the first axis here must be as long as the last on the left",
    note = "help: rows of 3 numbers go with a matrix `Parameter<Rank2<3, 5>>` or with 3 numbers, `Parameter<Rank1<3>>`"
)]
pub trait FactorOf<Left> {
    /// The product.
    type Product;
    /// The product.
    fn product(self, left: Left) -> Self::Product;
}

#[diagnostic::do_not_recommend]
impl<B: Dim, const I: usize, const O: usize> FactorOf<Var<(B, Const<I>)>>
    for Var<(Const<I>, Const<O>)>
where
    (B, Const<I>): Shape,
    (B, Const<O>): Shape,
{
    type Product = Var<(B, Const<O>)>;

    fn product(self, left: Var<(B, Const<I>)>) -> Self::Product {
        let (rows, _) = *left.shape();
        let weight = transposed(self.into_flat(), O);
        let out = linear(left.into_flat(), weight, None, [I, O]);
        Var::of(out, (rows, Const))
    }
}

#[diagnostic::do_not_recommend]
impl<B: Dim, const I: usize> FactorOf<Var<(B, Const<I>)>> for Var<(Const<I>,)>
where
    (B, Const<I>): Shape,
    (B,): Shape,
{
    type Product = Var<(B,)>;

    fn product(self, left: Var<(B, Const<I>)>) -> Self::Product {
        let (rows, _) = *left.shape();
        let out = linear(left.into_flat(), self.into_flat(), None, [I, 1]);
        Var::of(out, (rows,))
    }
}

#[diagnostic::do_not_recommend]
impl<const I: usize, const O: usize> FactorOf<Var<(Const<I>,)>> for Var<(Const<I>, Const<O>)> {
    type Product = Var<(Const<O>,)>;

    fn product(self, left: Var<(Const<I>,)>) -> Self::Product {
        let weight = transposed(self.into_flat(), O);
        Var::of(linear(left.into_flat(), weight, None, [I, O]), (Const,))
    }
}

/// The transpose of a matrix with `columns` columns.
fn transposed(own: Flat, columns: usize) -> Flat {
    let turn = |from: &[f32], columns: usize, to: &mut dyn FnMut(usize, f32)| {
        let rows = from.len() / columns.max(1);
        for (at, &value) in from.iter().enumerate() {
            to(at % columns * rows + at / columns, value);
        }
    };
    let rows = own.len() / columns.max(1);
    let out = Flat::written_over(own.len(), |out| {
        turn(own.values(), columns, &mut |at, value| out[at] = value);
    });
    on_backward_to(&out, &own, move |upstream, gradient| {
        turn(upstream, rows, &mut |at, value| gradient[at] += value);
    });
    out
}
