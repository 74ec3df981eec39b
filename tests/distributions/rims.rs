//! Outside its support a density is zero, on the rim it has its limit, and no slope there is NaN.

use elbow::__macro::distribution::*;
use elbow::dfdx::shapes::Const;
use elbow::family::{Change, Conditioner, Event, Fault, Param, Value, apply, modules};
use elbow::prelude::bijector::{Affine, Coupling, Exp, Planar, Sigmoid, Softplus};
use elbow::prelude::{Device, DeviceBuildExt, Linear, Transformed, Var};
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, weighted,
};

use crate::family::{Family, Space};

const NEVER: f64 = f64::NEG_INFINITY;
const FAR: f64 = f64::INFINITY;
const LN_2: f64 = std::f64::consts::LN_2;

type Triple = (Const<3>,);

/// Every continuous row of the table: a density is zero outside its support. Its limits on the rim are among
/// [`Family::extremes`].
pub fn outside<F: Family>() {
    let points: &[f64] = match F::SPACE {
        Space::Real => &[FAR, -FAR],
        Space::Positive => &[-1.0, -1e-30, FAR, -FAR],
        Space::Unit => &[-0.1, 1.5, FAR, -FAR],
        Space::Atoms | Space::Simplex => return,
    };
    let points: Vec<_> = points.iter().map(std::slice::from_ref).collect();
    let points: Vec<_> = points.into_iter().map(|point| (point, NEVER)).collect();
    for (family, params) in F::cases() {
        let params: Vec<_> = params.chunks(1).collect();
        at::<(), F::Of<()>>(&params, |p| family.build(p), &points);
    }
}

/// Log-densities at these points, each in a row of its own, and that no slope at them is NaN.
fn at<E: Event, D: Distribution<Event = E>>(
    params: &[&[f64]],
    build: impl Fn(&[Param<E>]) -> D,
    points: &[(&[f64], f64)],
) {
    let vars: Vec<_> = params.iter().map(|p| event::<E>(p)).collect();
    let build = || {
        let params: Vec<_> = vars.iter().cloned().map(Param::Event).collect();
        build(&params)
    };
    assert_eq!(build().check(points.len()), Ok(()), "{}", D::FAMILY);
    for (point, truth) in points {
        let what = format!("{} {params:?} at {point:?}", D::FAMILY);
        let x: Value<E> = plate::<E>(point);
        let found = numbers(&build().log_prob(&x))[0];
        if truth.is_infinite() {
            assert_eq!(found, *truth, "{what}");
        } else {
            assert_close(&what, found, *truth, 2e-6, *truth);
        }
        let mut grads = backward(|| weighted(build().log_prob(&x), &[1.0]));
        let mut slopes = gradient_of(&mut grads, &x);
        for var in &vars {
            slopes.extend(gradient_of(&mut grads, var));
        }
        assert!(slopes.iter().all(|s| !s.is_nan()), "{what}: {slopes:?}");
        if truth.is_infinite() {
            // A parameter that nothing depends on gets no gradient, and no NaN from 0 · ∞.
            let mut grads = backward(|| weighted(build().log_prob(&x), &[0.0]));
            assert!(
                gradient_of(&mut grads, &x).iter().all(|s| *s == 0.0),
                "{what}"
            );
        }
    }
    // NaN is not outside, and not inside.
    let nan = numbers(&build().log_prob(&plate::<E>(&vec![f64::NAN; E::ELEMENTS])))[0];
    assert!(!nan.is_finite(), "{} at NaN: {nan}", D::FAMILY);
}

macro_rules! scalar {
    ($family:ident($($param:expr),*): $($point:expr => $truth:expr),* $(,)?) => {
        scalar!(|p: &[Param<()>]| build!(p, $family::new, [$($param),*]), [$($param),*]: $($point => $truth),*)
    };
    ($build:expr, [$($param:expr),*]: $($point:expr => $truth:expr),* $(,)?) => {
        at::<(), _>(&[$(&[$param]),*], $build, &[$((&[$point], $truth)),*])
    };
}

