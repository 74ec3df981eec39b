//! Sequences of seven to sixteen layers; dfdx has tuples of up to six.

use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection};
use dfdx::nn::{BuildOnDevice, Module, ModuleMut};
use dfdx::shapes::Dtype;
use dfdx::tensor_ops::Device;

/// `(a, (b, ()))`, since dfdx visits a pair of any fields.
macro_rules! nested {
    () => { () };
    ($first:tt $($rest:tt)*) => { ($first, nested!($($rest)*)) };
}

macro_rules! layers {
    ($name:ident [$($layer:ident $index:tt after $before:ident,)*] last $last:ident) => {
        /// A sequence of layers, as in dfdx's shorter tuples. `encoder.0` is the first, and has this name in files.
        ///
        /// [`model!`](crate::prelude::model) reads a tuple of this many layers as this type.
        #[derive(Clone, Debug, Default)]
        pub struct $name<L0, $($layer),*>(
            /// The first.
            pub L0,
            $(
                #[doc = concat!("Number ", $index, ", counted from 0.")]
                pub $layer,
            )*
        );

        impl<T: Dtype, V: Device<T>, L0: BuildOnDevice<V, T>, $($layer: BuildOnDevice<V, T>),*>
            BuildOnDevice<V, T> for $name<L0, $($layer),*>
        {
            type Built = $name<L0::Built, $($layer::Built),*>;
        }

        impl<T: Dtype, V: Device<T>, L0: TensorCollection<T, V>, $($layer: TensorCollection<T, V>),*>
            TensorCollection<T, V> for $name<L0, $($layer),*>
        {
            type To<T2: Dtype, V2: Device<T2>> = $name<L0::To<T2, V2>, $($layer::To<T2, V2>),*>;

            #[allow(non_snake_case)]
            fn iter_tensors<W: ModuleVisitor<Self, T, V>>(
                visitor: &mut W,
            ) -> Result<Option<Self::To<W::E2, W::D2>>, W::Err> {
                visitor.visit_fields(
                    nested!(
                        (Self::module("0", |row| &row.0, |row| &mut row.0))
                        $((Self::module(stringify!($index), |row| &row.$index, |row| &mut row.$index)))*
                    ),
                    |nested!(L0 $($layer)*)| $name(L0, $($layer),*),
                )
            }
        }

        impl<Input, L0, $($layer),*> Module<Input> for $name<L0, $($layer),*>
        where
            L0: Module<Input>,
            $($layer: Module<$before::Output, Error = $before::Error>,)*
        {
            type Output = $last::Output;
            type Error = $last::Error;

            fn try_forward(&self, x: Input) -> Result<Self::Output, Self::Error> {
                let x = self.0.try_forward(x)?;
                $(let x = self.$index.try_forward(x)?;)*
                Ok(x)
            }
        }

        impl<Input, L0, $($layer),*> ModuleMut<Input> for $name<L0, $($layer),*>
        where
            L0: ModuleMut<Input>,
            $($layer: ModuleMut<$before::Output, Error = $before::Error>,)*
        {
            type Output = $last::Output;
            type Error = $last::Error;

            fn try_forward_mut(&mut self, x: Input) -> Result<Self::Output, Self::Error> {
                let x = self.0.try_forward_mut(x)?;
                $(let x = self.$index.try_forward_mut(x)?;)*
                Ok(x)
            }
        }
    };
}

/// Each line has the layers of the line before, and one more.
macro_rules! rows {
    ([$($known:tt)*]) => {};
    ([$($known:tt)*] $name:ident = $layer:ident $index:tt after $before:ident; $($more:tt)*) => {
        layers!($name [$($known)* $layer $index after $before,] last $layer);
        rows!([$($known)* $layer $index after $before,] $($more)*);
    };
}

rows! {
    [L1 1 after L0, L2 2 after L1, L3 3 after L2, L4 4 after L3, L5 5 after L4,]
    Layers7 = L6 6 after L5;
    Layers8 = L7 7 after L6;
    Layers9 = L8 8 after L7;
    Layers10 = L9 9 after L8;
    Layers11 = L10 10 after L9;
    Layers12 = L11 11 after L10;
    Layers13 = L12 12 after L11;
    Layers14 = L13 13 after L12;
    Layers15 = L14 14 after L13;
    Layers16 = L15 15 after L14;
}
