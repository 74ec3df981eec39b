//! Checks when compiling that the layers of a network fit one another, and that the network fits its arguments.

mod text;

use dfdx::nn::BuildOnDevice;

use self::text::Text;
use super::{Built, ImageWidths, Widths};
use crate::tensor::Device;

/// The type that a field's specification is built to, if it fits. If it does not, the constant is the only error about the
/// field.
pub type Fitting<Spec, const FITS: bool> = <Spec as Fits<FITS>>::Built;

#[doc(hidden)]
pub trait Fits<const FITS: bool> {
    type Built;
}

impl<Spec: BuildOnDevice<Device, f32>> Fits<true> for Spec {
    type Built = Built<Spec>;
}

// Of one impl alone rustc would go on where the constant is wrong.
impl<Spec> Fits<false> for Spec {
    type Built = ();
}

/// What can be a layer of a field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no layer, and cannot be learned",
    label = "no layer",
    note = "help: a field is a layer such as `Linear<4, 2>`, a tuple of layers, or a `Parameter<Rank1<4>>`; what is not learned is a constant outside the block"
)]
pub trait LayerOfField {
    /// What is named where a layer is asked for. Of the bound of a trait's own function rustc does not say where it stands.
    fn known() {}
}

#[diagnostic::do_not_recommend]
impl<Spec: BuildOnDevice<Device, f32>> LayerOfField for Spec {}

/// A size that is known only when the model is built. It stands for each of the struct's sizes while layers are checked, so the product
/// of three must be a number too.
pub const UNKNOWN: usize = (1 << 20) - 1;

/// The known facts about a layer, and its name.
#[derive(Clone, Copy, Debug)]
pub struct Named(pub Widths, pub &'static str);

/// What a layer gives, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub enum Given {
    /// Nothing is known.
    Anything,
    /// This many numbers along the last axis.
    Last(usize),
    /// Images of these sizes.
    Images([usize; 3]),
}

/// What a layer gives for what the layer before it gives.
///
/// # Panics
/// When compiling, if it takes something else.
#[track_caller]
pub const fn follow(given: Given, Named(layer, name): Named) -> Given {
    match (given, layer) {
        (_, Widths::Unknown) => Given::Anything,
        (_, Widths::Kept) => given,
        (_, Widths::Images(images)) => follow_images(given, images, name),
        (Given::Images(given), Widths::Changed { takes, .. }) if given[2] != takes => {
            let said = Text::new()
                .text("this layer takes ")
                .number(takes)
                .text(" numbers, but the layer before it gives images of ")
                .sizes(given)
                .text("\nhelp: write `ToEvent<Rank1<")
                .number(given[0] * given[1] * given[2])
                .text(">>` before it: it makes one row of each image");
            panic!("{}", said.shown())
        }
        (Given::Last(given), Widths::Changed { takes, gives })
            if takes != UNKNOWN && given != takes =>
        {
            let said = Text::new()
                .text("this layer takes ")
                .number(takes)
                .text(" numbers, but the layer before it gives ")
                .number(given)
                .text("\nhelp: write `")
                .layer(name, given, gives)
                .text("`, or let the layer before give ")
                .number(takes);
            panic!("{}", said.shown())
        }
        (_, Widths::Changed { gives: UNKNOWN, .. }) => Given::Anything,
        (_, Widths::Changed { gives, .. }) => Given::Last(gives),
    }
}

#[track_caller]
const fn follow_images(given: Given, images: ImageWidths, name: &str) -> Given {
    let ImageWidths {
        takes,
        gives,
        fitting,
    } = images;
    if is_unknown(takes) || is_unknown(gives) {
        return Given::Anything;
    }
    if !are_equal(gives, fitting) {
        let said = Text::new()
            .text("of ")
            .sizes(takes)
            .text(" this `")
            .text(name)
            .text("` gives ")
            .sizes(fitting)
            .text(", and not ")
            .sizes(gives)
            .text("\nhelp: write `Rank3<")
            .numbers(fitting)
            .text(">` for its output, or another kernel, stride or padding");
        panic!("{}", said.shown())
    }
    let said = Text::new().text("this layer takes images of ").sizes(takes);
    let said = said.text(", but the layer before it gives ");
    let said = match given {
        Given::Images(given) if !are_equal(given, takes) => said.text("images of ").sizes(given),
        Given::Last(width) if width != takes[2] => said
            .number(width)
            .text(" numbers\nhelp: write `ToEvent<Rank3<")
            .numbers(takes)
            .text(">>` before it: it makes an image of each row"),
        _ => return Given::Images(gives),
    };
    panic!("{}", said.shown())
}

const fn is_unknown([channels, height, width]: [usize; 3]) -> bool {
    channels == UNKNOWN || height == UNKNOWN || width == UNKNOWN
}

const fn are_equal(a: [usize; 3], b: [usize; 3]) -> bool {
    a[0] == b[0] && a[1] == b[1] && a[2] == b[2]
}

/// A variable's event shape, if the field is built to a type. If it is not, rustc knows no type for either, and the error about
/// the field is the only one.
pub type IfBuilt<Event, Field> = <Event as Beside<Field>>::Itself;

