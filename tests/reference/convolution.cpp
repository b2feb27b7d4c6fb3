#include "tests/reference/binding.hpp"

#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/fold.hpp>

namespace xgrad::reference {
namespace {

/// Integers of one, two or three axes as what the options take.
void put(const Integers& list, std::int64_t& size)
{
    if (list.size() != 1) throw CallError("a size of one axis has one number");
    size = list[0];
}
void put(const Integers& list, Size2& size)
{
    if (list.size() != 1 && list.size() != 2) throw CallError("a size of two axes has one or two numbers");
    size = {list[0], list.back()};
}
void put(const Integers& list, Size3& size)
{
    if (list.size() != 1 && list.size() != 3) throw CallError("a size of three axes has one or three numbers");
    size = {list[0], list[list.size() / 2], list.back()};
}

template <class Size>
Size size(const Call& c, const char* name)
{
    Size s = 0;
    put(c.integers(name), s);
    return s;
}
template <class Size>
Size size(const Call& c, const char* name, std::int64_t otherwise)
{
    return c.has(name) ? size<Size>(c, name) : Size(otherwise);
}

template <class Size>
ConvPadding<Size> padding(const Call& c)
{
    if (!c.is_text("padding")) return size<Size>(c, "padding", 0);
    const std::string rule = c.text("padding");
    if (rule != "same" && rule != "valid") throw CallError("padding is a number, same or valid");
    return rule == "same" ? Padding::same : Padding::valid;
}

template <class Size>
using Conv = Tensor (*)(const Input&, const Input&, const Input&, ConvOptions<Size>);

template <class Size, Conv<Size> conv>
Outputs bound_conv(const Call& c)
{
    return conv(c.tensor("input"), c.tensor("weight"), c.tensor_if_any("bias"),
                {.stride = size<Size>(c, "stride", 1),
                 .padding = padding<Size>(c),
                 .dilation = size<Size>(c, "dilation", 1),
                 .groups = c.integer("groups", 1)});
}

template <class Size>
using ConvTranspose = Tensor (*)(const Input&, const Input&, const Input&, ConvTransposeOptions<Size>);

template <class Size, ConvTranspose<Size> conv>
Outputs bound_conv_transpose(const Call& c)
{
    return conv(c.tensor("input"), c.tensor("weight"), c.tensor_if_any("bias"),
                {.stride = size<Size>(c, "stride", 1),
                 .padding = size<Size>(c, "padding", 0),
                 .output_padding = size<Size>(c, "output_padding", 0),
                 .groups = c.integer("groups", 1),
                 .dilation = size<Size>(c, "dilation", 1)});
}

FoldOptions fold_options(const Call& c)
{
    return {.dilation = size<Size2>(c, "dilation", 1),
            .padding = size<Size2>(c, "padding", 0),
            .stride = size<Size2>(c, "stride", 1)};
}

Outputs bound_unfold(const Call& c)
{
    return unfold(c.tensor("input"), size<Size2>(c, "kernel_size"), fold_options(c));
}

Outputs bound_fold(const Call& c)
{
    return fold(c.tensor("input"), size<Size2>(c, "output_size"), size<Size2>(c, "kernel_size"), fold_options(c));
}

constexpr Binding kRows[] = {
    {"nn.functional.conv1d", bound_conv<std::int64_t, conv1d>},
    {"nn.functional.conv2d", bound_conv<Size2, conv2d>},
    {"nn.functional.conv3d", bound_conv<Size3, conv3d>},
    {"nn.functional.conv_transpose1d", bound_conv_transpose<std::int64_t, conv_transpose1d>},
    {"nn.functional.conv_transpose2d", bound_conv_transpose<Size2, conv_transpose2d>},
    {"nn.functional.conv_transpose3d", bound_conv_transpose<Size3, conv_transpose3d>},
    {"nn.functional.unfold", bound_unfold},
    {"nn.functional.fold", bound_fold},
};

}  // namespace

Bindings convolution_bindings() { return kRows; }

}  // namespace xgrad::reference
