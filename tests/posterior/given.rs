//! Modes of a generative model some of whose sites have given values.

use elbow::prelude::*;

model! {
    /// A number, one below it that is not symmetric, and steps of which each reads the one before.
    struct Below { loc: Parameter<Rank1<1>> }
    generative p {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample y: [1] ~ LogNormal::new(z, 0.5);
        let mut before = y;
        for t in 0..2 {
            sample x[t]: [1] ~ Gamma::new(before.square() + 2.0, 4.0);
            before = x[t];
        }
    }
    inference q(x) {
        sample z ~ Normal::new(loc, 1.0);
        sample y ~ LogNormal::new(z, 0.5);
    }
}

#[test]
fn each_is_at_the_modes_above_it() -> Result<(), elbow::Error> {
    let model = Below::new(0);
    let z: Batch<(Const<1>,)> = batch(vec![0.3, -0.8])?;
    let found = model.p().given(BelowP::Z, &z).mode()?;
    assert_eq!(found.z.as_vec(), z.as_vec());
    let (y, x) = (found.y.as_vec(), found.x.as_vec());
    for (row, &z) in [0.3_f32, -0.8].iter().enumerate() {
        // The modes are e^(loc − scale²) and (concentration − 1) / rate.
        let mut above = (z - 0.25).exp();
        assert!((y[row] - above).abs() < 1e-5, "{y:?}");
        for step in 0..2 {
            above = (above * above + 1.0) / 4.0;
            assert!((x[2 * row + step] - above).abs() < 1e-5, "{x:?}");
        }
    }
    Ok(())
}
