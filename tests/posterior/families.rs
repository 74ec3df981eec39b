//! Modes, deviations and parameters of families that have no row in the table of families, and at the ends of what is legal.

use elbow::family::Value;
use elbow::prelude::bijector::{Affine, Exp};
use elbow::prelude::*;
use elbow_tests::support::quadrature::integrate;
use elbow_tests::support::tensors::{assert_all_close, assert_close, event, numbers, plate};

type Three = (Const<3>,);
type Four = (Const<4>,);

fn number(found: Option<Value<()>>) -> f64 {
    numbers(&found.expect("one"))[0]
}

/// The most probable of some events, by the family's own mass.
fn likeliest<D: Distribution>(of: &D, events: &[Vec<f64>]) -> f64 {
    let masses = of.log_prob(&plate::<D::Event>(&events.concat()));
    numbers(&masses)
        .into_iter()
        .fold(f64::NEG_INFINITY, f64::max)
}

fn mass<D: Distribution>(of: &D, event: &[f64]) -> f64 {
    numbers(&of.log_prob(&plate::<D::Event>(event)))[0]
}

/// All counts of four categories that add up to `n`.
fn counts(n: usize) -> Vec<Vec<f64>> {
    let mut all = Vec::new();
    for a in 0..=n {
        for b in 0..=n - a {
            for c in 0..=n - a - b {
                all.push([a, b, c, n - a - b - c].map(|k| k as f64).to_vec());
            }
        }
    }
    all
}

/// The deviations of listed events.
fn listed_deviations<D: Distribution>(of: &D, events: &[Vec<f64>]) -> Vec<f64> {
    let masses = numbers(&of.log_prob(&plate::<D::Event>(&events.concat())));
    let moment = |k: usize, power: i32| -> f64 {
        let terms = events.iter().zip(&masses);
        terms.map(|(own, log)| own[k].powi(power) * log.exp()).sum()
    };
    (0..events[0].len())
        .map(|k| (moment(k, 2) - moment(k, 1).powi(2)).sqrt())
        .collect()
}

#[test]
fn counts_of_categories() {
    let logits = [
        [0.3, -1.0, 2.0, 0.0],
        [0.0; 4],
        [5.0, 4.9, -3.0, 4.8],
        [1.0, f64::NEG_INFINITY, 1.5, 0.7],
    ];
    for logits in logits {
        for n in [0, 1, 2, 5, 9] {
            let of = Multinomial::<Four>::logits(n as f32, event::<Four>(&logits));
            let mode = numbers(&of.mode(1).expect("a mode"));
            assert_eq!(mode.iter().sum::<f64>(), f64::from(n));
            let best = likeliest(&of, &counts(n as usize));
            assert_close("multinomial", mass(&of, &mode), best, 1e-6, 1.0);
            let found = numbers(&of.deviation(1).expect("a deviation"));
            let exact = listed_deviations(&of, &counts(n as usize));
            assert_all_close("multinomial", &found, &exact, 1e-5);
        }
    }
    for a in [[1.5, 2.0, 3.0, 1.0], [1.0; 4], [9.0, 1.2, 1.1, 30.0]] {
        for n in [0, 1, 4, 9] {
            let of = DirichletMultinomial::<Four>::new(n as f32, event::<Four>(&a));
            let mode = numbers(&of.mode(1).expect("a mode"));
            assert_eq!(mode.iter().sum::<f64>(), f64::from(n));
            let best = likeliest(&of, &counts(n as usize));
            assert_close("Dirichlet-multinomial", mass(&of, &mode), best, 1e-6, 1.0);
            let found = numbers(&of.deviation(1).expect("a deviation"));
            let exact = listed_deviations(&of, &counts(n as usize));
            assert_all_close("Dirichlet-multinomial", &found, &exact, 1e-5);
        }
    }
    let of = DirichletMultinomial::<Four>::new(3.0, event::<Four>(&[0.5, 2.0, 3.0, 1.0]));
    assert!(
        numbers(&of.mode(1).expect("of its kind"))
            .iter()
            .all(|own| own.is_nan())
    );
}

#[test]
fn beta_binomial_at_its_ends() {
    for [a, b] in [
        [0.5, 0.7],
        [0.7, 0.5],
        [0.5, 3.0],
        [3.0, 0.5],
        [1.0, 2.0],
        [2.0, 1.0],
        [2.5, 3.5],
        [30.0, 2.0],
    ] {
        let of = BetaBinomial::<()>::new(7.0_f32, a, b);
        let mode = number(of.mode(1));
        let atoms: Vec<Vec<f64>> = (0..8).map(|k| vec![f64::from(k)]).collect();
        let best = likeliest(&of, &atoms);
        assert_close("beta-binomial", mass(&of, &[mode]), best, 1e-6, 1.0);
        let exact = listed_deviations(&of, &atoms)[0];
        assert_close("beta-binomial", number(of.deviation(1)), exact, 1e-5, 1.0);
    }
}

