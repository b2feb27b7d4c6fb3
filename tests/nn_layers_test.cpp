// Every layer against PyTorch 1.13: tests/data/layers.safetensors holds, for each case, the state dict, inputs, outputs,
// gradients of sum_i sum(out_i * gout_i) with respect to inputs and parameters, and the buffers afterwards. Loading the state
// dict checks names and shapes; a missing or an unknown case fails.
#include <xgrad/data/safetensors.hpp>
#include <xgrad/nn/activations.hpp>
#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/models.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/pool.hpp>
#include <xgrad/nn/recurrent.hpp>
#include <xgrad/nn/residual.hpp>
#include <xgrad/nn/sequential.hpp>
#include <xgrad/nn/shape.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <functional>
#include <map>
#include <set>

#include "tests/expect_tensor.hpp"

using namespace xgrad;

namespace {

using Tensors = std::vector<Tensor>;

/// The file's tensors by case: "Linear/state/weight" is of the case "Linear".
class LayerData {
public:
    LayerData()
    {
        for (auto& [name, tensor] : data::read_safetensors(XGRAD_SOURCE_DIR "/tests/data/layers.safetensors").tensors) {
            const std::size_t slash = name.find('/');
            cases_[name.substr(0, slash)].emplace_back(name.substr(slash + 1), tensor);
        }
    }
    std::set<std::string> names() const
    {
        std::set<std::string> names;
        for (const auto& entry : cases_) names.insert(entry.first);
        return names;
    }
    /// Those whose name begins with "part/", without it.
    NamedTensors part(const std::string& name, const std::string& part) const
    {
        NamedTensors found;
        for (const auto& [key, tensor] : cases_.at(name))
            if (key.rfind(part + "/", 0) == 0) found.emplace_back(key.substr(part.size() + 1), tensor);
        return found;
    }
    Tensors numbered(const std::string& name, const std::string& part) const
    {
        Tensors found;
        for (const auto& [key, tensor] : cases_.at(name))
            if (key == part + std::to_string(found.size())) found.push_back(tensor);
        return found;
    }
    Tensor get(const std::string& name, const std::string& key) const
    {
        for (const auto& [other, tensor] : cases_.at(name))
            if (other == key) return tensor;
        return {};
    }

private:
    std::map<std::string, NamedTensors> cases_;
};

const LayerData& layer_data()
{
    static const LayerData kData;
    return kData;
}

constexpr double kTolerance = 1e-12;

/// One case: `call` computes the outputs from the inputs.
struct Case {
    std::string name;
    bool training;

    template <class Module, class Call>
    void check(Module& module, Call call) const
    {
        if constexpr (nn::detail::holds<Module>()) {
            nn::to(module, f64);
            nn::load_state_dict(module, layer_data().part(name, "state"));
            nn::train(module, training);
        }
        Tape tape;
        Tensors inputs = layer_data().numbered(name, "in");
        for (Tensor& x : inputs)
            if (is_floating(x.dtype())) x = tape.variable(x);
        const Tensors outputs = call(module, inputs), wanted = layer_data().numbered(name, "out");
        ASSERT_EQ(outputs.size(), wanted.size());
        const Tensors adjoints = layer_data().numbered(name, "gout");
        Tensor total = zeros({}, f64);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            EXPECT_TENSOR_NEAR(outputs[i], wanted[i], kTolerance) << "output " << i;
            total = total + sum(outputs[i] * adjoints[i]);
        }
        tape.backward(total);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const Tensor gradient = layer_data().get(name, "gin" + std::to_string(i));
            if (gradient.defined()) {
                EXPECT_TENSOR_NEAR(inputs[i].grad(), gradient, kTolerance) << "input " << i;
            }
        }
        if constexpr (nn::detail::holds<Module>()) check_state(module);
    }

    template <class Module>
    void check_state(Module& module) const
    {
        const auto parameters = nn::named_parameters(module);
        for (const auto& [key, parameter] : parameters) {
            const Tensor gradient = layer_data().get(name, "grad/" + key);
            if (gradient.defined()) {
                EXPECT_TENSOR_NEAR(parameter.grad(), gradient, kTolerance) << key;
            }
        }
        for (const auto& [key, buffer] : nn::named_buffers(module)) {
            EXPECT_TENSOR_NEAR(buffer, layer_data().get(name, "after/" + key), kTolerance) << key;
        }
    }

    /// One input, one output.
    template <class Module>
    void unary(Module module) const
    {
        check(module, [](Module& m, const Tensors& x) { return Tensors{m(x[0])}; });
    }
};

