//! Counts that take different ways to their log-mass, side by side in one row.

use elbow::dfdx::shapes::Const;
use elbow::family::detach;
use elbow::family::special::{digamma, ln_gamma};
use elbow::prelude::{Distribution, NegativeBinomial};
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, rounded, scattered, weighted,
};

/// More than two tiles, the last not full.
const COUNTS: usize = 600;
type Row = (Const<COUNTS>,);

/// Small counts, in two of three blocks of 64 some larger ones, and one beyond what vectors take.
fn count(place: usize) -> f64 {
    match place {
        _ if (place / 64).is_multiple_of(3) => (place % 9) as f64,
        300 => 30_000.0,
        _ if place.is_multiple_of(29) => [17.0, 40.0, 900.0, 2000.0][place / 29 % 4],
        _ => (place % 18) as f64,
    }
}

#[test]
fn of_negative_binomials() {
    let each = |f: &dyn Fn(usize) -> f64| (0..COUNTS).map(f).map(rounded).collect::<Vec<_>>();
    let counts = each(&count);
    let sizes = [0.3, 2.0, 15.0, 1e-3, 800.0];
    let failures = each(&|place| sizes[place % 5] * (1.5 + scattered(place)));
    let logits = each(&|place| 4.0 * scattered(3 * place));
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let (x, r, l) = (
        plate::<Row>(&counts),
        event::<Row>(&failures),
        plate::<Row>(&logits),
    );
    let of = NegativeBinomial::logits(r.clone(), l.clone());

    let all = || counts.iter().zip(&failures).zip(&logits);
    let terms = all().map(|((&k, &r), &l)| {
        let ways = ln_gamma(k + r) - ln_gamma(r) - ln_gamma(k + 1.0);
        ways - r * softplus(l) - k * softplus(-l)
    });
    let [found] = numbers(&of.log_prob(&x))[..] else {
        panic!("one row");
    };
    let exact: f64 = terms.sum();
    assert_close("log-mass", found, exact, 1e-10, exact);

    // Data, by which no slope is wanted.
    let mut grads = backward(|| weighted(of.log_prob(&detach(&x)), &[1.0]));
    let by_failures = gradient_of(&mut grads, &r);
    let by_logits = gradient_of(&mut grads, &l);
    for (place, ((&k, &r), &l)) in all().enumerate() {
        let what = format!("{k} of ({r}, {l})");
        let hit = 1.0 / (1.0 + (-l).exp());
        let exact = digamma(k + r) - digamma(r) - softplus(l);
        let size = digamma(k + r).abs() + digamma(r).abs().min(1e3) * 1e-3;
        assert_close(
            &what,
            by_failures[place] / size,
            exact / size,
            3e-7,
            exact / size,
        );
        let exact = k * (1.0 - hit) - r * hit;
        assert_close(&what, by_logits[place], exact, 3e-7, exact);
    }
}

/// The same by mean and inverse dispersion.
#[test]
fn by_mean_and_dispersion() {
    let each = |f: &dyn Fn(usize) -> f64| (0..COUNTS).map(f).map(rounded).collect::<Vec<_>>();
    let counts = each(&count);
    let sizes = [0.3, 2.0, 15.0, 1e-3, 800.0];
    let spreads = each(&|place| sizes[place % 5] * (1.5 + scattered(place)));
    let means = each(&|place| (3.0 * scattered(3 * place)).exp());
    let (x, m, r) = (
        plate::<Row>(&counts),
        event::<Row>(&means),
        event::<Row>(&spreads),
    );
    let of = NegativeBinomial::mean_dispersion(m.clone(), r.clone());

    let all = || counts.iter().zip(&means).zip(&spreads);
    let terms = all().map(|((&k, &m), &r)| {
        let ways = ln_gamma(k + r) - ln_gamma(r) - ln_gamma(k + 1.0);
        ways - r * (m / r).ln_1p() - k * (r / m).ln_1p()
    });
    let exact: f64 = terms.sum();
    let found = numbers(&of.log_prob(&x))[0];
    assert_close("log-mass", found, exact, 1e-10, exact);

    // Data, by which no slope is wanted.
    let mut grads = backward(|| weighted(of.log_prob(&detach(&x)), &[1.0]));
    let (by_means, by_spreads) = (gradient_of(&mut grads, &m), gradient_of(&mut grads, &r));
    for (place, ((&k, &m), &r)) in all().enumerate() {
        let what = format!("{k} of mean {m}, inverse dispersion {r}");
        let exact = k / m - (k + r) / (m + r);
        let size = k / m + (k + r) / (m + r);
        assert_close(&what, by_means[place], exact, 1e-6, size);
        let parts = [
            digamma(k + r),
            -digamma(r),
            -(m / r).ln_1p(),
            (m - k) / (m + r),
        ];
        let size: f64 = parts.iter().map(|part| part.abs()).sum();
        let exact: f64 = parts.iter().sum();
        assert_close(&what, by_spreads[place], exact, 1e-6, size);
    }
}

/// A row's log-mass is that of its counts one by one: none depends on its neighbours.
#[test]
fn do_not_depend_on_their_neighbours() {
    let one = |k: f64| {
        let of = NegativeBinomial::<()>::logits(2.5, -0.4);
        numbers(&of.log_prob(&plate::<()>(&[k])))[0]
    };
    let counts: Vec<f64> = (0..COUNTS).map(count).collect();
    let of = NegativeBinomial::<()>::logits(2.5, -0.4);
    let all = numbers(&of.log_prob(&plate::<()>(&counts)));
    let each: Vec<f64> = counts.iter().map(|&k| one(k)).collect();
    assert_eq!(all, each);
}
