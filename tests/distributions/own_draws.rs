//! Every family scores what it draws, over all parameters that it accepts.
//!
//! Parameters are on a lattice from the least positive normal number of `f32` to its largest: draws lie in the support
//! (strictly inside, where it is open), their densities are finite in their coordinates, and their values are scored
//! as if they were data.

use elbow::__macro::distribution::*;
use elbow::dfdx::shapes::Const;
use elbow::family::{Draw, Event, Param, Stream, Support};
use elbow::prelude::Transformed;
use elbow_tests::support::tensors::{backward, event, gradient_of, noise, numbers, weighted};

use crate::family::Family;

type Triple = (Const<3>,);

const TINY: f32 = f32::MIN_POSITIVE;
const MOST: f32 = f32::MAX;

pub const POSITIVE: &[f32] = &[
    TINY, 1e-30, 1e-10, 0.03, 0.1, 1.0, 25.0, 1e5, 1e12, 1e30, MOST,
];
pub const REAL: &[f32] = &[-MOST, -1e12, -100.0, 0.0, 3.0, 100.0, 1e12, MOST];
/// Locations of a flow.
const LOW: &[f32] = &[-MOST, -1e12, -100.0, 0.0, 3.0, 100.0];
/// Scales of a flow: far narrower ones, of values that `f32` cannot tell apart, cannot be inverted.
const WIDE: &[f32] = &[0.03, 1.0, 25.0, 1e5, 1e12, 1e30, MOST];
pub const LOGIT: &[f32] = &[-1e30, -1000.0, -30.0, -1.0, 0.0, 0.5, 8.0, 100.0, 1e30];

/// Draws at every combination of these parameters.
const DRAWS: usize = 100;

fn combinations(ranges: &[&[f32]]) -> Vec<Vec<f32>> {
    ranges.iter().fold(vec![Vec::new()], |all, range| {
        let with = |one: Vec<f32>| {
            range
                .iter()
                .map(move |&next| [one.as_slice(), &[next]].concat())
        };
        all.into_iter().flat_map(with).collect()
    })
}

/// A draw with its gradient, of families that have one.
type Rsample<'a, D> = Option<&'a dyn Fn(&D, usize, &Stream) -> Draw<<D as Distribution>::Event>>;

fn own<D: Distribution>(
    ranges: &[&[f32]],
    build: impl Fn(&[Param<D::Event>]) -> D,
    rsample: Rsample<'_, D>,
) {
    let noise = noise(77, "z");
    for params in combinations(ranges) {
        let what = format!("{} {params:?}", D::FAMILY);
        let vars: Vec<_> = params
            .iter()
            .map(|&p| event::<D::Event>(&vec![f64::from(p); D::Event::ELEMENTS]))
            .collect();
        let of = build(&vars.iter().cloned().map(Param::Event).collect::<Vec<_>>());
        assert_eq!(of.check(DRAWS), Ok(()), "{what}");
        let draw = of.sample(DRAWS, &noise);
        let values = draw.value().as_vec();
        let outside = D::Support::first_outside(&values, D::Event::LAST);
        assert_eq!(outside.map(|at| values[at]), None, "{what}");
        assert!(values.iter().all(|x| x.is_finite()), "{what}");
        let scores = numbers(&of.log_prob_of(&draw));
        assert_all(&format!("{what}: of draws"), &scores, |s| s.is_finite());
        // Beyond the numbers of f32 a density may be zero, never infinite.
        let scores = numbers(&of.log_prob(&draw.value()));
        assert_all(&format!("{what}: of values"), &scores, |s| {
            *s < f64::INFINITY
        });
        let Some(rsample) = rsample else { continue };
        // A slope by a scale is as large as its inverse: it may be beyond f32 itself.
        if !params
            .iter()
            .all(|p| *p == 0.0 || (1e-12..=1e12).contains(&p.abs()))
        {
            continue;
        }
        let mut grads = backward(|| {
            let draw = rsample(&of, DRAWS, &noise);
            weighted(of.log_prob_of(&draw), &[1.0; DRAWS])
        });
        for var in &vars {
            let slopes = gradient_of(&mut grads, var);
            assert_all(&format!("{what}: slopes"), &slopes, |s| s.is_finite());
        }
    }
}

