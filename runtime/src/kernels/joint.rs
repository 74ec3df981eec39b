//! Formulas of whole events of several shapes, row by row. They may mix the elements of an event.

use crate::tensor::{Event, Flat, Given, Grads, Param, Rows, Value, Var, on_backward};

/// A formula of one row's events, with its derivatives.
///
/// ```
/// use elbow::family::{Input, Joint, Param, joint_rows};
/// use elbow::prelude::{Const, Var, batch};
///
/// /// The inner product of two vectors.
/// #[derive(Clone, Copy)]
/// struct Inner;
///
/// impl Joint<2> for Inner {
///     fn value(&self, [a, b]: [&[f32]; 2], out: &mut [f64]) {
///         out[0] = a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum();
///     }
///     fn backward(&self, [a, b]: [&[f32]; 2], up: &[f64], [by_a, by_b]: [&mut [f64]; 2]) {
///         for i in 0..a.len() {
///             by_a[i] += up[0] * f64::from(b[i]);
///             by_b[i] += up[0] * f64::from(a[i]);
///         }
///     }
/// }
///
/// let a = Var::from(batch::<(usize, Const<2>)>(vec![1.0, 2.0, 3.0, 4.0])?);
/// let twos = Param::<(Const<2>,)>::Number(2.0);
/// let inner = joint_rows(Inner, [Input::of(&Param::<(Const<2>,)>::Rows(a)), Input::of(&twos)]);
/// assert_eq!(inner.exact(), [6.0, 14.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
pub trait Joint<const N: usize>: Copy + 'static {
    /// Writes the value for one row.
    fn value(&self, inputs: [&[f32]; N], out: &mut [f64]);

    /// Adds the gradients of the inputs. `upstream` is the gradient of the value.
    fn backward(&self, inputs: [&[f32]; N], upstream: &[f64], gradients: [&mut [f64]; N]);

    /// [`joint`] without shapes, to events of `elements` numbers. It is compiled for all shapes at once, in the formula's crate.
    #[doc(hidden)]
    fn mapped(&self, inputs: [Input; N], elements: usize) -> Flat {
        mapped(*self, inputs, elements)
    }

    /// [`joint_rows`]
    #[doc(hidden)]
    fn rows(&self, inputs: [Input; N]) -> Rows {
        rows(*self, inputs)
    }
}

/// Methods of a [`Joint`] of `N` inputs that compile its loops once, in this crate.
macro_rules! joint_compiled_here {
    ($n:expr) => {
        #[inline(never)]
        fn mapped(
            &self,
            inputs: [$crate::kernels::joint::Input; $n],
            elements: usize,
        ) -> $crate::tensor::Flat {
            $crate::kernels::joint::mapped(*self, inputs, elements)
        }

        #[inline(never)]
        fn rows(&self, inputs: [$crate::kernels::joint::Input; $n]) -> $crate::tensor::Rows {
            $crate::kernels::joint::rows(*self, inputs)
        }
    };
}

pub(crate) use joint_compiled_here;

/// An operand of any event shape.
pub struct Input {
    given: Given,
    /// The numbers of every row, if the parameter is a single number.
    spread: Vec<f32>,
    elements: usize,
    rows: Option<usize>,
}

impl Input {
    /// The operand that a parameter is.
    pub fn of<E: Event>(param: &Param<E>) -> Self {
        Self::given(param.given(), E::ELEMENTS)
    }

    pub(super) fn given(given: Given, elements: usize) -> Self {
        let spread = match given {
            Given::Number(number) => vec![number; elements],
            _ => Vec::new(),
        };
        Self {
            rows: given.rows(elements),
            given,
            spread,
            elements,
        }
    }

    fn values(&self) -> &[f32] {
        match &self.given {
            Given::Number(_) => &self.spread,
            given => given.values(),
        }
    }

    /// The place of a row's numbers in the operand. If the operand has fewer rows, each stands for a block.
    fn place(&self, row: usize, rows: usize) -> std::ops::Range<usize> {
        let own = match self.rows {
            Some(own) => row / (rows / own.max(1)).max(1),
            None => 0,
        };
        own * self.elements..(own + 1) * self.elements
    }

