//! What stays in memory, by an allocator that counts: nothing, after an evaluation or a step.
//!
//! One test, so that no other thread allocates while it counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use elbow::prelude::*;
use elbow::program::Inference;
use elbow::tape::record;
use elbow::train::Adam;
use elbow_tests::support::tensors::noise;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counted.
struct Counting;

// SAFETY: every call is passed on unchanged to the system's allocator; counting touches only atomics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), SeqCst) + layout.size();
        PEAK.fetch_max(live, SeqCst);
        // SAFETY: the caller's contract is the callee's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), SeqCst);
        // SAFETY: the caller's contract is the callee's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

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

/// Bytes that are alive after `f` and were not before. What it returns is gone by then.
fn kept<T>(f: impl Fn() -> T) -> isize {
    let before = LIVE.load(SeqCst);
    drop(f());
    LIVE.load(SeqCst) as isize - before as isize
}

/// Bytes that `f` has alive at once at most.
fn peak<T>(f: impl Fn() -> T) -> usize {
    let before = LIVE.load(SeqCst);
    PEAK.store(before, SeqCst);
    drop(f());
    PEAK.load(SeqCst) - before
}

/// Bytes of the recording of `f`, of which all else is dropped.
fn recorded<T>(f: impl Fn() -> T) -> isize {
    let before = LIVE.load(SeqCst);
    let (value, tape) = record(f);
    drop(value);
    let bytes = LIVE.load(SeqCst) as isize - before as isize;
    drop(tape);
    bytes
}

#[test]
fn nothing_stays() {
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

    assert_eq!(kept(evaluate), 0, "an evaluation");
    assert_eq!(kept(weigh), 0, "an estimate of the evidence");
    assert_eq!(kept(sample), 0, "draws");
    assert_eq!(kept(reconstruct), 0, "reconstructions");
    assert_eq!(kept(explain), 0, "an explanation");
    assert_eq!(kept(score), 0, "a log-joint");
    assert_eq!(kept(loss), 0, "a loss that nobody followed");
    assert_eq!(kept(|| loss().backward()), 0, "gradients");

    // No backward step is recorded but those of a loss, whose recording has all its tensors.
    let empty = recorded(|| ());
    assert_eq!(recorded(evaluate), empty, "an evaluation records nothing");
    assert_eq!(
        recorded(weigh),
        empty,
        "an estimate of the evidence records nothing"
    );
    let loss_alive = {
        let before = LIVE.load(SeqCst);
        let loss = loss();
        let bytes = LIVE.load(SeqCst) - before;
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

    // A step of training leaves the moments of the first, and then nothing.
    let mut adam = Adam::new(0.01);
    for step in 0..6 {
        let before = LIVE.load(SeqCst);
        let loss = Elbo::default().loss(&vae.q(&x)).expect("legal");
        adam.descend(&mut vae, loss);
        let kept = LIVE.load(SeqCst) as isize - before as isize;
        assert!(step == 0 || kept == 0, "step {step} keeps {kept} bytes");
    }
}
