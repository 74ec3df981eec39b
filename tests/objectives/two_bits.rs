//! An auto-encoder of two bits: four latent states, so that everything is a sum of four terms.

use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, copies, evidence, fill, gradient};
use elbow_tests::support::statistics::{Estimate, assert_mean};
use elbow_tests::support::tensors::assert_close;

model! {
    /// Two bits, three pixels.
    struct TwoBits {
        encoder: Linear<3, 2>,
        prior: Parameter<Rank1<2>>,
        decoder: Linear<2, 3>,
    }

    generative p {
        sample z: [2] ~ Bernoulli::logits(prior);
        sample x: [3] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

/// Values, and what they should come to.
struct Case {
    guide: [f64; 2],
    prior: [f64; 2],
    /// By pixel and bit.
    weight: [[f64; 2]; 3],
    bias: [f64; 3],
    bound: f64,
    evidence: f64,
}

const PIXELS: [f64; 3] = [1.0, 0.0, 1.0];

/// The first from exact enumeration, the second published.
fn cases() -> [Case; 2] {
    [
        Case {
            guide: [0.8, 0.0],
            prior: [(0.3_f64 / 0.7).ln(), 1.5_f64.ln()],
            weight: [[1.0, -0.5], [0.3, 0.8], [-0.7, 0.2]],
            bias: [0.0, 0.1, -0.1],
            bound: -2.977_435_213_505_16,
            evidence: -2.580_227_223_109_346_4,
        },
        Case {
            guide: [0.4, -0.9],
            prior: [0.3, -0.5],
            weight: [[1.5, -1.0], [-2.0, 1.0], [0.5, 2.0]],
            bias: [-0.2, 0.4, -0.6],
            bound: -1.879_470_429,
            evidence: -1.590_201_992,
        },
    ]
}

impl Case {
    /// The encoder gives the guide's logits at the pixels, by weights that are not all the same.
    fn model(&self, seed: u64) -> TwoBits {
        let mut model = TwoBits::new(seed);
        let weight = [[0.5, -0.3, 0.2], [-0.4, 0.7, 0.1]];
        let at_pixels = |bit: usize| -> f64 {
            let terms = weight[bit].iter().zip(PIXELS);
            terms.map(|(w, x)| w * x).sum()
        };
        fill(&mut model.encoder.weight, &weight.concat());
        let bias = [0, 1].map(|bit| self.guide[bit] - at_pixels(bit));
        fill(&mut model.encoder.bias, &bias);
        fill(&mut model.prior.value, &self.prior);
        fill(&mut model.decoder.weight, &self.weight.concat());
        fill(&mut model.decoder.bias, &self.bias);
        model
    }
}

fn data(rows: usize) -> Batch<(Const<3>,)> {
    batch(copies(&PIXELS, rows)).expect("whole rows")
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn the_discrete_bound_by_hard_draws() {
    for (seed, case) in cases().iter().enumerate() {
        let model = case.model(31 + seed as u64);
        // A relaxed draw would move the bound by about 0.05.
        assert_mean("bound", &bounds(&model.q(&data(200_000))), case.bound, 0.03);
        // So does averaging over particles, with less spread a row.
        let elbo = Elbo::default().enumerate_up_to(0).particles(50);
        let rows = elbo
            .evaluate(&model.q(&data(4000)))
            .expect("a legal program")
            .rows;
        assert_mean("50 particles", &rows, case.bound, 0.03);
    }
}

#[test]
fn the_divergence_is_exact_in_every_row() {
    let [case, _] = cases();
    let evaluation = Elbo::default().evaluate(&case.model(33).q(&data(3)));
    let kl = evaluation.expect("a legal program").kl;
    assert_close("divergence", kl, 0.342_578_761_734_369_4, 1e-6, 1.0);
}

#[test]
fn the_evidence_closes_on_the_sum_over_states() {
    for (seed, case) in cases().iter().enumerate() {
        let model = case.model(35 + seed as u64);
        // One weight is the bound again; a thousand leave a bias of var w/2K < 10⁻³.
        assert_mean(
            "K = 1",
            &evidence(&model.q(&data(200_000)), 1),
            case.bound,
            0.03,
        );
        let ten = Estimate::of(&evidence(&model.q(&data(20_000)), 10)).mean;
        assert!(
            case.bound + 0.1 < ten && ten < case.evidence,
            "K = 10: {ten}"
        );
        let rows = evidence(&model.q(&data(400)), 1000);
        assert_mean("K = 1000", &rows, case.evidence, 0.03);
    }
}

/// The divergence of relaxed sites is the discrete one by default, so what it adds to the gradient is
/// exact: the difference of two losses with the same noise and weights 1 and 0.
#[test]
fn the_divergence_adds_the_exact_gradient() {
    for case in cases() {
        let model = case.model(37);
        let x = data(1);
        let program = || elbow::prelude::Inference::at(model.q(&x), elbow::family::Key::new(5, 0));
        let gradients = [1.0, 0.0].map(|weight| {
            let elbo = Elbo::default().profile(Profile::Relaxed).kl_weight(weight);
            let loss = elbo.loss(&program());
            loss.expect("a legal program").backward()
        });
        let difference = |read: &dyn Fn(&_) -> Vec<f64>| -> Vec<f64> {
            let [with, without] = gradients.each_ref().map(read);
            with.iter().zip(without).map(|(a, b)| a - b).collect()
        };
        let by_bias = difference(&|g| gradient(g, &model.encoder.bias));
        let by_weight = difference(&|g| gradient(g, &model.encoder.weight));
        let by_prior = gradient(&gradients[0], &model.prior.value);
        for bit in 0..2 {
            let (l, a) = (case.guide[bit], case.prior[bit]);
            let exact = sigmoid(l) * sigmoid(-l) * (l - a);
            assert_close("by bias", by_bias[bit], exact, 2e-6, 1.0);
            for pixel in 0..3 {
                let found = by_weight[3 * bit + pixel];
                assert_close("by weight", found, exact * PIXELS[pixel], 2e-6, 1.0);
            }
            assert_close(
                "by prior",
                by_prior[bit],
                sigmoid(a) - sigmoid(l),
                2e-6,
                1.0,
            );
        }
    }
}

/// Log-joints of the four states, and that they sum to the evidence.
#[test]
fn the_joint_sums_to_the_evidence() {
    for case in cases() {
        let model = case.model(38);
        let joint = TwoBitsPJoint {
            z: batch(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]).expect("whole rows"),
            x: data(4),
        };
        let log_joint = model.p().log_joint(&joint).expect("legal values").as_vec();
        let sum: f64 = log_joint.iter().map(|&l| f64::from(l).exp()).sum();
        assert_close("evidence", sum.ln(), case.evidence, 1e-6, 1.0);
    }
}

/// The default enumerates four states: bound, evidence and all gradients are exact, without noise.
#[test]
fn enumeration_is_exact() {
    for case in cases() {
        let program = case.model(39);
        let found = Elbo::default()
            .evaluate(&program.q(&data(2)))
            .expect("legal");
        for row in found.rows {
            assert_close("bound", row, case.bound, 1e-6, case.bound);
        }
        let found = LogEvidence::samples(1)
            .evaluate(&program.q(&data(2)))
            .expect("legal");
        for row in found.rows {
            assert_close("evidence", row, case.evidence, 1e-6, case.evidence);
        }
    }
}

#[test]
fn enumerated_gradients_are_the_sums_over_states() {
    let [case, _] = cases();
    let model = case.model(40);
    let loss = Elbo::default().loss(&model.q(&data(3))).expect("legal");
    let value = f64::from(loss.value());
    assert_close("loss", value, -case.bound, 1e-6, value);
    let gradients = loss.backward();
    let by_encoder_bias = [0.387_738_353_390_598_64, 0.050_768_646_080_999_33];
    let by_encoder = [0, 1].map(|bit| PIXELS.map(|x| x * by_encoder_bias[bit]));
    let by_decoder_bias = [
        -0.397_023_590_645_532_6,
        0.663_255_564_905_392_2,
        -0.615_788_339_177_309_8,
    ];
    let by_decoder = [
        -0.223_028_072_361_028_6,
        -0.226_735_852_095_693_25,
        0.471_670_848_186_019_5,
        0.375_337_488_585_914_1,
        -0.460_775_579_741_116_05,
        -0.296_377_474_375_969_4,
    ];
    let pairs: [(&str, Vec<f64>, &[f64]); 4] = [
        (
            "encoder.bias",
            gradient(&gradients, &model.encoder.bias),
            &by_encoder_bias,
        ),
        (
            "encoder.weight",
            gradient(&gradients, &model.encoder.weight),
            &by_encoder.concat(),
        ),
        (
            "decoder.bias",
            gradient(&gradients, &model.decoder.bias),
            &by_decoder_bias,
        ),
        (
            "decoder.weight",
            gradient(&gradients, &model.decoder.weight),
            &by_decoder,
        ),
    ];
    for (name, found, exact) in pairs {
        assert_eq!(found.len(), exact.len());
        for (found, exact) in found.iter().zip(exact) {
            assert_close(name, *found, *exact, 2e-6, 1.0);
        }
    }
}
