//! Log-densities and their gradients.

use elbow::dfdx::shapes::Const;
use elbow::family::{Draw, Event, Param};
use elbow::prelude::Distribution;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, numbers, plate, rounded, scattered, weighted,
};

use crate::family::{Family, Golden};
use crate::forms::{Expected, Form, Operand, ROWS, combinations, lane_params, values};

/// A formula of about ten `f32` operations on numbers up to about 10: each rounds by 6·10⁻⁸ of its size.
pub const VALUE: f64 = 4e-6;
/// A product of such formulas; the five-point difference of the reference is exact to 10⁻⁹.
pub const SLOPE: f64 = 2e-5;

/// The row and the library against published log-densities.
pub fn golden<F: Family>() {
    for golden in F::goldens() {
        let known = golden.log_prob;
        let row = golden.family.log_density(golden.at, golden.params);
        // The sources give ten significant digits.
        assert_close(golden.source, row, known, 2e-9, known);
        let found = match golden.at.len() {
            1 => at_golden::<F, ()>(&golden),
            2 => at_golden::<F, (Const<2>,)>(&golden),
            3 => at_golden::<F, (Const<3>,)>(&golden),
            _ => at_golden::<F, (Const<4>,)>(&golden),
        };
        assert_close(golden.source, found, known, VALUE, known);
    }
}

fn at_golden<F: Family, E: Event>(golden: &Golden<F>) -> f64 {
    let params: Vec<_> = golden.params.chunks(F::lane::<E>()).collect();
    let params: Vec<_> = params
        .iter()
        .map(|p| Param::<E>::Rows(plate::<E>(p)))
        .collect();
    let of = golden.family.build(&params);
    assert_eq!(of.check(1), Ok(()), "{}", golden.source);
    numbers(&of.log_prob(&plate::<E>(golden.at)))[0]
}

/// Values and gradients in scalars, vectors and matrices, with every parameter in every form.
pub fn every_form<F: Family>() {
    if !F::LANED {
        forms_of::<F, ()>();
        forms_of::<F, (Const<5>,)>();
        forms_of::<F, (Const<2>, Const<1>, Const<3>)>();
    }
    forms_of::<F, (Const<3>,)>();
    forms_of::<F, (Const<2>, Const<3>)>();
}

fn forms_of<F: Family, E: Event>() {
    for (family, base) in F::cases() {
        for forms in combinations(F::POSITIVE.len()) {
            let vary = |(i, &form): (usize, &Form)| Operand::vary::<F>(form, i, &base);
            let operands: Vec<Operand<E>> = forms.iter().enumerate().map(vary).collect();
            let what = format!("{} {base:?} {forms:?}", F::Of::<E>::FAMILY);
            value_and_gradient::<F, E>(&what, family, &operands);
        }
    }
}

fn value_and_gradient<F: Family, E: Event>(what: &str, family: F, operands: &[Operand<E>]) {
    let params: Vec<_> = operands.iter().map(|o| o.param.clone()).collect();
    let of = family.build(&params);
    assert_eq!(of.check(ROWS), Ok(()), "{what}");
    let (x, flat) = values::<F, E>();
    let weights: Vec<f64> = (0..ROWS).map(|r| rounded(1.0 + scattered(r))).collect();

    let width = F::lane::<E>();
    let mut log_probs = [0.0; ROWS];
    let mut by_value = vec![0.0; flat.len()];
    let mut by_param: Vec<_> = operands.iter().map(Expected::none).collect();
    for row in 0..ROWS {
        for lane in 0..E::ELEMENTS / width {
            let start = row * E::ELEMENTS + lane * width;
            let at = &flat[start..start + width];
            let theta = lane_params::<F, E>(operands, row, lane);
            log_probs[row] += family.log_density(at, &theta);
            let slope = gradient(|x| family.log_density(x, &theta), at);
            for (k, slope) in slope.iter().enumerate() {
                by_value[start + k] = weights[row] * slope;
            }
            let slope = gradient(|theta| family.log_density(at, theta), &theta);
            for (i, slope) in slope.iter().enumerate() {
                let element = lane * width + i % width;
                let operand = i / width;
                by_param[operand].add(&operands[operand], row, element, weights[row] * slope);
            }
        }
    }

    let found = numbers(&of.log_prob(&x));
    let drawn = numbers(&of.log_prob_of(&Draw::of(x.clone())));
    for row in 0..ROWS {
        assert_close(what, found[row], log_probs[row], VALUE, log_probs[row]);
        // A draw without coordinates of its own is a value.
        assert_eq!(found[row], drawn[row], "{what}");
    }
    let mut grads = backward(|| weighted(of.log_prob(&x), &weights));
    let found = gradient_of(&mut grads, &x);
    for (place, (found, expected)) in found.iter().zip(&by_value).enumerate() {
        let what = format!("{what}, by value {place} = {}", flat[place]);
        assert_close(&what, *found, *expected, SLOPE, *expected);
    }
    for (operand, expected) in operands.iter().zip(&by_param) {
        for (place, found) in operand.found(&mut grads).into_iter().flatten().enumerate() {
            let what = format!("{what}, by parameter at {place}");
            let (slope, size) = (expected.gradient[place], expected.size[place]);
            assert_close(&what, found, slope, SLOPE, size);
        }
    }
}