#[test]
fn classes() {
    type Logits = (Const<2>, Const<3>);
    let logits = [0.1, 0.7, -2.0, 3.0, 2.9, 3.1];
    let of = Categorical::<Logits>::logits(event::<Logits>(&logits));
    assert_eq!(numbers(&of.mode(2).expect("a mode")), [1.0, 2.0, 1.0, 2.0]);
    assert!(of.deviation(1).is_none(), "classes are no numbers");
    let of = OrderedLogistic::<Logits>::new(
        event::<(Const<2>,)>(&[0.3, 4.0]),
        event::<Logits>(&[-1.0, 0.5, 2.0, -1.0, 0.5, 2.0]),
    );
    let mode = numbers(&of.mode(1).expect("a mode"));
    let all: Vec<Vec<f64>> = (0..16)
        .map(|i| vec![f64::from(i / 4), f64::from(i % 4)])
        .collect();
    assert_close("ordered", mass(&of, &mode), likeliest(&of, &all), 1e-6, 1.0);
    assert_eq!(mode, [1.0, 3.0]);
}

#[test]
fn vectors() {
    type Square = (Const<2>, Const<2>);
    let factor = event::<Square>(&[2.0, 99.0, -0.6, 0.8]);
    let of = MultivariateNormal::<2>::cholesky(event::<(Const<2>,)>(&[1.0, -3.0]), factor);
    assert_eq!(numbers(&of.mode(1).expect("a mode")), [1.0, -3.0]);
    assert_all_close(
        "Cholesky",
        &numbers(&of.deviation(2).expect("a deviation")),
        &[2.0, 1.0, 2.0, 1.0],
        1e-6,
    );
    let factor = event::<(Const<2>, Const<1>)>(&[3.0, -1.0]);
    let of = LowRankNormal::<2, 1>::new(0.5, factor, event::<(Const<2>,)>(&[16.0, 0.44]));
    assert_eq!(numbers(&of.mode(1).expect("a mode")), [0.5, 0.5]);
    let found = numbers(&of.deviation(1).expect("a deviation"));
    assert_all_close("low rank", &found, &[5.0, 1.2], 1e-6);
    let point = Delta::<Three>::new(event::<Three>(&[1.0, 2.0, 3.0]));
    assert_eq!(numbers(&point.mode(1).expect("a mode")), [1.0, 2.0, 3.0]);
    assert_eq!(numbers(&point.deviation(1).expect("none")), [0.0; 3]);
}

/// Around the circle: `√(−2 ln R)` with the length `R` of the mean direction.
#[test]
fn angles() {
    for concentration in [0.1, 1.0, 4.0, 60.0, 3000.0] {
        let of = VonMises::<()>::new(2.0, concentration);
        assert_close("mode", number(of.mode(1)), 2.0, 1e-6, 1.0);
        let c = f64::from(concentration);
        let density = |t: f64| (c * (t.cos() - 1.0)).exp();
        let ends = [-std::f64::consts::PI, 0.0, std::f64::consts::PI];
        let all = integrate(density, &ends, 2000);
        // 1 − cos t, in which nothing cancels.
        let rest = integrate(|t| 2.0 * (0.5 * t).sin().powi(2) * density(t), &ends, 2000) / all;
        let exact = (-2.0 * (-rest).ln_1p()).sqrt();
        assert_close("deviation", number(of.deviation(1)), exact, 1e-6, exact);
    }
    // The location is taken into one turn.
    assert_close(
        "mode",
        number(VonMises::<()>::new(7.0, 1.0).mode(1)),
        7.0 - std::f64::consts::TAU,
        1e-6,
        1.0,
    );
}

