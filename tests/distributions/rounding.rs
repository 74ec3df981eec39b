//! Relaxations round to exactly what they relax.
//!
//! The classical slip is binary Concrete with one Gumbel for its noise: it looks right, trains, and
//! has `P(z > ½) = 1 − exp(−eˡ)`, 0.632 at logit 0, where the Bernoulli has `σ(l)`.

use elbow::dfdx::shapes::Const;
use elbow::family::{Draw, Param, Relaxable, RowRng};
use elbow::prelude::{Bernoulli, Concrete, Distribution, GumbelSoftmax, OneHotCategorical};
use elbow_tests::support::statistics::{assert_counts, assert_distribution, assert_mean};
use elbow_tests::support::tensors::{assert_close, noise, numbers, plate, scattered};

use crate::draws::DRAWS;

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// 0.03 is a fifth of what one Gumbel would be off at logit 0, and a third of a probit link at −2.
#[test]
fn concrete_rounds_to_its_bernoulli() {
    for (case, logit) in [0.0, 1.0, -2.0].into_iter().enumerate() {
        for t in [0.1, 2.0 / 3.0, 5.0] {
            let relaxed = Bernoulli::<()>::logits(logit as f32).relax(t);
            let z = relaxed
                .sample(DRAWS, &noise(500 + case as u64, "z"))
                .value();
            let ones: Vec<f64> = numbers(&z)
                .iter()
                .map(|&z| f64::from(u8::from(z > 0.5)))
                .collect();
            assert_mean(
                &format!("logit {logit}, temperature {t}"),
                &ones,
                sigmoid(logit),
                0.03,
            );
        }
    }
}

#[test]
fn bernoulli_draws_have_its_mass() {
    for (case, logit) in [0.0, 1.0, -2.0].into_iter().enumerate() {
        let stream = noise(510 + case as u64, "z");
        let z = numbers(
            &Bernoulli::<()>::logits(logit as f32)
                .sample(DRAWS, &stream)
                .value(),
        );
        assert_mean(&format!("logit {logit}"), &z, sigmoid(logit), 0.03);
        // The same noise: the hard draw is the relaxed one, rounded.
        let soft = Concrete::<()>::new(logit as f32, 0.5)
            .sample(DRAWS, &stream)
            .value();
        let rounded: Vec<f64> = numbers(&soft)
            .iter()
            .map(|&z| f64::from(u8::from(z > 0.5)))
            .collect();
        assert_eq!(z, rounded);
    }
}

#[test]
fn the_noise_is_logistic_and_gumbel() {
    let many = |draw: fn(&mut RowRng) -> f32| -> Vec<f64> {
        let stream = noise(520, "z");
        stream
            .fill(DRAWS, 1, draw)
            .into_iter()
            .map(f64::from)
            .collect()
    };
    assert_distribution("logistic", &many(RowRng::logistic), sigmoid);
    assert_distribution("gumbel", &many(RowRng::gumbel), |x| (-(-x).exp()).exp());
    // The logits of Concrete draws at temperature 1 are that noise, moved.
    let z = Concrete::<()>::new(1.0, 1.0).sample(DRAWS, &noise(521, "z"));
    let logits = numbers(z.logit().expect("draws in (0, 1) have logits"));
    assert_distribution("logits", &logits, |y| sigmoid(y - 1.0));
}

#[test]
fn gumbel_softmax_rounds_to_its_categorical() {
    let logits = [0.2, -0.3, 0.5, -1.5];
    let total: f64 = logits.iter().map(|l: &f64| l.exp()).sum();
    let masses = logits.map(|l| l.exp() / total);
    let rows = Param::<(Const<4>,)>::Rows(plate::<(Const<4>,)>(&logits));
    for t in [0.1_f32, 2.0 / 3.0, 5.0] {
        let stream = noise(530, "z");
        let hard = OneHotCategorical::logits(rows.clone());
        let soft = hard.relax(t).sample(DRAWS, &stream);
        let soft = numbers(soft.log().expect("draws on the simplex have logarithms"));
        let hard = numbers(&hard.sample(DRAWS, &stream).value());
        let mut counts = [0; 4];
        for (soft, hard) in soft.chunks(4).zip(hard.chunks(4)) {
            let best = (0..4)
                .max_by(|&a, &b| soft[a].total_cmp(&soft[b]))
                .expect("four");
            counts[best] += 1;
            assert_eq!(hard[best], 1.0, "the hard draw is the relaxed one, rounded");
        }
        assert_counts(&format!("temperature {t}"), &counts, &masses, 0.05);
    }
}

