#pragma once

// Dropout: during training, elements are set to 0 at random, and what stays is scaled so that the mean does not change.
// With training = false, or p = 0, all of them give x itself. Under vmap all samples get the same draw. Source: Srivastava et al., Dropout (2014).

#include <xgrad/random.hpp>
#include <xgrad/record.hpp>

namespace xgrad {

/// x m / (1 - p), with m = 0 with probability p and else 1, drawn for each element. p = 1 gives zeros. The product is a
/// `mul` with a constant, so its vjp is that of `mul`. Throws ShapeError for a p outside [0, 1], DtypeError unless x is
/// floating.
Tensor dropout(const Input& x, double p = 0.5, bool training = true, Generator& generator = default_generator());

/// The same with one m for each channel. x: (N, C, ...), or (C, ...) where it has as few axes as one sample of so many
/// positions: (C, L) for dropout1d, (C, H, W) for dropout2d, (C, D, H, W) for dropout3d (Tompson et al. 2015).
Tensor dropout1d(const Input& x, double p = 0.5, bool training = true, Generator& generator = default_generator());
Tensor dropout2d(const Input& x, double p = 0.5, bool training = true, Generator& generator = default_generator());
Tensor dropout3d(const Input& x, double p = 0.5, bool training = true, Generator& generator = default_generator());

/// a (x m + (1 - m) alpha') + b, with alpha' = -1.758..., what selu tends to; a and b keep mean 0 and variance 1
/// (Klambauer et al. 2017). p = 1 gives zeros. The second draws one m for each channel of (N, C, ...).
Tensor alpha_dropout(const Input& x, double p = 0.5, bool training = true, Generator& generator = default_generator());
Tensor feature_alpha_dropout(const Input& x, double p = 0.5, bool training = true,
                             Generator& generator = default_generator());

}  // namespace xgrad
