//! The same seed is the same run, bit for bit.

use elbow::prelude::*;
use elbow_tests::support::tensors::noise;

use crate::folder::Folder;
use crate::model::{Run, VaeQ, data};

#[test]
fn the_same_seed_gives_the_same_run() {
    let (mut a, mut b) = (Run::<3>::new(1), Run::<3>::new(1));
    assert_eq!(a.steps(50), b.steps(50));
    assert_eq!(a.state(), b.state());
}

#[test]
fn another_seed_gives_another_run() {
    let (mut a, mut b) = (Run::<3>::new(1), Run::<3>::new(2));
    assert_ne!(a.state().0, b.state().0);
    assert_ne!(a.steps(50), b.steps(50));
}

/// However a run is looked at between two steps, and in the midst of one, it goes on as one that is left alone.
#[test]
fn looking_changes_nothing() {
    let (mut watched, mut alone) = (Run::<3>::new(3), Run::<3>::new(3));
    for _ in 0..5 {
        let x = data();
        let program = watched.vae.q(&x);
        Elbo::default().evaluate(&program).expect("legal");
        LogEvidence::samples(20).evaluate(&program).expect("legal");
        program.explain();
        program.marginal(VaeQ::Z).expect("legal");
        let objective = Elbo::default();
        GradientProbe::new(&objective)
            .repeats(20)
            .measure(&watched.vae, &program)
            .expect("legal");
        let mut rng = noise(8, "looks").row(0);
        watched.vae.q(&x).sample(&mut rng).expect("legal");
        program.reconstruct(&mut rng).expect("legal");
        watched.vae.p().sample(2, &mut rng).expect("legal");
        assert_eq!(watched.steps(3), alone.steps(3));
        assert_eq!(watched.state(), alone.state());
    }
}

/// A run that was saved goes on to the same evaluations, too.
#[test]
fn evaluations_go_on_from_a_checkpoint() {
    let folder = Folder::new("looks");
    let path = folder.file("run.safetensors");
    let look = |run: &Run<3>| {
        let x = data();
        Elbo::default()
            .evaluate(&run.vae.q(&x))
            .expect("legal")
            .rows
    };
    let mut run = Run::<3>::new(11);
    run.steps(2);
    let first = look(&run);
    run.save(&path).expect("a writable folder");
    let mut again = Run::<3>::new(12);
    again.load(&path).expect("the file");
    let second = look(&run);
    assert_ne!(first, second);
    assert_eq!(look(&again), second);
}

/// A program is one draw of noise, every next one another.
#[test]
fn a_program_is_one_draw_of_noise() {
    let run = Run::<3>::new(4);
    let x = data();
    let program = run.vae.q(&x);
    let value = |program: &_| {
        Elbo::default()
            .loss(program)
            .expect("legal")
            .value()
            .to_bits()
    };
    assert_eq!(value(&program), value(&program));
    let bound = |program: &_| Elbo::default().evaluate(program).expect("legal");
    assert_eq!(bound(&program), bound(&program));
    let next = run.vae.q(&x);
    assert_ne!(value(&program), value(&next));
    assert_ne!(bound(&program).rows, bound(&next).rows);
}

/// Threads have tapes of their own.
#[test]
fn runs_in_threads_do_not_meet() {
    let alone = Run::<3>::new(5).steps(20);
    let together: Vec<_> = (0..3)
        .map(|_| std::thread::spawn(|| Run::<3>::new(5).steps(20)))
        .collect();
    for run in together {
        assert_eq!(run.join().expect("no panic"), alone);
    }
}
