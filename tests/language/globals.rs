//! Global sites: one draw for the whole data set, in every particle.

use elbow::Error;
use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::differences;
use elbow_tests::support::programs::{fill, gradient, train};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_close, noise, scattered, to_f32};

model! {
    /// Normal data of two dimensions, with one unknown mean.
    struct Mean {
        loc: Parameter<Rank1<2>>,
        log_scale: Parameter<Rank1<2>>,
    }
    generative p {
        global sample w: [2] ~ Normal::new(0.0, 1.5);
        sample x: [2] ~ Normal::new(w, 0.8);
    }
    inference q(x) {
        sample w ~ Normal::new(loc, log_scale.exp());
    }
    inference by_score(x) {
        sample w ~ Normal::new(loc, log_scale.exp()) via ScoreFunction;
    }
    inference by_rloo(x) {
        sample w ~ Normal::new(loc, log_scale.exp()) via Rloo { samples: 4 };
    }
}

const GUIDE: [f64; 4] = [0.4, -0.3, -0.7, -1.2];

fn mean_model(seed: u64) -> Mean {
    let mut model = Mean::new(seed);
    fill(&mut model.loc.value, &GUIDE[..2]);
    fill(&mut model.log_scale.value, &GUIDE[2..]);
    model
}

fn data(rows: usize) -> Vec<f64> {
    (0..2 * rows).map(|at| 1.0 + scattered(at)).collect()
}

fn rows<const N: usize>(values: &[f64]) -> Batch<(Const<N>,)> {
    batch(to_f32(values)).expect("whole rows")
}

fn log_normal(x: f64, loc: f64, scale: f64) -> f64 {
    -0.5 * ((x - loc) / scale).powi(2) - scale.ln() - 0.918_938_533_204_672_7
}

/// `KL(N(a, s²) ‖ N(b, t²))`
fn kl_normal(a: f64, s: f64, b: f64, t: f64) -> f64 {
    (t / s).ln() + (s * s + (a - b).powi(2)) / (2.0 * t * t) - 0.5
}

/// The negative bound of `Mean` in nats per row, where the data set has `size` rows.
fn mean_loss(x: &[f64], size: usize, guide: &[f64]) -> f64 {
    let count = (x.len() / 2) as f64;
    (0..2)
        .map(|d| {
            let (loc, scale) = (guide[d], guide[d + 2].exp());
            let fit: f64 = x
                .iter()
                .skip(d)
                .step_by(2)
                .map(|&x| log_normal(x, loc, 0.8))
                .sum();
            let spread = scale * scale / (2.0 * 0.64);
            spread - fit / count + kl_normal(loc, scale, 0.0, 1.5) / size as f64
        })
        .sum()
}

/// The bound and its pathwise gradient, whatever the particles and the data size.
#[test]
fn the_bound_and_its_gradient_are_exact() {
    let (model, data) = (mean_model(1), data(5));
    let x = rows::<2>(&data);
    let read = |g: &elbow::dfdx::tensor::Gradients<f32, Device>| {
        [
            gradient(g, &model.loc.value),
            gradient(g, &model.log_scale.value),
        ]
        .concat()
    };
    for (elbo, size) in [
        (Elbo::default().whole_data().particles(8), 5),
        (Elbo::default().whole_data().particles(4).data_size(7), 7),
    ] {
        let (losses, gradients) = train(elbo, 3000, || model.q(&x), read);
        let exact = mean_loss(&data, size, &GUIDE);
        // The divergence is 2.4 nats, and a row carries a fifth of it. If every row counted all of it, the loss would be 1.9
        // more; divided by the wrong size, at least 0.1.
        assert_mean("loss", &losses, exact, 0.1);
        let slopes = differences::gradient(|guide| mean_loss(&data, size, guide), &GUIDE);
        for (at, slope) in slopes.into_iter().enumerate() {
            assert_mean(&format!("slope {at}"), &gradients[at], slope, 0.15);
        }
    }
}

