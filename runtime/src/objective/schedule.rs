//! Schedules: settings that change with the step.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;

/// A number for every step: a temperature, a weight, a learning rate.
///
/// ```
/// use elbow::prelude::Schedule;
///
/// let temperature = Schedule::exponential(1.0, 1e-3).floor(0.5);
/// assert_eq!(temperature.at(0), 1.0);
/// assert!((temperature.at(100) - 0.904_837).abs() < 1e-5);
/// assert_eq!(temperature.at(10_000), 0.5);
///
/// let warm_up = Schedule::linear(0.0, 1e-3, 200);
/// assert_eq!(warm_up.at(100), 5e-4);
/// let learning_rate = warm_up.then(200, Schedule::cosine(1e-3, 0.0, 1_000));
/// assert!((learning_rate.at(700) - 5e-4).abs() < 1e-9);
///
/// // Cyclical annealing of the divergence (Fu and others 2019).
/// let weight = Schedule::linear(0.0, 1.0, 500).every(1_000);
/// assert_eq!([weight.at(250), weight.at(999), weight.at(1_250)], [0.5, 1.0, 0.5]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    course: Course,
    floor: f32,
}

#[derive(Clone, Debug, PartialEq)]
enum Course {
    Constant(f32),
    Exponential {
        from: f32,
        rate: f32,
    },
    Linear {
        from: f32,
        to: f32,
        steps: u64,
    },
    Cosine {
        from: f32,
        to: f32,
        steps: u64,
    },
    Piecewise(Arc<[(u64, f32)]>),
    Then {
        first: Arc<Schedule>,
        steps: u64,
        next: Arc<Schedule>,
    },
    Every {
        one: Arc<Schedule>,
        steps: u64,
    },
    Function(Function),
}

impl Schedule {
    /// The same number at every step.
    pub const fn constant(value: f32) -> Self {
        Self::of(Course::Constant(value))
    }

    /// `from · e^(−rate · step)`. Give it a [`floor`](Self::floor). A rate below zero, by which it would grow beyond all bounds, is an
    /// error in the first step.
    pub const fn exponential(from: f32, rate: f32) -> Self {
        Self::of(Course::Exponential { from, rate })
    }

    /// From one number to another in equal parts over `steps` steps, and constant afterwards.
    pub const fn linear(from: f32, to: f32, steps: u64) -> Self {
        Self::of(Course::Linear { from, to, steps })
    }

    /// From one number to another along half a wave of a cosine over `steps` steps, and constant afterwards: slow at both ends
    /// (Loshchilov and Hutter 2016).
    pub const fn cosine(from: f32, to: f32, steps: u64) -> Self {
        Self::of(Course::Cosine { from, to, steps })
    }

    /// Constant in pieces: each pair has a step, and the number from there on. The steps ascend, and the first is 0.
    ///
    /// ```
    /// use elbow::prelude::Schedule;
    ///
    /// let learning_rate = Schedule::piecewise([(0, 1e-3), (5_000, 1e-4)]);
    /// assert_eq!([learning_rate.at(4_999), learning_rate.at(5_000)], [1e-3, 1e-4]);
    /// ```
    pub fn piecewise(pieces: impl IntoIterator<Item = (u64, f32)>) -> Self {
        Self::of(Course::Piecewise(pieces.into_iter().collect()))
    }

    /// A function of the step. Two schedules of functions are equal only if one is a clone of the other.
    ///
    /// ```
    /// use elbow::prelude::Schedule;
    ///
    /// let learning_rate = Schedule::function(|step| 1e-3 / (1.0 + step as f32).sqrt());
    /// assert_eq!(learning_rate.at(3), 5e-4);
    /// ```
    pub fn function(function: impl Fn(u64) -> f32 + Send + Sync + 'static) -> Self {
        Self::of(Course::Function(Function(Arc::new(function))))
    }

