#include "tests/reference/binding.hpp"

#include <xgrad/ops/pool.hpp>

#include <nlohmann/json.hpp>

#include <type_traits>

namespace xgrad::reference {
namespace {

template <class Size>
constexpr std::size_t kAxes = std::is_same_v<Size, Size3>   ? 3
                              : std::is_same_v<Size, Size2> ? 2
                                                            : 1;

template <class Size>
Size size_from(const Integers& list)
{
    if (list.size() == 1) return Size(list[0]);
    if (list.size() != kAxes<Size>) throw CallError("a size has one number or one for each axis");
    if constexpr (kAxes<Size> == 2) return {list[0], list[1]};
    if constexpr (kAxes<Size> == 3) return {list[0], list[1], list[2]};
    throw CallError("one axis, one number");
}

template <class Size>
Size size(const Call& c, const char* name, std::int64_t otherwise)
{
    return size_from<Size>(c.integers(name, {otherwise}));
}

template <class Size>
std::optional<Size> size_if_any(const Call& c, const char* name)
{
    if (!c.has(name)) return {};
    return size_from<Size>(c.integers(name));
}

/// null keeps the size of an axis.
template <class Size>
Size output_size(const Call& c)
{
    Integers list;
    const nlohmann::json& given = c.json("output_size");
    if (!given.is_array()) return size_from<Size>({given.is_null() ? kSameSize : given.get<std::int64_t>()});
    for (const nlohmann::json& n : given) list.push_back(n.is_null() ? kSameSize : n.get<std::int64_t>());
    return size_from<Size>(list);
}

template <class Size, auto kValues, auto kBoth>
Outputs max_pool(const Call& c)
{
    const auto kernel = size_from<Size>(c.integers("kernel_size"));
    const MaxPoolOptions<Size> options{.stride = size_if_any<Size>(c, "stride"),
                                       .padding = size<Size>(c, "padding", 0),
                                       .dilation = size<Size>(c, "dilation", 1),
                                       .ceil_mode = c.flag("ceil_mode", false)};
    if (c.flag("return_indices", false)) return kBoth(c.tensor("input"), kernel, options);
    return kValues(c.tensor("input"), kernel, options);
}

template <class Size, auto kPool>
Outputs avg_pool(const Call& c)
{
    return kPool(c.tensor("input"), size_from<Size>(c.integers("kernel_size")),
                 AvgPoolOptions<Size>{.stride = size_if_any<Size>(c, "stride"),
                                      .padding = size<Size>(c, "padding", 0),
                                      .ceil_mode = c.flag("ceil_mode", false),
                                      .count_include_pad = c.flag("count_include_pad", true),
                                      .divisor_override = c.integer("divisor_override", 0)});
}

template <class Size, auto kPool>
Outputs adaptive_avg_pool(const Call& c)
{
    return kPool(c.tensor("input"), output_size<Size>(c));
}

template <class Size, auto kValues, auto kBoth>
Outputs adaptive_max_pool(const Call& c)
{
    if (c.flag("return_indices", false)) return kBoth(c.tensor("input"), output_size<Size>(c));
    return kValues(c.tensor("input"), output_size<Size>(c));
}

template <class Size, auto kPool>
Outputs lp_pool(const Call& c)
{
    return kPool(
        c.tensor("input"), c.number("norm_type"), size_from<Size>(c.integers("kernel_size")),
        LpPoolOptions<Size>{.stride = size_if_any<Size>(c, "stride"), .ceil_mode = c.flag("ceil_mode", false)});
}

/// The sizes of the pooled axes alone, or of all axes.
template <class Size>
std::optional<Size> unpooled_size(const Call& c)
{
    if (!c.has("output_size")) return {};
    const Integers list = c.integers("output_size");
    if (list.size() <= kAxes<Size>) return size_from<Size>(list);
    return size_from<Size>(Integers(list.end() - kAxes<Size>, list.end()));
}

template <class Size, auto kUnpool>
Outputs max_unpool(const Call& c)
{
    return kUnpool(c.tensor("input"), c.tensor("indices"), size_from<Size>(c.integers("kernel_size")),
                   MaxUnpoolOptions<Size>{.stride = size_if_any<Size>(c, "stride"),
                                          .padding = size<Size>(c, "padding", 0),
                                          .output_size = unpooled_size<Size>(c)});
}

using Size1 = std::int64_t;

constexpr Binding kRows[] = {
    {"nn.functional.max_pool1d", max_pool<Size1, max_pool1d, max_pool1d_with_indices>},
    {"nn.functional.max_pool2d", max_pool<Size2, max_pool2d, max_pool2d_with_indices>},
    {"nn.functional.max_pool3d", max_pool<Size3, max_pool3d, max_pool3d_with_indices>},
    {"nn.functional.avg_pool1d", avg_pool<Size1, avg_pool1d>},
    {"nn.functional.avg_pool2d", avg_pool<Size2, avg_pool2d>},
    {"nn.functional.avg_pool3d", avg_pool<Size3, avg_pool3d>},
    {"nn.functional.adaptive_avg_pool1d", adaptive_avg_pool<Size1, adaptive_avg_pool1d>},
    {"nn.functional.adaptive_avg_pool2d", adaptive_avg_pool<Size2, adaptive_avg_pool2d>},
    {"nn.functional.adaptive_avg_pool3d", adaptive_avg_pool<Size3, adaptive_avg_pool3d>},
    {"nn.functional.adaptive_max_pool1d",
     adaptive_max_pool<Size1, adaptive_max_pool1d, adaptive_max_pool1d_with_indices>},
    {"nn.functional.adaptive_max_pool2d",
     adaptive_max_pool<Size2, adaptive_max_pool2d, adaptive_max_pool2d_with_indices>},
    {"nn.functional.adaptive_max_pool3d",
     adaptive_max_pool<Size3, adaptive_max_pool3d, adaptive_max_pool3d_with_indices>},
    {"nn.functional.lp_pool1d", lp_pool<Size1, lp_pool1d>},
    {"nn.functional.lp_pool2d", lp_pool<Size2, lp_pool2d>},
    {"nn.functional.max_unpool1d", max_unpool<Size1, max_unpool1d>},
    {"nn.functional.max_unpool2d", max_unpool<Size2, max_unpool2d>},
    {"nn.functional.max_unpool3d", max_unpool<Size3, max_unpool3d>},
};

}  // namespace

Bindings pool_bindings() { return kRows; }

}  // namespace xgrad::reference
