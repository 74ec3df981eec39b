//! Many sites with many estimators in one program: every gradient against the sum over all states.

use elbow::prelude::*;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::assert_mean;

const ROWS: usize = 40_000;
/// The logits of `a`, `c`, `d`, `e` and `h`, then the location of `w`.
const GUIDE: [f64; 6] = [0.4, -0.3, 0.6, 0.2, -0.5, 0.3];
const X: f64 = 1.1;

model! {
    /// Five bits and a normal, one feeding the other.
    struct Many {
        baseline: Parameter<Rank1<1>>,
    }
    generative p(ga, gc, gd, ge, gh, gw) {
        sample a ~ Bernoulli::logits(0.2);
        sample c ~ Bernoulli::logits(a * 1.5 - 0.5);
        sample d ~ Bernoulli::logits(c - 0.25);
        sample e ~ Bernoulli::logits(0.5);
        sample h ~ Bernoulli::logits(e * -1.0 + d);
        sample w ~ Normal::new(e * 0.5, 1.0);
        sample x ~ Normal::new(a * c + d * 0.5 - e * d + h * a + w, 1.0);
    }
    inference mixed(x, ga, gc, gd, ge, gh, gw) {
        sample a ~ Bernoulli::logits(ga) via DisArm;
        sample c ~ Bernoulli::logits(gc + a) via Rebar { temperature: 0.5, scale: 0.5 };
        sample d ~ Bernoulli::logits(gd - c) via Rloo { samples: 2 };
        sample e ~ Bernoulli::logits(ge) via Enumerate;
        sample h ~ Bernoulli::logits(gh + c * 0.5) via ScoreFunction::running_mean(0.9);
        sample w ~ Normal::new(gw, 0.5);
    }
    inference turned(x, ga, gc, gd, ge, gh, gw) {
        sample w ~ Normal::new(gw, 0.5) via Pathwise;
        sample h ~ Bernoulli::logits(gh) via Rebar { temperature: 0.3, scale: 1.0 };
        sample e ~ Bernoulli::logits(ge + h) via ScoreFunction::learned(baseline);
        sample d ~ Bernoulli::logits(gd - h) via Rebar { temperature: 0.7, scale: 0.5 };
        sample c ~ Bernoulli::logits(gc + d) via ScoreFunction;
        sample a ~ Bernoulli::logits(ga + c) via Enumerate;
    }
}

/// `ln Bernoulli(z; σ(logit))`
fn bit(logit: f64, z: f64) -> f64 {
    z * logit - logit.exp().ln_1p()
}

/// The bound's gradient by the guide, which scores the states of `a, c, d, e, h` by `q`.
fn exact(q: impl Fn(&[f64], [f64; 5]) -> f64) -> Vec<f64> {
    let bound = |guide: &[f64]| -> f64 {
        (0..32_usize)
            .map(|state| {
                let z = [0, 1, 2, 3, 4].map(|k| (state >> k & 1) as f64);
                let [a, c, d, e, h] = z;
                let log_q = q(guide, z);
                let log_p = bit(0.2, a)
                    + bit(1.5 * a - 0.5, c)
                    + bit(c - 0.25, d)
                    + bit(0.5, e)
                    + bit(d - e, h);
                // Over w, of mean `guide[5]` and variance ¼.
                let loc = a * c + 0.5 * d - e * d + h * a + guide[5];
                let likelihood = -0.5 * ((X - loc).powi(2) + 0.25);
                let divergence = 0.5 * (guide[5] - 0.5 * e).powi(2);
                log_q.exp() * (log_p + likelihood - divergence - log_q)
            })
            .sum()
    };
    gradient(bound, &GUIDE)
}

macro_rules! assert_gradients {
    ($guide:ident, $particles:expr, $exact:expr) => {{
        let rows = ROWS / $particles;
        let mut many = Many::new(89);
        many.baseline.value.copy_from(&[-3.0]);
        many.run_state().set_means([("h".to_owned(), -2.0)].into());
        let column = |v: f64| batch::<(usize,)>(vec![v as f32; rows]).expect("rows");
        let guide = GUIDE.map(column);
        let [a, c, d, e, h, w] = &guide;
        let program = many.$guide(&column(X), a, c, d, e, h, w);
        let loss = Elbo::default().particles($particles).loss(&program);
        let gradients = loss.expect("legal").backward();
        for ((own, exact), name) in guide.iter().zip($exact).zip(["a", "c", "d", "e", "h", "w"]) {
            let own = gradients.get(own).as_vec();
            let own: Vec<f64> = own.iter().map(|g| -f64::from(*g) * rows as f64).collect();
            assert_mean(&format!("{}, {name}", stringify!($guide)), &own, exact, 0.1);
        }
    }};
}

#[test]
fn one_of_each() {
    let exact = exact(|g, [a, c, d, e, h]| {
        bit(g[0], a) + bit(g[1] + a, c) + bit(g[2] - c, d) + bit(g[3], e) + bit(g[4] + 0.5 * c, h)
    });
    for particles in [1, 2] {
        assert_gradients!(mixed, particles, exact.clone());
    }
}

/// Against the arrows of the model, so that hardly a divergence is closed.
#[test]
fn the_other_way_round() {
    let exact = exact(|g, [a, c, d, e, h]| {
        bit(g[4], h) + bit(g[3] + h, e) + bit(g[2] - h, d) + bit(g[1] + d, c) + bit(g[0] + c, a)
    });
    for particles in [1, 2] {
        assert_gradients!(turned, particles, exact.clone());
    }
}
