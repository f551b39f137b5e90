//! Complete factorization of polynomials over the rational numbers.
//!
//! | file | holds |
//! |---|---|
//! | `factorize` | the factors of a formula |
//! | `factors` | the factors of a polynomial: contents, repeated factors, what is linear, what has to be lifted |
//! | `square_free` | repeated factors |
//! | `modular` | polynomials in one variable over a prime field |
//! | `univariate` | polynomials in one variable over the integers |
//! | `leading` | which factor has which part of the leading coefficient |
//! | `multivariate` | from factors at a point to factors, and whether they are |
//! | `lifting` | variable by variable, modulo a prime |
//! | `bivariate` | one more variable, all others at a point |
//!
//! Sources: J. von zur Gathen, J. Gerhard, Modern Computer Algebra, chapters 14 and 15 (univariate); P. S. Wang, An
//! improved multivariate polynomial factoring algorithm, Math. Comp. 32, 1978 (leading coefficients); T. Chen,
//! M. Monagan, The complexity and parallel implementation of two sparse multivariate Hensel lifting algorithms for
//! polynomial factorization, CASC 2020 (sparse lifting by bivariate images). Points are random from a fixed seed; every
//! factorization is multiplied back before it is returned.

mod bivariate;
mod factorize;
mod factors;
mod leading;
mod lifting;
mod modular;
mod multivariate;
mod square_free;
mod univariate;

pub use factorize::Factorization;
pub use factors::{Factors, factors};
