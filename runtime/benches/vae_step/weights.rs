//! The first weights of most workloads, the same numbers for every library: NumPy's generator with the seed 0.

use elbow::dfdx::shapes::Shape;
use elbow::dfdx::tensor::Tensor;
use elbow::family::modules;
use elbow::prelude::{Device, HasShape, tensor};
use rand_mt::Mt;

/// Numbers as `numpy.random.RandomState(0).uniform` draws them.
pub struct Weights(Mt);

impl Weights {
    pub fn new() -> Self {
        Self(Mt::new(0))
    }

    /// The next number between ± 1/√fan_in.
    fn next(&mut self, fan_in: usize) -> f32 {
        let bound = 1.0 / (fan_in as f64).sqrt();
        let (high, low) = (self.0.next_u32() >> 5, self.0.next_u32() >> 6);
        let unit = (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0;
        (-bound + 2.0 * bound * unit) as f32
    }

    /// The next matrix, one row for each input, and the next bias.
    fn matrix(&mut self, inputs: usize, outputs: usize) -> (Vec<f32>, Vec<f32>) {
        let weight = (0..inputs * outputs).map(|_| self.next(inputs)).collect();
        (weight, (0..outputs).map(|_| self.next(inputs)).collect())
    }

    /// Fills a layer.
    pub fn fill<const I: usize, const O: usize>(
        &mut self,
        layer: &mut modules::Linear<I, O, f32, Device>,
    ) {
        let (weight, bias) = self.matrix(I, O);
        set(layer, &weight, &bias, O, 0);
    }

    /// Fills a convolution, whose numbers come in the order of memory.
    pub fn fill_squares<S: Shape, B: Shape>(
        &mut self,
        weight: &mut Tensor<S, f32, Device>,
        bias: &mut Tensor<B, f32, Device>,
        fan_in: usize,
    ) {
        let mut numbers = |count| (0..count).map(|_| self.next(fan_in)).collect();
        let own = numbers(HasShape::shape(weight).num_elements());
        replace(weight, own);
        let own = numbers(HasShape::shape(bias).num_elements());
        replace(bias, own);
    }

    /// Fills a recurrent layer: its inputs' weights, its states', and as many biases as it has. The numbers come one row for each input;
    /// another bias is zero.
    pub fn fill_recurrent<I: Shape, H: Shape, B: Shape, const N: usize>(
        &mut self,
        input: [&mut Tensor<I, f32, Device>; 1],
        hidden: [&mut Tensor<H, f32, Device>; 1],
        biases: [&mut Tensor<B, f32, Device>; N],
    ) {
        let [outputs, inputs] = sizes(input[0]);
        let [_, units] = sizes(hidden[0]);
        let mut turned = |inputs: usize| {
            let own: Vec<f32> = (0..inputs * outputs).map(|_| self.next(units)).collect();
            let of = |o: usize| {
                (0..inputs)
                    .map(|i| own[i * outputs + o])
                    .collect::<Vec<_>>()
            };
            (0..outputs).flat_map(of).collect()
        };
        let [own, between]: [Vec<f32>; 2] = [inputs, units].map(&mut turned);
        input.into_iter().for_each(|old| replace(old, own.clone()));
        hidden
            .into_iter()
            .for_each(|old| replace(old, between.clone()));
        for bias in biases {
            let own = (0..outputs).map(|_| self.next(units)).collect();
            replace(bias, own);
        }
    }

    /// Fills a long short-term memory. One bias does for a gate: the second is zero.
    pub fn fill_lstm<I: Shape, H: Shape, B: Shape>(
        &mut self,
        input: &mut Tensor<I, f32, Device>,
        hidden: &mut Tensor<H, f32, Device>,
        [bias, second]: [&mut Tensor<B, f32, Device>; 2],
    ) {
        self.fill_recurrent([input], [hidden], [bias]);
        let numbers = HasShape::shape(second).num_elements();
        replace(second, vec![0.0; numbers]);
    }

    /// Fills a table, row by row.
    pub fn fill_table<S: Shape>(&mut self, table: &mut Tensor<S, f32, Device>) {
        let [rows, width] = sizes(table);
        let numbers = (0..rows * width).map(|_| self.next(width)).collect();
        replace(table, numbers);
    }

    /// Fills two layers that are the halves of one.
    pub fn fill_halves<const I: usize, const O: usize>(
        &mut self,
        first: &mut modules::Linear<I, O, f32, Device>,
        second: &mut modules::Linear<I, O, f32, Device>,
    ) {
        let (weight, bias) = self.matrix(I, 2 * O);
        set(first, &weight, &bias, 2 * O, 0);
        set(second, &weight, &bias, 2 * O, O);
    }
}

/// Fills these layers of a model in turn, and gives the model.
macro_rules! filled {
    ($model:expr; $($layer:ident $(. $place:tt)?),*) => {{
        let (mut model, mut weights) = ($model, $crate::weights::Weights::new());
        $(weights.fill(&mut model.$layer $(. $place)?);)*
        model
    }};
}

pub(crate) use filled;

/// Takes the outputs from `first` on of a matrix with `width` outputs.
fn set<const I: usize, const O: usize>(
    layer: &mut modules::Linear<I, O, f32, Device>,
    weight: &[f32],
    bias: &[f32],
    width: usize,
    first: usize,
) {
    let columns = first..first + O;
    let by_output = columns
        .clone()
        .flat_map(|o| (0..I).map(move |i| weight[i * width + o]));
    replace(&mut layer.weight, by_output.collect());
    replace(&mut layer.bias, bias[columns].to_vec());
}

fn sizes<S: Shape>(of: &Tensor<S, f32, Device>) -> [usize; 2] {
    let sizes: Vec<usize> = HasShape::shape(of).concrete().into_iter().collect();
    [sizes[0], sizes[1]]
}

fn replace<S: Shape>(old: &mut Tensor<S, f32, Device>, numbers: Vec<f32>) {
    *old = tensor(numbers, *HasShape::shape(old));
}