/// Under one key, the gradients of minibatches with the data size average to the gradient of the full batch.
#[test]
fn minibatches_average_to_the_whole() {
    let (model, data) = (mean_model(2), data(12));
    let slopes = |elbo: Elbo, x: &[f64]| {
        let program = model.q(&rows::<2>(x)).at(Key::new(5, 3));
        let loss = elbo.particles(3).loss(&program).expect("legal");
        let value = f64::from(loss.value());
        let g = loss.backward();
        let loc = gradient(&g, &model.loc.value);
        [vec![value], loc, gradient(&g, &model.log_scale.value)].concat()
    };
    let whole = slopes(Elbo::default().whole_data(), &data);
    let parts: Vec<_> = data
        .chunks(6)
        .map(|part| slopes(Elbo::default().whole_data().data_size(12), part))
        .collect();
    for (at, &exact) in whole.iter().enumerate() {
        let mean = parts.iter().map(|part| part[at]).sum::<f64>() / parts.len() as f64;
        assert_close(&format!("{at}"), mean, exact, 2e-6, exact);
    }
    // And one minibatch is not the whole.
    assert!((parts[0][0] - whole[0]).abs() > 1e-3);
}

/// An evaluation counts the divergence once per data set, spread over its rows; in pieces too.
#[test]
fn evaluations_count_the_divergence_once() {
    let model = mean_model(3);
    let kl: f64 = (0..2)
        .map(|d| kl_normal(GUIDE[d], GUIDE[d + 2].exp(), 0.0, 1.5))
        .sum();
    for count in [1, 4, 5000] {
        let x = rows::<2>(&data(count));
        let found = Elbo::default()
            .whole_data()
            .evaluate(&model.q(&x))
            .expect("legal");
        let exact = kl / count as f64;
        assert_close("kl", found.kl, exact, 1e-6, exact);
        assert_eq!(found.rows.len(), count);
        let sum: f64 = found.rows.iter().sum();
        assert_close("bound", sum / count as f64, found.elbo, 1e-6, found.elbo);
        let of_more = Elbo::default().whole_data().data_size(10_000);
        let found = of_more.evaluate(&model.q(&x)).expect("legal");
        assert_close("kl", found.kl, kl / 10_000.0, 1e-6, kl / 10_000.0);
    }
}

/// A floor of a global site is one of the part that a row bears.
#[test]
fn free_bits_are_in_nats_per_row() {
    let (model, x) = (mean_model(17), rows::<2>(&data(5)));
    let program = model.q(&x).at(Key::new(7, 0));
    let value = |elbo: Elbo| elbo.loss(&program).expect("legal").value();
    let plain = value(Elbo::default().whole_data());
    let kl = Elbo::default()
        .whole_data()
        .loss(&program)
        .expect("legal")
        .kl();
    // The divergence of 1.8 nats is 0.37 a row.
    assert_eq!(
        value(Elbo::default().whole_data().free_bits("w", 0.2)),
        plain
    );
    let floored = f64::from(value(Elbo::default().whole_data().free_bits("w", 1.0)));
    assert_close("floor", floored - f64::from(plain), 1.0 - kl, 1e-5, 1.0);
}

model! {
    /// A line through the origin, with an unknown slope.
    struct Slope { loc: Parameter<Rank0> }
    generative p(u) {
        global sample w ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(u * w, 1.0);
    }
    inference q(x, u) {
        sample w ~ Normal::new(loc, 1.0);
    }
}

