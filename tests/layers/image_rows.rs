//! Layers of images on no rows, and on rows that are repeated in place.

use elbow::family::{Event, Value, repeat};
use elbow::prelude::*;
use elbow_tests::support::tensors::{
    Grads, assert_close, backward, gradient_of, numbers, plate, scattered, weighted,
};

type Small = Rank3<2, 4, 6>;
type Large = Rank3<3, 8, 12>;
type Half = Rank3<2, 2, 3>;
type Double = Rank3<2, 8, 12>;

fn values(count: usize, from: usize) -> Vec<f64> {
    (from..from + count).map(scattered).collect()
}

/// A layer as a function, and the gradients by its parameters, one after another.
struct Applied<'l, In: Event, Out: Event> {
    name: &'static str,
    layer: &'l dyn Fn(Value<In>) -> Value<Out>,
    learned: &'l dyn Fn(&mut Grads) -> Vec<f64>,
}

impl<In: Event, Out: Event> Applied<'_, In, Out> {
    /// The output, and the gradients by the input and the parameters.
    fn run(&self, x: &Value<In>, times: usize, direction: &[f64]) -> [Vec<f64>; 3] {
        let rows = direction.len() / Out::ELEMENTS;
        let mut out = Vec::new();
        let mut grads = backward(|| {
            let x = match times {
                1 => x.clone(),
                _ => repeat(x, In::ELEMENTS, times, In::plated(rows)),
            };
            let y = (self.layer)(x);
            out = numbers(&y);
            weighted(y, direction)
        });
        let by_x = gradient_of(&mut grads, x);
        [out, by_x, (self.learned)(&mut grads)]
    }
}

/// What a test asserts of every layer.
trait Assertion {
    fn assert<In: Event, Out: Event>(&self, applied: &Applied<'_, In, Out>);
}

fn of_all_layers(assertion: &impl Assertion) {
    macro_rules! convolution {
        ($name:ident, $in:ty, $out:ty) => {{
            let layer = Device::default().build_module::<$name<$in, $out, 4, 2, 1>, f32>();
            assertion.assert::<$in, $out>(&Applied {
                name: stringify!($name),
                layer: &|x| layer.forward(x),
                learned: &|grads| {
                    let mut own = gradient_of(grads, &Var::from(&layer.weight));
                    own.extend(gradient_of(grads, &Var::from(&layer.bias)));
                    own
                },
            });
        }};
    }
    macro_rules! fixed {
        ($layer:ty, $in:ty, $out:ty) => {{
            let layer = <$layer>::default();
            assertion.assert::<$in, $out>(&Applied {
                name: stringify!($layer),
                layer: &|x| layer.forward(x),
                learned: &|_| Vec::new(),
            });
        }};
    }
    convolution!(Conv2D, Large, Small);
    convolution!(ConvTranspose2D, Small, Large);
    fixed!(MaxPool2D<Small, Half, 2>, Small, Half);
    fixed!(AvgPool2D<Small, Half, 2>, Small, Half);
    fixed!(Upscale<Small, Double>, Small, Double);
}

struct RepeatedAsCopied;

impl Assertion for RepeatedAsCopied {
    fn assert<In: Event, Out: Event>(&self, applied: &Applied<'_, In, Out>) {
        // More than one group of rows that are computed together.
        const ROWS: usize = 19;
        const TIMES: usize = 3;
        let rows = values(ROWS * In::ELEMENTS, 1);
        let copies = rows
            .chunks(In::ELEMENTS)
            .flat_map(|row| row.repeat(TIMES))
            .collect::<Vec<f64>>();
        let direction = values(ROWS * TIMES * Out::ELEMENTS, 5);
        let once = plate::<In>(&rows);
        let [y, by_row, learned] = applied.run(&once, TIMES, &direction);
        let [copied_y, by_copy, copied_learned] = applied.run(&plate::<In>(&copies), 1, &direction);
        let by_row_of_copies = (0..ROWS * In::ELEMENTS).map(|i| {
            let (row, element) = (i / In::ELEMENTS, i % In::ELEMENTS);
            let copy = |k| by_copy[(row * TIMES + k) * In::ELEMENTS + element];
            (0..TIMES).map(copy).sum()
        });
        let pairs = [
            (y, copied_y),
            (by_row, by_row_of_copies.collect()),
            (learned, copied_learned),
        ];
        for (found, expected) in pairs {
            assert_eq!(found.len(), expected.len(), "{}", applied.name);
            let size = expected.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
            for (found, expected) in found.into_iter().zip(expected) {
                assert_close(applied.name, found, expected, 3e-6, size);
            }
        }
    }
}

#[test]
fn repeated_rows_give_what_copied_rows_give() {
    of_all_layers(&RepeatedAsCopied);
}

struct NoneOfNone;

impl Assertion for NoneOfNone {
    fn assert<In: Event, Out: Event>(&self, applied: &Applied<'_, In, Out>) {
        let [y, by_x, learned] = applied.run(&plate::<In>(&[]), 1, &[]);
        assert!(y.is_empty() && by_x.is_empty(), "{}", applied.name);
        assert!(learned.iter().all(|&own| own == 0.0), "{}", applied.name);
    }
}

#[test]
fn no_rows_give_none_and_no_gradient() {
    of_all_layers(&NoneOfNone);
}
