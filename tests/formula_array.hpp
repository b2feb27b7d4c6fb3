#pragma once

// Arrays of numbers for the formulas of operations, and the functions that formulas may call. Each is written down as
// its definition, index by index, and shares no code with the library: speed does not matter here.

#include <xgrad/tensor.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace xgrad::testing {

using Index = std::vector<std::int64_t>;

struct Array {
    Array() = default;
    Array(double number) : values{number} {}
    Array(std::initializer_list<double> list) : sizes{static_cast<std::int64_t>(list.size())}, values(list) {}
    Array(Index shape, double fill);
    Array(const Tensor& x);

    std::int64_t axes() const { return static_cast<std::int64_t>(sizes.size()); }
    double& at(const Index& index);  ///< aligned at the last axis; an axis of size 1 repeats
    double at(const Index& index) const { return const_cast<Array*>(this)->at(index); }

    Index sizes;
    std::vector<double> values;  // row-major
    std::vector<Array> parts;    // of a list of arrays
};

using Names = std::map<std::string, Array>;
using Arguments = std::vector<Array>;
using Function = std::function<Array(const Arguments&)>;
using Functions = std::map<std::string, Function>;

/// Functions by name and number of arguments: "sum/2".
///
/// Elementwise with broadcasting: exp log sqrt tanh sin cos abs pow where gcd bitwise_and, and the library's by name.
/// `axes` and `axis` are numbers or lists; what is reduced keeps its axes, with size 1. A function that has to know a
/// shape takes an array of that shape, here `like`:
///   sum(x) sum(x, axes) prod(x, axes) max(x, axes) min(x, axes) argmax(x, axes) argmin(x, axes)
///   count(x, axes)                       how many elements of x each of these sums has
///   expand(x, like)                      x repeated; expand(x, like, axes): x lacks these axes of like
///   sum_to(x, like)                      undoes expand
///   reshape(x, like) permute(x, axes) transpose(x, axis0, axis1) inverse(axes)
///   range(start, stop, step)
///   take(x, axis, positions)             put(x, axis, positions, like): 0 elsewhere
///   take_along(x, indices, axis)         put_along(x, indices, axis, like): 0 elsewhere
///   at(x, index), written x[index]       put(x, index, like): 0 elsewhere
///   cat(list, axis) stack(list, axis)    places(list, axis, i): where the i-th lies in cat
///   conv2d(x, W, options)                options: stride, padding, dilation (2 each), groups; x: (N, C, H, W)
///   conv2d_input_gradient(gy, W, options, like) conv2d_weight_gradient(gy, x, options, like), conv1d, conv3d alike
///   im2col(x, window, like) col2im(x, window, like)       window: size, stride, padding, dilation (2 each)
///   max_pool2d(x, window, like)          window: size, stride, padding, dilation (2 each)
///   max_pool2d_at(v, x, window, like)    v where x has its maxima
///   max_pool2d_gradient(gy, x, window)
///   avg_pool2d(x, window, like)          window: and whether padding counts, and the divisor or 0
///   avg_pool2d_gradient(gy, window, like)
///   weigh_along(x, axis, weights)        weights @ each line of x along the axis
///   put_diagonal(d, like)                of the last two axes, as all that follow
///   lower(x) upper(x) strict_lower(x) strict_upper(x)     triangles, 0 elsewhere
///   symmetric(x) cross(a, b, axis) inv(x) det(x) cholesky(x) exp_of_matrix(x)
///   eigenvalues(x)                       of symmetric x, ascending
///   eigenvectors(x, like)                columns, with the signs of those of like
///   gaps(v)                              1 / (v[j] - v[i]) for v[i] other than v[j], else 0
///   identity(x)                          of as many rows as x has columns
///   as_matrices(x)                       with two axes of size 1 behind
///   triangle(x, upper, unit)             one triangle; unit: with ones on the diagonal
///   triangle_part(x, upper, strict)      one triangle; strict: without the diagonal
///   cofactors(x) exp_of_matrix_gradient(g, x) pinv(x)
///   singular_values(x) singular_values_gradient(g, x)
///   left_vectors(x, like)                of the singular values, columns with the signs of like
///   left_vectors_gradient(g, x, like)
///   orthonormal(x, like)                 Gram and Schmidt's process for the columns, with the signs of like
///   triangular(x, like)                  R of x = Q R with the signs of the diagonal of like
///   take_at(x, places)                   places: row-major positions, below 0: reads 0, is not written
///   add_at(g, places, like) put_at(x, places, values) max_at(x, places, values) min_at(x, places, values)
///   flip(x, axes) pad(x, start, end, value)
///   unfold(x, axis, size, step)          fold(g, axis, size, step, like)
///   diagonal(x, offset, axis0, axis1)    put_diagonal(d, offset, axis0, axis1, like)
///   shift(x, axis, step, value)          x moved by one position, step 1 or -1; value comes in
///   cumsum(x, axis, step) cumprod(x, axis, step)   from the end for step -1
///   linear_scan(a, b, axis, step)        y_k = a_k y_{k - step} + b_k
///   argsort(x, axis, direction)          direction 1 or -1
///   running_argmax(x, axis) running_argmin(x, axis) median(x)
///   lstm(inputs, direction)              inputs: x (T, N, 4 H), W, h, c; y: every step's h, then the last c
///   lstm_gradient(gy, inputs, direction, i)
const Functions& formula_functions();

/// A function of numbers applied to each element, shapes broadcast.
Array elementwise(const Arguments& x, const std::function<double(const std::vector<double>&)>& f);

Array matrix_product(const Array& a, const Array& b);
Array sum_to(const Array& x, const Array& like);
Array reshape(const Array& x, const Array& like);
Array transposed(const Array& x);

/// Whether the shapes are the same but for axes of size 1.
bool same_but_for_ones(const Array& a, const Array& b);

/// The functions of images, a part of formula_functions.
void add_image_functions(Functions& functions);

/// Those of matrices.
void add_matrix_functions(Functions& functions);

/// Those of places, windows, running reductions and order.
void add_index_functions(Functions& functions);

/// Those of recurrent networks.
void add_recurrent_functions(Functions& functions);

/// Calls f(index) for each index of the shape, in row-major order.
void for_each_index(const Index& sizes, const std::function<void(const Index&)>& f);

}  // namespace xgrad::testing
