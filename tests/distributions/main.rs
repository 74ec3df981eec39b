//! Every family against published values, quadrature, finite differences and draws.
//!
//! One [table](table) drives the tests: a family is a row of it, and every check runs over every row.
//! The row restates the family in `f64`, from the literature and not from the code under test;
//! golden values hold the row to the literature, and the checks hold the library to the row.
//!
//! | checks | in |
//! | --- | --- |
//! | golden values, parameters in every form, gradients, layouts | [`density`] |
//! | total mass, in values and in the draw's coordinates | [`mass`] |
//! | goodness of fit, moments, gradients of draws | [`draws`] |
//! | entropies | [`entropy`] |
//! | modes and deviations | [`summary`] |
//! | the limits of what is legal | [`extremes`] |
//! | outside the support, and on its rim | [`rims`] |
//! | all families score their own draws | [`own_draws`] |
//! | data that are observed in part | [`partly`] |
//! | divergences | [`divergence`] |
//! | divergences between families of different names | [`crossed`] |
//! | categories by index, and in an order | [`indices`], [`ordered`] |
//! | counts of categories | [`multinomials`] |
//! | counts above zero | [`above_zero`] |
//! | a point mass, and training to a mode | [`delta`] |
//! | relaxations round to what they relax | [`rounding`] |

mod above_zero;
mod crossed;
mod delta;
mod density;
mod divergence;
mod draws;
mod entropy;
mod extremes;
mod family;
mod far_counts;
mod forms;
mod indices;
mod long_counts;
mod mass;
mod multinomials;
mod ordered;
mod own_draws;
mod partly;
mod rayleigh;
mod rims;
mod rounding;
mod summary;
mod table;