macro_rules! build {
    ($p:ident, $new:path, [$a:expr]) => {
        $new($p[0].clone())
    };
    ($p:ident, $new:path, [$a:expr, $b:expr]) => {
        $new($p[0].clone(), $p[1].clone())
    };
    ($p:ident, $new:path, [$a:expr, $b:expr, $c:expr]) => {
        $new($p[0].clone(), $p[1].clone(), $p[2].clone())
    };
}

#[test]
fn on_the_line() {
    scalar!(Normal(0.5, 2.0): FAR => NEVER, -FAR => NEVER);
    scalar!(Laplace(0.5, 2.0): FAR => NEVER, -FAR => NEVER);
    scalar!(Logistic(0.5, 2.0): FAR => NEVER, -FAR => NEVER);
    scalar!(Gumbel(0.5, 2.0): FAR => NEVER, -FAR => NEVER);
    scalar!(Cauchy(0.5, 2.0): FAR => NEVER, -FAR => NEVER);
    scalar!(StudentT(3.0, 0.5, 2.0): FAR => NEVER, -FAR => NEVER);
    scalar!(VonMises(0.5, 2.0): FAR => NEVER, -FAR => NEVER);
    scalar!(Uniform(-1.0, 3.0):
        -1.5 => NEVER, 3.5 => NEVER, FAR => NEVER, -1.0 => -2.0 * LN_2, 3.0 => -2.0 * LN_2);
    let cut =
        |p: &[Param<()>]| TruncatedNormal::new(p[0].clone(), 2.0, p[1].clone(), f32::INFINITY);
    // A half-normal: ½ ln(2/π) − ln 2
    scalar!(cut, [0.5, 0.5]: 0.25 => NEVER, 0.5 => -0.918_938_533_204_672_7, FAR => NEVER, -FAR => NEVER);
    let delta = |p: &[Param<()>]| Delta::new(p[0].clone());
    scalar!(delta, [0.5]: 0.5 => 0.0, 0.25 => NEVER, FAR => NEVER);
}

#[test]
fn on_positive_numbers() {
    scalar!(LogNormal(0.5, 2.0): -1.0 => NEVER, 0.0 => NEVER, FAR => NEVER);
    scalar!(Gamma(0.5, 2.0): -1.0 => NEVER, 0.0 => FAR, FAR => NEVER);
    scalar!(Gamma(1.0, 2.0): -1.0 => NEVER, 0.0 => LN_2, FAR => NEVER);
    scalar!(Gamma(1.5, 2.0): -1e-30 => NEVER, 0.0 => NEVER, FAR => NEVER);
    scalar!(Exponential(2.0): -1.0 => NEVER, 0.0 => LN_2, FAR => NEVER);
    // ½ ln(2/π) − ln 2
    scalar!(HalfNormal(2.0): -1.0 => NEVER, 0.0 => -0.918_938_533_204_672_7, FAR => NEVER);
    // −ln π
    scalar!(HalfCauchy(2.0): -1.0 => NEVER, 0.0 => -1.144_729_885_849_400_2, FAR => NEVER);
    scalar!(InverseGamma(0.5, 2.0): -1.0 => NEVER, 0.0 => NEVER, FAR => NEVER);
}

