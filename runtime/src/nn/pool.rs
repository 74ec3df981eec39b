//! Pools: a layer that keeps one number of each window. `pool!` writes all of it for a kernel.

/// `MaxPool2D by max_pool` is the whole layer.
macro_rules! pool {
    ($(#[$doc:meta])* $name:ident by $kernel:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<
            In,
            Out,
            const KERNEL: usize,
            const STRIDE: usize = KERNEL,
            const PADDING: usize = 0,
        >(PhantomData<(In, Out)>);

        impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize> Layer
            for $name<In, Out, KERNEL, STRIDE, PADDING>
        {
            const WIDTHS: Widths = Widths::Images(ImageWidths {
                takes: In::SIZES,
                gives: Out::SIZES,
                fitting: {
                    let [height, width] = map_of(In::SIZES, Out::SIZES, [KERNEL, STRIDE, PADDING]);
                    [In::SIZES[0], height, width]
                },
            });
            type Range = Elsewhere;
        }

        impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize>
            ZeroSizedModule for $name<In, Out, KERNEL, STRIDE, PADDING>
        {
        }

        impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize>
            NonMutableModule for $name<In, Out, KERNEL, STRIDE, PADDING>
        {
        }

        impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize>
            Module<Value<In>> for $name<In, Out, KERNEL, STRIDE, PADDING>
        {
            type Output = Value<Out>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Value<In>) -> Result<Value<Out>, Self::Error> {
                const {
                    let [channels, height, width] = Out::SIZES;
                    let [fitting_height, fitting_width] =
                        map_of(In::SIZES, Out::SIZES, [KERNEL, STRIDE, PADDING]);
                    let fits =
                        channels == In::SIZES[0] && height == fitting_height && width == fitting_width;
                    assert!(
                        fits,
                        "a pool's output has another shape than its input gives"
                    );
                    assert!(
                        2 * PADDING <= KERNEL,
                        "a pool's padding is more than half of its window"
                    );
                    assert!(
                        In::ELEMENTS > 0 && Out::ELEMENTS > 0,
                        "an image has no pixels"
                    );
                }
                let rows = In::rows(x.shape());
                let window = window::<In, Out>(KERNEL, STRIDE, PADDING);
                Ok(Var::of(pool::$kernel(x.into_flat(), window), Out::plated(rows)))
            }
        }
    };
}

pub(super) use pool;