    /// The operand's numbers for a row of `rows`.
    pub(crate) fn row(&self, row: usize, rows: usize) -> &[f32] {
        &self.values()[self.place(row, rows)]
    }
}

/// The formula of every row. It has as many rows as the operand with the most rows, or one.
pub fn joint<Out: Event, F: Joint<N>, const N: usize>(
    formula: F,
    inputs: [Input; N],
) -> Value<Out> {
    let rows = rows_of(&inputs);
    Var::of(formula.mapped(inputs, Out::ELEMENTS), Out::plated(rows))
}

pub(crate) fn mapped<F: Joint<N>, const N: usize>(
    formula: F,
    inputs: [Input; N],
    elements: usize,
) -> Flat {
    let rows = rows_of(&inputs);
    let mut row_values = vec![0.0_f64; elements];
    let out = Flat::written_over(rows * elements, |values| {
        for (row, out) in values.chunks_mut(elements).enumerate() {
            row_values.fill(0.0);
            formula.value(row_of_each(&inputs, row, rows), &mut row_values);
            let pairs = out.iter_mut().zip(&row_values);
            pairs.for_each(|(out, &value)| *out = value as f32);
        }
    });
    on_backward(&out, move |upstream, grads| {
        backward(formula, &inputs, rows, upstream, grads);
    });
    out
}

/// A formula whose value is one number for every row, such as a log-density.
pub fn joint_rows<F: Joint<N>, const N: usize>(formula: F, inputs: [Input; N]) -> Rows {
    formula.rows(inputs)
}

pub(crate) fn rows<F: Joint<N>, const N: usize>(formula: F, inputs: [Input; N]) -> Rows {
    let rows = rows_of(&inputs);
    let out = Rows::filled(rows, |out| {
        for (row, out) in out.iter_mut().enumerate() {
            let own = row_of_each(&inputs, row, rows);
            formula.value(own, std::slice::from_mut(out));
        }
    });
    on_backward(out.flat(), move |upstream, grads| {
        backward(formula, &inputs, rows, upstream, grads);
    });
    out
}

fn rows_of(inputs: &[Input]) -> usize {
    inputs.iter().filter_map(|i| i.rows).max().unwrap_or(1)
}

fn backward<F: Joint<N>, const N: usize>(
    formula: F,
    inputs: &[Input; N],
    rows: usize,
    upstream: &[f32],
    grads: &mut Grads<'_>,
) {
    let mut gradients = zeros(inputs);
    let elements = upstream.len() / rows.max(1);
    for (row, up) in upstream.chunks(elements.max(1)).enumerate() {
        // A row that nothing depends on gets no gradient, even if the slope is infinite.
        if up.iter().all(|&u| u == 0.0) {
            continue;
        }
        let up: Vec<f64> = up.iter().copied().map(f64::from).collect();
        let own = places(&mut gradients, inputs, row, rows);
        formula.backward(row_of_each(inputs, row, rows), &up, own);
    }
    give_back(inputs, gradients, grads);
}

// What follows is compiled once for each number of inputs, not for each formula.

fn row_of_each<const N: usize>(inputs: &[Input; N], row: usize, rows: usize) -> [&[f32]; N] {
    inputs.each_ref().map(|input| input.row(row, rows))
}

fn zeros<const N: usize>(inputs: &[Input; N]) -> [Vec<f64>; N] {
    inputs
        .each_ref()
        .map(|input| vec![0.0; input.values().len()])
}

/// What belongs to a row in each of the gradients.
fn places<'g, const N: usize>(
    gradients: &'g mut [Vec<f64>; N],
    inputs: &[Input; N],
    row: usize,
    rows: usize,
) -> [&'g mut [f64]; N] {
    let mut places = inputs.iter().map(|input| input.place(row, rows));
    gradients.each_mut().map(|gradient| {
        let place = places.next().expect("a place for each operand");
        &mut gradient[place]
    })
}

fn give_back<const N: usize>(inputs: &[Input; N], gradients: [Vec<f64>; N], grads: &mut Grads<'_>) {
    for (input, gradient) in inputs.iter().zip(gradients) {
        if let Some(flat) = input.given.flat() {
            let pairs = grads.buffer(flat).iter_mut().zip(gradient);
            pairs.for_each(|(g, part)| *g += part as f32);
        }
    }
}
