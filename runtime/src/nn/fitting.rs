//! Checks when compiling that the layers of a network fit one another, and that the network fits its arguments.

use dfdx::nn::BuildOnDevice;

use super::{Built, Widths};
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
pub trait LayerOfField {}

#[diagnostic::do_not_recommend]
impl<Spec: BuildOnDevice<Device, f32>> LayerOfField for Spec {}

/// Checks that this is a layer.
pub const fn is_layer<Spec: LayerOfField>() {}

/// A size that is known only when the model is built.
pub const UNKNOWN: usize = usize::MAX;

/// The known facts about a layer, and its name.
#[derive(Clone, Copy, Debug)]
pub struct Named(pub Widths, pub &'static str);

/// The numbers that a layer gives for this many, if that is known.
///
/// # Panics
/// When compiling, if it takes another number.
#[track_caller]
pub const fn follow(given: Option<usize>, Named(layer, name): Named) -> Option<usize> {
    match (given, layer) {
        (_, Widths::Unknown) => None,
        (_, Widths::Kept) => given,
        (Some(given), Widths::Changed { takes, gives }) if takes != UNKNOWN && given != takes => {
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
        (_, Widths::Changed { gives: UNKNOWN, .. }) => None,
        (_, Widths::Changed { gives, .. }) => Some(gives),
    }
}

/// A variable's event shape, if the field is built to a type. If it is not, rustc knows no type for either, and the error about
/// the field is the only one.
pub type IfBuilt<Event, Field> = <Event as Beside<Field>>::Itself;

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
    let Some(Named(Widths::Changed { takes, gives }, layer)) = first(layers) else {
        return;
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
            .text("]` where the generative model declares it"),
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
            " are given\nhelp: give each tensor a network of its own, and add what they return: `from_z(z) + from_u(u)`",
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

/// Text that is written when compiling.
struct Text {
    bytes: [u8; 256],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; 256],
            length: 0,
        }
    }

    /// Text that is longer than the room is cut off.
    const fn byte(mut self, byte: u8) -> Self {
        if self.length < self.bytes.len() {
            self.bytes[self.length] = byte;
            self.length += 1;
        }
        self
    }

    const fn text(mut self, text: &str) -> Self {
        let (text, mut at) = (text.as_bytes(), 0);
        while at < text.len() {
            self = self.byte(text[at]);
            at += 1;
        }
        self
    }

    const fn number(self, number: usize) -> Self {
        if number == UNKNOWN {
            return self.text("…");
        }
        let shorter = if number < 10 {
            self
        } else {
            self.number(number / 10)
        };
        shorter.byte(b'0' + (number % 10) as u8)
    }

    /// `Linear<4, 8>`
    const fn layer(self, name: &str, takes: usize, gives: usize) -> Self {
        let opened = self.text(name).text("<").number(takes).text(", ");
        opened.number(gives).text(">")
    }

    const fn shown(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "this network does not fit what it is given",
        }
    }
}
