//! Facts about layers that their types tell when compiling. `model!` asks for them, and knows no layer's name.

use std::marker::PhantomData;

use dfdx::nn::builders;

/// A layer, as written in a field, with known widths or a known range.
///
/// ```
/// use elbow::family::{Layer, Widths, facts::Reals};
///
/// /// A layer of your own from eight numbers to four.
/// struct Halve;
/// impl Layer for Halve {
///     const WIDTHS: Widths = Widths::Changed { takes: 8, gives: 4 };
///     type Range = Reals;
/// }
/// ```
///
/// A layer need not implement this; then nothing about it is checked when compiling.
pub trait Layer {
    /// The numbers along the last axis.
    const WIDTHS: Widths;
    /// The range of its output: [`Reals`], [`UnitInterval`] or [`Elsewhere`].
    type Range: Range;
    /// How many tensors it takes, at most.
    const INPUTS: usize = 1;
    /// How many tensors it gives.
    const ENDS: usize = 1;
}

/// The numbers that a layer takes and gives along the last axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Widths {
    /// As many as it takes.
    Kept,
    /// Fixed numbers.
    Changed {
        /// How many it takes.
        takes: usize,
        /// How many it gives.
        gives: usize,
    },
    /// Those of images.
    Images(ImageWidths),
    /// Unknown.
    Unknown,
}

/// The channels, heights and widths of the images that a layer takes and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageWidths {
    /// What it takes.
    pub takes: [usize; 3],
    /// What it is written to give.
    pub gives: [usize; 3],
    /// What it gives for what it takes.
    pub fitting: [usize; 3],
}

impl Widths {
    /// The widths of a sequence of layers.
    pub const fn row(layers: &[Self]) -> Self {
        let (mut row, mut at) = (Self::Kept, 0);
        while at < layers.len() {
            row = match (row, layers[at]) {
                (Self::Changed { takes, .. }, Self::Changed { gives, .. }) => {
                    Self::Changed { takes, gives }
                }
                (row, Self::Kept) => row,
                (Self::Kept, layer) => layer,
                (Self::Images(row), Self::Images(layer)) => Self::Images(ImageWidths {
                    takes: row.takes,
                    gives: layer.gives,
                    fitting: layer.fitting,
                }),
                _ => return Self::Unknown,
            };
            at += 1;
        }
        row
    }
}

/// The range of the numbers that a layer gives.
pub trait Range {
    /// `W` if they lie in [0, 1].
    type IfUnit<W>: Warning<W>;
    /// `W` if they are real numbers of any size.
    type IfReal<W>: Warning<W>;
}

/// Real numbers of any size, such as the output of a linear layer.
#[derive(Clone, Copy, Debug)]
pub struct Reals;

/// Numbers in [0, 1].
#[derive(Clone, Copy, Debug)]
pub struct UnitInterval;

/// Other numbers, or an unknown range.
#[derive(Clone, Copy, Debug)]
pub struct Elsewhere;

impl Range for Reals {
    type IfUnit<W> = ();
    type IfReal<W> = [W; 1];
}

impl Range for UnitInterval {
    type IfUnit<W> = [W; 1];
    type IfReal<W> = ();
}

impl Range for Elsewhere {
    type IfUnit<W> = ();
    type IfReal<W> = ();
}

/// A value whose type makes the compiler warn if it is unused, or none.
#[doc(hidden)]
pub trait Warning<W> {
    fn of(value: W) -> Self;
}

impl<W> Warning<W> for () {
    fn of(_: W) -> Self {}
}

impl<W> Warning<W> for [W; 1] {
    fn of(value: W) -> Self {
        [value]
    }
}

/// The questions of `model!` to a layer. [`UnknownLayer`] answers them for layers without answers.
#[doc(hidden)]
pub struct Asked<L>(PhantomData<L>);

impl<L> Asked<L> {
    /// Nothing of the layer itself is needed.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<L> Default for Asked<L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: Layer> Asked<L> {
    pub const WIDTHS: Widths = L::WIDTHS;
    pub const INPUTS: usize = L::INPUTS;
    pub const ENDS: usize = L::ENDS;

    /// A warning if it gives numbers in [0, 1].
    pub fn if_unit<W>(&self, warning: W) -> <L::Range as Range>::IfUnit<W> {
        Warning::of(warning)
    }

    /// A warning if it gives real numbers of any size.
    pub fn if_real<W>(&self, warning: W) -> <L::Range as Range>::IfReal<W> {
        Warning::of(warning)
    }
}

#[doc(hidden)]
pub trait UnknownLayer {
    const WIDTHS: Widths = Widths::Unknown;
    const INPUTS: usize = usize::MAX;
    const ENDS: usize = 1;
    fn if_unit<W>(&self, _: W) {}
    fn if_real<W>(&self, _: W) {}
}

impl<L> UnknownLayer for Asked<L> {}

/// dfdx's layers. elbow's own say it where they stand.
macro_rules! layers {
    ($([$($generics:tt)*] $layer:ty: $widths:expr, $range:ty;)*) => {$(
        impl<$($generics)*> Layer for $layer {
            const WIDTHS: Widths = $widths;
            type Range = $range;
        }
    )*};
}

layers! {
    [const I: usize, const O: usize] builders::Linear<I, O>: Widths::Changed { takes: I, gives: O }, Reals;
    [const I: usize, const O: usize] builders::UnbiasedLinear<I, O>: Widths::Changed { takes: I, gives: O }, Reals;
    [const M: usize] builders::LayerNorm1D<M>: Widths::Changed { takes: M, gives: M }, Reals;
    [] builders::Abs: Widths::Kept, Elsewhere;
    [] builders::Cos: Widths::Kept, Elsewhere;
    [] builders::Exp: Widths::Kept, Elsewhere;
    [] builders::FastGeLU: Widths::Kept, Elsewhere;
    [] builders::LeakyReLU<f32>: Widths::Kept, Elsewhere;
    [] builders::Ln: Widths::Kept, Elsewhere;
    [] builders::LogSoftmax: Widths::Kept, Elsewhere;
    [] builders::ReLU: Widths::Kept, Elsewhere;
    [] builders::Sigmoid: Widths::Kept, UnitInterval;
    [] builders::Sin: Widths::Kept, Elsewhere;
    [] builders::Softmax: Widths::Kept, UnitInterval;
    [] builders::Sqrt: Widths::Kept, Elsewhere;
    [] builders::Square: Widths::Kept, Elsewhere;
    [] builders::Tanh: Widths::Kept, Elsewhere;
}

macro_rules! rows {
    ($([$($layer:ident)*] $last:ident;)*) => {$(
        impl<$($layer: Layer,)* $last: Layer> Layer for ($($layer,)* $last,) {
            const WIDTHS: Widths = Widths::row(&[$($layer::WIDTHS,)* $last::WIDTHS]);
            type Range = $last::Range;
            const ENDS: usize = $last::ENDS;
        }

        /// Its ends may be of any layers.
        impl<$($layer,)* $last> Layer for builders::SplitInto<($($layer,)* $last,)> {
            const WIDTHS: Widths = Widths::Unknown;
            type Range = Elsewhere;
            const ENDS: usize = [$(stringify!($layer),)* stringify!($last)].len();
        }
    )*};
}

rows! {
    [] A;
    [A] B;
    [A B] C;
    [A B C] D;
    [A B C D] E;
    [A B C D E] F;
}
