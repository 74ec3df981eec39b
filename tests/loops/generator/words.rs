//! What a random model is made of.

/// A family, and how wide its events are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Normal,
    Bernoulli,
    Gamma,
    /// One-hot vectors of three classes.
    OneHot,
    /// Counts; observed.
    Poisson,
    /// One class of three, a number; observed.
    Categorical,
}

/// Where a site is drawn in the generative model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Once for all rows.
    Global,
    /// Once for each row.
    Row,
    /// At every step.
    Steps,
}

/// A site or a covariate.
#[derive(Clone, Debug)]
pub struct Site {
    pub name: String,
    /// None for a covariate.
    pub family: Option<Family>,
    /// The elements of an event; 0 for a number.
    pub width: usize,
    pub scope: Scope,
    pub is_latent: bool,
    pub via: Option<&'static str>,
}

impl Site {
    /// The width as a network reads it.
    pub fn read_width(&self) -> usize {
        self.width.max(1)
    }
}

/// Something to compute with: rows of some width.
#[derive(Clone, Debug)]
pub enum Expr {
    /// `z[t]`, or `z` of a site without steps.
    Site(usize),
    /// A weighted sum over the steps of a site.
    Whole(usize),
    /// A variable of the step, or one that the loop carries.
    Local(String),
    /// `h[t]` of a variable `h` with all steps.
    Step(String),
    /// A learned tensor, by the number of its field.
    Parameter(usize),
    /// A network, by the number of its field.
    Net(usize, Box<Expr>),
    /// Two sites side by side.
    Concat(usize, usize),
    Sum(Vec<Expr>),
    Tanh(Box<Expr>),
}

/// A field of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Linear(usize, usize),
    Parameter(usize),
}

/// The right-hand side of a site.
#[derive(Clone, Debug)]
pub struct Right {
    pub family: Family,
    pub first: Expr,
    /// A second parameter, where it is computed.
    pub second: Option<Expr>,
}

#[derive(Clone, Debug)]
pub enum Statement {
    /// `let h = …;` in a loop or outside.
    Let(String, Expr),
    /// `let h = f(x);` of all steps of a site.
    LetSteps(String, usize, usize),
    /// `let mut a = …;`
    LetMut(String, Expr),
    /// `a = …;`
    Assign(String, Expr),
    Sample(usize, Right),
    /// Whether it is reversed, and its statements.
    Loop(bool, Vec<Statement>),
}

/// A random model.
#[derive(Debug)]
pub struct Plan {
    pub number: usize,
    pub steps: usize,
    /// Whether the rows have their own numbers of steps.
    pub is_ragged: bool,
    pub fields: Vec<Field>,
    /// The sites in the order of the generative model, and then the covariates.
    pub sites: Vec<Site>,
    pub model: Vec<Statement>,
    pub guide: Vec<Statement>,
}
