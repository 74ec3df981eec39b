//! Rows of a table that is no layer's: learned, or drawn.

use super::embedding::{places, read};
use crate::tensor::names::{Const, Shape};
use crate::tensor::repeated::Repeat;
use crate::tensor::{Flat, Var};

/// For each row of the data, the row of a table that a class names: `pick(table, group)` of a table `[K, …]` and a class of 0, 1, … K − 1
/// gives `[…]`. A sequence of classes, `[T]`, gives `[T, …]`.
///
/// The table is a learned tensor, a `Parameter<Rank2<8, 3>>`, or a site, such as the effects of eight groups:
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// Eight schools and the pupils of each.
///     pub struct Schools { loc: Parameter<Rank1<8>>, log_scale: Parameter<Rank1<8>> }
///     generative p(school: []) {
///         global sample effect: [8] ~ Normal::new(0.0, 5.0);
///         sample score ~ Normal::new(pick(effect, school), 10.0);
///     }
///     inference q(score, school) {
///         sample effect ~ Normal::new(loc, log_scale.exp());
///     }
/// }
///
/// let schools = Schools::new(0);
/// let (score, school) = (batch(vec![28.0, 8.0, -3.0])?, batch(vec![0, 1, 7])?);
/// let loss = Elbo::default().whole_data().loss(&schools.q(&score, &school))?;
/// let gradients = loss.backward();
/// let by_loc = gradients.get(&schools.loc.value).as_vec();
/// assert!(by_loc[0] != by_loc[2]);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// A number that is no class gives NaN in its row alone. If that becomes a parameter, the run's error has the number.
/// Gradients by the table are summed in double. None flows to the classes: a class that is drawn needs an estimator that compares
/// classes, or a one-hot site, `y.matmul(table)`.
///
/// # Panics
/// If a table for each row and the classes differ in their rows. In a model they do not.
#[doc(alias("gather", "index_select", "take"))]
pub fn pick<Table: PickBy<Index, Picked>, Index: Shape, Picked: Shape>(
    table: Var<Table>,
    index: Var<Index>,
) -> Var<Picked> {
    let how = table.shape().of(index.shape());
    let shape = table.shape().picked(index.shape());
    Var::of(picked(table.into_flat(), index.into_flat(), how), shape)
}

/// A table that classes of this shape may pick rows of.
#[diagnostic::on_unimplemented(
    message = "`pick` takes a table and a class for each row, and not `{Self}` and `{Index}`",
    label = "no table and class",
    note = "help: a table has an axis of classes first, `Parameter<Rank2<8, 3>>`, and at most two behind it; a class is a number a row, a covariate `group: []` or a `Categorical` site, or a sequence of them, `[T]`"
)]
// The shape of what is picked is a parameter. If a table does not fit, the compiler then knows none, and reports it once.
pub trait PickBy<Index: Shape, Picked: Shape>: Shape {
    #[doc(hidden)]
    fn picked(&self, index: &Index) -> Picked;
    #[doc(hidden)]
    fn of(&self, index: &Index) -> Sizes;
}

/// The sizes of a table and of what reads it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// The rows of the data.
    rows: usize,
    /// Whether there is a table for each of them.
    has_tables: bool,
    classes: usize,
    /// The numbers of a row of the table.
    width: usize,
}

macro_rules! tables {
    ($([$($axis:ident),*] by [$($step:ident)?], [$($value:ident),*];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<const K: usize, $(const $axis: usize,)* $(const $step: usize)?>
            PickBy<(usize, $(Const<$step>,)?), (usize, $(Const<$step>,)? $(Const<$axis>,)*)>
            for (Const<K>, $(Const<$axis>,)*)
        {
            fn picked(
                &self,
                index: &(usize, $(Const<$step>,)?),
            ) -> (usize, $(Const<$step>,)? $(Const<$axis>,)*) {
                (index.0, $($value,)*)
            }

            fn of(&self, index: &(usize, $(Const<$step>,)?)) -> Sizes {
                let width = [1, $($axis),*].iter().product();
                Sizes { rows: index.0, has_tables: false, classes: K, width }
            }
        }

        #[diagnostic::do_not_recommend]
        impl<const K: usize, $(const $axis: usize,)* $(const $step: usize)?>
            PickBy<(usize, $(Const<$step>,)?), (usize, $(Const<$step>,)? $(Const<$axis>,)*)>
            for (usize, Const<K>, $(Const<$axis>,)*)
        {
            fn picked(
                &self,
                index: &(usize, $(Const<$step>,)?),
            ) -> (usize, $(Const<$step>,)? $(Const<$axis>,)*) {
                (index.0, $($value,)*)
            }

            fn of(&self, index: &(usize, $(Const<$step>,)?)) -> Sizes {
                assert_eq!(self.0, index.0, "rows of the tables and of the classes");
                let width = [1, $($axis),*].iter().product();
                Sizes { rows: index.0, has_tables: true, classes: K, width }
            }
        }
    )*};
}

tables! {
    [] by [], [];
    [A] by [], [Const];
    [A, B] by [], [Const, Const];
    [] by [T], [Const];
    [A] by [T], [Const, Const];
    [A, B] by [T], [Const, Const, Const];
}

fn picked(table: Flat, index: Flat, sizes: Sizes) -> Flat {
    let Sizes {
        rows,
        has_tables,
        classes,
        width,
    } = sizes;
    let steps = index.len() / rows.max(1);
    // A table in memory for each row of a cycle, each of which stands for `copies` rows in turn.
    let (own, how) = match table.repeated_rows(classes * width).filter(|_| has_tables) {
        Some((own, how)) => (own.clone(), Some(how)),
        None => (table, None),
    };
    if let Some((classes, theirs)) = index.repeated_rows(steps)
        && (!has_tables || how.is_some_and(|how| how.of_rows(0) == theirs.of_rows(0)))
    {
        let rows = rows / theirs.factor().max(1);
        let once = picked(own, classes.clone(), Sizes { rows, ..sizes });
        return theirs.of_rows(steps * width).apply(&once);
    }
    let copies = how.map_or(1, |how: Repeat| how.copies).max(1);
    let tables = own.len() / (classes * width).max(1);
    let table_of = |row: usize| match has_tables {
        true => row / copies % tables.max(1),
        false => 0,
    };
    let places = places(index.values(), rows, classes, table_of);
    read(own, places, width)
}
