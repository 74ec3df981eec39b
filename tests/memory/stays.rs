//! Memory that a training keeps: nothing may accumulate from step to step.

use elbow::family::record;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::tensors::noise;

use crate::counting::{kept, live, peak};

model! {
    /// Bits and normals.
    struct Vae {
        encoder: (Linear<16, 8>, Tanh, Linear<8, 4>),
        loc: Linear<16, 2>,
        decoder: Linear<4, 16>,
        shift: Linear<2, 16>,
    }
    generative p {
        sample z: [4] ~ Bernoulli::probs(0.5);
        sample w: [2] ~ Normal::new(0.0, 1.0);
        sample x: [16] ~ Bernoulli::logits(decoder(z) + shift(w));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
        sample w ~ Normal::new(loc(x), 0.5);
    }
}

/// Bytes of the job that a helping thread may hold: it comes and goes on its own. Any tensor has more.
const JOBS: isize = 64;

/// The bytes that the recording of `f` keeps alone, after everything else is dropped.
fn recorded<T>(f: impl Fn() -> T) -> isize {
    let before = live();
    let (value, recording) = record(f);
    drop(value);
    let bytes = live() as isize - before as isize;
    drop(recording);
    bytes
}

/// Nothing, after an evaluation or a step.
pub fn nothing_stays() {
    let mut vae = Vae::new(1);
    let x: Batch<(Const<16>,)> = batch([0.0, 1.0].repeat(8 * 300)).expect("rows");
    let evaluate = || {
        Elbo::default()
            .particles(3)
            .evaluate(&vae.q(&x))
            .expect("legal")
    };
    let weigh = || {
        LogEvidence::samples(50)
            .evaluate(&vae.q(&x))
            .expect("legal")
    };
    let loss = || Elbo::default().loss(&vae.q(&x)).expect("legal");
    let sample = || {
        vae.p()
            .sample(100, &mut noise(1, "draws").row(0))
            .expect("legal")
    };
    let reconstruct = || {
        vae.q(&x)
            .reconstruct(&mut noise(1, "codes").row(0))
            .expect("legal")
    };
    let explain = || vae.q(&x).explain().to_string();
    let score = || vae.p().log_joint(&sample()).expect("legal");
    // The first run makes the thread's device and whatever libraries set up once.
    for _ in 0..2 {
        std::hint::black_box((
            evaluate(),
            weigh(),
            sample(),
            reconstruct(),
            explain(),
            score(),
        ));
        drop(loss().backward());
    }

    assert!(kept(evaluate) <= JOBS, "an evaluation");
    assert!(kept(weigh) <= JOBS, "an estimate of the evidence");
    assert!(kept(sample) <= JOBS, "draws");
    assert!(kept(reconstruct) <= JOBS, "reconstructions");
    assert!(kept(explain) <= JOBS, "an explanation");
    assert!(kept(score) <= JOBS, "a log-joint");
    assert!(kept(loss) <= JOBS, "a loss that nobody followed");
    assert!(kept(|| loss().backward()) <= JOBS, "gradients");

    // No backward step is recorded but those of a loss, whose recording has all its tensors.
    let empty = recorded(|| ());
    assert!(
        recorded(evaluate) <= empty + JOBS,
        "an evaluation records nothing"
    );
    assert!(
        recorded(weigh) <= empty + JOBS,
        "an estimate of the evidence records nothing"
    );
    let loss_alive = {
        let before = live();
        let loss = loss();
        let bytes = live() - before;
        drop(loss);
        bytes
    };
    assert!(
        loss_alive > 300 * 16 * 4,
        "a loss keeps its recording: {loss_alive}"
    );

    // Neither particles nor rows are in memory all at once.
    let rows: Batch<(Const<16>,)> = batch([0.0, 1.0].repeat(8 * 5)).expect("rows");
    let weighed = |samples| {
        let evidence = LogEvidence::samples(samples);
        peak(|| evidence.evaluate(&vae.q(&rows)).expect("legal"))
    };
    let (few, many) = (weighed(5_000), weighed(40_000));
    assert!(
        many < few + few / 4,
        "{few} bytes for 5,000 samples, {many} for 40,000"
    );

    // Nor are the states of an enumerated site: 16 of them take no more than one draw does.
    let rows: Batch<(Const<16>,)> = batch([0.0, 1.0].repeat(8 * 20_000)).expect("rows");
    let evaluated = |states| {
        let elbo = Elbo::default().enumerate_up_to(states);
        peak(|| elbo.evaluate(&vae.q(&rows)).expect("legal"))
    };
    let (drawn, listed) = (evaluated(0), evaluated(16));
    assert!(
        listed < drawn + drawn / 4,
        "{drawn} bytes for a draw, {listed} for all states"
    );

    // A step of training leaves the moments and buffers of the first few, and then nothing.
    let mut adam = Adam::new(0.01);
    for step in 0..10 {
        let before = live();
        let loss = Elbo::default().loss(&vae.q(&x)).expect("legal");
        adam.descend(&mut vae, loss).expect("finite gradients");
        let kept = live() as isize - before as isize;
        assert!(step < 3 || kept <= JOBS, "step {step} keeps {kept} bytes");
    }
}