/// The bound of a row is `c − ½(x² − 2xu·m₁ + u²·m₂)` with the mean `m₁` and the mean square `m₂` of the particles' slopes:
/// two rows tell both, and every other row must agree, for all rows share all particles. Rows beyond 4096 are in other
/// pieces.
#[test]
fn every_row_shares_every_particle() {
    let model = Slope::new(4);
    for (count, particles) in [(5, 6), (7, 1), (4999, 6), (3, 5000)] {
        let u: Vec<f64> = (0..count).map(|at| 0.5 + scattered(at).abs()).collect();
        let x: Vec<f64> = (0..count).map(|at| 2.0 * scattered(at + 7)).collect();
        let program = model.q(
            &batch(to_f32(&x)).expect("rows"),
            &batch(to_f32(&u)).expect("rows"),
        );
        let elbo = Elbo::default().whole_data().particles(particles);
        let found = elbo.evaluate(&program).expect("legal");
        let kl = found.kl;
        // b = 2(bound + kl − c) + x² = 2xu·m₁ − u²·m₂
        let b = |r: usize| 2.0 * (found.rows[r] + kl + 0.918_938_533_204_672_7) + x[r] * x[r];
        let (a0, c0, a1, c1) = (
            2.0 * x[0] * u[0],
            -u[0] * u[0],
            2.0 * x[1] * u[1],
            -u[1] * u[1],
        );
        let det = a0 * c1 - a1 * c0;
        let m1 = (b(0) * c1 - b(1) * c0) / det;
        let m2 = (a0 * b(1) - a1 * b(0)) / det;
        for r in 2..count {
            let expected = 2.0 * x[r] * u[r] * m1 - u[r] * u[r] * m2;
            assert_close(&format!("row {r} of {count}"), b(r), expected, 2e-5, 4.0);
        }
        let spread = m2 - m1 * m1;
        match particles {
            1 => assert!(spread.abs() < 1e-3, "one slope for all: {spread}"),
            _ => assert!(spread > 1e-2, "slopes of their own: {spread}"),
        }
    }
}

model! {
    /// A global mean, a local normal that reads it, and a local bit.
    struct Mixed {
        loc: Parameter<Rank0>,
        logit: Parameter<Rank0>,
        shift: Parameter<Rank0>,
    }
    generative p {
        global sample w ~ Normal::new(0.0, 1.0);
        let half = w * 0.5;
        sample z ~ Normal::new(half, 1.0);
        sample y ~ Bernoulli::probs(0.3);
        sample x ~ Normal::new(z + y * 2.0, 1.0);
    }
    // The bit first: the global draw is spread over its states.
    inference q(x) {
        sample y ~ Bernoulli::logits(logit);
        sample w ~ Normal::new(loc, 0.6);
        let near = |a| a + w;
        sample z ~ Normal::new(plus(near(x * 0.0), shift), 0.5);
    }
    inference by_rloo(x) {
        sample w ~ Normal::new(loc, 0.6);
        sample y ~ Bernoulli::logits(logit) via Rloo { samples: 3 };
        sample z ~ Normal::new(plus(w, shift), 0.5);
    }
    inference by_score(x) {
        sample w ~ Normal::new(loc, 0.6);
        sample z ~ Normal::new(plus(w, shift), 0.5) via ScoreFunction;
        sample y ~ Bernoulli::logits(logit) via ReinMax;
    }
}

/// A learned number added to every row.
fn plus(rows: Var<(usize,)>, shift: Var<()>) -> Var<(usize,)> {
    let shape = *rows.shape();
    rows + shift.broadcast_like(&shape)
}

const MIXED: [f64; 3] = [0.3, -0.4, 0.2];

/// The negative bound of `Mixed`, in nats per row of a data set of `size` rows.
fn mixed_loss(x: &[f64], size: f64, parameters: &[f64]) -> f64 {
    let [loc, logit, shift] = *parameters else {
        unreachable!("three parameters")
    };
    let s2 = 0.36;
    let on = 1.0 / (1.0 + (-logit).exp());
    let fit = |x: f64, y: f64| {
        let square = (x - loc - shift - 2.0 * y).powi(2) + s2 + 0.25;
        -0.5 * square - 0.918_938_533_204_672_7
    };
    let expected = |x: f64| on * fit(x, 1.0) + (1.0 - on) * fit(x, 0.0);
    let mean = x.iter().map(|&x| expected(x)).sum::<f64>() / x.len() as f64;
    let kl_y = on * (on / 0.3).ln() + (1.0 - on) * ((1.0 - on) / 0.7).ln();
    // The divergence of N(w + shift, ½²) from N(w/2, 1), averaged over w.
    let distance = (0.5 * loc + shift).powi(2) + 0.25 * s2;
    let kl_z = (1.0_f64 / 0.5).ln() + (0.25 + distance) / 2.0 - 0.5;
    kl_y + kl_z + kl_normal(loc, 0.6, 0.0, 1.0) / size - mean
}

