//! Closed-form divergences.

use elbow::dfdx::shapes::Const;
use elbow::family::{Event, KlDivergence, Param, Value};
use elbow::prelude::{Bernoulli, Concrete, Distribution, Logistic};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, noise, numbers, plate, rounded, scattered, weighted,
};

use crate::density::{SLOPE, VALUE};
use crate::draws::DRAWS;
use crate::family::{Divergent, Pair};
use crate::forms::{Expected, FORMS, Form, Operand, ROWS, lane_params};
use crate::mass::built;

/// The row against published values, and the library against the row, value and gradients, with
/// guide and prior in every pair of forms.
pub fn closed_form<F: Divergent>() {
    for pair in F::pairs() {
        let row = pair.family.kl_reference(pair.guide, pair.prior);
        assert_close(pair.source, row, pair.kl, 2e-9, pair.kl);
        let found = match pair.guide.len() {
            4 => golden::<F, (Const<4>,)>(&pair),
            3 if F::LANED => golden::<F, (Const<3>,)>(&pair),
            _ => golden::<F, ()>(&pair),
        };
        assert_close(pair.source, found, pair.kl, VALUE, pair.kl);
        if pair.guide.len() == 4 {
            continue;
        }
        for guide in FORMS {
            for prior in FORMS {
                if !F::LANED {
                    in_forms::<F, ()>(&pair, guide, prior);
                    in_forms::<F, (Const<5>,)>(&pair, guide, prior);
                }
                in_forms::<F, (Const<2>, Const<3>)>(&pair, guide, prior);
            }
        }
    }
}

/// Guide and prior at the pair's parameters. What both must share is given as a number.
fn at_pair<F: Divergent, E: Event>(pair: &Pair<F>) -> [F::Of<E>; 2] {
    [pair.guide, pair.prior].map(|base| {
        let width = F::lane::<E>();
        let param = |(i, lane): (usize, &[f64])| match F::SHARED.contains(&i) {
            true => Param::<E>::Number(lane[0] as f32),
            false => Param::Rows(plate::<E>(lane)),
        };
        let params: Vec<_> = base.chunks(width).enumerate().map(param).collect();
        pair.family.build(&params)
    })
}

fn golden<F: Divergent, E: Event>(pair: &Pair<F>) -> f64 {
    let [q, p] = at_pair::<F, E>(pair);
    numbers(&F::kl(&q, &p).expect("a closed form"))[0]
}

fn in_forms<F: Divergent, E: Event>(pair: &Pair<F>, guide: Form, prior: Form) {
    let operands = |form: Form, base: &[f64]| -> Vec<Operand<E>> {
        let one = |i: usize| match F::SHARED.contains(&i) {
            true => Operand::number(base[i]),
            false => Operand::vary::<F>(form, i, base),
        };
        (0..F::POSITIVE.len()).map(one).collect()
    };
    let all = [operands(guide, pair.guide), operands(prior, pair.prior)];
    let [q, p] = all.each_ref().map(|operands| {
        let params: Vec<_> = operands.iter().map(|o| o.param.clone()).collect();
        pair.family.build::<E>(&params)
    });
    let what = format!("{} {guide:?} {prior:?}", pair.source);
    let found = numbers(&F::kl(&q, &p).expect("a closed form"));
    // As many rows as the parameters have; rows that share a parameter have equal divergences.
    let rows = match (guide, prior) {
        (Form::Rows, _) | (_, Form::Rows) => ROWS,
        (Form::Shared, _) | (_, Form::Shared) => 2,
        _ => 1,
    };
    assert_eq!(found.len(), rows, "{what}");
    let block = if rows == 2 { crate::forms::BLOCK } else { 1 };
    let weights: Vec<f64> = (0..rows).map(|r| rounded(1.0 + scattered(r))).collect();

    let width = F::lane::<E>();
    let mut expected: [Vec<Expected>; 2] = all
        .each_ref()
        .map(|operands| operands.iter().map(Expected::none).collect());
    for (row, found) in found.iter().enumerate() {
        let mut total = 0.0;
        for lane in 0..E::ELEMENTS / width {
            let theta = all
                .each_ref()
                .map(|o| lane_params::<F, E>(o, row * block, lane));
            total += pair.family.kl_reference(&theta[0], &theta[1]);
            let by_guide = gradient(|q| pair.family.kl_reference(q, &theta[1]), &theta[0]);
            let by_prior = gradient(|p| pair.family.kl_reference(&theta[0], p), &theta[1]);
            for (side, slopes) in [by_guide, by_prior].into_iter().enumerate() {
                for (i, slope) in slopes.into_iter().enumerate() {
                    let (operand, element) = (i / width, lane * width + i % width);
                    let part = weights[row] * slope;
                    expected[side][operand].add(&all[side][operand], row * block, element, part);
                }
            }
        }
        assert_close(&what, *found, total, VALUE, total);
    }

    let mut grads = backward(|| weighted(F::kl(&q, &p).expect("as before"), &weights));
    for (operands, expected) in all.iter().zip(&expected) {
        for (operand, expected) in operands.iter().zip(expected) {
            for (place, found) in operand.found(&mut grads).into_iter().flatten().enumerate() {
                let (slope, size) = (expected.gradient[place], expected.size[place]);
                assert_close(&what, found, slope, SLOPE, size);
            }
        }
    }
}

