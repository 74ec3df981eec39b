//! `row_sum` and `map`.

use elbow::dfdx::shapes::{Axes2, Axes3, Const};
use elbow::dfdx::tensor_ops::{BroadcastTo, PermuteTo};
use elbow::family::{Event, Formula, IntoParam, Param, Real, Value, map, row_sum};
use elbow::prelude::Var;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::tensors::{
    Grads, assert_close, backward, event, gradient_of, numbers, plate, rounded, scattered, weighted,
};

/// Twenty operations on numbers about 1, each rounded by 6·10⁻⁸.
const TOLERANCE: f64 = 5e-6;

/// `(a − b)² eᶜ`: different in every argument, and linear in none.
#[derive(Clone, Copy)]
struct Tilted;
impl Formula<3> for Tilted {
    fn eval<R: Real>(&self, [a, b, c]: [R; 3]) -> R {
        (a - b).square() * c.exp()
    }
}

/// The same of dfdx's operations, element by element.
fn tilted(a: Value<()>, b: Value<()>, c: Value<()>) -> Value<()> {
    (a - b).square() * c.exp()
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Number,
    Event,
    Rows,
    /// One row for each two.
    Shared,
}

/// An operand, and for each element of the kernel the place where it is kept.
struct Operand<E: Event> {
    param: Param<E>,
    stored: Vec<f64>,
    places: Vec<usize>,
}

impl<E: Event> Operand<E> {
    fn new(form: Form, rows: usize, salt: usize) -> Self {
        let elements = E::ELEMENTS;
        let place = |at: usize| match form {
            Form::Number => 0,
            Form::Event => at % elements,
            Form::Rows => at,
            Form::Shared => at / elements / 2 * elements + at % elements,
        };
        let places: Vec<usize> = (0..rows * elements).map(place).collect();
        let count = places.iter().max().expect("not empty") + 1;
        let stored: Vec<f64> = (0..count).map(|i| rounded(scattered(i + salt))).collect();
        let param = match form {
            Form::Number => Param::Number(stored[0] as f32),
            Form::Event => Param::Event(event(&stored)),
            Form::Rows | Form::Shared => Param::Rows(plate::<E>(&stored)),
        };
        Self {
            param,
            stored,
            places,
        }
    }

    /// Every element by itself, as rows.
    fn flat(&self) -> Value<()> {
        let all: Vec<f64> = self.places.iter().map(|&p| self.stored[p]).collect();
        plate::<()>(&all)
    }

    /// Gradients of single elements, added where the operand keeps them.
    fn folded(&self, flat: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.stored.len()];
        for (&place, g) in self.places.iter().zip(flat) {
            sums[place] += g;
        }
        sums
    }

    fn assert_gradient(&self, what: &str, grads: &mut Grads, flat: &[f64]) {
        let found = match &self.param {
            Param::Number(_) => return,
            Param::Event(event) => gradient_of(grads, event),
            Param::Rows(rows) => gradient_of(grads, rows),
        };
        let size: f64 = flat.iter().map(|g| g.abs()).sum();
        for (found, expected) in found.iter().zip(self.folded(flat)) {
            assert_close(what, *found, expected, TOLERANCE, size);
        }
    }
}

fn every_form<E: Event>(rows: usize) {
    let forms = [Form::Number, Form::Event, Form::Rows, Form::Shared];
    for code in 0..64 {
        let form = [forms[code % 4], forms[code / 4 % 4], forms[code / 16]];
        // Rows are shared where some operand has its own, and two go into them.
        let own = form.iter().any(|f| matches!(f, Form::Rows));
        let shares = form.iter().any(|f| matches!(f, Form::Shared));
        if shares && (!own || rows % 2 == 1) {
            continue;
        }
        let rows = if own { rows } else { 1 };
        let salts = [1, 100, 10_000];
        let operands = std::array::from_fn(|i| Operand::<E>::new(form[i], rows, salts[i]));
        let what = format!("{form:?}, {rows} rows of {}", E::ELEMENTS);
        summed(&what, &operands, rows);
        mapped(&what, &operands, rows);
    }
}

