//! Flows: densities of functions of a draw.

use elbow::dfdx::shapes::Const;
use elbow::family::{Bijector, Draw, Event, LinearConditioner, Reparameterised, Value};
use elbow::prelude::bijector::{Affine, Coupling, Exp, Planar, Sigmoid, Softplus};
use elbow::prelude::{Distribution, LogNormal, LogisticNormal, Normal, Transformed, Var};
use elbow_tests::support::quadrature::nodes;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, noise, numbers, plate, weighted,
};

type Pair = (Const<2>,);
type Triple = (Const<3>,);
type Square = (Const<3>, Const<3>);

#[test]
fn exponential_and_logistic_flows_are_the_families_of_that_name() {
    let x = plate::<()>(&[0.05, 0.3, 0.97]);
    let base = || Normal::<()>::new(0.0, 1.0);
    let flow = Transformed::new(base(), (Affine::new(0.5, 1.2), Sigmoid));
    let same = LogisticNormal::<()>::new(0.5, 1.2);
    compare(&flow, &same, &x);
    let flow = Transformed::new(base(), (Affine::new(0.5, 0.8), Exp));
    let same = LogNormal::<()>::new(0.5, 0.8);
    compare(&flow, &same, &x);
}

/// Densities, draws, and densities of draws of either.
fn compare<A, B>(flow: &A, same: &B, x: &Value<()>)
where
    A: Distribution<Event = ()>,
    B: Distribution<Event = ()>,
{
    for (found, exact) in numbers(&flow.log_prob(x))
        .into_iter()
        .zip(numbers(&same.log_prob(x)))
    {
        assert_close("density", found, exact, 1e-5, exact);
    }
    let stream = noise(61, "z");
    let (ours, theirs) = (flow.sample(100, &stream), same.sample(100, &stream));
    let values = numbers(&ours.value())
        .into_iter()
        .zip(numbers(&theirs.value()));
    values.for_each(|(a, b)| assert_close("draw", a, b, 1e-6, b));
    // One may be the other's prior: in the same coordinates they agree.
    let found = numbers(&flow.log_prob_of(&ours)).into_iter();
    for (found, exact) in found.zip(numbers(&same.log_prob_of(&ours))) {
        assert_close("of a draw", found, exact, 2e-5, exact);
    }
}

#[test]
fn softplus_flow_integrates_to_one() {
    let flow = Transformed::new(Normal::<()>::new(0.3, 1.5), Softplus);
    let lattice = nodes(&[-30.0, 4.0], 400);
    let (x, weights): (Vec<f64>, Vec<f64>) =
        lattice.iter().map(|&(y, w)| (y.exp(), w * y.exp())).unzip();
    let mass: f64 = numbers(&flow.log_prob(&plate::<()>(&x)))
        .iter()
        .zip(&weights)
        .map(|(l, w)| w * l.exp())
        .sum();
    assert_close("mass", mass, 1.0, 1e-5, 1.0);
    let (y, weights): (Vec<f64>, Vec<f64>) = lattice.into_iter().unzip();
    let draw = Draw::from_positive_log(plate::<()>(&y));
    let mass: f64 = numbers(&flow.log_prob_of(&draw))
        .iter()
        .zip(&weights)
        .map(|(l, w)| w * l.exp())
        .sum();
    assert_close("mass over logarithms", mass, 1.0, 1e-5, 1.0);
}

fn planar() -> (Planar<2>, [Var<Pair>; 2], Var<()>) {
    let (u, w, b) = (
        event::<Pair>(&[-1.5, 0.75]),
        event::<Pair>(&[1.0, 2.0]),
        event::<()>(&[0.5]),
    );
    (Planar::new(u.clone(), w.clone(), b.clone()), [u, w], b)
}

fn coupling() -> (
    Coupling<LinearConditioner<3>, 3>,
    Coupling<LinearConditioner<3>, 3>,
    Var<Square>,
) {
    let weight = event::<Square>(&[0.3, -0.5, 0.2, 0.7, 0.1, -0.4, 0.25, 0.6, -0.3]);
    let bias = event::<Triple>(&[0.1, -0.2, 0.3]);
    let conditioner = LinearConditioner::new(weight.clone(), bias.clone(), weight.clone(), bias);
    (
        Coupling::odd(conditioner.clone()),
        Coupling::even(conditioner),
        weight,
    )
}

/// The inverse of the forward is the identity, with one slope; the slope is the determinant of
/// differences of the forward.
fn round_trip<E: Event, F: Bijector<E>>(what: &str, bijector: &F, x: &[f64]) {
    assert_eq!(bijector.check(x.len() / E::ELEMENTS), Ok(()));
    let x = plate::<E>(x);
    let (y, slope) = bijector.forward(&x);
    let (again, same) = bijector.inverse(&y);
    for (a, b) in numbers(&again).into_iter().zip(numbers(&x)) {
        assert_close(what, a, b, 1e-5, b);
    }
    let slopes = numbers(&slope).into_iter().zip(numbers(&same));
    slopes.for_each(|(a, b)| assert_close(what, a, b, 1e-5, b));
    // In the value's own coordinates, too.
    let (again, _) = bijector.inverse(&Draw::of(y.value()));
    for (a, b) in numbers(&again).into_iter().zip(numbers(&x)) {
        assert_close(what, a, b, 1e-4, b);
    }
}