    const fn of(course: Course) -> Self {
        Self {
            course,
            floor: f32::NEG_INFINITY,
        }
    }

    /// This schedule for `steps` steps, and then another from its own first step on.
    pub fn then(self, steps: u64, next: impl Into<Schedule>) -> Self {
        Self::of(Course::Then {
            first: Arc::new(self),
            steps,
            next: Arc::new(next.into()),
        })
    }

    /// The first `steps` steps of this schedule, again and again. `steps` is at least 1.
    pub fn every(self, steps: u64) -> Self {
        let one = Arc::new(self);
        Self::of(Course::Every { one, steps })
    }

    /// The same schedule, but never less than this.
    pub fn floor(self, floor: f32) -> Self {
        Self { floor, ..self }
    }

    /// # Errors
    /// Fails if a schedule must run out of its range, whatever it is at this step.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |setting, value: f64, expected| {
            Err(Error::Setting {
                setting,
                value,
                expected,
            })
        };
        match &self.course {
            Course::Exponential { rate, .. } if !(*rate >= 0.0 && rate.is_finite()) => wrong(
                "the rate of an exponential schedule",
                f64::from(*rate),
                "finite and not negative",
            ),
            Course::Piecewise(pieces) => {
                if pieces.first().is_none_or(|(step, _)| *step != 0) {
                    let first = pieces.first().map_or(f64::NAN, |(step, _)| *step as f64);
                    return wrong("the first step of a piecewise schedule", first, "0");
                }
                match pieces.windows(2).find(|pair| pair[1].0 <= pair[0].0) {
                    Some(pair) => wrong(
                        "a step of a piecewise schedule",
                        pair[1].0 as f64,
                        "greater than the step before it",
                    ),
                    None => Ok(()),
                }
            }
            Course::Then { first, next, .. } => first.check().and_then(|()| next.check()),
            Course::Every { steps: 0, .. } => {
                wrong("the steps of a repeated schedule", 0.0, "at least 1")
            }
            Course::Every { one, .. } => one.check(),
            _ => Ok(()),
        }
    }

    /// The number at a step. NaN if [`piecewise`](Self::piecewise) has no piece for it, or [`every`](Self::every) no steps.
    pub fn at(&self, step: u64) -> f32 {
        let done = |steps: u64| step as f32 / steps as f32;
        let value = match &self.course {
            Course::Constant(value) => *value,
            Course::Exponential { from, rate } => from * (-rate * step as f32).exp(),
            Course::Linear { to, steps, .. } | Course::Cosine { to, steps, .. }
                if step >= *steps =>
            {
                *to
            }
            Course::Linear { from, to, steps } => from + (to - from) * done(*steps),
            Course::Cosine { from, to, steps } => {
                let left = 0.5 + 0.5 * (std::f64::consts::PI * f64::from(done(*steps))).cos();
                to + (from - to) * left as f32
            }
            Course::Piecewise(pieces) => {
                let passed = pieces.iter().take_while(|(from, _)| *from <= step);
                passed.last().map_or(f32::NAN, |(_, value)| *value)
            }
            Course::Then { first, steps, next } => match step.checked_sub(*steps) {
                Some(step) => next.at(step),
                None => first.at(step),
            },
            Course::Every { steps: 0, .. } => f32::NAN,
            Course::Every { one, steps } => one.at(step % steps),
            Course::Function(function) => (function.0)(step),
        };
        // NaN stays NaN, and is reported where it is used.
        if value < self.floor {
            self.floor
        } else {
            value
        }
    }
}

/// A function of the step.
#[derive(Clone)]
struct Function(Arc<dyn Fn(u64) -> f32 + Send + Sync>);

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Function")
    }
}

/// The same number at every step.
macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Schedule {
            fn from(value: $number) -> Self {
                Self::constant(value as f32)
            }
        }
    )*};
}

// Of integers there is one, which is then the type of a literal.
numbers!(f32, f64, i32);
