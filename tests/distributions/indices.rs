//! Categories by index, against the same categories as one-hot vectors.

use elbow::dfdx::shapes::Const;
use elbow::family::{Finite, KlDivergence, Param, Value};
use elbow::prelude::{Categorical, Distribution, OneHotCategorical};
use elbow_tests::support::statistics::assert_counts;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, noise, numbers, plate, weighted,
};

type Logits = (Const<2>, Const<3>);
type Indices = (Const<2>,);

const ROWS: usize = 4;
const LOGITS: [f64; 12] = [
    0.2, -0.3, 0.5, 1.0, 0.0, -2.0, 0.3, 0.3, 0.3, -1.0, 4.0, 0.1,
];
const INDEX: [f64; 8] = [0.0, 2.0, 1.0, 1.0, 2.0, 0.0, 2.0, 1.0];

fn one_hot() -> Vec<f64> {
    let one = |&index: &f64| (0..3).map(move |k| f64::from(u8::from(f64::from(k) == index)));
    INDEX.iter().flat_map(one).collect()
}

/// Log-masses, entropies, divergences and their gradients, with logits shared by blocks of rows.
#[test]
fn the_same_as_one_hot() {
    let logits: Value<Logits> = plate::<Logits>(&LOGITS);
    let prior: Value<Logits> = plate::<Logits>(&LOGITS.map(|l| 0.5 - l));
    let param = || Param::<Logits>::Rows(logits.clone());
    let index = plate::<Indices>(&INDEX);
    let vectors = plate::<Logits>(&one_hot());
    let weights = [1.0, -0.5, 2.0, 0.7];
    let log_prob = || Categorical::logits(param()).log_prob(&index);
    let same = || OneHotCategorical::logits(param()).log_prob(&vectors);
    assert_eq!(numbers(&log_prob()).len(), ROWS);
    for (found, exact) in numbers(&log_prob()).into_iter().zip(numbers(&same())) {
        assert_close("log-mass", found, exact, 1e-6, exact);
    }
    let mut found = backward(|| weighted(log_prob(), &weights));
    let mut exact = backward(|| weighted(same(), &weights));
    let pairs = gradient_of(&mut found, &logits).into_iter();
    for (found, exact) in pairs.zip(gradient_of(&mut exact, &logits)) {
        assert_close("slope", found, exact, 1e-6, 1.0);
    }

    let (q, p) = (
        Categorical::logits(param()),
        Categorical::logits(prior.clone()),
    );
    let (same_q, same_p) = (
        OneHotCategorical::logits(param()),
        OneHotCategorical::logits(prior),
    );
    let kl = |rows: Option<elbow::family::Rows>| numbers(&rows.expect("a closed form"));
    assert_eq!(kl(q.kl_divergence(&p)), kl(same_q.kl_divergence(&same_p)));
    assert_eq!(kl(q.entropy()), kl(same_q.entropy()));
    assert!(q.mean(ROWS).is_none());
    assert_eq!(q.check(ROWS), Ok(()));
    assert!(q.check(3).is_err());
}

#[test]
fn what_is_no_index_has_no_mass() {
    let of = Categorical::<(Const<3>,)>::uniform();
    let log_probs = numbers(&of.log_prob(&plate::<()>(&[0.0, 2.0, 3.0, -1.0, 0.5, f64::NAN])));
    assert_close("mass", log_probs[1], -(3.0_f64.ln()), 1e-6, 1.0);
    assert!(log_probs[2..].iter().all(|&l| l == f64::NEG_INFINITY));
    // A category that is ruled out is never drawn.
    let probs = Param::<(Const<3>,)>::Rows(plate::<(Const<3>,)>(&[0.25, 0.0, 0.75]));
    let of = Categorical::probs(probs);
    assert_eq!(
        numbers(&of.log_prob(&plate::<()>(&[1.0])))[0],
        f64::NEG_INFINITY
    );
    let draws = numbers(&of.sample(50_000, &noise(3, "z")).value());
    let counts = [0.0, 2.0].map(|k| draws.iter().filter(|&&d| d == k).count());
    assert_eq!(counts.iter().sum::<usize>(), 50_000);
    assert_counts("draws", &counts, &[0.25, 0.75], 0.05);
}

#[test]
fn states_are_all_the_indices() {
    type Of = Categorical<Logits>;
    assert_eq!(Of::states(), Some(9));
    let states: Vec<[f32; 2]> = (0..9)
        .map(|state| {
            let mut event = [0.0; 2];
            Of::write_state(state, &mut event);
            event
        })
        .collect();
    for a in 0..3 {
        for b in 0..3 {
            assert!(states.contains(&[a as f32, b as f32]));
        }
    }
}

/// `probs` are normalised, so any weights will do.
#[test]
fn weights_are_shares() {
    let [weights, shares] =
        [[2.0, 0.0, 6.0], [0.25, 0.0, 0.75]].map(|row| plate::<(Const<3>,)>(&row));
    let of = Categorical::probs(weights.clone());
    assert_eq!(of.check(1), Ok(()));
    assert_close(
        "mass",
        numbers(&of.log_prob(&plate::<()>(&[2.0])))[0],
        0.75_f64.ln(),
        1e-6,
        1.0,
    );
    let [one_hot, known] = [weights, shares].map(OneHotCategorical::probs);
    assert_eq!(one_hot.check(1), Ok(()));
    let third = plate::<(Const<3>,)>(&[0.0, 0.0, 1.0]);
    let [found, exact] = [&one_hot, &known].map(|of| numbers(&of.log_prob(&third))[0]);
    assert_close("mass", found, exact, 1e-6, 1.0);
    assert_close("mass", exact, 0.75_f64.ln(), 1e-6, 1.0);
    let negative = OneHotCategorical::probs(plate::<(Const<3>,)>(&[2.0, -1.0, 6.0]));
    assert!(negative.check(1).is_err());
}
