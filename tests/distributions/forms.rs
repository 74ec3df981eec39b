//! Parameters in every form that the library takes.

use elbow::family::{Event, Param, Value};
use elbow_tests::support::tensors::{Grads, event, gradient_of, plate, rounded, scattered};

use crate::family::Family;

/// The form of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    Number,
    Event,
    Rows,
    /// One row for each block of [`BLOCK`] rows of the value: its particles.
    Shared,
}

pub const FORMS: [Form; 4] = [Form::Number, Form::Event, Form::Rows, Form::Shared];

/// Rows of a value.
pub const ROWS: usize = 6;
/// Rows of a value that share one of a parameter.
pub const BLOCK: usize = 3;

/// A parameter and what each element of it is.
pub struct Operand<E: Event> {
    pub param: Param<E>,
    form: Form,
    values: Vec<f64>,
}

impl<E: Event> Operand<E> {
    /// Parameter `index` of a family around `base`, different in each element.
    pub fn vary<F: Family>(form: Form, index: usize, base: &[f64]) -> Self {
        let lane = F::lane::<E>();
        let count = match form {
            Form::Number => 1,
            Form::Event => E::ELEMENTS,
            Form::Rows => ROWS * E::ELEMENTS,
            Form::Shared => ROWS / BLOCK * E::ELEMENTS,
        };
        let vary = |place: usize| {
            let base = base[index * lane + place % lane];
            let move_by = 0.1 * scattered(place + 31 * index);
            let step = if F::POSITIVE[index] { base } else { 1.0 };
            rounded(base + step * move_by)
        };
        Self::new(form, (0..count).map(vary).collect())
    }

    /// A parameter that is this number everywhere.
    pub fn number(value: f64) -> Self {
        Self::new(Form::Number, vec![rounded(value)])
    }

    fn new(form: Form, values: Vec<f64>) -> Self {
        let param = match form {
            Form::Number => Param::Number(values[0] as f32),
            Form::Event => Param::Event(event(&values)),
            Form::Rows | Form::Shared => Param::Rows(plate::<E>(&values)),
        };
        Self {
            param,
            form,
            values,
        }
    }

    /// Where the element that belongs to this row and place of the event is kept.
    fn place(&self, row: usize, element: usize) -> usize {
        match self.form {
            Form::Number => 0,
            Form::Event => element,
            Form::Rows => row * E::ELEMENTS + element,
            Form::Shared => row / BLOCK * E::ELEMENTS + element,
        }
    }

    pub fn at(&self, row: usize, element: usize) -> f64 {
        self.values[self.place(row, element)]
    }

    /// The gradient that the library found, or `None` of a number.
    pub fn found(&self, grads: &mut Grads) -> Option<Vec<f64>> {
        match &self.param {
            Param::Number(_) => None,
            Param::Event(event) => Some(gradient_of(grads, event)),
            Param::Rows(rows) => Some(gradient_of(grads, rows)),
        }
    }
}

/// The exact gradient of an operand, and the sum of its parts without their signs, which is what
/// rounding is proportional to.
pub struct Expected {
    pub gradient: Vec<f64>,
    pub size: Vec<f64>,
}

impl Expected {
    pub fn none<E: Event>(operand: &Operand<E>) -> Self {
        Self {
            gradient: vec![0.0; operand.values.len()],
            size: vec![0.0; operand.values.len()],
        }
    }

    pub fn add<E: Event>(&mut self, to: &Operand<E>, row: usize, element: usize, part: f64) {
        let place = to.place(row, element);
        self.gradient[place] += part;
        self.size[place] += part.abs();
    }
}

/// The parameters of one lane of one row, as the reference takes them.
pub fn lane_params<F: Family, E: Event>(
    operands: &[Operand<E>],
    row: usize,
    lane: usize,
) -> Vec<f64> {
    let width = F::lane::<E>();
    let places = |operand| (0..width).map(move |k| Operand::at(operand, row, lane * width + k));
    operands.iter().flat_map(places).collect()
}

/// A plate of [`ROWS`] events whose lanes run through the family's points.
pub fn values<F: Family, E: Event>() -> (Value<E>, Vec<f64>) {
    let points = F::points();
    let width = F::lane::<E>();
    let lanes = ROWS * E::ELEMENTS / width;
    let flat = (0..lanes).flat_map(|lane| points[(lane * 7 + lane / 5) % points.len()].clone());
    let values: Vec<f64> = flat.map(rounded).collect();
    assert_eq!(
        values.len(),
        ROWS * E::ELEMENTS,
        "points of {width} elements"
    );
    (plate::<E>(&values), values)
}

/// All ways to give this many parameters.
pub fn combinations(params: usize) -> Vec<Vec<Form>> {
    (0..FORMS.len().pow(params as u32))
        .map(|code| {
            let digit = |i: usize| code / FORMS.len().pow(i as u32) % FORMS.len();
            (0..params).map(|i| FORMS[digit(i)]).collect()
        })
        .collect()
}
