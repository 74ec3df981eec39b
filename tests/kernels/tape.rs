//! The ambient tape.

use std::panic::{AssertUnwindSafe, catch_unwind};

use elbow::__macro::tape::is_recording;
use elbow::dfdx::nn::builders::Tanh;
use elbow::dfdx::nn::modules::Linear;
use elbow::dfdx::nn::{BuildModule, Module};
use elbow::dfdx::shapes::{Const, Rank0};
use elbow::dfdx::tensor::{Gradients, NoneTape, SampleTensor, SplitTape, Tensor, Trace};
use elbow::dfdx::tensor_ops::{Backward, MeanTo};
use elbow::family::{Value, record, unrecorded};
use elbow::prelude::{Device, Var};
use elbow_tests::support::tensors::{backward, gradient_of, numbers, plate, weighted};

type Mlp = ((Linear<5, 7, f32, Device>, Tanh), Linear<7, 3, f32, Device>);
type Input = (Const<4>, Const<5>);
type Output = (Const<4>, Const<3>);

fn leaves(mlp: &Mlp, grads: &Gradients<f32, Device>) -> Vec<Vec<f32>> {
    vec![
        grads.get(&mlp.0.0.weight).as_vec(),
        grads.get(&mlp.0.0.bias).as_vec(),
        grads.get(&mlp.1.weight).as_vec(),
        grads.get(&mlp.1.bias).as_vec(),
    ]
}

/// A program on the ambient tape is dfdx's own program: gradients are equal to the bit.
#[test]
fn gradients_are_those_of_an_owned_tape() {
    let device = Device::seed_from_u64(11);
    let mlp: Mlp = BuildModule::build(&device);
    let x: Tensor<Input, f32, Device> = device.sample_normal();
    let y: Tensor<Output, f32, Device> = device.sample_normal();

    let prediction = mlp.forward(x.trace(Gradients::leaky()));
    let loss: Tensor<Rank0, f32, Device, _> = (prediction - y.clone()).square().mean();
    let value = loss.as_vec();
    let owned = leaves(&mlp, &loss.backward());

    let (loss, recording) = record(|| -> Var<()> {
        let prediction: Var<Output> = mlp.forward(Var::from(&x));
        let error = prediction.into_tensor() - y.clone();
        Var::from(error.square().mean::<Rank0, _>())
    });
    assert_eq!(loss.as_vec(), value);
    let ambient = leaves(&mlp, &recording.backward(&loss));
    assert_eq!(ambient, owned);
    assert!(owned.iter().flatten().any(|&g| g != 0.0));
}

#[test]
fn nothing_is_recorded_outside() {
    assert!(!is_recording());
    let x = plate::<()>(&[2.0, 3.0]);
    let before: Value<()> = x.clone().square();
    let ((), tape) = record(|| assert!(is_recording()));
    assert!(!is_recording());
    // A recording treats earlier results as constants.
    let mut grads = backward(|| weighted(before.clone() * x.clone(), &[1.0, 1.0]));
    assert_eq!(gradient_of(&mut grads, &x), [4.0, 9.0]);
    drop(tape);
    // And inside a pause.
    let mut grads = backward(|| {
        let paused: Value<()> = unrecorded(|| {
            assert!(!is_recording());
            x.clone().square()
        });
        assert!(is_recording());
        weighted(paused * x.clone(), &[1.0, 1.0])
    });
    assert_eq!(gradient_of(&mut grads, &x), [4.0, 9.0]);
    // The tensor that a loss without a recording belongs to has no gradient to give.
    let detached: Tensor<(usize,), f32, Device, NoneTape> = before.into_tensor().split_tape().0;
    assert_eq!(detached.as_vec(), [4.0, 9.0]);
}

#[test]
fn a_recording_inside_another_sets_it_aside() {
    let x = plate::<()>(&[2.0, 3.0]);
    let mut inner = None;
    let mut outer = backward(|| {
        let square = x.clone().square();
        inner = Some(backward(|| weighted(x.clone().exp(), &[1.0, 0.0])));
        assert!(is_recording());
        weighted(square, &[1.0, 1.0])
    });
    assert_eq!(gradient_of(&mut outer, &x), [4.0, 6.0]);
    let mut inner = inner.expect("was run");
    let found = gradient_of(&mut inner, &x);
    assert_eq!(found, numbers(&(x.exp() * plate::<()>(&[1.0, 0.0]))));
}

#[test]
fn a_panic_restores_the_outer_recording() {
    let x = plate::<()>(&[2.0, 3.0]);
    let mut grads = backward(|| {
        let square = x.clone().square();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            record(|| -> Value<()> {
                let _ = x.clone().exp();
                panic!("a model that fails")
            })
        }));
        assert!(panicked.is_err());
        assert!(is_recording());
        weighted(square, &[1.0, 1.0])
    });
    assert_eq!(gradient_of(&mut grads, &x), [4.0, 6.0]);
    assert!(!is_recording());
    let outside = catch_unwind(|| record(|| -> () { panic!("a model that fails") }));
    assert!(outside.is_err());
    assert!(!is_recording());
}

/// A recording belongs to its thread.
#[test]
fn threads_record_for_themselves() {
    let ((), tape) = record(|| {
        std::thread::scope(|scope| {
            let other = scope.spawn(is_recording);
            assert!(!other.join().expect("does not panic"));
        });
        assert!(is_recording());
    });
    drop(tape);
}
