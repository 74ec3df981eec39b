//! Convolutional layers: a layer, its parameters, and what it gives. `convolution!` writes all of it for a way.

/// `Conv2D: image In, map Out, ToMap with map_of` is the whole layer. The image and the map are `In` and `Out` in one order or the other.
macro_rules! convolution {
    (
        $(#[$doc:meta])*
        $name:ident: image $image:ident, map $map:ident, $way:ident with $sizes:ident
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<In, Out, const KERNEL: usize, const STRIDE: usize = 1, const PADDING: usize = 0>(
            PhantomData<(In, Out)>,
        );

        impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize> Layer
            for $name<In, Out, KERNEL, STRIDE, PADDING>
        {
            const WIDTHS: Widths = Widths::Images(ImageWidths {
                takes: In::SIZES,
                gives: Out::SIZES,
                fitting: {
                    let [height, width] = image::$sizes(In::SIZES, Out::SIZES, [KERNEL, STRIDE, PADDING]);
                    [Out::SIZES[0], height, width]
                },
            });
            type Range = Reals;
        }

        /// The type that the layer is built to.
        pub mod modules {
            use dfdx::shapes::{Const, ConstDim};

            use $crate::nn::Start;
            use $crate::nn::image::{Image, $sizes};

            $crate::parameters! {
                /// The layer with its parameters.
                pub struct $name<
                    In: Image, Out: Image;
                    const KERNEL: usize, const STRIDE: usize, const PADDING: usize,
                > of super::$name {
                    /// A square for each channel of the map and each of the image.
                    weight: (
                        <$map as Image>::Channels,
                        <$image as Image>::Channels,
                        Const<KERNEL>,
                        Const<KERNEL>,
                    ) = Start::Uniform { inputs: <$image as Image>::Channels::SIZE * KERNEL * KERNEL },
                    /// A number for each channel of the output.
                    bias: (Out::Channels,) =
                        Start::Uniform { inputs: <$image as Image>::Channels::SIZE * KERNEL * KERNEL },
                }
                where {
                    let [_, height, width] = Out::SIZES;
                    let [fitting_height, fitting_width] = $sizes(In::SIZES, Out::SIZES, [KERNEL, STRIDE, PADDING]);
                    let fits = height == fitting_height && width == fitting_width;
                    assert!(
                        fits,
                        "a layer's output has another height or width than its input gives"
                    );
                    assert!(
                        In::ELEMENTS > 0 && Out::ELEMENTS > 0,
                        "an image has no pixels"
                    );
                }
            }
        }

        impl<In, Out, const KERNEL: usize, const STRIDE: usize, const PADDING: usize> Module<Value<In>>
            for modules::$name<In, Out, KERNEL, STRIDE, PADDING, f32, Device>
        where
            In: Image,
            Out: Image,
        {
            type Output = Value<Out>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Value<In>) -> Result<Value<Out>, Self::Error> {
                let rows = In::rows(x.shape());
                let sizes = Convolution {
                    window: image::window::<$image, $map>(KERNEL, STRIDE, PADDING),
                    channels: <$map as Image>::Channels::SIZE,
                };
                let weight = leaf_of::<_, (usize, usize, usize, usize)>(self.weight.clone());
                let bias = leaf_of::<_, (usize,)>(self.bias.clone());
                let out = convolve(x.into_flat(), weight, bias, sizes, Way::$way);
                Ok(Var::of(out, Out::plated(rows)))
            }
        }
    };
}

pub(super) use convolution;
