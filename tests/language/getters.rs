//! A user's own family can read the parameters of the built-in ones.

use elbow::dfdx::shapes::Const;
use elbow::family::{
    Change, Density, Domain, Draw, Event, Fault, Formula, IntoParam, KlDivergence, Param, Positive,
    Real, Reparameterised, Rows, Stream, Value, class, map, row_sum, rows_of,
};
use elbow::prelude::*;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::quadrature::integrate;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, weighted,
};

/// Weibull(shape k, scale λ): `ln k − k ln λ + (k − 1) ln x − (x/λ)ᵏ`.
#[derive(Clone, Debug)]
struct OwnWeibull<E: Event> {
    shape: Param<E>,
    scale: Param<E>,
}

impl<E: Event> OwnWeibull<E> {
    fn new(shape: impl IntoParam<E>, scale: impl IntoParam<E>) -> Self {
        Self {
            shape: shape.into_param(),
            scale: scale.into_param(),
        }
    }
}

impl<E: Event> Distribution for OwnWeibull<E> {
    type Event = E;
    type Measure = Density;
    type Support = Positive;
    type Class = class::Explicit;
    const FAMILY: &'static str = "OwnWeibull";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.shape.check("shape", Domain::Positive, rows)?;
        self.scale.check("scale", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum(LogDensity, [&rows_of::<E>(value), &self.shape, &self.scale])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, _: usize) -> Option<Value<E>> {
        None
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            shape: self.shape.changed(how),
            scale: self.scale.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for OwnWeibull<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let log = noise.plate::<E>(rows, |rng| (-rng.uniform().ln()).ln() as f32);
        Draw::from_positive_log(map(LogQuantile, [&log, &self.shape, &self.scale]).expand(rows))
    }
}

/// `(γ/k − ln λ) α + ln k + β λ Γ(1 + 1/k) − γ − 1 − α ln β + ln Γ(α)` against Gamma(α, β).
impl<E: Event> KlDivergence<Gamma<E>> for OwnWeibull<E> {
    fn kl_divergence(&self, prior: &Gamma<E>) -> Option<Rows> {
        let params = [
            &self.shape,
            &self.scale,
            prior.concentration(),
            prior.rate(),
        ];
        Some(row_sum(Kl, params))
    }
}

macro_rules! formulas {
    ($($name:ident([$($x:ident),*]; $n:literal) = $value:expr;)*) => {$(
        #[derive(Clone, Copy)]
        struct $name;
        impl Formula<$n> for $name {
            const DOUBLE: bool = true;
            fn eval<R: Real>(&self, [$($x),*]: [R; $n]) -> R {
                $value
            }
        }
    )*};
}

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

formulas! {
    LogDensity([x, k, scale]; 3) = {
        let y = (x / scale).ln() * k;
        k.ln() + y - x.ln() - y.exp()
    };
    LogQuantile([log, k, scale]; 3) = log / k + scale.ln();
    Kl([k, scale, a, rate]; 4) = {
        let mean = scale * (R::constant(1.0) / k).shift(1.0).ln_gamma().exp();
        a * ((R::constant(EULER_GAMMA) / k) - scale.ln() - rate.ln())
            + k.ln()
            + rate * mean
            + a.ln_gamma().shift(-EULER_GAMMA - 1.0)
    };
}

model! {
    /// Rates with a gamma prior, and a guide that has a distribution function.
    struct Rates { log_shape: Parameter<Rank1<2>>, log_scale: Parameter<Rank1<2>> }
    generative p(c: [2]) {
        sample z: [2] ~ Gamma::new(c, 1.5);
        sample x: [2] ~ Poisson::new(z);
    }
    inference q(x, c) { sample z ~ OwnWeibull::new(log_shape.exp(), log_scale.exp()); }
}

/// The divergence by quadrature.
fn kl(k: f64, scale: f64, a: f64, rate: f64) -> f64 {
    use elbow::family::special::ln_gamma;
    let integrand = |log: f64| {
        let x = log.exp();
        let y = k * (log - scale.ln());
        let q = k.ln() + y - y.exp();
        let p = a * (rate.ln() + log) - rate * x - ln_gamma(a);
        q.exp() * (q - p)
    };
    let middle = scale.ln();
    integrate(
        integrand,
        &[middle - 40.0 / k, middle, middle + 5.0 / k],
        400,
    )
}

