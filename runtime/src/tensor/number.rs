//! Numbers that data are made of.

/// A number of a batch.
#[diagnostic::on_unimplemented(
    message = "a batch is made of numbers, and `{Self}` is none",
    label = "not a vector of numbers",
    note = "help: write all rows one after another, `batch(rows.concat())?` of a `Vec` of rows"
)]
pub trait Number: Sized {
    /// The same numbers as `f32`, the nearest ones.
    fn rounded(numbers: Vec<Self>) -> Vec<f32>;
}

#[diagnostic::do_not_recommend]
impl Number for f32 {
    fn rounded(numbers: Vec<f32>) -> Vec<f32> {
        numbers
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Number for $number {
            fn rounded(numbers: Vec<$number>) -> Vec<f32> {
                numbers.into_iter().map(|number| number as f32).collect()
            }
        }
    )*};
}

numbers!(f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);