#[test]
fn on_the_unit_interval() {
    scalar!(Beta(0.1, 0.1): -0.1 => NEVER, 0.0 => FAR, 1.0 => FAR, 1.5 => NEVER);
    scalar!(Beta(2.0, 0.5): 0.0 => NEVER, 1.0 => FAR, -FAR => NEVER);
    scalar!(Beta(1.0, 3.0): 0.0 => 3.0_f64.ln(), 1.0 => NEVER, FAR => NEVER);
    scalar!(Beta(4.0, 1.0): 0.0 => NEVER, 1.0 => 2.0 * LN_2);
    scalar!(Kumaraswamy(0.1, 0.1): -0.1 => NEVER, 0.0 => FAR, 1.0 => FAR, 1.5 => NEVER);
    scalar!(Kumaraswamy(1.0, 3.0): 0.0 => 3.0_f64.ln(), 1.0 => NEVER);
    scalar!(Kumaraswamy(4.0, 1.0): 0.0 => NEVER, 1.0 => 2.0 * LN_2);
    scalar!(LogisticNormal(0.5, 2.0): -0.1 => NEVER, 0.0 => NEVER, 1.0 => NEVER, 1.5 => NEVER);
    let concrete = |t: f32| move |p: &[Param<()>]| Concrete::new(p[0].clone(), t);
    scalar!(concrete(0.5), [0.7]: -0.1 => NEVER, 0.0 => FAR, 1.0 => FAR, 1.5 => NEVER);
    scalar!(concrete(1.0), [0.7]: 0.0 => -0.7, 1.0 => 0.7);
    scalar!(concrete(2.0), [0.7]: 0.0 => NEVER, 1.0 => NEVER);
    let grey = |p: &[Param<()>]| ContinuousBernoulli::logits(p[0].clone());
    // With λ = 0.3: ln(2 artanh(0.4)/0.4) + ln 0.7 and + ln 0.3
    let logit = (0.3_f64 / 0.7).ln();
    let log_constant = (2.0 * 0.4_f64.atanh() / 0.4).ln();
    scalar!(grey, [logit]:
        -0.1 => NEVER, 0.0 => log_constant + 0.7_f64.ln(), 1.0 => log_constant + 0.3_f64.ln(), 1.5 => NEVER);
    let gate = |p: &[Param<()>]| HardConcrete::new(p[0].clone(), 2.0 / 3.0);
    scalar!(gate, [0.5]:
        -0.05 => NEVER, 1.05 => NEVER, -3.0 => NEVER, 0.0 => 0.109_233_274_9_f64.ln(), 1.0 => 0.250_002_895_f64.ln());
}

#[test]
fn on_counts() {
    let never = |of: &str, found: f64| assert_eq!(found, NEVER, "{of}");
    for x in [-1.0, 0.5, 2.000_001, 1e-30, FAR] {
        scalar!(Poisson(3.0): x => NEVER);
        let geometric = |p: &[Param<()>]| Geometric::logits(p[0].clone());
        scalar!(geometric, [0.5]: x => NEVER);
        let binomial = |p: &[Param<()>]| Binomial::logits(5, p[0].clone());
        scalar!(binomial, [0.5]: x => NEVER, 6.0 => NEVER);
        let failures = |p: &[Param<()>]| NegativeBinomial::logits(p[0].clone(), p[1].clone());
        scalar!(failures, [2.5, 0.5]: x => NEVER);
        let by_mean =
            |p: &[Param<()>]| NegativeBinomial::mean_dispersion(p[0].clone(), p[1].clone());
        scalar!(by_mean, [2.5, 0.5]: x => NEVER);
        let spread = |p: &[Param<()>]| BetaBinomial::new(5, p[0].clone(), p[1].clone());
        scalar!(spread, [2.5, 0.5]: x => NEVER, 6.0 => NEVER);
        let inflated =
            |p: &[Param<()>]| ZeroInflated::logits(p[0].clone(), Poisson::new(p[1].clone()));
        scalar!(inflated, [2.5, 0.5]: x => NEVER);
        let hurdle =
            |p: &[Param<()>]| Hurdle::logits(p[0].clone(), Binomial::logits(5, p[1].clone()));
        scalar!(hurdle, [2.5, 0.5]: x => NEVER, 6.0 => NEVER);
        let bit = |p: &[Param<()>]| Bernoulli::logits(p[0].clone());
        scalar!(bit, [0.5]: x => NEVER, 2.0 => NEVER);
        let logits = plate::<Triple>(&[0.1, 0.2, 0.3]);
        let index = Categorical::logits(Param::<Triple>::Rows(logits));
        never(
            "Categorical",
            numbers(&index.log_prob(&plate::<()>(&[x])))[0],
        );
    }
    let vector = |p: &[Param<Triple>]| OneHotCategorical::logits(p[0].clone());
    at::<Triple, _>(
        &[&[0.1, 0.2, 0.3]],
        vector,
        &[
            (&[0.0, 0.0, 0.0], NEVER),
            (&[1.0, 1.0, 0.0], NEVER),
            (&[0.5, 0.5, 0.0], NEVER),
            (&[2.0, -1.0, 0.0], NEVER),
        ],
    );
}

