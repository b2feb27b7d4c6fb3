#include "tests/training/network.hpp"

#include <xgrad/nn/activations.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/recurrent.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <map>
#include <stdexcept>

#include "tests/training/options.hpp"

namespace xgrad::training {
namespace {

/// A number for all axes, or a list with one for each.
template <class Size>
Size size(Options& o, const char* name)
{
    const Json& value = o.json(name);
    if (!value.is_array()) return Size(value.get<std::int64_t>());
    const auto n = value.get<std::vector<std::int64_t>>();
    if constexpr (std::is_same_v<Size, std::int64_t>)
        return n.at(0);
    else if constexpr (std::is_same_v<Size, Size2>)
        return {n.at(0), n.at(1)};
    else
        return {n.at(0), n.at(1), n.at(2)};
}
template <class Size>
Size size(Options& o, const char* name, Size otherwise)
{
    return o.has(name) ? size<Size>(o, name) : otherwise;
}

using Maker = std::function<NetworkLayer(Options&)>;

template <class Module, class Call>
NetworkLayer with_module(Module module, Call call)
{
    const auto owner = std::make_shared<Module>(std::move(module));
    nn::to(*owner, f64);
    return {{}, [owner, call](const Tensor& x) { return call(*owner, x); }, owner, nn::ModuleRef(*owner)};
}

template <class Module>
NetworkLayer with_module(Module module)
{
    return with_module(std::move(module), [](Module& m, const Tensor& x) { return m(x); });
}

NetworkLayer plain(std::function<Tensor(const Tensor&)> call) { return {{}, std::move(call), {}, {}}; }

template <class Size>
NetworkLayer conv(Options& o)
{
    const std::int64_t in = o.value<std::int64_t>("in_channels"), out = o.value<std::int64_t>("out_channels");
    return with_module(nn::Conv<Size>(in, out, size<Size>(o, "kernel_size"),
                                      {.stride = size<Size>(o, "stride", 1),
                                       .padding = size<Size>(o, "padding", 0),
                                       .dilation = size<Size>(o, "dilation", 1),
                                       .groups = o.value<std::int64_t>("groups", 1),
                                       .bias = o.value<bool>("bias", true)}));
}

template <int Axes>
NetworkLayer batch_norm(Options& o)
{
    return with_module(nn::BatchNorm<Axes>(o.value<std::int64_t>("num_features"),
                                           {.eps = o.value<double>("eps", 1e-5),
                                            .momentum = o.value<double>("momentum", 0.1),
                                            .affine = o.value<bool>("affine", true),
                                            .track_running_stats = o.value<bool>("track_running_stats", true)}));
}

template <class Layer>
NetworkLayer recurrent(Options& o)
{
    const std::int64_t in = o.value<std::int64_t>("input_size"), hidden = o.value<std::int64_t>("hidden_size");
    const auto f = o.value<std::string>("nonlinearity", "tanh");
    return with_module(Layer(in, hidden,
                             {.num_layers = o.value<std::int64_t>("num_layers", 1),
                              .bias = o.value<bool>("bias", true),
                              .batch_first = o.value<bool>("batch_first", false),
                              .dropout = o.value<double>("dropout", 0),
                              .bidirectional = o.value<bool>("bidirectional", false),
                              .nonlinearity = f == "relu" ? nn::Nonlinearity::relu : nn::Nonlinearity::tanh}),
                       [](Layer& m, const Tensor& x) { return m(x).output; });
}

NetworkLayer layer_norm(Options& o)
{
    const auto read = o.has("normalized_shape") ? "normalized_shape" : "last_axis";
    std::vector<std::int64_t> shape;
    try {
        shape = {o.value<std::int64_t>(read)};
    } catch (const Json::exception&) {
        shape = o.value<std::vector<std::int64_t>>(read);
    }
    return with_module(nn::LayerNorm(shape, {.eps = o.value<double>("eps", 1e-5)}));
}

NetworkLayer group_norm(Options& o)
{
    const std::int64_t groups = o.value<std::int64_t>("num_groups"), channels = o.value<std::int64_t>("num_channels");
    return with_module(nn::GroupNorm(groups, channels, {.eps = o.value<double>("eps", 1e-5)}));
}

NetworkLayer linear(Options& o)
{
    const std::int64_t in = o.value<std::int64_t>("in_features"), out = o.value<std::int64_t>("out_features");
    return with_module(nn::Linear(in, out, {.bias = o.value<bool>("bias", true)}));
}

template <class Size, class Pool>
NetworkLayer max_pool(Options& o, Pool pool)
{
    const auto kernel = size<Size>(o, "kernel_size");
    const MaxPoolOptions<Size> options{.stride = size<Size>(o, "stride", kernel),
                                       .padding = size<Size>(o, "padding", 0),
                                       .ceil_mode = o.value<bool>("ceil_mode", false)};
    return plain([=](const Tensor& x) { return pool(x, kernel, options); });
}

template <class Size, class Pool>
NetworkLayer avg_pool(Options& o, Pool pool)
{
    const auto kernel = size<Size>(o, "kernel_size");
    const AvgPoolOptions<Size> options{.stride = size<Size>(o, "stride", kernel),
                                       .padding = size<Size>(o, "padding", 0),
                                       .ceil_mode = o.value<bool>("ceil_mode", false),
                                       .count_include_pad = o.value<bool>("count_include_pad", true)};
    return plain([=](const Tensor& x) { return pool(x, kernel, options); });
}

template <class Pool>
NetworkLayer adaptive_pool(Options& o, Pool pool)
{
    const Size2 output_size = size<Size2>(o, "output_size");
    return plain([=](const Tensor& x) { return pool(x, output_size); });
}

/// An activation without options.
template <class Layer>
Maker simple()
{
    return [](Options&) { return plain([](const Tensor& x) { return Layer{}(x); }); };
}

const std::map<std::string, Maker>& makers()
{
    static const std::map<std::string, Maker> kMakers = {
        {"Linear", linear},
        {"Conv1d", conv<std::int64_t>},
        {"Conv2d", conv<Size2>},
        {"Conv3d", conv<Size3>},
        {"BatchNorm1d", batch_norm<1>},
        {"BatchNorm2d", batch_norm<2>},
        {"BatchNorm3d", batch_norm<3>},
        {"LayerNorm", layer_norm},
        {"GroupNorm", group_norm},
        {"RNN", recurrent<nn::RNN>},
        {"LSTM", recurrent<nn::LSTM>},
        {"GRU", recurrent<nn::GRU>},
        {"relu", simple<nn::ReLU>()},
        {"tanh", simple<nn::Tanh>()},
        {"sigmoid", simple<nn::Sigmoid>()},
        {"gelu", simple<nn::GELU>()},
        {"silu", simple<nn::SiLU>()},
        {"selu", simple<nn::SELU>()},
        {"mish", simple<nn::Mish>()},
        {"softplus", simple<nn::Softplus>()},
        {"hardswish", simple<nn::Hardswish>()},
        {"hardtanh", simple<nn::Hardtanh>()},
        {"relu6", simple<nn::ReLU6>()},
        {"softsign", simple<nn::Softsign>()},
        {"elu",
         [](Options& o) { return plain([a = o.value<double>("alpha", 1)](const Tensor& x) { return elu(x, a); }); }},
        {"leaky_relu",
         [](Options& o) {
             return plain([a = o.value<double>("negative_slope", 0.01)](const Tensor& x) { return leaky_relu(x, a); });
         }},
        {"max_pool1d",
         [](Options& o) {
             return max_pool<std::int64_t>(o, [](auto& x, auto k, auto p) { return max_pool1d(x, k, p); });
         }},
        {"max_pool2d",
         [](Options& o) { return max_pool<Size2>(o, [](auto& x, auto k, auto p) { return max_pool2d(x, k, p); }); }},
        {"avg_pool1d",
         [](Options& o) {
             return avg_pool<std::int64_t>(o, [](auto& x, auto k, auto p) { return avg_pool1d(x, k, p); });
         }},
        {"avg_pool2d",
         [](Options& o) { return avg_pool<Size2>(o, [](auto& x, auto k, auto p) { return avg_pool2d(x, k, p); }); }},
        {"adaptive_avg_pool2d",
         [](Options& o) { return adaptive_pool(o, [](auto& x, auto s) { return adaptive_avg_pool2d(x, s); }); }},
        {"adaptive_max_pool2d",
         [](Options& o) { return adaptive_pool(o, [](auto& x, auto s) { return adaptive_max_pool2d(x, s); }); }},
        {"flatten",
         [](Options& o) {
             return plain(
                 [start = o.value<std::int64_t>("start_dim", 1)](const Tensor& x) { return flatten(x, start); });
         }},
        {"last_time_step", [](Options&) { return plain([](const Tensor& x) { return select(x, 1, -1); }); }},
        {"mean_over_time", [](Options&) { return plain([](const Tensor& x) { return mean(x, 1); }); }},
    };
    return kMakers;
}

}  // namespace

Network::Network(const Json& layers)
{
    for (const Json& entry : layers) {
        const std::string kind = entry.at("layer");
        if (makers().count(kind) == 0) throw std::invalid_argument("layer " + kind + " is unknown");
        Options options(entry, {"layer", "name"});
        NetworkLayer layer = makers().at(kind)(options);
        options.finish();
        layer.name = entry.value("name", "");
        layers_.push_back(std::move(layer));
    }
}

Tensor Network::operator()(Tensor x) const
{
    for (const NetworkLayer& layer : layers_) x = layer.call(x);
    return x;
}

void Network::train(bool training)
{
    for (NetworkLayer& layer : layers_)
        if (layer.module) nn::train(*layer.module, training);
}

void Network::load(const NamedTensors& state)
{
    std::size_t used = 0;
    for (NetworkLayer& layer : layers_) {
        if (!layer.module) continue;
        NamedTensors own;
        for (const auto& [name, x] : state)
            if (name.rfind(layer.name + ".", 0) == 0) own.emplace_back(name.substr(layer.name.size() + 1), x);
        nn::load_state_dict(*layer.module, own);
        used += own.size();
    }
    if (used != state.size()) throw std::invalid_argument("the start state has entries that no layer has");
}

std::vector<NamedParameter> Network::parameters() const
{
    std::vector<NamedParameter> list;
    for (const NetworkLayer& layer : layers_)
        if (layer.module)
            for (const auto& [name, parameter] : nn::named_parameters(*layer.module))
                list.push_back({layer.name + "." + name, parameter});
    return list;
}

NamedTensors Network::state() const
{
    NamedTensors list;
    for (const NetworkLayer& layer : layers_)
        if (layer.module)
            for (const auto& [name, x] : nn::state_dict(*layer.module)) list.emplace_back(layer.name + "." + name, x);
    return list;
}

}  // namespace xgrad::training