fn assert_all(what: &str, numbers: &[f64], legal: impl Fn(&f64) -> bool) {
    let bad = numbers.iter().position(|n| !legal(n));
    assert_eq!(bad.map(|at| numbers[at]), None, "{what}, draw {bad:?}");
}

/// Every continuous row of the table, over its [lattice](Family::lattice).
pub fn own_draws<F: Family>() {
    if F::LANED {
        own_row::<F, Triple>();
    } else {
        own_row::<F, ()>();
    }
}

fn own_row<F: Family, E: Event>() {
    let (family, _) = F::cases().remove(0);
    let rsample = |of: &F::Of<E>, rows: usize, noise: &Stream| {
        F::rsample(of, rows, noise).expect("a continuous family")
    };
    own::<F::Of<E>>(&F::lattice(), |p| family.build(p), Some(&rsample));
}

#[test]
fn relaxed() {
    for &t in POSITIVE {
        // Slopes by the temperature's inverse may be beyond f32.
        let moderate = (1e-12..=1e12).contains(&t);
        let build = |p: &[Param<()>]| Concrete::new(p[0].clone(), t);
        let rsample: Rsample<'_, Concrete<()>> = Some(&|of, rows, noise| of.rsample(rows, noise));
        own::<Concrete<()>>(&[LOGIT], build, rsample.filter(|_| moderate));
        let build = |p: &[Param<()>]| HardConcrete::new(p[0].clone(), t);
        let rsample: Rsample<'_, HardConcrete<()>> =
            Some(&|of, rows, noise| of.rsample(rows, noise));
        own::<HardConcrete<()>>(&[LOGIT], build, rsample.filter(|_| moderate));
        let build = |p: &[Param<Triple>]| GumbelSoftmax::new(p[0].clone(), t);
        let rsample: Rsample<'_, GumbelSoftmax<Triple>> =
            Some(&|of, rows, noise| of.rsample(rows, noise));
        own::<GumbelSoftmax<Triple>>(&[LOGIT], build, rsample.filter(|_| moderate));
    }
}

#[test]
fn uniform() {
    let ends = [
        (0.0, 1.0),
        (1.0, 2.0),
        (0.0, TINY),
        (-MOST, 0.0),
        (1.0, 1.000_000_1),
        (1e9, 1e9 + 64.0),
        (-1e30, 1e-30),
    ];
    for (low, high) in ends {
        let build = |_: &[Param<()>]| Uniform::new(low, high);
        own::<Uniform<()>>(&[], build, Some(&|of, rows, noise| of.rsample(rows, noise)));
        let values = Uniform::<()>::new(low, high)
            .sample(100_000, &noise(78, "z"))
            .value()
            .as_vec();
        // Between the ends, where there is a number.
        let between = low.next_up() < high;
        assert!(
            values.iter().all(|&x| !between || low < x && x < high),
            "{low} to {high}"
        );
    }
}