Tensors list(const RecurrentOutput& y) { return {y.output, y.h_n}; }
Tensors list(const LstmOutput& y) { return {y.output, y.h_n, y.c_n}; }

const Tensor kLengths = tensor({3}, {4, 2, 1}, i64);

using Table = std::map<std::string, std::function<void(const Case&)>>;

void add_linear_and_convolutions(Table& t)
{
    t["Linear"] = [](const Case& c) { c.unary(nn::Linear(3, 2)); };
    t["Linear_no_bias"] = [](const Case& c) { c.unary(nn::Linear(3, 2, {.bias = false})); };
    t["Bilinear"] = [](const Case& c) {
        nn::Bilinear layer(3, 2, 4);
        c.check(layer, [](auto& m, const Tensors& x) { return Tensors{m(x[0], x[1])}; });
    };
    t["Conv1d"] = [](const Case& c) { c.unary(nn::Conv1d(4, 6, 3, {.stride = 2, .padding = 1, .groups = 2})); };
    t["Conv1d_same"] = [](const Case& c) { c.unary(nn::Conv1d(2, 3, 4, {.padding = Padding::same, .dilation = 2})); };
    t["Conv2d_reflect"] = [](const Case& c) {
        c.unary(nn::Conv2d(2, 3, 3, {.padding = {2, 1}, .padding_mode = PadMode::reflect}));
    };
    t["Conv2d_circular_same"] = [](const Case& c) {
        c.unary(nn::Conv2d(2, 2, {2, 3}, {.padding = Padding::same, .padding_mode = PadMode::circular}));
    };
    t["Conv2d_replicate"] = [](const Case& c) {
        c.unary(nn::Conv2d(1, 2, 3, {.stride = 2, .padding = 1, .bias = false, .padding_mode = PadMode::replicate}));
    };
    t["Conv3d"] = [](const Case& c) {
        c.unary(nn::Conv3d(2, 2, {2, 3, 2}, {.stride = {1, 2, 1}, .padding = {1, 0, 1}}));
    };
    t["ConvTranspose1d"] = [](const Case& c) {
        c.unary(nn::ConvTranspose1d(3, 4, 3, {.stride = 2, .padding = 1, .output_padding = 1}));
    };
    t["ConvTranspose2d"] = [](const Case& c) {
        c.unary(
            nn::ConvTranspose2d(4, 6, {3, 2}, {.stride = {2, 1}, .padding = {1, 0}, .groups = 2, .dilation = {1, 2}}));
    };
    t["ConvTranspose3d"] = [](const Case& c) { c.unary(nn::ConvTranspose3d(2, 1, 2, {.stride = 2, .bias = false})); };
}

void add_norms(Table& t)
{
    t["BatchNorm1d"] = t["BatchNorm1d_eval"] = [](const Case& c) { c.unary(nn::BatchNorm1d(3)); };
    t["BatchNorm1d_cumulative"] = [](const Case& c) {
        c.unary(nn::BatchNorm1d(3, {.eps = 1e-3, .momentum = std::nullopt}));
    };
    t["BatchNorm2d"] = [](const Case& c) { c.unary(nn::BatchNorm2d(2, {.momentum = 0.3})); };
    t["BatchNorm2d_untracked"] = [](const Case& c) {
        c.unary(nn::BatchNorm2d(2, {.affine = false, .track_running_stats = false}));
    };
    t["BatchNorm3d"] = [](const Case& c) { c.unary(nn::BatchNorm3d(2, {.affine = false})); };
    t["InstanceNorm1d"] = [](const Case& c) { c.unary(nn::InstanceNorm1d(3, {.affine = true})); };
    t["InstanceNorm2d_tracked"] = [](const Case& c) { c.unary(nn::InstanceNorm2d(2, {.track_running_stats = true})); };
    t["InstanceNorm2d_tracked_eval"] = [](const Case& c) {
        c.unary(nn::InstanceNorm2d(2, {.affine = true, .track_running_stats = true}));
    };
    t["InstanceNorm3d_single"] = [](const Case& c) { c.unary(nn::InstanceNorm3d(2)); };
    t["LayerNorm"] = [](const Case& c) { c.unary(nn::LayerNorm({3, 4})); };
    t["LayerNorm_plain"] = [](const Case& c) { c.unary(nn::LayerNorm(4, {.eps = 1e-2, .elementwise_affine = false})); };
    t["GroupNorm"] = [](const Case& c) { c.unary(nn::GroupNorm(2, 4)); };
    t["LocalResponseNorm"] = [](const Case& c) {
        c.unary(nn::LocalResponseNorm{3, {.alpha = 0.1, .beta = 0.5, .k = 2}});
    };
}

