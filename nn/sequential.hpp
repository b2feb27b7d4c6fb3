#pragma once

#include <xgrad/nn/members.hpp>
#include <xgrad/record.hpp>

#include <tuple>
#include <utility>

namespace xgrad::nn {

/// Layers applied one after the other: nn::Sequential net{nn::Linear{2, 8}, nn::Tanh{}, nn::Linear{8, 1}};
/// A layer is anything callable with a tensor. Parameters are named by position: "0.weight", "2.weight".
template <class... Layers>
class Sequential {
public:
    explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

    Tensor operator()(const Input& x)
    {
        return std::apply([&](auto&... layer) { return apply(x, layer...); }, layers_);
    }
    Tensor operator()(const Input& x) const
    {
        return std::apply([&](const auto&... layer) { return apply(x, layer...); }, layers_);
    }

    /// The layer at position I.
    template <std::size_t I>
    auto& get()
    {
        return std::get<I>(layers_);
    }

    static constexpr const char* xgrad_names() { return ""; }  // numbered
    auto& xgrad_members() { return layers_; }

private:
    static Tensor apply(const Input& x) { return *x; }
    template <class First, class... Rest>
    static Tensor apply(const Input& x, First& first, Rest&... rest)
    {
        const Tensor y = first(x);
        return apply({y, x.file(), x.line()}, rest...);
    }

    std::tuple<Layers...> layers_;
};

}  // namespace xgrad::nn
