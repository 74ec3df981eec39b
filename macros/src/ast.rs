//! What was written, in the shape in which it was written: no name is looked up here.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, GenericArgument, Ident, Local, PathArguments, Type, TypeGroup, TypeParen,
    Visibility,
};

/// A whole `model!` block. Its numbers of programs are as written: `check` demands the right ones.
pub struct Model {
    /// The struct that holds the learned modules.
    pub module: Module,
    /// Every `generative` block.
    pub generatives: Vec<Program>,
    /// Every `inference` block.
    pub inferences: Vec<Program>,
    /// Whether a program was left out because it could not be read.
    pub incomplete: bool,
}

/// `pub struct Vae<const PIXELS: usize> { … }`
pub struct Module {
    /// Docs and other attributes.
    pub attributes: Vec<Attribute>,
    /// The visibility of the struct, and of all that is generated with it.
    pub visibility: Visibility,
    /// The struct's name.
    pub name: Ident,
    /// The const parameters; others are not allowed.
    pub parameters: Vec<syn::ConstParam>,
    /// The fields.
    pub fields: Vec<Field>,
}

/// `decoder: Linear<200, 784>`
pub struct Field {
    /// Docs and other attributes.
    pub attributes: Vec<Attribute>,
    /// The field's own visibility.
    pub visibility: Visibility,
    /// The name by which bodies read or call it.
    pub name: Ident,
    /// The module spec: what is built on the device.
    pub spec: Type,
    /// What a parameter starts with: the `0.5` of `scale: Parameter<Rank0> = 0.5`.
    pub initial: Option<Expr>,
}

impl Field {
    /// A bare learned tensor, `Parameter<…>`, is read by name; every other field is a module, and is called.
    pub fn is_parameter(&self) -> bool {
        is_named(&self.spec, "Parameter")
    }

    /// Whether its type is that of a value, `Tensor<…>`, `Var<…>` or `Batch<…>`. A learned tensor is a `Parameter<…>` instead.
    pub fn is_tensor(&self) -> bool {
        ["Tensor", "Var", "Batch"]
            .iter()
            .any(|name| is_named(&self.spec, name))
    }

    /// The arguments of a parameter's type that are no shapes: `4` in `Parameter<4>`, and parameters of the struct.
    pub fn sizes(&self, module: &Module) -> Vec<&GenericArgument> {
        let Type::Path(path) = bare(&self.spec) else {
            return Vec::new();
        };
        let last = path.path.segments.last().map(|layer| &layer.arguments);
        let Some(PathArguments::AngleBracketed(arguments)) = last.filter(|_| self.is_parameter())
        else {
            return Vec::new();
        };
        let is_size = |argument: &&GenericArgument| match argument {
            GenericArgument::Const(_) => true,
            GenericArgument::Type(Type::Path(path)) => {
                let mut sizes = module.parameters.iter();
                sizes.any(|size| path.path.is_ident(&size.ident))
            }
            _ => false,
        };
        arguments.args.iter().filter(is_size).collect()
    }
}

/// The part of a spec that is a plain value's type, such as `usize`, and can never be a module.
pub fn plain(spec: &Type) -> Option<&Type> {
    const PLAIN: [&str; 18] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "String",
        "u8", "u16", "u32", "u64", "u128", "usize",
    ];
    match bare(spec) {
        Type::Tuple(row) => row.elems.iter().find_map(plain),
        Type::Array(array) => plain(&array.elem),
        Type::Reference(_) => Some(spec),
        _ => PLAIN
            .iter()
            .any(|name| is_named(spec, name))
            .then_some(spec),
    }
}

/// Whether a name is written like a constant's, `STEPS`.
pub fn is_constant(name: &Ident) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}

