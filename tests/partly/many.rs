//! Many rows with gaps, which threads share: against a plain loop in `f64`.

use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::{assert_all_close, rounded, scattered, to_f32};

model! {
    /// Pixels with logits of their own, and numbers with means that the rows give.
    struct Pixels {
        logits: Parameter<Rank1<97>>,
        slope: Parameter<Rank1<97>>,
    }

    generative p(u: [97]) {
        sample x: [97] ~ Bernoulli::logits(logits);
        sample y: [97] ~ Normal::new(u * slope, 0.5);
    }

    inference q(x, y, u) {}
}

type Wide = (Const<97>,);
const ROWS: usize = 1500;

#[test]
fn sums_and_gradients_are_those_of_a_plain_loop() -> Result<(), elbow::Error> {
    let mut pixels = Pixels::new(0);
    let params: Vec<f64> = (0..2 * 97).map(|k| rounded(2.0 * scattered(k))).collect();
    let (logits, slopes) = params.split_at(97);
    fill(&mut pixels.logits.value, logits);
    fill(&mut pixels.slope.value, slopes);
    let all = |f: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..ROWS * 97).map(|place| rounded(f(place))).collect()
    };
    let bits = all(&|place| f64::from(u8::from(scattered(place * 5) > 0.2)));
    let numbers = all(&|place| 3.0 * scattered(place * 3));
    let given = all(&|place| scattered(place + 9));
    let masks = [7, 11].map(|by| all(&|place| f64::from(u8::from(scattered(place * by) > -0.4))));

    let mut total = 0.0;
    let mut expected = vec![0.0; 2 * 97];
    for place in 0..ROWS * 97 {
        let column = place % 97;
        if masks[0][place] == 1.0 {
            let logit = logits[column];
            total += bits[place] * logit - logit.exp().ln_1p();
            expected[column] += bits[place] - 1.0 / (1.0 + (-logit).exp());
        }
        if masks[1][place] == 1.0 {
            let off = (numbers[place] - given[place] * slopes[column]) / 0.5;
            total += -0.5 * off * off - 0.5_f64.ln() - 0.5 * std::f64::consts::TAU.ln();
            expected[97 + column] += off / 0.5 * given[place];
        }
    }
    let partial = |own: &[f64], mask: &[f64], padding: f32| -> Result<_, elbow::Error> {
        let own = to_f32(own).into_iter().zip(mask);
        let own = own.map(|(x, &o)| if o == 0.0 { padding } else { x });
        let own: Batch<Wide> = batch(own.collect())?;
        Partial::new(&own, batch(to_f32(mask))?)
    };
    let u: Batch<Wide> = batch(to_f32(&given))?;
    for padding in [f32::NAN, 1e30] {
        let x = partial(&bits, &masks[0], padding)?;
        let y = partial(&numbers, &masks[1], padding)?;
        let loss = Elbo::default().loss(&pixels.q(&x, &y, &u))?;
        let mean = |sum: f64| -sum / ROWS as f64;
        assert_all_close("loss", &[f64::from(loss.value())], &[mean(total)], 1e-6);
        let gradients = loss.backward();
        let mut found = gradients.get(&pixels.logits.value).as_vec();
        found.extend(gradients.get(&pixels.slope.value).as_vec());
        let found: Vec<f64> = found.into_iter().map(f64::from).collect();
        let expected: Vec<f64> = expected.iter().map(|&sum| mean(sum)).collect();
        assert_all_close("gradient", &found, &expected, 2e-6);
    }
    Ok(())
}