#[test]
fn on_the_simplex() {
    let shares = |p: &[Param<Triple>]| Dirichlet::new(p[0].clone());
    at::<Triple, _>(
        &[&[0.5, 1.0, 2.0]],
        shares,
        &[
            (&[0.0, 0.5, 0.5], FAR),
            // ln Γ(3.5) − ln Γ(½) + (½ − 1) ln ½ + ln ½
            (
                &[0.5, 0.0, 0.5],
                1.200_973_602_347_074_3 - 0.572_364_942_924_700_1 - 0.5 * LN_2,
            ),
            (&[0.5, 0.5, 0.0], NEVER),
            (&[0.0, 1.0, 0.0], NEVER),
            (&[0.5, 0.5, 0.5], NEVER),
            (&[1.5, -0.5, 0.0], NEVER),
        ],
    );
    let soft = |t: f32| move |p: &[Param<Triple>]| GumbelSoftmax::new(p[0].clone(), t);
    let logits: &[f64] = &[0.3, -0.2, 0.5];
    // Towards one zero the density moves as its size to the power 2t − 1, towards two as t − 2.
    at::<Triple, _>(
        &[logits],
        soft(0.4),
        &[
            (&[0.0, 0.5, 0.5], FAR),
            (&[0.0, 1.0, 0.0], FAR),
            (&[0.5, 0.5, 0.5], NEVER),
            (&[1.5, -0.5, 0.0], NEVER),
        ],
    );
    at::<Triple, _>(
        &[logits],
        soft(1.0),
        &[(&[0.5, 0.0, 0.5], NEVER), (&[0.0, 0.0, 1.0], FAR)],
    );
    at::<Triple, _>(
        &[logits],
        soft(3.0),
        &[(&[0.5, 0.0, 0.5], NEVER), (&[0.0, 0.0, 1.0], NEVER)],
    );
    // At ½ one zero is finite: the limit is the value next to it.
    let flat = soft(0.5)(&[Param::Event(event::<Triple>(logits))]);
    let near = numbers(&flat.log_prob(&plate::<Triple>(&[0.4, 1e-30, 0.6])))[0];
    at::<Triple, _>(&[logits], soft(0.5), &[(&[0.4, 0.0, 0.6], near)]);
}

#[test]
fn of_vectors_and_flows() {
    type Pair = (Const<2>,);
    let normal = || Normal::<()>::new(0.3, 1.5);
    at::<(), _>(
        &[],
        |_| Transformed::new(normal(), Sigmoid),
        &[
            (&[0.0], NEVER),
            (&[1.0], NEVER),
            (&[-0.5], NEVER),
            (&[2.0], NEVER),
        ],
    );
    let below: &[(&[f64], f64)] = &[(&[0.0], NEVER), (&[-2.0], NEVER), (&[FAR], NEVER)];
    at::<(), _>(&[], |_| Transformed::new(normal(), Exp), below);
    at::<(), _>(&[], |_| Transformed::new(normal(), Softplus), below);
    let chain = || (Affine::new(0.5, 2.0), Exp);
    at::<(), _>(&[], |_| Transformed::new(normal(), chain()), below);
    // One element outside is enough, and other rows keep their values and gradients.
    let loc = event::<Pair>(&[0.25, -0.5]);
    let flow = || Transformed::new(Normal::new(loc.clone(), 0.75), Sigmoid);
    let alone = plate::<Pair>(&[0.2, 0.7]);
    let both = plate::<Pair>(&[0.2, 1.0, 0.2, 0.7]);
    let found = numbers(&flow().log_prob(&both));
    assert_eq!(found, [NEVER, numbers(&flow().log_prob(&alone))[0]]);
    let slopes = |x: &Value<Pair>, weights: &[f64]| {
        gradient_of(
            &mut backward(|| weighted(flow().log_prob(x), weights)),
            &loc,
        )
    };
    assert_eq!(slopes(&both, &[1.0, 1.0]), slopes(&alone, &[1.0]));

    let infinite: &[(&[f64], f64)] = &[(&[FAR, 0.0], NEVER), (&[0.0, -FAR], NEVER)];
    let planar = || Planar::new(1.0, 0.5, 0.25);
    at::<Pair, _>(
        &[],
        |_| Transformed::new(Normal::new(0.0, 1.0), planar()),
        infinite,
    );
    let factor = || event::<(Const<2>, Const<2>)>(&[1.0, 0.0, 0.5, 2.0]);
    at::<Pair, _>(
        &[],
        |_| MultivariateNormal::cholesky(0.0, factor()),
        infinite,
    );
    let narrow = event::<(Const<2>, Const<1>)>(&[1.0, 0.5]);
    at::<Pair, _>(
        &[],
        |_| LowRankNormal::new(0.0, narrow.clone(), 1.0),
        infinite,
    );
}