void add_embeddings(Table& t)
{
    t["Embedding"] = [](const Case& c) { c.unary(nn::Embedding(5, 3, {.padding_idx = 1})); };
    t["Embedding_max_norm"] = [](const Case& c) {
        c.unary(nn::Embedding(5, 3, {.max_norm = 0.5, .scale_grad_by_freq = true}));
    };
    t["EmbeddingBag"] = [](const Case& c) {
        nn::EmbeddingBag layer(6, 3);
        c.check(layer, [](auto& m, const Tensors& x) { return Tensors{m(x[0], x[1])}; });
    };
    t["EmbeddingBag_sum_weighted"] = [](const Case& c) {
        nn::EmbeddingBag layer(6, 3, {.mode = BagMode::sum});
        c.check(layer, [](auto& m, const Tensors& x) { return Tensors{m(x[0], {}, x[1])}; });
    };
}

void add_recurrent(Table& t)
{
    t["RNN"] = [](const Case& c) {
        nn::RNN layer(3, 4, {.num_layers = 2, .nonlinearity = nn::Nonlinearity::relu});
        c.check(layer, [](auto& m, const Tensors& x) { return list(m(x[0], x[1])); });
    };
    t["RNN_single"] = [](const Case& c) {
        nn::RNN layer(3, 4, {.bias = false, .bidirectional = true});
        c.check(layer, [](auto& m, const Tensors& x) { return list(m(x[0])); });
    };
    t["LSTM"] = [](const Case& c) {
        nn::LSTM layer(3, 4, {.num_layers = 2, .batch_first = true, .bidirectional = true});
        c.check(layer, [](auto& m, const Tensors& x) { return list(m(x[0])); });
    };
    t["LSTM_states"] = [](const Case& c) {
        nn::LSTM layer(3, 4);
        c.check(layer, [](auto& m, const Tensors& x) { return list(m(x[0], {x[1], x[2]})); });
    };
    t["GRU"] = [](const Case& c) {
        nn::GRU layer(3, 4, {.num_layers = 2});
        c.check(layer, [](auto& m, const Tensors& x) { return list(m(x[0], x[1])); });
    };
    t["LSTM_lengths"] = [](const Case& c) {
        nn::LSTM layer(3, 4, {.num_layers = 2, .bidirectional = true});
        c.check(layer, [](auto& m, const Tensors& x) { return list(m(x[0], {}, kLengths)); });
    };
    t["GRU_lengths"] = [](const Case& c) {
        nn::GRU layer(3, 4, {.batch_first = true});
        c.check(layer, [](auto& m, const Tensors& x) { return list(m(x[0], x[1], kLengths)); });
    };
    t["RNN_lengths"] = [](const Case& c) {
        nn::RNN layer(3, 2, {.bidirectional = true});
        c.check(layer, [](auto& m, const Tensors& x) { return list(m(x[0], {}, kLengths)); });
    };
    t["RNNCell"] = [](const Case& c) {
        nn::RNNCell layer(3, 4, {.nonlinearity = nn::Nonlinearity::relu});
        c.check(layer, [](auto& m, const Tensors& x) { return Tensors{m(x[0], x[1])}; });
    };
    t["LSTMCell"] = [](const Case& c) {
        nn::LSTMCell layer(3, 4);
        c.check(layer, [](auto& m, const Tensors& x) {
            const LstmState y = m(x[0], {x[1], x[2]});
            return Tensors{y.h, y.c};
        });
    };
    t["GRUCell"] = [](const Case& c) { c.unary(nn::GRUCell(3, 4, {.bias = false})); };
}