#[test]
fn a_foreign_family_has_a_closed_form() {
    let (k, scale, a, rate) = ([1.7, 0.6], [0.8, 2.0], [2.5, 0.7], [1.5, 3.0]);
    let (shape, scales) = (event::<(Const<2>,)>(&k), event::<(Const<2>,)>(&scale));
    let (concentration, rates) = (plate::<(Const<2>,)>(&a), event::<(Const<2>,)>(&rate));
    let divergence = || {
        let q = OwnWeibull::new(shape.clone(), scales.clone());
        q.kl_divergence(&Gamma::new(concentration.clone(), rates.clone()))
            .expect("closed")
    };
    let exact = |p: &[f64]| kl(p[0], p[2], p[4], p[6]) + kl(p[1], p[3], p[5], p[7]);
    let at = [k, scale, a, rate].concat();
    assert_close("KL", numbers(&divergence())[0], exact(&at), 1e-6, 1.0);
    let mut grads = backward(|| weighted(divergence(), &[1.0]));
    let found = [
        gradient_of(&mut grads, &shape),
        gradient_of(&mut grads, &scales),
        gradient_of(&mut grads, &concentration),
        gradient_of(&mut grads, &rates),
    ];
    for (found, exact) in found.concat().into_iter().zip(gradient(exact, &at)) {
        assert_close("slope of the KL", found, exact, 1e-4, exact);
    }
}

#[test]
fn models_use_it() {
    let model = Rates::new(4);
    let one = |rows: usize| {
        let x: Batch<(Const<2>,)> = batch([1.0, 3.0].repeat(rows)).expect("rows");
        let c: Batch<(Const<2>,)> = batch([2.5, 0.7].repeat(rows)).expect("rows");
        (x, c)
    };
    let (x, c) = one(1);
    let explained = model.q(&x, &c).explain().to_string();
    assert!(explained.contains("closed-form KL"), "{explained}");
    let (x, c) = one(20_000);
    let bound = Elbo::default()
        .evaluate(&model.q(&x, &c))
        .expect("legal")
        .rows;
    // Both parameters are 1: z is exponential.
    let likelihood = |k: f64| {
        let log_factorial = [0.0, 0.0, 0.0, 6.0_f64.ln()][k as usize];
        integrate(
            |z| (-z).exp() * (k * z.ln() - z - log_factorial),
            &[0.0, 1e-6, 1e-3, 0.1, 1.0, 40.0],
            200,
        )
    };
    let exact = likelihood(1.0) + likelihood(3.0) - kl(1.0, 1.0, 2.5, 1.5) - kl(1.0, 1.0, 0.7, 1.5);
    assert_mean("the bound", &bound, exact, 0.3);
}