/// A conditioner of networks, which multiply zero gradients by infinite inputs if they get them.
#[derive(Clone)]
struct Networks {
    shift: modules::Linear<2, 2, f32, Device>,
    scale: modules::Linear<2, 2, f32, Device>,
}

impl Conditioner<2> for Networks {
    fn check(&self, _: usize) -> Result<(), Fault> {
        Ok(())
    }

    fn condition(&self, half: &Value<(Const<2>,)>) -> [Value<(Const<2>,)>; 2] {
        let scale: Value<(Const<2>,)> = apply(&self.scale, half.clone());
        [apply(&self.shift, half.clone()), scale.tanh()]
    }

    fn changed(&self, _: &Change) -> Self {
        self.clone()
    }
}

/// A row outside leaves the gradients of a flow's networks alone.
#[test]
fn of_flows_with_networks() {
    let device = Device::default();
    let networks = Networks {
        shift: device.build_module::<Linear<2, 2>, f32>(),
        scale: device.build_module::<Linear<2, 2>, f32>(),
    };
    let flow = || Transformed::new(Normal::new(0.0, 1.0), Coupling::odd(networks.clone()));
    let alone = plate::<(Const<2>,)>(&[0.2, 0.7]);
    let both = plate::<(Const<2>,)>(&[FAR, 0.5, 0.2, 0.7]);
    let found = numbers(&flow().log_prob(&both));
    assert_eq!(found, [NEVER, numbers(&flow().log_prob(&alone))[0]]);
    let slopes = |x: &Value<(Const<2>,)>, weights: &[f64]| {
        let mut grads = backward(|| weighted(flow().log_prob(x), weights));
        [&networks.shift, &networks.scale]
            .map(|network| gradient_of(&mut grads, &Var::from(&network.weight)))
    };
    let expected = slopes(&alone, &[1.0]);
    assert_eq!(slopes(&both, &[1.0, 1.0]), expected);
    assert!(expected.concat().iter().any(|g| *g != 0.0), "{expected:?}");
}

/// A member without weight does not count, and one that is infinite does.
#[test]
fn of_mixtures() {
    let weights = |logits: &[f64]| Param::Event(event::<(Const<2>,)>(logits));
    let mixture = |logits: &[f64]| {
        Mixture::new(
            weights(logits),
            [Beta::<()>::new(0.5, 2.0), Beta::new(2.0, 2.0)],
        )
    };
    at::<(), _>(
        &[],
        |_| mixture(&[0.0, 0.0]),
        &[(&[0.0], FAR), (&[1.0], NEVER), (&[2.0], NEVER)],
    );
    at::<(), _>(&[], |_| mixture(&[NEVER, 0.0]), &[(&[0.0], NEVER)]);
}