/// The mean log-ratio of draws. The fault that must not pass is 0.15 nats or 15 percent.
pub fn from_draws<F: Divergent>() {
    for (case, pair) in F::pairs().into_iter().enumerate() {
        let seed = 400 + case as u64;
        match pair.guide.len() {
            4 => drawn::<F, (Const<4>,)>(&pair, seed),
            3 if F::LANED => drawn::<F, (Const<3>,)>(&pair, seed),
            _ => drawn::<F, ()>(&pair, seed),
        }
    }
}

fn drawn<F: Divergent, E: Event>(pair: &Pair<F>, seed: u64) {
    let [q, p] = at_pair::<F, E>(pair);
    let draw = q.sample(4 * DRAWS, &noise(seed, "z"));
    let [log_q, log_p] = [q, p].map(|of| numbers(&of.log_prob_of(&draw)));
    let ratios: Vec<f64> = log_q.iter().zip(&log_p).map(|(q, p)| q - p).collect();
    assert_mean(pair.source, &ratios, pair.kl, 0.15 * pair.kl.max(1.0));
}

/// A family does not diverge from itself, and is at the minimum.
pub fn zero<F: Divergent>() {
    for (family, params) in F::cases() {
        if F::LANED {
            zero_of::<F, (Const<3>,)>(family, &params);
        } else {
            zero_of::<F, ()>(family, &params);
        }
    }
}

fn zero_of<F: Divergent, E: Event>(family: F, params: &[f64]) {
    let width = F::lane::<E>();
    let side = || -> (Vec<Value<E>>, F::Of<E>) {
        let rows: Vec<Value<E>> = params.chunks(width).map(plate::<E>).collect();
        let param = |(i, row): (usize, &Value<E>)| match F::SHARED.contains(&i) {
            true => Param::<E>::Number(params[i] as f32),
            false => Param::Rows(row.clone()),
        };
        let built = family.build(&rows.iter().enumerate().map(param).collect::<Vec<_>>());
        (rows, built)
    };
    let ((guide, q), (prior, p)) = (side(), side());
    let kl = numbers(&F::kl(&q, &p).expect("a closed form"))[0];
    assert_close("KL(q‖q)", kl, 0.0, 1e-6, 0.0);
    let mut grads = backward(|| weighted(F::kl(&q, &p).expect("as before"), &[1.0]));
    // Intervals have a corner there, not a minimum: a prior that moves cuts or dilutes the guide.
    if !F::SMOOTH {
        return;
    }
    for side in guide.iter().chain(&prior) {
        for slope in gradient_of(&mut grads, side) {
            assert_close("slope of KL(q‖q)", slope, 0.0, 4e-6, 0.0);
        }
    }
}

/// Divergences at the limits of what is legal are never NaN, and right where they are finite.
pub fn limits<F: Divergent>() {
    let all: Vec<_> = F::extremes().into_iter().map(|(case, _)| case.1).collect();
    let (family, ordinary) = F::cases().remove(0);
    for extreme in all {
        for (q, p) in [
            (&extreme, &ordinary),
            (&ordinary, &extreme),
            (&extreme, &extreme),
        ] {
            if F::SHARED.iter().any(|&i| q[i] != p[i]) {
                continue;
            }
            if F::LANED {
                limit::<F, (Const<3>,)>(family, q, p);
            } else {
                limit::<F, ()>(family, q, p);
            }
        }
    }
}

fn limit<F: Divergent, E: Event>(family: F, guide: &[f64], prior: &[f64]) {
    let what = format!("KL at {guide:?}, {prior:?}");
    let [q, p] = [guide, prior].map(|base| match F::SHARED {
        [] => built::<F, E>(family, base),
        _ => family.build(
            &base
                .iter()
                .map(|&v| Param::<E>::Number(v as f32))
                .collect::<Vec<_>>(),
        ),
    });
    let round = |base: &[f64]| base.iter().copied().map(rounded).collect::<Vec<_>>();
    let truth = family.kl_reference(&round(guide), &round(prior));
    let found = numbers(&F::kl(&q, &p).expect("a closed form"))[0];
    if truth.is_nan() {
        // The reference overflows where the truth may be finite; the library must still give a number.
        assert!(!found.is_nan(), "{what}: {found}");
    } else if truth.abs() < 1e38 {
        assert_close(&what, found, truth, 1e-5, truth);
    } else {
        assert!(found > 1e37, "{what}: {found}, true {truth}");
    }
}