fn mixed(seed: u64) -> Mixed {
    let mut model = Mixed::new(seed);
    fill(&mut model.loc.value, &MIXED[..1]);
    fill(&mut model.logit.value, &MIXED[1..2]);
    fill(&mut model.shift.value, &MIXED[2..]);
    model
}

fn check_mixed<I: Inference>(what: &str, elbo: Elbo, program: impl Fn() -> I, model: &Mixed) {
    let data: Vec<f64> = (0..6).map(|at| 1.0 + scattered(at)).collect();
    let (losses, gradients) = train(elbo, 20_000, program, |g| {
        let at = [&model.loc.value, &model.logit.value, &model.shift.value];
        at.iter().flat_map(|p| gradient(g, p)).collect()
    });
    assert_mean(what, &losses, mixed_loss(&data, 6.0, &MIXED), 0.1);
    let slopes = differences::gradient(|p| mixed_loss(&data, 6.0, p), &MIXED);
    // The slopes are −0.74, −0.27 and −0.57.
    for (at, slope) in slopes.into_iter().enumerate() {
        assert_mean(&format!("{what}, slope {at}"), &gradients[at], slope, 0.15);
    }
}

/// Global, local and enumerated sites together; with the estimators that multiply rows and that wait for costs at the
/// local ones.
#[test]
fn mixes_with_local_sites() {
    let model = mixed(5);
    let data: Vec<f64> = (0..6).map(|at| 1.0 + scattered(at)).collect();
    let x = batch(to_f32(&data)).expect("rows");
    let elbo = Elbo::default().whole_data();
    check_mixed(
        "enumerated",
        elbo.clone().particles(2),
        || model.q(&x),
        &model,
    );
    check_mixed("leave one out", elbo.clone(), || model.by_rloo(&x), &model);
    // ReinMax is exact for quadratic costs, and this one is linear in the bit.
    check_mixed(
        "score function",
        elbo.clone().particles(3),
        || model.by_score(&x),
        &model,
    );
}

model! {
    /// Global sites that read one another, and nothing else.
    struct Deep { loc: Parameter<Rank0>, shift: Parameter<Rank0> }
    generative p {
        global sample t ~ Normal::new(0.0, 1.0);
        let twice = t * 2.0;
        global sample w: [2] ~ Normal::new(pair(twice), 1.0);
        sample x: [2] ~ Normal::new(w + pair(t), 1.0);
    }
    inference q(x) {
        sample t ~ Normal::new(loc, 0.7);
        let twice = plus(t * 2.0, shift);
        sample w ~ Normal::new(pair(twice), 0.5);
    }
}

/// One number as two, in every row.
fn pair(t: Var<(usize,)>) -> Var<(usize, Const<2>)> {
    let shape = (t.shape().0, Const);
    t.broadcast_like(&shape)
}

fn deep_loss(x: &[f64], parameters: &[f64]) -> f64 {
    let [loc, shift] = *parameters else {
        unreachable!("two parameters")
    };
    let count = (x.len() / 2) as f64;
    // w + t is N(3·loc + shift, ½² + 9·0.7²).
    let spread = 0.25 + 9.0 * 0.49;
    let fit = |x: f64| log_normal(x, 3.0 * loc + shift, 1.0) - spread / 2.0;
    let mean = x.iter().map(|&x| fit(x)).sum::<f64>() / count;
    let kl = kl_normal(loc, 0.7, 0.0, 1.0) + 2.0 * kl_normal(shift, 0.5, 0.0, 1.0);
    kl / count - mean
}

#[test]
fn global_sites_read_one_another() {
    let mut model = Deep::new(6);
    let parameters = [0.3, 0.4];
    fill(&mut model.loc.value, &parameters[..1]);
    fill(&mut model.shift.value, &parameters[1..]);
    let data = data(3);
    let x = rows::<2>(&data);
    let (losses, gradients) = train(
        Elbo::default().whole_data().particles(4),
        20_000,
        || model.q(&x),
        |g| {
            [
                gradient(g, &model.loc.value),
                gradient(g, &model.shift.value),
            ]
            .concat()
        },
    );
    assert_mean("loss", &losses, deep_loss(&data, &parameters), 0.3);
    let slopes = differences::gradient(|p| deep_loss(&data, p), &parameters);
    for (at, slope) in slopes.into_iter().enumerate() {
        assert_mean(&format!("slope {at}"), &gradients[at], slope, 0.6);
    }
}