fn is_named(spec: &Type, name: &str) -> bool {
    matches!(bare(spec), Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// A type that came through a `macro_rules` parameter is in an invisible group.
pub fn bare(mut spec: &Type) -> &Type {
    while let Type::Group(TypeGroup { elem, .. }) | Type::Paren(TypeParen { elem, .. }) = spec {
        spec = elem;
    }
    spec
}

/// `generative p(u: [4]) { … }` or `inference q(x, u) { … }`
pub struct Program {
    /// Docs and other attributes.
    pub attributes: Vec<Attribute>,
    /// The program's name, and its method's.
    pub name: Ident,
    /// Covariates of a generative model; sites and covariates given to an inference model.
    pub arguments: Vec<Argument>,
    /// The body.
    pub statements: Vec<Statement>,
}

impl Program {
    /// The sites that the body samples, in order, those of loops among them.
    pub fn sites(&self) -> impl Iterator<Item = &Site> {
        self.flat()
            .into_iter()
            .filter_map(|(_, statement)| match statement {
                Statement::Site(site) => Some(&**site),
                _ => None,
            })
    }

    /// The loops, in order.
    pub fn loops(&self) -> impl Iterator<Item = &Loop> {
        self.statements
            .iter()
            .filter_map(|statement| match statement {
                Statement::Loop(own) => Some(&**own),
                _ => None,
            })
    }

    /// The statements in order, those of a loop in its place, each with the number of its loop.
    pub fn flat(&self) -> Vec<(Option<usize>, &Statement)> {
        let mut flat = Vec::new();
        let mut loops = 0;
        for statement in &self.statements {
            match statement {
                Statement::Loop(own) => {
                    flat.extend(own.statements.iter().map(|inner| (Some(loops), inner)));
                    loops += 1;
                }
                statement => flat.push((None, statement)),
            }
        }
        flat
    }
}

/// `u: [4]` in a generative model, `u` in an inference model
pub struct Argument {
    /// The variable.
    pub name: Ident,
    /// Its event shape, if written.
    pub dims: Option<Dims>,
    /// The largest number of steps, `30` of `length: 0..=30`, if it is a count of steps.
    pub most: Option<Expr>,
}

/// `[2, WIDTH]`: an event shape
#[derive(Clone)]
pub struct Dims {
    /// The size of each axis.
    pub axes: Vec<Expr>,
    /// The brackets.
    pub span: Span,
}

/// One statement of a body.
pub enum Statement {
    /// `sample …;`
    Site(Box<Site>),
    /// `let … = …;`, ordinary Rust. Unparsable right-hand sides are `Expr::Verbatim`.
    Let(Box<Local>),
    /// `state = …;` in a loop.
    Assign(Box<Assign>),
    /// `for t in 0..N { … }`
    Loop(Box<Loop>),
}

/// `state = step(state);`
pub struct Assign {
    /// The variable.
    pub name: Ident,
    /// The sign.
    pub equals: Span,
    /// The new value; `Expr::Verbatim` if it could not be parsed.
    pub value: Expr,
}

/// `for t in (0..length).rev() { … }`
pub struct Loop {
    /// The word `for`.
    pub keyword: Span,
    /// The step's number.
    pub step: Ident,
    /// The end of the range: a number of steps, or a count covariate.
    pub end: Expr,
    /// Whether the last step comes first.
    pub is_reversed: bool,
    /// The body.
    pub statements: Vec<Statement>,
}

/// `sample z: [200] ~ DISTRIBUTION via ESTIMATOR;`
pub struct Site {
    /// Its docs, shown at the field of every typed draw.
    pub docs: Vec<Attribute>,
    /// The word `global`: one draw for the whole data set.
    pub global: Option<Global>,
    /// The site's name.
    pub name: Ident,
    /// The `t` of `z[t]`: it has one event a step.
    pub step: Option<Ident>,
    /// The shape of an event, if written.
    pub dims: Option<Dims>,
    /// The shape of the whole sequence, time first, if it is in a loop.
    pub sequence: Option<Dims>,
    /// Where the tilde is: what the generated call is underlined at.
    pub tilde: Span,
    /// The distribution; `Expr::Verbatim` if it could not be parsed.
    pub distribution: Expr,
    /// The explicit choice of an estimator.
    pub via: Option<Via>,
}

impl Site {
    /// The shape of the values of a row: of the whole sequence, if it is in a loop.
    pub fn whole(&self) -> Option<&Dims> {
        self.sequence.as_ref().or(self.dims.as_ref())
    }

    /// The most steps that its loop runs, if it is in one.
    pub fn longest(&self) -> Option<&Expr> {
        self.sequence.as_ref()?.axes.first()
    }
}

/// The word `global` of a site.
pub struct Global {
    /// The word.
    pub keyword: Ident,
    /// Whether it stands before `sample`, where it belongs.
    pub leads: bool,
}

/// `via Relaxed::at(0.5)`
pub struct Via {
    /// The word `via`.
    pub keyword: Span,
    /// The estimator.
    pub estimator: Expr,
}
