//! Entropies: published, by the library, and from draws.

use elbow::dfdx::shapes::Const;
use elbow::family::{Event, Param, Value};
use elbow::prelude::Distribution;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, noise, numbers, plate, weighted,
};

use crate::draws::DRAWS;
use crate::family::Family;
use crate::mass::built;

/// The row against published values; the library against the row, with gradients; both against
/// `−ln p` of draws.
pub fn entropy<F: Family>() {
    for (family, params, known) in F::entropies() {
        let row = family.entropy(params).expect("a known entropy has a row");
        assert_close("the row", row, known, 2e-9, known);
    }
    for (case, (family, params)) in F::cases().into_iter().enumerate() {
        let seed = 300 + case as u64;
        if F::LANED {
            entropy_of::<F, (Const<3>,)>(family, &params, seed);
        } else {
            entropy_of::<F, ()>(family, &params, seed);
        }
    }
}

fn entropy_of<F: Family, E: Event>(family: F, params: &[f64], seed: u64) {
    let what = format!("{} {params:?}", F::Of::<E>::FAMILY);
    let of = built::<F, E>(family, params);
    assert_eq!(of.entropy().is_some(), F::ENTROPY, "{what}");
    let Some(exact) = family.entropy(params) else {
        return;
    };
    if let Some(found) = of.entropy() {
        assert_close(&what, numbers(&found)[0], exact, 4e-6, exact);
        let rows: Vec<Value<E>> = params.chunks(F::lane::<E>()).map(plate::<E>).collect();
        let of = family.build(
            &rows
                .iter()
                .cloned()
                .map(Param::<E>::Rows)
                .collect::<Vec<_>>(),
        );
        let mut grads = backward(|| weighted(of.entropy().expect("as before"), &[1.0]));
        let found = rows
            .iter()
            .flat_map(|row| gradient_of(&mut grads, row))
            .collect::<Vec<_>>();
        let exact = gradient(|theta| family.entropy(theta).expect("as before"), params);
        for (found, exact) in found.into_iter().zip(exact) {
            assert_close(&what, found, exact, 2e-5, exact);
        }
    }
    let draw = of.sample(DRAWS, &noise(seed, "z"));
    let surprise: Vec<f64> = numbers(&of.log_prob_of(&draw)).iter().map(|l| -l).collect();
    // −ln p has a spread of about one nat: a tenth is a wrong constant.
    assert_mean(&what, &surprise, exact - family.log_jacobian(params), 0.1);
}
