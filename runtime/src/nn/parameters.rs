//! What dfdx asks of a layer with parameters, written once.

/// The struct that a layer is built to: its tensors, their names in files, and what they start with.
///
/// A layer is three things. The type that stands in a field of a model has no numbers, `Gate<4>`. This macro writes the type that it
/// is built to, with its tensors, and all that optimisers and files need to walk through them. Then the layer implements
/// [`Module`](crate::prelude::Module) for what it takes.
///
/// ```
/// use elbow::dfdx::tensor::HasErr;
/// use elbow::family::{Start, parameters};
/// use elbow::prelude::*;
///
/// /// A field `gate: Gate<4>`: every number times the sigmoid of a learned one.
/// #[derive(Clone, Copy, Debug, Default)]
/// pub struct Gate<const N: usize>;
///
/// parameters! {
///     /// The layer with its parameters.
///     pub struct BuiltGate<const N: usize> of Gate {
///         /// A logit for each number.
///         logits: Rank1<N> = Start::Uniform { inputs: N },
///     }
///     where { assert!(N > 0, "a gate has no inputs") }
/// }
///
/// impl<const N: usize> Module<Var<(usize, Const<N>)>> for BuiltGate<N, f32, Device> {
///     type Output = Var<(usize, Const<N>)>;
///     type Error = <Device as HasErr>::Err;
///
///     fn try_forward(&self, x: Var<(usize, Const<N>)>) -> Result<Self::Output, Self::Error> {
///         Ok(x * Var::from(&self.logits).sigmoid())
///     }
/// }
///
/// model! {
///     /// Two numbers and two causes of them.
///     pub struct Gated { gate: (Gate<2>, Linear<2, 2>) }
///     generative p { sample z: [2] ~ Normal::new(0.0, 1.0); sample x: [2] ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(gate(x), 1.0); }
/// }
/// ```
///
/// The struct has the constants of the field's type, and after them the type of its numbers and its device. A layer that is written for
/// other types too has these first, `<In: Image; const KERNEL: usize>`. Behind `kept` stand tensors that files have and optimisers
/// leave alone; [`follow`](crate::family::follow) moves them. The constant after `where` is computed when the layer is
/// compiled: an assertion that fails is a compile error.
#[macro_export]
macro_rules! parameters {
    (
        $(#[$about:meta])*
        $seen:vis struct $name:ident<$(const $size:ident: usize),* $(,)?> of $($layer:ident)::+
        { $($fields:tt)* } $($rest:tt)*
    ) => {
        $crate::parameters! { @struct
            [$(#[$about])* $seen $name] [$($layer)::+] [$(const $size: usize,)*] [$($size,)*]
            { $($fields)* } $($rest)*
        }
    };
    (
        $(#[$about:meta])*
        $seen:vis struct $name:ident<$($type:ident: $bound:path),+; $(const $size:ident: usize),* $(,)?>
        of $($layer:ident)::+
        { $($fields:tt)* } $($rest:tt)*
    ) => {
        $crate::parameters! { @struct
            [$(#[$about])* $seen $name] [$($layer)::+]
            [$($type: $bound,)+ $(const $size: usize,)*] [$($type,)+ $($size,)*]
            { $($fields)* } $($rest)*
        }
    };
    (@struct
        [$(#[$about:meta])* $seen:vis $name:ident] [$($layer:ident)::+] [$($generic:tt)*] [$($given:ident,)*]
        { $($(#[$doc:meta])* $field:ident: $shape:ty = $start:expr),* $(,)? }
        $(kept { $($(#[$kept_doc:meta])* $kept:ident: $kept_shape:ty = $kept_start:expr),* $(,)? })?
        $(where $check:block)?
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        $seen struct $name<
            $($generic)*
            E: $crate::dfdx::shapes::Dtype,
            D: $crate::dfdx::tensor::Storage<E>,
        > {
            $($(#[$doc])* pub $field: $crate::dfdx::tensor::Tensor<$shape, E, D>,)*
            $($($(#[$kept_doc])* pub $kept: $crate::dfdx::tensor::Tensor<$kept_shape, E, D>,)*)?
        }

        impl<$($generic)* E: $crate::__macro::nn::Startable, D: $crate::dfdx::tensor_ops::Device<E>>
            $crate::dfdx::nn::BuildOnDevice<D, E> for $($layer)::+<$($given,)*>
        {
            type Built = $name<$($given,)* E, D>;
        }

        impl<$($generic)* E: $crate::__macro::nn::Startable, D: $crate::dfdx::tensor_ops::Device<E>>
            $crate::dfdx::nn::tensor_collection::TensorCollection<E, D> for $name<$($given,)* E, D>
        {
            type To<
                E2: $crate::dfdx::shapes::Dtype,
                D2: $crate::dfdx::tensor_ops::Device<E2>,
            > = $name<$($given,)* E2, D2>;

            fn iter_tensors<V: $crate::dfdx::nn::tensor_collection::ModuleVisitor<Self, E, D>>(
                visitor: &mut V,
            ) -> ::core::result::Result<::core::option::Option<Self::To<V::E2, V::D2>>, V::Err> {
                $(const { $check };)?
                visitor.visit_fields(
                    $crate::parameters!(@nested
                        $((Self::tensor(
                            stringify!($field),
                            |layer| &layer.$field,
                            |layer| &mut layer.$field,
                            $crate::__macro::nn::start_options(true, |own| $start.fill(own)),
                        )))*
                        $($((Self::tensor(
                            stringify!($kept),
                            |layer| &layer.$kept,
                            |layer| &mut layer.$kept,
                            $crate::__macro::nn::start_options(false, |own| $kept_start.fill(own)),
                        )))*)?
                    ),
                    |$crate::parameters!(@nested $($field)* $($($kept)*)?)| $name {
                        $($field,)*
                        $($($kept,)*)?
                    },
                )
            }
        }

        impl<
            $($generic)*
            E: $crate::dfdx::shapes::Dtype,
            D: $crate::dfdx::tensor::Storage<E>,
        > $crate::dfdx::nn::NonMutableModule for $name<$($given,)* E, D>
        {
        }
    };
    // dfdx visits pairs of any fields, and longer tuples only up to six.
    (@nested) => { () };
    (@nested $first:tt $($rest:tt)*) => { ($first, $crate::parameters!(@nested $($rest)*)) };
}