model! {
    /// True if all rows are shifted.
    struct Switch { logit: Parameter<Rank0> }
    generative p {
        global sample on ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(on, 1.0);
    }
    inference q(x) { sample on ~ Bernoulli::logits(logit); }
    inference listed(x) { sample on ~ Bernoulli::logits(logit) via Enumerate; }
    inference by_reinmax(x) { sample on ~ Bernoulli::logits(logit) via ReinMax; }
}

/// The log-evidence of `Mean`'s whole data set, and its posterior as the guide's parameters.
fn mean_evidence(x: &[f64]) -> (f64, Vec<f64>) {
    let (count, own, prior) = ((x.len() / 2) as f64, 0.64, 2.25);
    let mut evidence = 0.0;
    let (mut locs, mut log_scales) = (Vec::new(), Vec::new());
    for d in 0..2 {
        let of = || x.iter().skip(d).step_by(2);
        let (sum, squares) = (of().sum::<f64>(), of().map(|x| x * x).sum::<f64>());
        let log_det = count * f64::ln(own) + (1.0 + count * prior / own).ln();
        let quadratic = (squares - prior / (own + count * prior) * sum * sum) / own;
        evidence -= 0.5 * (log_det + quadratic) + count * 0.918_938_533_204_672_7;
        let precision = 1.0 / prior + count / own;
        locs.push(sum / own / precision);
        log_scales.push(-0.5 * precision.ln());
    }
    (evidence, [locs, log_scales].concat())
}

/// A draw of a global site has one weight with all rows. From the posterior it is the evidence itself, whatever the
/// pieces; from another guide it is so on average.
#[test]
fn the_evidence_is_that_of_the_data_set() {
    for (count, samples) in [(1, 1), (5, 4), (3, 6000), (4500, 2)] {
        let (mut model, data) = (mean_model(14), data(count));
        let (exact, posterior) = mean_evidence(&data);
        fill(&mut model.loc.value, &posterior[..2]);
        fill(&mut model.log_scale.value, &posterior[2..]);
        let program = model.q(&rows::<2>(&data));
        let found = LogEvidence::samples(samples)
            .evaluate(&program)
            .expect("legal");
        let exact = exact / count as f64;
        assert_close(
            &format!("{count} rows"),
            found.log_evidence,
            exact,
            2e-6,
            exact,
        );
        assert!(found.rows.is_empty() && found.samples == samples);
    }
    let (mut model, data) = (mean_model(15), data(5));
    let (exact, posterior) = mean_evidence(&data);
    // Wider than the posterior and a little off, so that the weights' variance is bounded.
    fill(
        &mut model.loc.value,
        &[posterior[0] + 0.2, posterior[1] - 0.1],
    );
    fill(
        &mut model.log_scale.value,
        &[posterior[2] + 0.4, posterior[3] + 0.2],
    );
    let program = model.q(&rows::<2>(&data));
    let found = LogEvidence::samples(200_000)
        .evaluate(&program)
        .expect("legal");
    // A divergence that counted in every row would be off by a nat.
    assert!(
        (found.log_evidence - exact / 5.0).abs() < 5.0 * found.standard_error,
        "{found:?}"
    );
    assert!(found.standard_error < 0.01, "{found:?}");
}

model! {
    /// A global mean, and a bit of every row.
    struct Wide { loc: Parameter<Rank0> }
    generative p {
        global sample w ~ Normal::new(0.0, 1.0);
        sample y ~ Bernoulli::probs(0.3);
        sample x ~ Normal::new(w + y * 2.0, 1.0);
    }
    inference q(x) {
        sample y ~ Bernoulli::probs(0.4);
        sample w ~ Normal::new(loc, 1.0);
    }
}

