//! Estimators with fields, named without them: `via Rloo`.

/// `without_fields!(Rloo { samples: 4 });` gives an estimator its default, and a constant of its name for it.
macro_rules! without_fields {
    ($name:ident { $($field:ident: $value:literal),* }) => {
        impl Default for $name {
            #[doc = concat!("`", stringify!($name), " { ", stringify!($($field: $value),*), " }`.")]
            fn default() -> Self {
                $name
            }
        }

        #[doc = concat!("The default: `", stringify!($name), " { ", stringify!($($field: $value),*), " }`.")]
        #[expect(non_upper_case_globals, reason = "the estimator without its fields")]
        pub const $name: $name = $name { $($field: $value),* };
    };
}

pub(super) use without_fields;