/// The gradient of every element by every argument, by `f64` differences and by dfdx.
fn slopes<E: Event>(operands: &[Operand<E>; 3], weights: &[f64]) -> [Vec<f64>; 3] {
    let flat = operands.each_ref().map(Operand::flat);
    let mut grads = backward(|| {
        let [a, b, c] = flat.clone();
        weighted(tilted(a, b, c), weights)
    });
    let by_dfdx = flat.each_ref().map(|leaf| gradient_of(&mut grads, leaf));
    let values = flat.each_ref().map(numbers);
    let by_difference: Vec<Vec<f64>> = (0..weights.len())
        .map(|at| {
            let point = [values[0][at], values[1][at], values[2][at]];
            gradient(|x| Tilted.eval([x[0], x[1], x[2]]), &point)
        })
        .collect();
    for (argument, slopes) in by_dfdx.iter().enumerate() {
        for (at, slope) in slopes.iter().enumerate() {
            let exact = weights[at] * by_difference[at][argument];
            assert_close("dfdx", *slope, exact, TOLERANCE, exact);
        }
    }
    by_dfdx
}

fn summed<E: Event>(what: &str, operands: &[Operand<E>; 3], rows: usize) {
    let [a, b, c] = operands.each_ref().map(Operand::flat);
    let single = numbers(&tilted(a, b, c));
    let params = operands.each_ref().map(|o| &o.param);
    let found = numbers(&row_sum(Tilted, params));
    assert_eq!(found.len(), rows, "{what}");
    for (found, row) in found.iter().zip(single.chunks(E::ELEMENTS)) {
        let total: f64 = row.iter().sum();
        assert_close(what, *found, total, TOLERANCE, total);
    }
    let weights: Vec<f64> = (0..rows).map(|r| rounded(1.5 + scattered(r))).collect();
    let spread: Vec<f64> = (0..single.len())
        .map(|at| weights[at / E::ELEMENTS])
        .collect();
    let expected = slopes(operands, &spread);
    let mut grads = backward(|| weighted(row_sum(Tilted, params), &weights));
    for (operand, flat) in operands.iter().zip(&expected) {
        operand.assert_gradient(what, &mut grads, flat);
    }
}

fn mapped<E: Event>(what: &str, operands: &[Operand<E>; 3], rows: usize) {
    let [a, b, c] = operands.each_ref().map(Operand::flat);
    let single = numbers(&tilted(a, b, c));
    let params = operands.each_ref().map(|o| &o.param);
    let weights: Vec<f64> = (0..rows * E::ELEMENTS)
        .map(|i| 1.5 + scattered(i))
        .collect();
    let weights: Vec<f64> = weights.into_iter().map(rounded).collect();
    let found = map(Tilted, params);
    for (found, single) in found.values().iter().zip(&single) {
        assert_close(what, f64::from(*found), *single, TOLERANCE, *single);
    }
    let expected = slopes(operands, &weights);
    let mut grads = match found {
        Param::Number(_) => return,
        Param::Event(_) => backward(|| match map(Tilted, params) {
            Param::Event(out) => weighted(out, &weights),
            _ => unreachable!("as before"),
        }),
        Param::Rows(_) => backward(|| match map(Tilted, params) {
            Param::Rows(out) => weighted(out, &weights),
            _ => unreachable!("as before"),
        }),
    };
    for (operand, flat) in operands.iter().zip(&expected) {
        operand.assert_gradient(what, &mut grads, flat);
    }
}

#[test]
fn every_shape_and_form() {
    for rows in [1, 2, 6, 7] {
        every_form::<()>(rows);
        every_form::<(Const<1>,)>(rows);
        every_form::<(Const<7>,)>(rows);
        every_form::<(Const<2>, Const<3>)>(rows);
        every_form::<(Const<5>, Const<1>)>(rows);
        every_form::<(Const<1>, Const<1>, Const<5>)>(rows);
        every_form::<(Const<3>, Const<1>, Const<2>)>(rows);
    }
}

