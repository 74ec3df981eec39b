//! Probabilistic PCA with gaps: the evidence of what is observed is known.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::programs::{self, fill};
use elbow_tests::support::tensors::{assert_close, to_f32};

model! {
    /// One cause and three measurements, with the posterior of what is observed.
    struct Pca {
        w: Parameter<Rank2<1, 3>>,
        mu: Parameter<Rank1<3>>,
    }

    // A mixture of one has no closed-form divergence. So the bound is the ratio at the draw, and that is the evidence at any draw from
    // the posterior.
    generative p {
        sample z: [1] ~ Mixture::new(0.0, [Normal::new(0.0, 1.0)]);
        sample x: [3] ~ Normal::new(z.matmul(w) + mu, 0.632_455_5);
    }

    inference q(x) {
        let column = w.reshape::<Rank2<3, 1>>();
        let seen = observed(x);
        let precision = seen.matmul(column.square()) / 0.4 + 1.0;
        let pull = ((x - mu) * seen).matmul(column) / 0.4;
        sample z ~ Normal::new(pull / precision, precision.recip().sqrt());
    }
}

const W: [f64; 3] = [1.0, -0.5, 0.8];
const MU: [f64; 3] = [0.2, 0.0, -0.1];
const X: [f64; 3] = [0.7, -0.3, 1.2];
/// The masks, and `ln N(x_o; μ_o, w_o w_oᵀ + 0.4 I)` of what each lets through, from another library's multivariate normal.
const KNOWN: [([f32; 3], f64); 4] = [
    ([1.0, 1.0, 1.0], -3.233_294_226_304_596_3),
    ([1.0, 0.0, 1.0], -2.708_020_329_890_526_8),
    ([0.0, 0.0, 1.0], -1.751_048_889_781_313_2),
    ([0.0, 0.0, 0.0], 0.0),
];

/// The same by the matrix inversion lemma, as a function of the weights and the means.
fn log_evidence(params: &[f64], mask: [f32; 3]) -> f64 {
    let seen = || (0..3).filter(|&e| mask[e] == 1.0);
    let off = |e: usize| X[e] - params[3 + e];
    let precision = 1.0 + seen().map(|e| params[e].powi(2)).sum::<f64>() / 0.4;
    let pull = seen().map(|e| params[e] * off(e)).sum::<f64>() / 0.4;
    let squares: f64 = seen().map(|e| off(e).powi(2)).sum();
    let count = seen().count() as f64;
    0.5 * (pull * pull / precision - squares / 0.4 - precision.ln())
        - 0.5 * count * (0.4 * std::f64::consts::TAU).ln()
}

fn pca() -> Pca {
    let mut pca = Pca::new(5);
    fill(&mut pca.w.value, &W);
    fill(&mut pca.mu.value, &MU);
    pca
}

/// One row for each mask, with this number in the gaps.
fn data(padding: f32) -> Partial<(Const<3>,)> {
    let mask = KNOWN.map(|(mask, _)| mask).concat();
    let rows = to_f32(&X).repeat(KNOWN.len());
    let rows = rows.into_iter().zip(&mask);
    let rows = rows.map(|(x, &o)| if o == 0.0 { padding } else { x });
    let x: Batch<(Const<3>,)> = batch(rows.collect()).expect("whole rows");
    Partial::new(&x, batch(mask).expect("whole rows")).expect("zeros and ones")
}

#[test]
fn evaluations_are_the_evidence_of_what_is_observed() -> Result<(), Error> {
    let (pca, x) = (pca(), data(f32::NAN));
    let bound = Elbo::default().evaluate(&pca.q(&x))?.rows;
    let evidence = LogEvidence::samples(7).evaluate(&pca.q(&x))?.rows;
    for (row, (mask, known)) in KNOWN.into_iter().enumerate() {
        let own = log_evidence(&[W, MU].concat(), mask);
        assert_close("two computations", own, known, 1e-9, known);
        for found in [bound[row], evidence[row]] {
            assert_close("evidence", found, known, 1e-5, 1.0);
        }
    }
    Ok(())
}

