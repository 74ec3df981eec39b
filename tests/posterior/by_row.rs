//! The bounds of single rows.

use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::tensors::{assert_all_close, assert_close};

model! {
    /// Two numbers about a hidden one, and a bit that is listed.
    struct Vae {
        loc: Linear<2, 1>,
        logit: Linear<2, 1>,
        decoder: Linear<2, 2>,
    }
    generative p {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample b: [1] ~ Bernoulli::probs(0.3);
        sample x: [2] ~ Normal::new(decoder(concat(z, b)), 0.8);
    }
    inference q(x) {
        sample b ~ Bernoulli::logits(logit(x));
        sample z ~ Normal::new(loc(x), 0.6);
    }
    // Nothing is drawn.
    inference listed(x, z) {
        sample b ~ Bernoulli::logits(logit(x));
    }
}

model! {
    /// Rows with their own numbers of steps.
    struct Ragged { encode: Linear<1, 1> }
    generative p(length: 0..=3) {
        for t in 0..length {
            sample z[t]: [1] ~ Normal::new(0.0, 1.0);
            sample x[t]: [1] ~ Normal::new(z[t], 0.5);
        }
    }
    inference q(x, length) {
        for t in 0..length {
            sample z[t] ~ Normal::new(encode(x[t]), 0.7);
        }
    }
}

model! {
    /// One mean for all rows.
    struct Shared { loc: Parameter<Rank1<1>> }
    generative p {
        global sample w: [1] ~ Normal::new(0.0, 1.5);
        sample x: [1] ~ Normal::new(w, 0.8);
    }
    inference q(x) {
        sample w ~ Normal::new(loc, 0.4);
    }
}

const KEY: Key = Key::new(3, 0);

fn mean(rows: &[f64]) -> f64 {
    rows.iter().sum::<f64>() / rows.len() as f64
}

fn numbers(rows: usize) -> Vec<f32> {
    (0..2 * rows).map(|at| (at as f32 * 1.7).sin()).collect()
}

/// More rows than are in memory at once.
const ROWS: usize = 1500;

#[test]
fn their_mean_is_what_evaluate_reports() -> Result<(), elbow::Error> {
    let vae = Vae::new(0);
    let x: Batch<(Const<2>,)> = batch(numbers(ROWS))?;
    let program = vae.q(&x).at(KEY);
    let bounds = [
        Elbo::default().particles(3).by_row(&program)?,
        ImportanceWeighted::default()
            .particles(3)
            .by_row(&program)?,
        Renyi::new(0.5).particles(3).by_row(&program)?,
    ];
    let expected = Elbo::default().particles(3).evaluate(&program)?.elbo;
    for bound in bounds {
        assert_eq!(bound.len(), ROWS);
        assert_close("the bound", mean(&bound), expected, 1e-12, 1.0);
    }
    let evidence = LogEvidence::samples(7);
    let rows = evidence.by_row(&program)?;
    assert_eq!(rows.len(), ROWS);
    let expected = evidence.evaluate(&program)?.log_evidence;
    assert_close("the evidence", mean(&rows), expected, 1e-12, 1.0);
    Ok(())
}