/// Local latents are drawn, or summed out, under every global draw: against quadrature over the mean.
#[test]
fn local_sites_are_summed_out_of_the_evidence() {
    let mut model = Wide::new(16);
    fill(&mut model.loc.value, &[0.4]);
    let data = [0.4, 1.9, 1.1];
    // Given w a row is a mixture of N(w + 2y, 1).
    let likelihood = |w: f64| {
        let row = |x: f64| -> f64 {
            let of = |y: f64| log_normal(x, w + 2.0 * y, 1.0).exp();
            0.3 * of(1.0) + 0.7 * of(0.0)
        };
        data.iter().map(|&x| row(x)).product::<f64>() * log_normal(w, 0.0, 1.0).exp()
    };
    let exact = (-800..=800)
        .map(|at| likelihood(f64::from(at) * 0.01) * 0.01)
        .sum::<f64>()
        .ln();
    let program = model.q(&batch(to_f32(&data)).expect("rows"));
    for states in [64, 0] {
        let evidence = LogEvidence::samples(400_000).enumerate_up_to(states);
        let found = evidence.evaluate(&program).expect("legal");
        let error = found.standard_error;
        assert!(
            (found.log_evidence - exact / 3.0).abs() < 5.0 * error,
            "{found:?}, exact {exact}"
        );
        assert!(error < 0.01, "{found:?}");
    }
}

/// A discrete global site is drawn hard, in training and in evaluation.
#[test]
fn discrete_global_sites_are_drawn() {
    let mut model = Switch::new(7);
    fill(&mut model.logit.value, &[0.4]);
    let data = [0.5, 1.5, 0.2];
    let x = batch(to_f32(&data)).expect("rows");
    let loss = |logit: &[f64]| {
        let on = 1.0 / (1.0 + (-logit[0]).exp());
        let fit = |y: f64| data.iter().map(|&x| log_normal(x, y, 1.0)).sum::<f64>();
        let kl = on * (2.0 * on).ln() + (1.0 - on) * (2.0 * (1.0 - on)).ln();
        (kl - on * fit(1.0) - (1.0 - on) * fit(0.0)) / 3.0
    };
    let (losses, gradients) = train(
        Elbo::default().whole_data(),
        20_000,
        || model.q(&x),
        |g| gradient(g, &model.logit.value),
    );
    assert_mean("loss", &losses, loss(&[0.4]), 0.05);
    assert_mean(
        "slope",
        &gradients[0],
        differences::gradient(loss, &[0.4])[0],
        0.02,
    );
    let bounds: Vec<f64> = (0..20_000)
        .map(|_| {
            -Elbo::default()
                .whole_data()
                .evaluate(&model.q(&x))
                .expect("legal")
                .elbo
        })
        .collect();
    assert_mean("evaluated", &bounds, loss(&[0.4]), 0.05);
}

/// One draw for all rows, which the typed joint holds as one row.
#[test]
fn generative_models_draw_once() {
    let model = Deep::new(8);
    let drawn = model
        .p()
        .sample(400, &mut noise(1, "draw").row(0))
        .expect("legal");
    let (t, w, x) = (drawn.t.as_vec(), drawn.w.as_vec(), drawn.x.as_vec());
    assert_eq!((t.len(), w.len(), x.len()), (1, 2, 800));
    for (d, w) in w.into_iter().enumerate() {
        let own: Vec<f64> = x.iter().skip(d).step_by(2).map(|&x| x.into()).collect();
        assert_mean(&format!("x {d}"), &own, (w + t[0]).into(), 0.6);
    }
    let guided = model
        .q(&drawn.x)
        .sample(&mut noise(2, "draw").row(0))
        .expect("legal");
    assert_eq!((guided.t.as_vec().len(), guided.w.as_vec().len()), (1, 2));
}