/// The weights do not depend on the draw, so every objective is the evidence, and its gradient is too.
#[test]
fn so_is_every_objective_with_its_gradient() -> Result<(), Error> {
    let (pca, x) = (pca(), data(f32::INFINITY));
    let mean = |params: &[f64]| {
        let rows = KNOWN.map(|(mask, _)| log_evidence(params, mask));
        rows.iter().sum::<f64>() / rows.len() as f64
    };
    let params = [W, MU].concat();
    let losses = [
        Elbo::default().loss(&pca.q(&x))?,
        Elbo::default().particles(3).loss(&pca.q(&x))?,
    ];
    let exact = gradient(mean, &params);
    for (at, loss) in losses.into_iter().enumerate() {
        let what = format!("objective {at}");
        assert_close(&what, f64::from(loss.value()), -mean(&params), 1e-5, 1.0);
        let gradients = loss.backward();
        let by = [
            programs::gradient(&gradients, &pca.w.value),
            programs::gradient(&gradients, &pca.mu.value),
        ];
        for (place, (found, exact)) in by.concat().iter().zip(&exact).enumerate() {
            assert_close(
                &format!("{what}, gradient {place}"),
                *found,
                -exact,
                1e-5,
                1.0,
            );
        }
    }
    // These take other gradients, whose mean alone is that of the evidence.
    for value in [
        Renyi::new(0.5).particles(3).loss(&pca.q(&x))?.value(),
        ImportanceWeighted::default()
            .particles(3)
            .loss(&pca.q(&x))?
            .value(),
        WakeSleep::default().particles(3).loss(&pca.q(&x))?.value(),
    ] {
        assert_close("value", f64::from(value), -mean(&params), 1e-5, 1.0);
    }
    Ok(())
}

#[test]
fn no_bit_depends_on_what_stands_in_the_gaps() -> Result<(), Error> {
    let run = |padding: f32| -> Result<Vec<u32>, Error> {
        let pca = pca();
        let x = data(padding);
        let mut bits = Vec::new();
        for loss in [
            Elbo::default().loss(&pca.q(&x))?,
            ImportanceWeighted::default()
                .particles(2)
                .loss(&pca.q(&x))?,
            WakeSleep::default().particles(2).loss(&pca.q(&x))?,
        ] {
            bits.push(loss.value().to_bits());
            let gradients = loss.backward();
            let by_w = gradients.get(&pca.w.value).as_vec();
            let by_mu = gradients.get(&pca.mu.value).as_vec();
            bits.extend(by_w.into_iter().chain(by_mu).map(f32::to_bits));
        }
        Ok(bits)
    };
    let own = run(0.0)?;
    for padding in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
        assert_eq!(run(padding)?, own, "{padding}");
    }
    Ok(())
}

/// The mask of an input with all rows observed is one everywhere, whether it was given or not.
#[test]
fn a_full_mask_is_no_mask() -> Result<(), Error> {
    let x: Batch<(Const<3>,)> = batch(to_f32(&X).repeat(2))?;
    let full = Partial::new(&x, batch(vec![1; 6])?)?;
    let run = |pca: &Pca, data: &Partial<(Const<3>,)>| -> Result<_, Error> {
        let loss = Elbo::default().loss(&pca.q(data))?;
        let value = loss.value();
        Ok((value, loss.backward().get(&pca.w.value).as_vec()))
    };
    let plain = {
        let pca = pca();
        let loss = Elbo::default().loss(&pca.q(&x))?;
        let value = loss.value();
        (value, loss.backward().get(&pca.w.value).as_vec())
    };
    assert_eq!(run(&pca(), &full)?, plain);
    assert_close("evidence", f64::from(plain.0), -KNOWN[0].1, 1e-5, 1.0);
    assert_eq!(full.mask().as_vec(), [1.0; 6]);
    Ok(())
}