/// Two classes with logits (l, 0) are binary Concrete with logit l: in density and in draws.
#[test]
fn two_classes_are_the_binary_relaxation() {
    for (logit, t) in [(0.7, 0.7), (-2.0, 0.5), (0.0, 1.0), (3.0, 2.0)] {
        let pair = Param::<(Const<2>,)>::Rows(plate::<(Const<2>,)>(&[logit, 0.0]));
        let two = GumbelSoftmax::new(pair, t as f32);
        let one = Concrete::<()>::new(logit as f32, t as f32);
        for x in [0.01_f64, 0.3, 0.5, 0.97] {
            let on_pair = numbers(&two.log_prob(&plate::<(Const<2>,)>(&[x, 1.0 - x])))[0];
            let on_line = numbers(&one.log_prob(&plate::<()>(&[x])))[0];
            assert_close(&format!("at {x}"), on_pair, on_line, 4e-6, on_line);
        }
        let logs = two.sample(DRAWS, &noise(540, "z"));
        let logs = numbers(logs.log().expect("draws on the simplex have logarithms"));
        let logits: Vec<f64> = logs.chunks(2).map(|l| l[0] - l[1]).collect();
        assert_distribution("log-ratio", &logits, |y| sigmoid(t * y - logit));
    }
}

/// In its own coordinates, and by way of the value and the slope between: for families that know
/// the coordinates, and for one that does not.
#[test]
fn densities_of_draws_are_densities_in_their_coordinates() {
    use elbow::prelude::{LogisticNormal, Uniform};
    // Logits whose values f32 can still tell from 1.
    let y = [-6.0, -1.5, 0.0, 0.4, 5.0];
    let draw = Draw::from_logit(plate::<()>(&y));
    let slope = |y: f64| (sigmoid(y) * sigmoid(-y)).ln();
    let by_value = numbers(&Concrete::<()>::new(0.5, 0.5).log_prob(&draw.value()));
    let direct = numbers(&Concrete::<()>::new(0.5, 0.5).log_prob_of(&draw));
    let normal_by_value = numbers(&LogisticNormal::<()>::new(0.5, 1.2).log_prob(&draw.value()));
    let normal_direct = numbers(&LogisticNormal::<()>::new(0.5, 1.2).log_prob_of(&draw));
    let uniform = numbers(&Uniform::<()>::new(0.0, 1.0).log_prob_of(&draw));
    for (i, &y) in y.iter().enumerate() {
        assert_close(
            "Concrete",
            direct[i],
            by_value[i] + slope(y),
            4e-5,
            slope(y),
        );
        assert_close(
            "LogisticNormal",
            normal_direct[i],
            normal_by_value[i] + slope(y),
            4e-5,
            slope(y),
        );
        assert_close("Uniform", uniform[i], slope(y), 4e-6, slope(y));
    }
    // Published densities of logits: probability 0.3, temperature 1/2.
    let draw = Draw::from_logit(plate::<()>(&[-3.0, -0.5, 0.0, 2.0]));
    let found = numbers(&Concrete::<()>::new(-0.847_297_86, 0.5).log_prob_of(&draw));
    let known = [
        -2.184108025270782,
        -2.1673375851013534,
        -2.2537949288246137,
        -2.8332510159798767,
    ];
    for (found, known) in found.iter().zip(known) {
        assert_close("logits", *found, known, 2e-6, known);
    }
    // And of logarithms on the simplex.
    let logs = [0.2_f64, 0.3, 0.5].map(f64::ln);
    let draw = Draw::from_log(plate::<(Const<3>,)>(&logs));
    let logits =
        Param::<(Const<3>,)>::Rows(plate::<(Const<3>,)>(&[2.0_f64.ln(), 0.5_f64.ln(), 0.0]));
    let found = numbers(&GumbelSoftmax::new(logits, 0.7).log_prob_of(&draw))[0];
    assert_close("logarithms", found, -4.142667773, 2e-6, 4.0);
}