void add_attention(Table& t)
{
    const auto attend = [](auto& m, const Tensors& x) {
        const MultiHeadAttentionOutput y = m(x[0], x[1], x[2]);
        return Tensors{y.output, y.weights};
    };
    t["MultiheadAttention"] = [=](const Case& c) {
        nn::MultiheadAttention layer(4, 2);
        c.check(layer, attend);
    };
    t["MultiheadAttention_kdim"] = [=](const Case& c) {
        nn::MultiheadAttention layer(
            4, 2, {.add_bias_kv = true, .add_zero_attn = true, .kdim = 3, .vdim = 5, .batch_first = true});
        c.check(layer, attend);
    };
    const nn::TransformerOptions small{.dim_feedforward = 6, .dropout = 0};
    t["TransformerEncoderLayer"] = [=](const Case& c) { c.unary(nn::TransformerEncoderLayer(4, 2, small)); };
    t["TransformerEncoderLayer_pre_norm"] = [](const Case& c) {
        c.unary(nn::TransformerEncoderLayer(4, 2,
                                            {.dim_feedforward = 6,
                                             .dropout = 0,
                                             .activation = TransformerActivation::gelu,
                                             .batch_first = true,
                                             .norm_first = true}));
    };
    t["TransformerDecoderLayer"] = [=](const Case& c) {
        nn::TransformerDecoderLayer layer(4, 2, small);
        c.check(layer, [](auto& m, const Tensors& x) {
            return Tensors{m(x[0], x[1], {.tgt_mask = nn::square_subsequent_mask(3, f64)})};
        });
    };
    t["TransformerEncoder"] = [](const Case& c) {
        c.unary(nn::TransformerEncoder(nn::TransformerEncoderLayer(4, 1, {.dim_feedforward = 3, .dropout = 0}), 2,
                                       nn::LayerNorm(4)));
    };
}

void add_activations(Table& t)
{
    t["PReLU"] = [](const Case& c) { c.unary(nn::PReLU(3)); };
    t["ReLU6"] = [](const Case& c) { c.unary(nn::ReLU6{}); };
    t["LeakyReLU"] = [](const Case& c) { c.unary(nn::LeakyReLU{0.2}); };
    t["ELU"] = [](const Case& c) { c.unary(nn::ELU{0.5}); };
    t["SELU"] = [](const Case& c) { c.unary(nn::SELU{}); };
    t["CELU"] = [](const Case& c) { c.unary(nn::CELU{2}); };
    t["GELU"] = [](const Case& c) { c.unary(nn::GELU{GeluApproximation::tanh}); };
    t["SiLU"] = [](const Case& c) { c.unary(nn::SiLU{}); };
    t["Mish"] = [](const Case& c) { c.unary(nn::Mish{}); };
    t["LogSigmoid"] = [](const Case& c) { c.unary(nn::LogSigmoid{}); };
    t["Hardsigmoid"] = [](const Case& c) { c.unary(nn::Hardsigmoid{}); };
    t["Hardswish"] = [](const Case& c) { c.unary(nn::Hardswish{}); };
    t["Hardtanh"] = [](const Case& c) { c.unary(nn::Hardtanh{-0.5, 2}); };
    t["Tanhshrink"] = [](const Case& c) { c.unary(nn::Tanhshrink{}); };
    t["Hardshrink"] = [](const Case& c) { c.unary(nn::Hardshrink{0.3}); };
    t["Softshrink"] = [](const Case& c) { c.unary(nn::Softshrink{0.3}); };
    t["Softplus"] = [](const Case& c) { c.unary(nn::Softplus{2, 3}); };
    t["Softsign"] = [](const Case& c) { c.unary(nn::Softsign{}); };
    t["Threshold"] = [](const Case& c) { c.unary(nn::Threshold{0.1, -2}); };
    t["GLU"] = [](const Case& c) { c.unary(nn::GLU{1}); };
    t["Softmax"] = [](const Case& c) { c.unary(nn::Softmax{1}); };
    t["LogSoftmax"] = [](const Case& c) { c.unary(nn::LogSoftmax{0}); };
    t["Softmin"] = [](const Case& c) { c.unary(nn::Softmin{1}); };
}

