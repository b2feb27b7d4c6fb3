#pragma once

// Several tensors become one.

#include <xgrad/record.hpp>

#include <initializer_list>
#include <vector>

namespace xgrad {

/// A list of tensors as an operation takes it: `{a, b}` or a std::vector. Lives as long as the call.
class TensorList {
public:
    TensorList(std::initializer_list<Tensor> list, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : first_(std::data(list)), count_(list.size()), file_(file), line_(line)
    {
    }
    TensorList(const std::vector<Tensor>& list, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : first_(list.data()), count_(list.size()), file_(file), line_(line)
    {
    }
    TensorList(const TensorList&) = delete;
    TensorList& operator=(const TensorList&) = delete;

    const Tensor* begin() const { return first_; }
    const Tensor* end() const { return first_ + count_; }
    std::size_t size() const { return count_; }
    const Tensor& operator[](std::size_t i) const { return first_[i]; }
    const char* file() const { return file_; }
    int line() const { return line_; }

private:
    const Tensor* first_;
    std::size_t count_;
    const char* file_;
    int line_;
};

/// One behind the other along an axis that all have; the other sizes are equal. A tensor of shape (0,) fits all others
/// and adds nothing. Dtypes promote.
/// Throws ShapeError when the list is empty or shapes do not fit.
Tensor cat(const TensorList& tensors, std::int64_t axis = 0);

/// Tensors of one shape along a new axis, at `axis` of the result. Dtypes promote.
/// Throws ShapeError when the list is empty or shapes differ.
Tensor stack(const TensorList& tensors, std::int64_t axis = 0);

}  // namespace xgrad