/// The rows of a log joint add up to the log joint of the data set, in which a global term counts once.
#[test]
fn log_joints_add_up_to_the_data_sets() {
    let model = Deep::new(9);
    let (t, w, x) = (0.3, [0.8, -0.1], [0.5, 1.0, -0.2, 0.4, 2.0, 0.0]);
    let joint = DeepPJoint {
        t: batch(to_f32(&[t])).expect("a row"),
        w: rows(&w),
        x: rows(&x),
    };
    let found = model.p().log_joint(&joint).expect("legal").as_vec();
    let global: f64 =
        log_normal(t, 0.0, 1.0) + w.map(|w| log_normal(w, 0.6, 1.0)).iter().sum::<f64>();
    assert_eq!(found.len(), 3);
    for (row, found) in found.into_iter().enumerate() {
        let local: f64 = (0..2)
            .map(|d| log_normal(x[2 * row + d], w[d] + t, 1.0))
            .sum();
        assert_close("row", found.into(), local + global / 3.0, 2e-6, 4.0);
    }
    let two = DeepPJoint {
        t: batch(vec![0.1; 2]).expect("rows"),
        ..joint
    };
    let error = model.p().log_joint(&two).expect_err("two draws of one");
    assert_eq!(
        error.to_string(),
        "`t` is a global site, one draw for the whole data set, but 2 rows are given for it; use one row: it is one draw for all of them"
    );
}

#[test]
fn reconstructs_from_one_draw() {
    let model = mean_model(10);
    let x = rows::<2>(&data(3));
    let means = model
        .q(&x)
        .reconstruct(&mut noise(3, "draw").row(0))
        .expect("legal");
    let means = means.x.as_vec();
    assert_eq!(means[..2], means[2..4]);
    assert_eq!(means[..2], means[4..]);
}

#[test]
fn says_what_needs_a_draw_for_each_row() {
    let (model, x) = (mean_model(11), rows::<2>(&data(3)));
    let said = |error: Error| {
        assert!(matches!(error, Error::Global { site: "w", .. }), "{error}");
        error.to_string()
    };
    let elbo = Elbo::default().whole_data();
    let error = elbo
        .loss(&model.by_score(&x))
        .expect_err("a score function");
    assert!(said(error).contains("score function"));
    let error = elbo.loss(&model.by_rloo(&x)).expect_err("several draws");
    assert!(said(error).contains("`via Pathwise` for a continuous family"));
    // An evaluation only draws.
    elbo.evaluate(&model.by_score(&x)).expect("legal");
    let error = ImportanceWeighted::default()
        .whole_data()
        .particles(3)
        .loss(&model.q(&x))
        .expect_err("weights");
    assert!(said(error).contains("use the plain `Elbo`"));
    let error = elbo
        .clone()
        .data_size(2)
        .loss(&model.q(&x))
        .expect_err("too small");
    assert!(
        matches!(
            error,
            Error::Setting {
                setting: "the data size",
                ..
            }
        ),
        "{error}"
    );
    let error = elbo
        .clone()
        .data_size(2)
        .evaluate(&model.q(&x))
        .expect_err("too small");
    assert!(
        matches!(
            error,
            Error::Setting {
                setting: "the data size",
                ..
            }
        ),
        "{error}"
    );
    let switch = Switch::new(0);
    let one = batch(vec![0.5]).expect("a row");
    let error = elbo.loss(&switch.listed(&one)).expect_err("listed");
    assert!(matches!(error, Error::Global { site: "on", .. }), "{error}");
    let error = elbo.evaluate(&switch.listed(&one)).expect_err("listed");
    assert!(matches!(error, Error::Global { site: "on", .. }), "{error}");
}

/// Each message is true of a global site, and what it says to write instead is legal.
#[test]
fn says_why_a_global_site_is_not_enumerated() {
    let (switch, x) = (Switch::new(0), batch(vec![0.5, 0.1]).expect("rows"));
    let elbo = Elbo::default().whole_data();
    let told = elbo.explain(&switch.q(&x)).to_string();
    assert!(
        told.contains("ReinMax, because the states of a global site are not listed"),
        "{told}"
    );
    let error = elbo
        .loss(&switch.listed(&x))
        .expect_err("listed")
        .to_string();
    assert!(error.contains("would list its states"), "{error}");
    let unbiased = elbo.clone().profile(Profile::Unbiased);
    let error = unbiased.loss(&switch.q(&x)).expect_err("pairs").to_string();
    assert!(
        error.contains("use `via Pathwise`") && error.contains("`via ReinMax`"),
        "{error}"
    );
    unbiased.loss(&switch.by_reinmax(&x)).expect("as it said");
    let probe = GradientProbe::new(&elbo).repeats(20);
    let probe = probe.measure(&switch, &switch.q(&x)).expect("legal");
    let why = probe.blocks[0].squared_bias.as_ref().expect_err("global");
    assert!(why.contains("as it is a global site"), "{why}");
}