void add_pools_and_shapes(Table& t)
{
    t["MaxPool1d"] = [](const Case& c) { c.unary(nn::MaxPool1d{3, {.stride = 2, .padding = 1}}); };
    t["MaxPool2d"] = [](const Case& c) { c.unary(nn::MaxPool2d{{2, 3}, {.ceil_mode = true}}); };
    t["MaxPool3d"] = [](const Case& c) { c.unary(nn::MaxPool3d{2}); };
    t["AvgPool1d"] = [](const Case& c) { c.unary(nn::AvgPool1d{3, {.padding = 1, .count_include_pad = false}}); };
    t["AvgPool2d"] = [](const Case& c) { c.unary(nn::AvgPool2d{2, {.stride = 1}}); };
    t["AvgPool3d"] = [](const Case& c) { c.unary(nn::AvgPool3d{2, {.divisor_override = 3}}); };
    t["AdaptiveAvgPool1d"] = [](const Case& c) { c.unary(nn::AdaptiveAvgPool1d{3}); };
    t["AdaptiveAvgPool2d"] = [](const Case& c) { c.unary(nn::AdaptiveAvgPool2d{{3, kSameSize}}); };
    t["AdaptiveAvgPool3d"] = [](const Case& c) { c.unary(nn::AdaptiveAvgPool3d{2}); };
    t["AdaptiveMaxPool1d"] = [](const Case& c) { c.unary(nn::AdaptiveMaxPool1d{2}); };
    t["AdaptiveMaxPool2d"] = [](const Case& c) { c.unary(nn::AdaptiveMaxPool2d{2}); };
    t["AdaptiveMaxPool3d"] = [](const Case& c) { c.unary(nn::AdaptiveMaxPool3d{{1, 2, 2}}); };
    t["LPPool1d"] = [](const Case& c) { c.unary(nn::LPPool1d{2, 3, {.stride = 2}}); };
    t["LPPool2d"] = [](const Case& c) { c.unary(nn::LPPool2d{3, 2}); };
    t["Flatten"] = [](const Case& c) { c.unary(nn::Flatten{1, 2}); };
    t["Unflatten"] = [](const Case& c) { c.unary(nn::Unflatten{1, {2, 3}}); };
    t["Upsample"] = [](const Case& c) {
        c.unary(nn::Upsample{{.scale_factor = {2}, .mode = InterpolateMode::bilinear, .align_corners = true}});
    };
    t["PixelShuffle"] = [](const Case& c) { c.unary(nn::PixelShuffle{2}); };
    t["PixelUnshuffle"] = [](const Case& c) { c.unary(nn::PixelUnshuffle{2}); };
    t["BasicBlock"] = [](const Case& c) { c.unary(nn::BasicBlock(2, 3, 2)); };
    t["Residual"] = [](const Case& c) {
        nn::Sequential body{nn::Linear(3, 3)};
        c.check(body, [](auto& m, const Tensors& x) {
            nn::Residual residual{std::move(m)};
            Tensors y{residual(x[0])};
            m = std::move(residual.body);
            return y;
        });
    };
}

Table all_layers()
{
    Table table;
    add_linear_and_convolutions(table);
    add_norms(table);
    add_embeddings(table);
    add_recurrent(table);
    add_attention(table);
    add_activations(table);
    add_pools_and_shapes(table);
    return table;
}

class Layers : public ::testing::TestWithParam<std::string> {};

TEST_P(Layers, ComputeWhatPyTorchComputes)
{
    static const Table kTable = all_layers();
    const bool evaluation = GetParam().find("_eval") != std::string::npos || GetParam() == "BatchNorm2d_untracked";
    ASSERT_TRUE(kTable.count(GetParam())) << "no row for this case";
    kTable.at(GetParam())({GetParam(), !evaluation});
}

INSTANTIATE_TEST_SUITE_P(PyTorch, Layers, ::testing::ValuesIn(layer_data().names()),
                         [](const auto& instance) { return instance.param; });

TEST(LayerData, HasACaseForEveryRow)
{
    const std::set<std::string> cases = layer_data().names();
    for (const auto& row : all_layers()) EXPECT_TRUE(cases.count(row.first)) << row.first;
}

}  // namespace