#[test]
fn mixtures_and_flows() {
    let logits = event::<(Const<2>,)>(&[0.3, -0.4]);
    let of = Mixture::new(
        logits,
        [Normal::<()>::new(-1.0, 0.5), Normal::new(2.0, 1.5)],
    );
    assert!(of.mode(1).is_none(), "it may have two");
    let density = |x: f64, power: i32| x.powi(power) * mass(&of, &[x]).exp();
    let breaks = [-10.0, 0.0, 14.0];
    let mean = integrate(|x| density(x, 1), &breaks, 60);
    let exact = (integrate(|x| density(x, 2), &breaks, 60) - mean * mean).sqrt();
    assert_close("mixture", number(of.deviation(1)), exact, 1e-5, 1.0);
    let heavy = Mixture::new(0.0, [Cauchy::<()>::new(0.0, 1.0), Cauchy::new(2.0, 1.0)]);
    assert!(heavy.deviation(1).is_none());
    // A component that no draw comes from is none.
    let logits = event::<(Const<2>,)>(&[0.0, f64::NEG_INFINITY]);
    let of = Mixture::new(
        logits,
        [
            StudentT::<()>::new(9.0, 1.0, 2.0),
            StudentT::new(1.5, 0.0, 1.0),
        ],
    );
    assert_close(
        "mixture",
        number(of.deviation(1)),
        2.0 * (9.0_f64 / 7.0).sqrt(),
        1e-6,
        1.0,
    );

    let flow = Transformed::new(Normal::<()>::new(0.0, 1.0), (Affine::new(0.5, 0.8), Exp));
    assert!(flow.mode(1).is_none() && flow.deviation(1).is_none());
    let names: Vec<String> = flow
        .parameters()
        .iter()
        .map(|own| own.name().to_owned())
        .collect();
    assert_eq!(names, ["base.loc", "base.scale"]);
}

/// `f32` holds the deviation, but not the intermediate steps; or formulas that are short would cancel.
#[test]
fn deviations_far_out() {
    let close = |what: &str, of: Option<Value<()>>, exact: f64| {
        assert_close(what, number(of), exact, 2e-6, exact);
    };
    // π/(√6 k), where the variance is the difference of two numbers near 1.
    let small = std::f64::consts::PI / 6.0_f64.sqrt();
    for k in [1e4_f64, 1e7, 1e20] {
        close(
            "Weibull",
            Weibull::<()>::new(1.0, k as f32).deviation(1),
            small / k,
        );
    }
    close("Weibull", Weibull::<()>::new(3.0, 1.0).deviation(1), 3.0);
    // k = ½: Γ(5) − Γ(3)² = 20.
    close(
        "Weibull",
        Weibull::<()>::new(1.0, 0.5).deviation(1),
        20.0_f64.sqrt(),
    );
    close(
        "Kumaraswamy",
        Kumaraswamy::<()>::new(1.0, 1.0).deviation(1),
        12.0_f64.powf(-0.5),
    );
    // It is Beta(1, b).
    let beta = |b: f64| (b / ((1.0 + b).powi(2) * (2.0 + b))).sqrt();
    for b in [0.01, 0.5, 3.0, 90.0, 110.0, 1e4, 1e8] {
        close(
            "Kumaraswamy",
            Kumaraswamy::<()>::new(1.0, b as f32).deviation(1),
            beta(f64::from(b as f32)),
        );
    }
    // And Beta(a, 1).
    for a in [0.05, 0.7, 30.0, 90.0, 1e3, 1e6] {
        let wide = f64::from(a as f32);
        let exact = (wide / ((1.0 + wide).powi(2) * (2.0 + wide))).sqrt();
        close(
            "Kumaraswamy",
            Kumaraswamy::<()>::new(a as f32, 1.0).deviation(1),
            exact,
        );
    }
    close(
        "Beta",
        Beta::<()>::new(3e38, 3e38).deviation(1),
        0.5 / 6e38_f64.sqrt(),
    );
    close(
        "LogNormal",
        LogNormal::<()>::new(-900.0, 30.0).deviation(1),
        1.0,
    );
    close(
        "LogNormal",
        LogNormal::<()>::new(0.0, 1e-5).deviation(1),
        f64::from(1e-5_f32),
    );
    close(
        "ContinuousBernoulli",
        ContinuousBernoulli::<()>::logits(0.0).deviation(1),
        12.0_f64.powf(-0.5),
    );
    close(
        "ContinuousBernoulli",
        ContinuousBernoulli::<()>::logits(-1e4).deviation(1),
        1e-4,
    );
    let seam = |l: f32| number(ContinuousBernoulli::<()>::logits(l).deviation(1));
    assert_close(
        "where the series ends",
        seam(0.099_999),
        seam(0.100_001),
        1e-6,
        1.0,
    );
    // Beyond the mode it is exponential, and within a short interval uniform.
    close(
        "TruncatedNormal",
        TruncatedNormal::<()>::new(0.0, 1.0, 1e4, 2e4).deviation(1),
        1e-4,
    );
    close(
        "TruncatedNormal",
        TruncatedNormal::<()>::new(0.0, 1.0, -2e4, -1e4).deviation(1),
        1e-4,
    );
    close(
        "TruncatedNormal",
        TruncatedNormal::<()>::new(0.0, 100.0, 1.0, 2.0).deviation(1),
        12.0_f64.powf(-0.5),
    );
    let whole = TruncatedNormal::<()>::new(0.0, 2.0, f32::NEG_INFINITY, f32::INFINITY);
    close("TruncatedNormal", whole.deviation(1), 2.0);
    let half = TruncatedNormal::<()>::new(0.0, 2.0, 0.0, f32::INFINITY);
    close(
        "TruncatedNormal",
        half.deviation(1),
        2.0 * (1.0 - 2.0 / std::f64::consts::PI).sqrt(),
    );
    assert_eq!(
        number(InverseGamma::<()>::new(1.5, 1.0).deviation(1)),
        f64::INFINITY
    );
    assert!(number(InverseGamma::<()>::new(1.0, 1.0).deviation(1)).is_nan());
    close(
        "InverseGamma",
        InverseGamma::<()>::new(3.0, 4.0).deviation(1),
        2.0,
    );
    assert_eq!(
        number(StudentT::<()>::new(2.0, 0.0, 1.0).deviation(1)),
        f64::INFINITY
    );
    assert!(number(StudentT::<()>::new(1.0, 0.0, 1.0).deviation(1)).is_nan());
}