#[test]
fn bijectors_invert() {
    let points = [0.3, -1.2, 2.0, 0.0, -0.7, 1.1];
    round_trip::<Pair, _>("affine", &Affine::<Pair>::new(0.5, 2.0), &points);
    round_trip::<Pair, _>("exp", &Exp, &points);
    round_trip::<Pair, _>("sigmoid", &Sigmoid, &points);
    round_trip::<Pair, _>("softplus", &Softplus, &points);
    round_trip::<Pair, _>("planar", &planar().0, &points);
    let (odd, even, _) = coupling();
    round_trip::<Triple, _>("coupling", &odd, &points);
    round_trip::<Triple, _>("couplings", &(odd, even), &points);
    // Far tails of the coordinates, which the values do not have.
    let x = plate::<()>(&[-200.0, 50.0]);
    let (y, _) = Bijector::<()>::forward(&Softplus, &x);
    let (again, _) = Bijector::<()>::inverse(&Softplus, &y);
    assert_close("far below", numbers(&again)[0], -200.0, 1e-5, 200.0);
    assert_close("far above", numbers(&again)[1], 50.0, 1e-5, 50.0);
}

/// Densities of planar flows and couplings integrate to one, so the determinant belongs to the map.
#[test]
fn vector_flows_integrate_to_one() {
    let flow = Transformed::new(Normal::<Pair>::new(0.0, 1.0), planar().0);
    let (reach, step) = (9.0, 0.1);
    let ticks: Vec<f64> = (0..)
        .map(|i| -reach + f64::from(i) * step)
        .take_while(|&t| t <= reach)
        .collect();
    let grid: Vec<f64> = ticks
        .iter()
        .flat_map(|&a| ticks.iter().flat_map(move |&b| [a, b]))
        .collect();
    let mass: f64 = numbers(&flow.log_prob(&plate::<Pair>(&grid)))
        .iter()
        .map(|l| l.exp() * step * step)
        .sum();
    assert_close("planar", mass, 1.0, 1e-4, 1.0);

    let (odd, even, _) = coupling();
    let flow = Transformed::new(Normal::<Triple>::new(0.0, 1.0), (odd, even));
    let step = 0.4;
    let ticks: Vec<f64> = (0..)
        .map(|i| -10.0 + f64::from(i) * step)
        .take_while(|&t| t <= 10.0)
        .collect();
    let mut mass = 0.0;
    for &a in &ticks {
        let plane: Vec<f64> = ticks
            .iter()
            .flat_map(|&b| ticks.iter().flat_map(move |&c| [a, b, c]))
            .collect();
        let log_probs = numbers(&flow.log_prob(&plate::<Triple>(&plane)));
        mass += log_probs
            .iter()
            .map(|l| l.exp() * step.powi(3))
            .sum::<f64>();
    }
    assert_close("couplings", mass, 1.0, 1e-3, 1.0);
}

/// The density of a draw through what it remembers, and through the inverse: one value and one
/// gradient, since both are the same function of the parameters.
#[test]
fn remembered_and_inverted_draws_agree() {
    let (bijector, [u, w], b) = planar();
    let loc = event::<Pair>(&[0.25, -0.5]);
    let flow = Transformed::new(Normal::new(loc.clone(), 0.75), bijector);
    let run = |remember: bool| {
        let mut values = Vec::new();
        let mut grads = backward(|| {
            let draw = flow.rsample(20, &noise(62, "z"));
            let draw = if remember {
                draw
            } else {
                Draw::of(draw.value())
            };
            let log_probs = flow.log_prob_of(&draw);
            values = numbers(&log_probs);
            let weights: Vec<f64> = (0..20).map(|i| 1.0 + 0.1 * f64::from(i)).collect();
            weighted(log_probs, &weights)
        });
        let slopes = [&u, &w, &loc].map(|p| gradient_of(&mut grads, p)).concat();
        (values, slopes, gradient_of(&mut grads, &b)[0])
    };
    let ((a, slopes_a, b_a), (c, slopes_c, b_c)) = (run(true), run(false));
    a.iter()
        .zip(&c)
        .for_each(|(a, c)| assert_close("values", *a, *c, 1e-5, *c));
    slopes_a
        .iter()
        .zip(&slopes_c)
        .for_each(|(a, c)| assert_close("slopes", *a, *c, 2e-4, *c));
    assert_close("slope by b", b_a, b_c, 2e-4, b_c);

    let (odd, even, weight) = coupling();
    let flow = Transformed::new(Normal::<Triple>::new(0.0, 1.0), (odd, even));
    let run = |remember: bool| {
        let mut grads = backward(|| {
            let draw = flow.rsample(20, &noise(63, "z"));
            let draw = if remember {
                draw
            } else {
                Draw::of(draw.value())
            };
            weighted(flow.log_prob_of(&draw), &[1.0; 20])
        });
        gradient_of(&mut grads, &weight)
    };
    let (a, c) = (run(true), run(false));
    assert!(a.iter().any(|&g| g != 0.0), "nothing flowed back");
    a.iter()
        .zip(&c)
        .for_each(|(a, c)| assert_close("coupling", *a, *c, 2e-4, *c));
}

/// A detached distribution passes gradient to the value, but not to its parameters.
#[test]
fn detached_flows_are_constants() {
    let (bijector, [u, w], b) = planar();
    let flow = Transformed::new(Normal::<Pair>::new(0.0, 1.0), bijector);
    let x = plate::<Pair>(&[0.3, -0.8]);
    let mut grads = backward(|| weighted(flow.detach().log_prob(&x), &[1.0]));
    assert_eq!(gradient_of(&mut grads, &u), [0.0; 2]);
    assert_eq!(gradient_of(&mut grads, &w), [0.0; 2]);
    assert_eq!(gradient_of(&mut grads, &b), [0.0]);
    assert!(gradient_of(&mut grads, &x).iter().all(|&g| g != 0.0));
    let draw = flow.rsample(3, &noise(64, "z"));
    assert_eq!(numbers(&flow.detach().log_prob_of(&draw)).len(), 3);
}