/// Data processing: rounding is a channel, so relaxed guides diverge at least as much as what they
/// relax; and at equal temperatures, whatever they are, by the same amount.
#[test]
fn relaxed_divergence_ignores_the_temperature_and_bounds_the_discrete() {
    for (a, b) in [
        (0.7, -0.4),
        (2.0, -1.0),
        (-3.0, 1.5),
        (0.1, 0.1),
        (8.0, -8.0),
    ] {
        let at = |t| {
            let [q, p] = [a, b].map(|logit| Concrete::<()>::new(logit, t));
            numbers(&q.kl_divergence(&p).expect("equal temperatures"))[0]
        };
        let relaxed = at(0.5);
        for t in [0.01, 0.1, 2.0 / 3.0, 1.0, 10.0] {
            assert_eq!(at(t), relaxed, "temperature {t}");
        }
        let [q, p] = [a, b].map(Bernoulli::<()>::logits);
        let discrete = numbers(&q.kl_divergence(&p).expect("a closed form"))[0];
        assert!(relaxed >= discrete - 1e-6, "{relaxed} < {discrete}");
    }
}

/// Small differences of logits are summed as a series, larger ones in closed form: both are right, and
/// so are their slopes, on both sides of where they meet.
#[test]
fn logistic_divergence_near_zero() {
    let exact = |d: f64| d / (0.5 * d).tanh() - 2.0;
    for d in [1e-2, 0.1, 0.3, 0.49, 0.499, 0.501, 0.51, 0.7, 1.5, 30.0] {
        let d = rounded(d);
        for sign in [1.0, -1.0] {
            let logit = plate::<()>(&[sign * d]);
            let kl = || {
                let q = Concrete::<()>::new(Param::<()>::Rows(logit.clone()), 0.5);
                let p = Concrete::<()>::new(0.0, 0.5);
                q.kl_divergence(&p).expect("equal temperatures")
            };
            // The closed form subtracts 2 from about 2, the series nothing from anything.
            let rounding = if d < 0.5 { 0.0 } else { 1e-6 };
            let (found, truth) = (numbers(&kl())[0], exact(d));
            let allowed = 1e-6 * truth + rounding;
            assert!(
                (found - truth).abs() <= allowed,
                "{d}: {found}, true {truth}"
            );
            let mut grads = backward(|| weighted(kl(), &[1.0]));
            let (found, slope) = (
                gradient_of(&mut grads, &logit)[0],
                gradient(|x| exact(x[0]), &[sign * d])[0],
            );
            let allowed = 2e-6 * slope.abs() + 4.0 * rounding;
            assert!(
                (found - slope).abs() <= allowed,
                "{d}: slope {found}, true {slope}"
            );
        }
    }
}

#[test]
fn pairs_without_a_closed_form_say_so() {
    let [a, b] = [0.5, 0.6].map(|t| Concrete::<()>::new(0.3, t));
    assert!(a.kl_divergence(&b).is_none());
    assert!(a.kl_divergence(&a).is_some());
    let [a, b] = [0.5_f32, 0.6].map(|scale| Logistic::<()>::new(0.3, scale));
    assert!(a.kl_divergence(&b).is_none());
    assert!(a.kl_divergence(&a).is_some());
    // Scales that are tensors may differ somewhere: not decided at run time.
    let learned = Logistic::<()>::new(0.3, Param::<()>::Rows(plate::<()>(&[0.5, 0.5])));
    assert!(learned.kl_divergence(&a).is_none());
    assert!(learned.kl_divergence(&learned).is_none());
}

/// Both relaxations of the same logits at different temperatures still diverge: by quadrature,
/// 0.0530035 at logits 0 and temperatures 2/3 and 1/2.
#[test]
fn unequal_temperatures_diverge_at_equal_logits() {
    for (logit, known) in [(0.0, 0.0530035), (1.0, 0.1581873), (2.0, 0.4594746)] {
        let q = Concrete::<()>::new(logit, 2.0 / 3.0);
        let p = Concrete::<()>::new(0.0, 0.5);
        let draw = q.sample(20 * DRAWS, &noise(450, "z"));
        let [log_q, log_p] = [q, p].map(|of| numbers(&of.log_prob_of(&draw)));
        let ratios: Vec<f64> = log_q.iter().zip(&log_p).map(|(q, p)| q - p).collect();
        assert_mean(&format!("logit {logit}"), &ratios, known, 0.03);
    }
}

/// A divergence by probabilities: the gradient flows through the logits that are computed from them.
#[test]
fn probs_have_gradients_too() {
    let probs = plate::<()>(&[0.5]);
    let mut grads = backward(|| {
        let q = Bernoulli::<()>::probs(Param::<()>::Rows(probs.clone()));
        let p = Bernoulli::<()>::probs(0.25);
        weighted(q.kl_divergence(&p).expect("a closed form"), &[1.0])
    });
    assert_close(
        "d KL/dq",
        gradient_of(&mut grads, &probs)[0],
        1.0986122886681096,
        2e-6,
        1.0,
    );
}