/// A mode lies in the support, or there is none.
#[test]
fn modes_at_the_rim() {
    let none = |what: &str, of: Option<Value<()>>| assert!(number(of).is_nan(), "{what}");
    none("Gamma", Gamma::<()>::new(1.0, 1.0).mode(1));
    none("Gamma", Gamma::<()>::new(0.5, 1.0).mode(1));
    none("Weibull", Weibull::<()>::new(1.0, 0.9).mode(1));
    none("Kumaraswamy", Kumaraswamy::<()>::new(0.5, 2.0).mode(1));
    none("Beta", Beta::<()>::new(1.0, 3.0).mode(1));
    none(
        "ContinuousBernoulli",
        ContinuousBernoulli::<()>::logits(0.0).mode(1),
    );
    let inside = |of: Option<Value<()>>| {
        let mode = number(of);
        assert!(mode > 0.0 && mode < 1.0, "{mode}");
    };
    inside(Beta::<()>::new(1e30, 1.001).mode(1));
    inside(Beta::<()>::new(1.001, 1e38).mode(1));
    inside(Kumaraswamy::<()>::new(1e30, 1.5).mode(1));
    inside(LogNormal::<()>::new(0.0, 100.0).mode(1));
    inside(Gamma::<()>::new(1.000_001, 1e38).mode(1));
    assert_eq!(
        number(LogNormal::<()>::new(1e3, 1.0).mode(1)),
        f64::INFINITY
    );
    assert_eq!(
        number(TruncatedNormal::<()>::new(9.0, 1.0, 0.0, 2.0).mode(1)),
        2.0
    );
    assert_eq!(number(Poisson::<()>::new(0.7).mode(1)), 0.0);
    assert_eq!(
        number(NegativeBinomial::<()>::mean_dispersion(8.0, 0.5).mode(1)),
        0.0
    );
    assert_eq!(number(Binomial::<()>::probs(5.0_f32, 0.99).mode(1)), 5.0);
}

/// As getters name them.
#[test]
fn parameters_by_name() {
    fn names(of: &impl Distribution) -> String {
        let all = of.parameters();
        let all: Vec<String> = all.iter().map(|own| format!("{own:?}")).collect();
        all.join(" ")
    }
    assert_eq!(
        names(&Normal::<Three>::new(0.0, 1.0)),
        "loc: [3] scale: [3]"
    );
    assert_eq!(names(&Bernoulli::<()>::probs(0.5)), "logits: []");
    assert_eq!(
        names(&Categorical::<(Const<2>, Const<5>)>::logits(0.0)),
        "logits: [2, 5]"
    );
    assert_eq!(
        names(&LowRankNormal::<3, 2>::new(0.0, 1.0, 1.0)),
        "loc: [3] factor: [3, 2] variance: [3]"
    );
    assert_eq!(
        names(&Multinomial::<Three>::probs(2.0_f32, 0.1)),
        "trials: [] logits: [3]"
    );
    assert_eq!(
        names(&NegativeBinomial::<()>::mean_dispersion(1.0, 2.0)),
        "failures: [] logits: []"
    );
    assert_eq!(
        names(&ZeroInflated::probs(0.5, Poisson::<()>::new(1.0))),
        "logits: [] base.rate: []"
    );
    assert_eq!(
        names(&Hurdle::probs(0.5, Poisson::<()>::new(1.0))),
        "logits: [] base.rate: []"
    );
    assert_eq!(
        names(&Mixture::new(
            0.0,
            [Laplace::<()>::new(0.0, 1.0), Laplace::new(1.0, 1.0)]
        )),
        "logits: [2] components[0].loc: [] components[0].scale: [] components[1].loc: [] components[1].scale: []"
    );
}