/// Published moments hold the quadrature of the table to the literature.
#[test]
fn published_means_of_relaxations() {
    use crate::family::Family;
    use crate::table::concrete::ConcreteRow;
    use crate::table::logistic_normal::LogisticNormalRow;
    let mean = ConcreteRow(2.0 / 3.0).moments(&[0.5])[0][0];
    assert_close("Concrete(0.5, 2/3)", mean, 0.5975947484, 1e-9, 1.0);
    let mean = ConcreteRow(1.0).moments(&[2.0_f64.ln()])[0][0];
    assert_close("Concrete(ln 2, 1)", mean, 0.6137056389, 1e-9, 1.0);
    let mean = LogisticNormalRow.moments(&[0.5, 1.2])[0][0];
    assert_close("LogisticNormal(0.5, 1.2)", mean, 0.5960873055, 1e-9, 1.0);
    // Rounded, LogisticNormal has a probit link, not a logistic one: P(x > ½) = Φ(loc/scale).
    let above = 1.0 - LogisticNormalRow.cdf(0.0, &[0.5, 1.2]);
    assert_close("P(x > 1/2)", above, 0.6615388805, 1e-9, 1.0);
}

/// Logits moved by a constant are the same categories, also far out, where f32 has few digits left
/// for them: these logits and the shift are exact.
#[test]
fn categories_ignore_a_common_shift() {
    let logits = [0.5, -0.25, 1.0];
    let at = |shift: f64| {
        let moved = Param::<(Const<3>,)>::Rows(plate::<(Const<3>,)>(&logits.map(|l| l + shift)));
        let hard = OneHotCategorical::logits(moved.clone());
        let soft = GumbelSoftmax::new(moved, 0.5);
        let mut all = numbers(&hard.log_prob(&plate::<(Const<3>,)>(&[0.0, 1.0, 0.0])));
        all.extend(numbers(&hard.entropy().expect("a closed form")));
        all.extend(numbers(&hard.mean(1).expect("a closed form")));
        let soft = numbers(&soft.log_prob(&plate::<(Const<3>,)>(&[0.25, 0.25, 0.5])))[0];
        (all, soft)
    };
    let still = at(0.0);
    for shift in [4.0, -64.0, 8192.0, -8192.0] {
        let (hard, soft) = at(shift);
        for (moved, still) in hard.into_iter().zip(&still.0) {
            assert_close(&format!("shift {shift}"), moved, *still, 2e-6, *still);
        }
        // The relaxed density adds a number to each logit, which rounds at the size of the shift.
        let tilted = 2e-6 + 2e-7 * shift.abs();
        assert_close(&format!("shift {shift}"), soft, still.1, tilted, 1.0);
    }
}

/// One uniform number in 2²⁵ rounds to 1 in f32; it must not leave the interval, however the length of
/// that is rounded.
#[test]
fn uniform_draws_stay_inside() {
    use elbow::family::{Key, Place, Stream};
    use elbow::prelude::Uniform;
    let key = Key::new(7, 0);
    let whole = Stream::new(key, "z", Place::default());
    let near_one = |row: &usize| whole.row(*row).uniform() as f32 == 1.0;
    let first_row = (0..1 << 28).find(near_one).expect("one in 2²⁵");
    let stream = Stream::new(
        key,
        "z",
        Place {
            first_row,
            ..Place::default()
        },
    );
    for place in 0..2000 {
        let low = -4.0 + 3.0 * scattered(place) as f32;
        let high = 1.0 + scattered(3 * place) as f32;
        let of = Uniform::<()>::new(low, high);
        let draw = of.sample(1, &stream);
        let log_prob = numbers(&of.log_prob_of(&draw))[0];
        assert!(
            log_prob.is_finite(),
            "{:?} of {low}, {high}",
            draw.value().as_vec()
        );
    }
}