#[test]
fn parameters_out_of_their_domain_are_reported() {
    let mut model = mean_model(12);
    fill(&mut model.log_scale.value, &[f64::INFINITY, 0.0]);
    let error = Elbo::default()
        .whole_data()
        .loss(&model.q(&rows::<2>(&data(3))))
        .expect_err("an infinite scale");
    assert!(
        matches!(error, Error::Parameter { site: "w", .. }),
        "{error}"
    );
}

#[test]
fn explanations_say_global() {
    let told = mean_model(13).q(&rows::<2>(&data(3))).explain().to_string();
    assert!(
        told.starts_with("w: global latent, q = Normal[2]"),
        "{told}"
    );
    assert!(
        told.contains("counted once for the whole data set"),
        "{told}"
    );
}

model! {
    /// A mean that is read out of an array.
    struct Among { loc: Parameter<Rank0> }
    generative p {
        global sample w ~ Normal::new(0.0, 1.0);
        let both = [w, w * 2.0];
        sample x ~ Normal::new(both[0].clone(), 1.0);
    }
    inference q(x) { sample w ~ Normal::new(loc, 0.5); }
}

/// If the guide is the exact posterior, every draw gives the evidence, provided that each particle reads its own draw.
#[test]
fn an_array_of_what_is_global() {
    let mut model = Among::new(7);
    fill(&mut model.loc.value, &[1.125]);
    let x: Batch<()> = batch(vec![1.0, 1.4, 2.1]).expect("rows");
    for samples in [1, 2, 3, 6, 9] {
        let found = LogEvidence::samples(samples).evaluate(&model.q(&x));
        let mean = found.expect("legal").log_evidence;
        assert!((mean + 1.534_571).abs() < 1e-5, "{mean} of {samples}");
    }
}

/// A batch that is taken for the whole would give a posterior that is too wide, in silence.
#[test]
fn a_loss_needs_the_size_of_the_data_set() {
    model! {
        struct Slope { loc: Parameter<Rank0> }
        generative p {
            global sample w ~ Normal::new(0.0, 1.0);
            sample x ~ Normal::new(w, 1.0);
        }
        inference q(x) { sample w ~ Normal::new(loc, 1.0); }
    }
    let slope = Slope::new(0);
    let x = batch(vec![1.0; 4]).expect("rows");
    let error = Elbo::default().loss(&slope.q(&x)).expect_err("no size");
    assert_eq!(
        error.to_string(),
        "`w` is a global site, one draw for the whole data set, but the objective does not say how many rows that has, of which each bears a part of its divergence; use `.data_size(n)` with the rows of the whole data set, or `.whole_data()` if each program holds all of it"
    );
    assert!(Elbo::default().whole_data().loss(&slope.q(&x)).is_ok());
    assert!(Elbo::default().data_size(40).loss(&slope.q(&x)).is_ok());
    // An evaluation takes its program for the whole.
    let evaluated = |elbo: Elbo| elbo.evaluate(&slope.q(&x)).expect("legal").kl;
    assert_eq!(
        evaluated(Elbo::default()),
        evaluated(Elbo::default().data_size(4))
    );
    let told = |elbo: Elbo| elbo.explain(&slope.q(&x)).to_string();
    assert!(told(Elbo::default()).contains("whose rows the objective must say by `data_size(n)`"));
    assert!(told(Elbo::default().data_size(40)).contains("the whole data set of 40 rows"));
    assert!(told(Elbo::default().whole_data()).contains("the whole data set of 4 rows"));
}
