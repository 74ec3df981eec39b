//! The same seed is the same run, bit for bit.

use elbow::prelude::*;

use crate::model::{Run, data};

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

/// Evaluating in between takes keys but not the run's: the next programs are given them anew.
#[test]
fn evaluating_changes_no_parameter() {
    let mut run = Run::<3>::new(3);
    run.steps(5);
    let before = run.state();
    let program = run.vae.q(&data());
    Elbo::default().evaluate(&program).expect("legal");
    LogEvidence::samples(20).evaluate(&program).expect("legal");
    let after = run.state();
    assert_eq!((before.0, before.1), (after.0, after.1));
    assert_eq!(before.2.step, after.2.step, "no step was taken");
    assert_eq!(
        before.2.program + 1,
        after.2.program,
        "one program, one key"
    );
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