/// Parameters and values made of tensors that dfdx permuted or broadcast in memory: the same values and gradients as
/// of their contiguous copies, to the bit. What is broadcast here has the same values, and its gradient summed in `f64`.
pub fn layouts<F: Family>() {
    use elbow::dfdx::shapes::{Axes2, Axes3};
    use elbow::dfdx::tensor_ops::{BroadcastTo, PermuteTo, ReshapeTo};
    use elbow::family::{IntoParam, Value};
    use elbow::prelude::Var;
    type Event2 = (Const<3>, Const<3>);
    type Plated2 = (usize, Const<3>, Const<3>);
    #[derive(Clone, Copy)]
    enum Wide {
        ByDfdx,
        Copied,
        Own,
    }
    let (family, base) = F::cases().remove(0);
    let weights: Vec<f64> = (0..ROWS).map(scattered).collect();
    let (x, _) = values::<F, Event2>();
    let turn = |v: Value<Event2>| -> Value<Event2> {
        Var::from(v.into_tensor().permute::<Plated2, Axes3<0, 2, 1>>())
    };
    // Lanes must stay lanes: only scalar families have transposed values.
    let turned = if F::LANED { x.clone() } else { turn(x.clone()) };
    let straight = turned
        .as_vec()
        .into_iter()
        .map(f64::from)
        .collect::<Vec<_>>();
    let straight = plate::<Event2>(&straight);

    for index in 0..F::POSITIVE.len() {
        let lane = Operand::<(Const<3>,)>::vary::<F>(Form::Event, index, &base);
        let Param::Event(lane) = lane.param else {
            unreachable!("an event was asked for")
        };
        let param = |wide: Wide| -> Vec<Param<Event2>> {
            let to = (ROWS, Const, Const);
            let by_dfdx = || {
                let lane = lane.clone().into_tensor();
                lane.broadcast_like::<Plated2, Axes2<0, 1>>(&to)
            };
            let wide: Value<Event2> = match wide {
                Wide::ByDfdx => Var::from(by_dfdx()),
                Wide::Copied => Var::from(by_dfdx().contiguous()),
                Wide::Own => lane.clone().broadcast_like::<Plated2, Axes2<0, 1>>(&to),
            };
            let others = (0..F::POSITIVE.len()).map(|i| {
                if i == index {
                    wide.clone().into_param()
                } else {
                    Operand::vary::<F>(Form::Number, i, &base).param
                }
            });
            others.collect()
        };
        let run = |wide: Wide, x: &Value<Event2>| {
            let mut log_probs = Vec::new();
            let mut grads = backward(|| {
                let out = family.build(&param(wide)).log_prob(x);
                log_probs = numbers(&out);
                weighted(out, &weights)
            });
            let by_param = gradient_of(&mut grads, &lane);
            assert!(by_param.iter().any(|&g| g != 0.0), "nothing flowed back");
            (log_probs, by_param)
        };
        let (log_probs, by_param) = run(Wide::ByDfdx, &turned);
        let copied = run(Wide::Copied, &straight);
        assert_eq!((log_probs.clone(), by_param.clone()), copied);
        let (same, by_own) = run(Wide::Own, &straight);
        assert_eq!(same, log_probs);
        let size: f64 = by_param.iter().map(|g| g.abs()).sum();
        for (found, expected) in by_own.into_iter().zip(by_param) {
            assert_close("broadcast", found, expected, SLOPE, size);
        }
    }

    // The gradient by a permuted value is the permuted gradient.
    let params: Vec<_> = (0..F::POSITIVE.len())
        .map(|i| Operand::<Event2>::vary::<F>(Form::Number, i, &base).param)
        .collect();
    let of = family.build(&params);
    let mut grads = backward(|| {
        let turned = if F::LANED { x.clone() } else { turn(x.clone()) };
        weighted(of.log_prob(&turned), &weights)
    });
    let through = plate::<Event2>(&gradient_of(&mut grads, &x));
    let mut grads = backward(|| weighted(of.log_prob(&straight), &weights));
    let direct = gradient_of(&mut grads, &straight);
    let through = if F::LANED { through } else { turn(through) };
    assert_eq!(numbers(&through), direct);
}