/// Operands made of tensors that dfdx permuted or broadcast in memory, and one that is two operands at once.
#[test]
fn any_layout() {
    type Square = (Const<3>, Const<3>);
    let x = plate::<Square>(&(0..18).map(scattered).collect::<Vec<_>>());
    let lane = event::<(Const<3>,)>(&[0.3, -0.2, 0.9]);
    let weights = [1.0, -2.0];
    let turned = |x: &Value<Square>| -> Value<Square> {
        Var::from(x.clone().into_tensor().permute::<_, Axes3<0, 2, 1>>())
    };
    let straight = plate::<Square>(&numbers(&turned(&x)));
    let wide = plate::<Square>(&numbers(&lane).repeat(6));
    let run = |x: &Param<Square>, lane: &Param<Square>| row_sum(Tilted, [x, lane, x]);

    let mut through = backward(|| {
        let lane = lane
            .clone()
            .into_tensor()
            .broadcast_like::<(usize, Const<3>, Const<3>), Axes2<0, 1>>(&(2, Const, Const));
        let lane: Value<Square> = Var::from(lane);
        weighted(run(&turned(&x).into_param(), &lane.into_param()), &weights)
    });
    let mut direct = backward(|| {
        let params = [straight.clone(), wide.clone()].map(Param::<Square>::Rows);
        weighted(run(&params[0], &params[1]), &weights)
    });
    let by_x = plate::<Square>(&gradient_of(&mut through, &x));
    assert_eq!(numbers(&turned(&by_x)), gradient_of(&mut direct, &straight));
    let by_wide = gradient_of(&mut direct, &wide);
    for (k, found) in gradient_of(&mut through, &lane).into_iter().enumerate() {
        let sum: f64 = by_wide.iter().skip(k).step_by(3).sum();
        assert_close("broadcast", found, sum, TOLERANCE, sum);
    }
    // By x twice, as the first and as the third argument.
    for (at, found) in gradient_of(&mut direct, &straight).into_iter().enumerate() {
        let x = numbers(&straight)[at];
        let b = numbers(&wide)[at];
        let exact = weights[at / 9] * gradient(|x| Tilted.eval([x[0], b, x[0]]), &[x])[0];
        assert_close("twice", found, exact, TOLERANCE, exact);
    }
}

#[derive(Clone, Copy)]
struct Product;
impl Formula<2> for Product {
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a * b
    }
}

/// One f32 accumulator is 1% off at a million tenths.
#[test]
fn a_million_tenths() {
    let tenth = rounded(0.1);
    let exact = 1e6 * tenth;
    type Million = (Const<1000>, Const<1000>);
    let tenths = plate::<Million>(&vec![0.1; 1_000_000]);
    let sum = row_sum(
        Product,
        [&Param::<Million>::Rows(tenths), &Param::Number(1.0)],
    );
    assert_close("in a row", numbers(&sum)[0], exact, 1e-6, exact);

    // The gradient by one number that a million rows share.
    let shared = event::<()>(&[2.0]);
    let tenths = Param::<()>::Rows(plate::<()>(&vec![0.1; 1_000_000]));
    let ones = vec![1.0; 1_000_000];
    let mut grads = backward(|| {
        let shared = Param::<()>::Event(shared.clone());
        weighted(row_sum(Product, [&tenths, &shared]), &ones)
    });
    assert_close(
        "by rows",
        gradient_of(&mut grads, &shared)[0],
        exact,
        1e-6,
        exact,
    );
    let mut grads = backward(
        || match map(Product, [&tenths, &Param::Event(shared.clone())]) {
            Param::Rows(out) => weighted(out, &ones),
            _ => unreachable!("rows were given"),
        },
    );
    assert_close(
        "by a map",
        gradient_of(&mut grads, &shared)[0],
        exact,
        1e-6,
        exact,
    );
}

/// Nothing flows back where nothing depends on the result, even where the slope is infinite.
#[test]
fn an_infinite_slope_of_nothing_is_nothing() {
    #[derive(Clone, Copy)]
    struct Root;
    impl Formula<1> for Root {
        fn eval<R: Real>(&self, [x]: [R; 1]) -> R {
            x.sqrt()
        }
    }
    let x = plate::<()>(&[0.0, 4.0]);
    let rows = Param::<()>::Rows(x.clone());
    let mut grads = backward(|| weighted(row_sum(Root, [&rows]), &[0.0, 1.0]));
    assert_eq!(gradient_of(&mut grads, &x), [0.0, 0.25]);
}