/// Whatever stands in the other rows.
#[test]
fn a_row_has_its_own_noise() -> Result<(), elbow::Error> {
    let vae = Vae::new(0);
    let all = numbers(5);
    let of = |numbers: Vec<f32>| -> Result<_, elbow::Error> {
        let x: Batch<(Const<2>,)> = batch(numbers)?;
        let program = vae.q(&x).at(KEY);
        let bounds = Elbo::default().particles(2).by_row(&program)?;
        Ok([bounds, LogEvidence::samples(4).by_row(&program)?])
    };
    let expected = of(all.clone())?;
    for row in 0..5 {
        let mut others: Vec<f32> = all.iter().map(|x| 0.5 - x).collect();
        others[2 * row..][..2].copy_from_slice(&all[2 * row..][..2]);
        for (found, expected) in of(others)?.iter().zip(&expected) {
            assert_close("a row", found[row], expected[row], 1e-6, 1.0);
        }
    }
    // And each row differs from the others.
    let [bounds, evidences] = expected;
    assert!(bounds.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(
        bounds
            .iter()
            .zip(&evidences)
            .all(|(own, other)| own != other)
    );
    Ok(())
}

#[test]
fn rows_one_by_one() -> Result<(), elbow::Error> {
    let vae = Vae::new(2);
    let x: Batch<(Const<2>,)> = batch(numbers(4))?;
    let z: Batch<(Const<1>,)> = batch(vec![0.3, -1.0, 2.0, 0.1])?;
    let bounds = Elbo::default().by_row(&vae.listed(&x, &z))?;
    let evidences = LogEvidence::samples(2).by_row(&vae.listed(&x, &z))?;
    for row in 0..4 {
        let (x, z) = (minibatch(&x, &[row])?, minibatch(&z, &[row])?);
        let bound = Elbo::default().evaluate(&vae.listed(&x, &z))?.elbo;
        assert_close("the bound", bounds[row], bound, 1e-6, 1.0);
        let evidence = LogEvidence::samples(2).evaluate(&vae.listed(&x, &z))?;
        assert_close(
            "the evidence",
            evidences[row],
            evidence.log_evidence,
            1e-6,
            1.0,
        );
    }
    Ok(())
}

#[test]
fn ragged_rows_are_in_the_order_of_the_data() -> Result<(), elbow::Error> {
    let ragged = Ragged::new(1);
    let x = [0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0, 0.2, -2.0, 0.6, 0.0];
    let lengths = [1.0, 0.0, 3.0, 2.0];
    let of = |lengths: &[f32]| -> Result<_, elbow::Error> {
        let x: Batch<(Const<3>, Const<1>)> = batch(x.to_vec())?;
        let length = batch(lengths.to_vec())?;
        let program = ragged.q(&x, &length).at(KEY);
        let bounds = Elbo::default().by_row(&program)?;
        Ok([bounds, LogEvidence::samples(3).by_row(&program)?])
    };
    let expected = of(&lengths)?;
    for of_all in &expected {
        assert_eq!(of_all[1], 0.0, "a row without steps");
    }
    // A row stays as it is where the others have no steps.
    for row in 0..4 {
        let mut alone = [0.0; 4];
        alone[row] = lengths[row];
        for (found, expected) in of(&alone)?.iter().zip(&expected) {
            assert_close("a row", found[row], expected[row], 1e-6, 1.0);
            let others = (0..4).filter(|other| *other != row);
            assert!(others.into_iter().all(|other| found[other] == 0.0));
        }
    }
    Ok(())
}

#[test]
fn rows_share_a_global_site() -> Result<(), elbow::Error> {
    let shared = Shared::new(0);
    let x: Batch<(Const<1>,)> = batch(vec![0.3, 0.9, -0.4])?;
    let program = shared.q(&x).at(KEY);
    let found = Elbo::default().evaluate(&program)?;
    let rows = Elbo::default().by_row(&program)?;
    assert_close("the mean", mean(&rows), found.elbo, 1e-12, 1.0);
    // Of likelihoods that are equal, equal shares of the divergence are left.
    let alike: Batch<(Const<1>,)> = batch(vec![0.3; 3])?;
    let rows = Elbo::default().by_row(&shared.q(&alike).at(KEY))?;
    assert_all_close("the shares", &rows, &[rows[0]; 3], 1e-6);

    let error = LogEvidence::samples(2).by_row(&program);
    assert_eq!(
        error.expect_err("shared draws").to_string(),
        "`w` is a global site, one draw for the whole data set, but the evidence of a row has no draw of it to itself; use \
         `evaluate`, which weighs the whole data set, or `Elbo::by_row`, whose rows each carry a part of its divergence"
    );
    Ok(())
}