/// Every family gives back what it was built of.
#[test]
fn parameters_are_given_back() {
    fn same<E: Event>(found: &Param<E>, expected: f32) {
        assert_eq!(found.values(), [expected]);
    }
    type Triple = (Const<3>,);
    macro_rules! given_back {
        ($($built:expr => $($getter:ident: $value:expr),*;)*) => {$(
            let of = $built;
            $(same(of.$getter(), $value);)*
        )*};
    }
    given_back! {
        Bernoulli::<()>::logits(0.5) => logit_param: 0.5;
        Bernoulli::<()>::probs(0.5) => logit_param: 0.0;
        Beta::<()>::new(2.0, 3.0) => a: 2.0, b: 3.0;
        BetaBinomial::<()>::new(7, 2.0, 3.0) => trials: 7.0, a: 2.0, b: 3.0;
        Binomial::<()>::logits(7, 0.5) => trials: 7.0, logit_param: 0.5;
        Categorical::<Triple>::logits(0.5) => logit_param: 0.5;
        Cauchy::<()>::new(2.0, 3.0) => loc: 2.0, scale: 3.0;
        Concrete::<()>::new(2.0, 0.5) => logit_param: 2.0, temperature: 0.5;
        ContinuousBernoulli::<()>::logits(0.5) => logit_param: 0.5;
        Delta::<Triple>::new(2.0) => value: 2.0;
        Dirichlet::<Triple>::new(2.0) => concentration: 2.0;
        DirichletMultinomial::<Triple>::new(7, 2.0) => trials: 7.0, concentration: 2.0;
        Exponential::<()>::new(2.0) => rate: 2.0;
        Factor::new(2.0) => weight: 2.0;
        Gamma::<()>::new(2.0, 3.0) => concentration: 2.0, rate: 3.0;
        Geometric::<()>::logits(0.5) => logit_param: 0.5;
        Gumbel::<()>::new(2.0, 3.0) => loc: 2.0, scale: 3.0;
        GumbelSoftmax::<Triple>::new(2.0, 0.5) => logit_param: 2.0, temperature: 0.5;
        HalfCauchy::<()>::new(2.0) => scale: 2.0;
        HalfNormal::<()>::new(2.0) => scale: 2.0;
        HardConcrete::<()>::new(2.0, 0.5) => logit_param: 2.0;
        InverseGamma::<()>::new(2.0, 3.0) => concentration: 2.0, rate: 3.0;
        Kumaraswamy::<()>::new(2.0, 3.0) => a: 2.0, b: 3.0;
        Laplace::<()>::new(2.0, 3.0) => loc: 2.0, scale: 3.0;
        LogNormal::<()>::new(2.0, 3.0) => loc: 2.0, scale: 3.0;
        Logistic::<()>::new(2.0, 3.0) => loc: 2.0, scale: 3.0;
        LogisticNormal::<()>::new(2.0, 3.0) => loc: 2.0, scale: 3.0;
        LowRankNormal::<3, 1>::new(2.0, 3.0, 4.0) => loc: 2.0, factor: 3.0, variance: 4.0;
        Multinomial::<Triple>::logits(7, 0.5) => trials: 7.0, logit_param: 0.5;
        MultivariateNormal::<3>::cholesky(2.0, 3.0) => loc: 2.0, factor: 3.0;
        NegativeBinomial::<()>::logits(2.0, 0.5) => failures: 2.0, logit_param: 0.5;
        NegativeBinomial::<()>::mean_dispersion(2.0, 2.0) => failures: 2.0, logit_param: 0.0;
        Normal::<()>::new(2.0, 3.0) => loc: 2.0, scale: 3.0;
        OneHotCategorical::<Triple>::logits(0.5) => logit_param: 0.5;
        OrderedLogistic::<Triple>::new(0.5, 2.0) => predictor: 0.5, cutpoints: 2.0;
        Poisson::<()>::new(2.0) => rate: 2.0;
        StudentT::<()>::new(4.0, 2.0, 3.0) => freedom: 4.0, loc: 2.0, scale: 3.0;
        TruncatedNormal::<()>::new(2.0, 3.0, 4.0, 5.0) => loc: 2.0, scale: 3.0, low: 4.0, high: 5.0;
        Uniform::<()>::new(2.0, 3.0) => low: 2.0, high: 3.0;
        VonMises::<()>::new(2.0, 3.0) => loc: 2.0, concentration: 3.0;
        Weibull::<()>::new(2.0, 3.0) => scale: 2.0, concentration: 3.0;
    }
    let inflated = ZeroInflated::logits(0.5, Poisson::<()>::new(2.0));
    same(inflated.logit_param(), 0.5);
    same(inflated.base().rate(), 2.0);
    let hurdle = Hurdle::probs(0.5, Poisson::<()>::new(2.0));
    same(hurdle.logit_param(), 0.0);
    same(hurdle.base().rate(), 2.0);
    assert_eq!(HardConcrete::<()>::new(2.0, 0.5).temperature(), 0.5);
    let mixture = Mixture::new(0.5, [Normal::<()>::new(2.0, 3.0), Normal::new(4.0, 5.0)]);
    same(mixture.logit_param(), 0.5);
    same(mixture.components()[1].scale(), 5.0);
    let flow = Transformed::new(Normal::<()>::new(2.0, 3.0), elbow::prelude::bijector::Exp);
    same(flow.base().loc(), 2.0);
    assert!(format!("{:?}", flow.bijector()).contains("Exp"));
}