/// The same function, if the field is built to a type. If it is not, rustc knows no type for it, and does not count what it is
/// given.
pub fn if_built<Field, F>(function: F) -> IfBuilt<F, Field> {
    function
}

#[doc(hidden)]
pub trait Beside<Field> {
    type Itself;
}

impl<Event, Field> Beside<Field> for Event {
    type Itself = Event;
}

/// Checks that a network of these layers can be called with a variable of this many numbers along the last axis, or without
/// axes. `elements` are those of all axes.
///
/// # Panics
/// When compiling, if it takes another number.
#[track_caller]
pub const fn takes(
    layers: &[Named],
    network: &str,
    input: &str,
    axis: Option<usize>,
    elements: usize,
) {
    let (takes, gives, layer) = match first(layers) {
        Some(Named(Widths::Changed { takes, gives }, layer)) => (takes, gives, layer),
        Some(Named(Widths::Images(images), _)) => {
            return takes_images(images.takes, network, input, axis, elements);
        }
        _ => return,
    };
    let said = Text::new()
        .text("`")
        .text(network)
        .text("` takes ")
        .number(takes)
        .text(" numbers, but `")
        .text(input);
    let said = match axis {
        _ if takes == UNKNOWN => return,
        Some(UNKNOWN) => return,
        Some(has) if has == takes => return,
        Some(has) if elements == takes => said
            .text("` has ")
            .number(has)
            .text(" along its last axis\nhelp: write `ToEvent<Rank1<")
            .number(takes)
            .text(">>` at the beginning of `")
            .text(network)
            .text("`: it takes all axes as one row"),
        Some(has) => said
            .text("` has ")
            .number(has)
            .text("\nhelp: write `")
            .layer(layer, has, gives)
            .text("` at the beginning of `")
            .text(network)
            .text("`"),
        None => said
            .text("` has no axes and is a single one\nhelp: write `")
            .text(input)
            .text(": [")
            .number(takes)
            .text("]` where the generative model declares it; a class that a network reads is a `OneHotCategorical`"),
    };
    panic!("{}", said.shown())
}

#[track_caller]
const fn takes_images(
    takes: [usize; 3],
    network: &str,
    input: &str,
    axis: Option<usize>,
    elements: usize,
) {
    let all = takes[0] * takes[1] * takes[2];
    let said = match axis {
        _ if is_unknown(takes) || elements >= UNKNOWN => return,
        Some(has) if has == takes[2] && elements == all => return,
        _ => Text::new(),
    };
    let said = said
        .text("`")
        .text(network)
        .text("` takes images of ")
        .sizes(takes)
        .text(", but `")
        .text(input);
    let said = if elements == all {
        said.text("` has another shape\nhelp: write `ToEvent<Rank3<")
            .numbers(takes)
            .text(">>` at the beginning of `")
            .text(network)
            .text("`")
    } else {
        said.text("` has ")
            .number(elements)
            .text(" numbers a row, and such an image ")
            .number(all)
    };
    panic!("{}", said.shown())
}

/// The first layer that changes the number, or that is unknown.
const fn first(layers: &[Named]) -> Option<Named> {
    match layers {
        [] => None,
        [Named(Widths::Kept, _), behind @ ..] => first(behind),
        [layer, ..] => Some(*layer),
    }
}

/// Checks that a network whose first layer takes up to `inputs` tensors can be called with a number of arguments other than one.
///
/// # Panics
/// When compiling, if it takes fewer.
#[track_caller]
pub const fn takes_arguments(inputs: usize, network: &str, given: usize) {
    if given > 0 && given <= inputs {
        return;
    }
    let said = Text::new().text("`").text(network);
    let said = match inputs {
        1 | usize::MAX => said.text("` takes one tensor, and "),
        _ => said
            .text("` takes up to ")
            .number(inputs)
            .text(" tensors, and "),
    };
    let said = match given {
        0 => said
            .text("none is given\nhelp: write what it is applied to, `")
            .text(network)
            .text("(…)`"),
        _ => said.number(given).text(
            " are given\nhelp: join them, `concat(z, u)`, or give each a network of its own and add what they return: `from_z(z) + from_u(u)`",
        ),
    };
    panic!("{}", said.shown())
}

/// Checks that a network gives one tensor, where it stands for one parameter of a distribution. `made` is what makes that.
///
/// # Panics
/// When compiling, if it gives several.
#[track_caller]
pub const fn gives_one(ends: usize, network: &str, made: &str) {
    let names = match ends {
        1 => return,
        2 => "(loc, scale)",
        3 => "(a, b, c)",
        _ => "(a, b, …)",
    };
    let said = Text::new().text("`").text(network).text("` gives ");
    let said = said.number(ends).text(" tensors, and a parameter is one");
    let said = said
        .text("\nhelp: take them apart first: `let ")
        .text(names);
    let said = said.text(" = ").text(network).text("(…);`, then `");
    panic!("{}", said.text(made).text(names).text("`").shown())
}
