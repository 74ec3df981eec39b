//! Schedules: settings that change with the step.

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
/// let warm_up = Schedule::linear(0.0, 1.0, 200);
/// assert_eq!(warm_up.at(100), 0.5);
/// assert_eq!(warm_up.at(1_000), 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    course: Course,
    floor: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Course {
    Constant(f32),
    Exponential { from: f32, rate: f32 },
    Linear { from: f32, to: f32, steps: u64 },
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

    const fn of(course: Course) -> Self {
        Self {
            course,
            floor: f32::NEG_INFINITY,
        }
    }

    /// The same schedule, but never less than this.
    pub const fn floor(self, floor: f32) -> Self {
        Self { floor, ..self }
    }

    /// # Errors
    /// Fails if a schedule must run out of its range, whatever it is at this step.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.course {
            Course::Exponential { rate, .. } if !(rate >= 0.0 && rate.is_finite()) => {
                Err(Error::Setting {
                    setting: "the rate of an exponential schedule",
                    value: rate.into(),
                    expected: "finite and not negative",
                })
            }
            _ => Ok(()),
        }
    }

    /// The number at a step.
    pub fn at(&self, step: u64) -> f32 {
        let value = match self.course {
            Course::Constant(value) => value,
            Course::Exponential { from, rate } => from * (-rate * step as f32).exp(),
            Course::Linear { to, steps, .. } if step >= steps => to,
            Course::Linear { from, to, steps } => from + (to - from) * (step as f32 / steps as f32),
        };
        // NaN stays NaN, and is reported where it is used.
        if value < self.floor {
            self.floor
        } else {
            value
        }
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