#[test]
fn discrete() {
    own::<Geometric<()>>(&[LOGIT], |p| Geometric::logits(p[0].clone()), None);
    own::<Bernoulli<()>>(&[LOGIT], |p| Bernoulli::logits(p[0].clone()), None);
    own::<OneHotCategorical<Triple>>(&[LOGIT], |p| OneHotCategorical::logits(p[0].clone()), None);
    let build = |p: &[Param<()>]| ZeroInflated::logits(p[0].clone(), Poisson::new(p[1].clone()));
    own::<ZeroInflated<Poisson<()>>>(&[LOGIT, POSITIVE], build, None);
    let build = |p: &[Param<()>]| Hurdle::logits(p[0].clone(), Poisson::new(p[1].clone()));
    own::<Hurdle<Poisson<()>>>(&[LOGIT, POSITIVE], build, None);
    let build = |p: &[Param<()>]| NegativeBinomial::mean_dispersion(p[0].clone(), p[1].clone());
    own::<NegativeBinomial<()>>(&[POSITIVE, POSITIVE], build, None);
    let build = |p: &[Param<()>]| BetaBinomial::new(50, p[0].clone(), p[1].clone());
    own::<BetaBinomial<()>>(&[POSITIVE, POSITIVE], build, None);
    for trials in [0.0, 1.0, 1000.0, 1e9, f32::MAX] {
        let build = |p: &[Param<Triple>]| Multinomial::logits(trials, ruled(&p[0]));
        own::<Multinomial<Triple>>(&[LOGIT], build, None);
        let build = |p: &[Param<Triple>]| DirichletMultinomial::new(trials, p[0].clone());
        own::<DirichletMultinomial<Triple>>(&[POSITIVE], build, None);
    }
    let build = |p: &[Param<()>]| {
        let cutpoints = event::<(Const<3>,)>(&[-1e30, 0.5, 0.500_000_1]);
        OrderedLogistic::new(p[0].clone(), cutpoints)
    };
    own::<OrderedLogistic<(Const<3>,)>>(&[REAL], build, None);
    own::<Delta<()>>(&[REAL], |p| Delta::new(p[0].clone()), None);
}

/// Logits that differ from category to category.
fn ruled(logits: &Param<Triple>) -> Param<Triple> {
    let [a, b, c] = [0.0, 1.0, -1.0].map(|share| logits.values()[0] as f64 * share);
    Param::Event(event::<Triple>(&[a, b, c]))
}

#[test]
fn mixed() {
    let build = |p: &[Param<()>]| {
        let [a, b] = [0, 1].map(|i| p[i].clone());
        Mixture::new(
            0.0,
            [LogNormal::new(a.clone(), b.clone()), LogNormal::new(0.0, b)],
        )
    };
    own::<Mixture<LogNormal<()>, 2>>(&[REAL, POSITIVE], build, None);
    let build = |p: &[Param<()>]| {
        let [a, b] = [0, 1].map(|i| p[i].clone());
        Mixture::new(0.0, [Beta::new(a.clone(), b.clone()), Beta::new(b, a)])
    };
    own::<Mixture<Beta<()>, 2>>(&[POSITIVE, POSITIVE], build, None);
}

#[test]
fn flows() {
    use elbow::prelude::bijector::{Affine, Exp, Sigmoid, Softplus};
    macro_rules! flow {
        ($($bijector:expr => $type:ty),*) => {$(
            let build = |p: &[Param<()>]| {
                let [a, b] = [0, 1].map(|i| p[i].clone());
                Transformed::new(Normal::new(0.0, 1.0), (Affine::new(a, b), $bijector))
            };
            own::<Transformed<Normal<()>, (Affine<()>, $type)>>(
                &[LOW, WIDE], build, Some(&|of, rows, noise| of.rsample(rows, noise)));
        )*};
    }
    flow!(Exp => Exp, Sigmoid => Sigmoid, Softplus => Softplus);
}

#[test]
fn vectors() {
    type Square = (Const<3>, Const<3>);
    for scale in combinations(&[REAL, WIDE]) {
        let [loc, scale] = scale[..] else {
            unreachable!("two ranges")
        };
        let mut factor = [0.0; 9];
        (0..3).for_each(|i| factor[4 * i] = f64::from(scale));
        factor[3] = f64::from(0.5 * scale);
        let build =
            |_: &[Param<Triple>]| MultivariateNormal::cholesky(loc, event::<Square>(&factor));
        own::<MultivariateNormal<3>>(&[], build, Some(&|of, rows, noise| of.rsample(rows, noise)));
    }
}
