#include <xgrad/error.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/models.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include "nn/check.hpp"

namespace xgrad::nn {
namespace {

using xgrad::detail::error_text;

Tensor activate(MlpActivation f, const Tensor& x)
{
    switch (f) {
        case MlpActivation::relu:
            return relu(x);
        case MlpActivation::tanh:
            return tanh(x);
        case MlpActivation::sigmoid:
            return sigmoid(x);
        case MlpActivation::gelu:
            return gelu(x);
        case MlpActivation::identity:
            break;
    }
    return x;
}

/// The mean over all positions of images: (N, C, H, W) -> (N, C).
Tensor mean_of_positions(const Tensor& x) { return mean(x, {2, 3}); }

}  // namespace

// ---- layers of sums -------------------------------------------------------------------------------------------------

Perceptron::Perceptron(std::int64_t in_features) : linear(in_features, 1)
{
    linear.weight = zeros({1, in_features});
    linear.bias = zeros({1});
}

Tensor Perceptron::operator()(const Input& x) const
{
    const Tensor u = squeeze(linear(x), -1);
    return to(gt(u, 0), u.dtype());
}

MLP::MLP(std::vector<std::int64_t> sizes, MlpOptions o) : dropout(o.dropout), options(o)
{
    if (sizes.size() < 2)
        throw ShapeError(error_text("MLP", std::to_string(sizes.size()) + " sizes",
                                    "two or more: inputs, hidden layers, outputs", "MLP{{2, 8, 1}}"));
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) layers.emplace_back(sizes[i], sizes[i + 1]);
}

Tensor MLP::operator()(const Input& x) const
{
    Tensor y = layers.front()(x);
    for (std::size_t i = 1; i < layers.size(); ++i) {
        y = activate(options.activation, y);
        if (options.dropout > 0) y = dropout(y);
        y = layers[i]({y, x.file(), x.line()});
    }
    return y;
}

Autoencoder::Autoencoder(const std::vector<std::int64_t>& sizes, MlpOptions o)
    : encoder(sizes, o), decoder({sizes.rbegin(), sizes.rend()}, o)
{
}

// ---- images ---------------------------------------------------------------------------------------------------------

LeNet5::LeNet5(std::int64_t classes)
    : conv1(1, 6, 5, {.padding = 2}), conv2(6, 16, 5), fc1(400, 120), fc2(120, 84), fc3(84, classes)
{
}

Tensor LeNet5::operator()(const Input& image) const
{
    Tensor x = max_pool2d(relu(conv1(image)), 2);
    x = max_pool2d(relu(conv2(x)), 2);
    return fc3(relu(fc2(relu(fc1(flatten(x, 1))))));
}

namespace {

/// f(a) = A tanh(S a), with A = 1.7159 and S = 2/3, so that f(1) = 1 and f(-1) = -1 (appendix A).
Tensor squashed(const Tensor& x) { return tanh(x * (2.0 / 3)) * 1.7159; }

/// Table I: which of the 6 maps each of the 16 maps of C3 sees.
constexpr const char* kConnections[16] = {"012",  "123",  "234",  "345",  "045",  "015",  "0123", "1234",
                                          "2345", "0345", "0145", "0125", "0134", "1245", "0235", "012345"};

std::vector<Tensor> maps(const Tensor& x, const char* numbers)
{
    std::vector<Tensor> some;
    for (; *numbers; ++numbers) some.push_back(narrow(x, 1, *numbers - '0', 1));
    return some;
}

}  // namespace

SubSampling::SubSampling(std::int64_t channels)
    : coefficient(init::uniform({channels}, -0.5, 0.5), "SubSampling.coefficient"),
      bias(init::uniform({channels}, -0.5, 0.5), "SubSampling.bias")
{
}

Tensor SubSampling::operator()(const Input& x) const
{
    const std::int64_t channels = coefficient.sizes()[0];
    const Tensor sums = avg_pool2d(x, 2, {.divisor_override = 1});
    return squashed(sums * reshape(coefficient, {channels, 1, 1}) + reshape(bias, {channels, 1, 1}));
}

LeNet5Original::LeNet5Original(std::int64_t classes)
    : c1(1, 6, 5), s2(6), s4(16), c5(16, 120, 5), f6(120, 84), output(84, classes)
{
    for (const char* connections : kConnections)
        c3.emplace_back(static_cast<std::int64_t>(std::string(connections).size()), 1, 5);
}

Tensor LeNet5Original::operator()(const Input& image) const
{
    const bool small = image->ndim() == 4 && image->size(-1) == 28;
    const Tensor x = s2(c1(small ? pad(image, {2, 2, 2, 2}) : *image));
    std::vector<Tensor> third;
    for (std::size_t i = 0; i < c3.size(); ++i) third.push_back(c3[i](cat(maps(x, kConnections[i]), 1)));
    const Tensor fifth = squashed(c5(s4(cat(third, 1))));
    return output(squashed(f6(flatten(fifth, 1))));
}

namespace {

std::int64_t flat_size(std::int64_t image, const std::vector<std::int64_t>& widths)
{
    if (widths.empty() || image < 1 || image % (std::int64_t{1} << std::min<std::size_t>(widths.size(), 62)) != 0)
        throw ShapeError(error_text(
            "VGG", std::to_string(widths.size()) + " blocks for images of " + std::to_string(image) + " pixels",
            "one block or more, and the size can be halved once a block", "pad the images, or leave blocks out"));
    const std::int64_t left = image >> widths.size();
    return widths.back() * left * left;
}

/// Shared by the const form, for evaluation, and the one that updates running statistics.
template <class Net>
Tensor vgg(Net& net, const Input& image)
{
    Tensor x = *image;
    for (std::size_t i = 0; i < net.convs.size(); ++i) {
        x = relu(net.norms[i](net.convs[i]({x, image.file(), image.line()})));
        if (i % 2 == 1) x = max_pool2d(x, 2);
    }
    return net.fc(flatten(x, 1));
}

template <class Block>
Tensor basic_block(Block& b, const Input& x)
{
    const Tensor y = b.bn2(b.conv2(relu(b.bn1(b.conv1(x)))));
    return relu(add(y, b.downsample ? b.downsample->norm(b.downsample->conv(x)) : *x));
}

template <class Net>
Tensor resnet(Net& net, const Input& image)
{
    Tensor x = relu(net.bn1(net.conv1(image)));
    if (net.max_pool) x = max_pool2d(x, 3, {.stride = 2, .padding = 1});
    for (auto* stage : {&net.layer1, &net.layer2, &net.layer3, &net.layer4})
        for (auto& block : *stage) x = block(x);
    return net.fc(mean_of_positions(x));
}

std::vector<BasicBlock> stage(std::int64_t in, std::int64_t out, std::int64_t blocks, std::int64_t stride)
{
    std::vector<BasicBlock> list;
    for (std::int64_t i = 0; i < blocks; ++i) list.emplace_back(i == 0 ? in : out, out, i == 0 ? stride : 1);
    return list;
}

/// Start of torchvision's residual networks: normal with variance 2 / fan_out.
void start(Conv2d& conv) { conv.weight = init::kaiming_normal(conv.weight.sizes(), {.mode = init::FanMode::out}); }

}  // namespace

VGG::VGG(std::int64_t in_channels, std::int64_t image_size, std::int64_t classes, std::vector<std::int64_t> widths)
    : fc(flat_size(image_size, widths), classes)
{
    std::int64_t before = in_channels;
    for (const std::int64_t width : widths)
        for (int i = 0; i < 2; ++i) {
            convs.emplace_back(before, width, 3, Conv2dOptions{.padding = 1, .bias = false});
            norms.emplace_back(width);
            before = width;
        }
}

Tensor VGG::operator()(const Input& x) { return vgg(*this, x); }
Tensor VGG::operator()(const Input& x) const { return vgg(*this, x); }

BasicBlock::BasicBlock(std::int64_t in, std::int64_t out, std::int64_t stride)
    : conv1(in, out, 3, {.stride = stride, .padding = 1, .bias = false}),
      bn1(out),
      conv2(out, out, 3, {.padding = 1, .bias = false}),
      bn2(out)
{
    start(conv1);
    start(conv2);
    if (in == out && stride == 1) return;
    downsample.emplace(Downsample{Conv2d(in, out, 1, {.stride = stride, .bias = false}), BatchNorm2d(out)});
    start(downsample->conv);
}

Tensor BasicBlock::operator()(const Input& x) { return basic_block(*this, x); }
Tensor BasicBlock::operator()(const Input& x) const { return basic_block(*this, x); }

ResNet ResNet::resnet20(std::int64_t classes, std::int64_t in_channels)
{
    ResNet net{.conv1 = Conv2d(in_channels, 16, 3, {.padding = 1, .bias = false}),
               .bn1 = BatchNorm2d(16),
               .max_pool = false,
               .layer1 = stage(16, 16, 3, 1),
               .layer2 = stage(16, 32, 3, 2),
               .layer3 = stage(32, 64, 3, 2),
               .layer4 = {},
               .fc = Linear(64, classes)};
    start(net.conv1);
    return net;
}

ResNet ResNet::resnet18(std::int64_t classes, std::int64_t in_channels)
{
    ResNet net{.conv1 = Conv2d(in_channels, 64, 7, {.stride = 2, .padding = 3, .bias = false}),
               .bn1 = BatchNorm2d(64),
               .max_pool = true,
               .layer1 = stage(64, 64, 2, 1),
               .layer2 = stage(64, 128, 2, 2),
               .layer3 = stage(128, 256, 2, 2),
               .layer4 = stage(256, 512, 2, 2),
               .fc = Linear(512, classes)};
    start(net.conv1);
    return net;
}

Tensor ResNet::operator()(const Input& x) { return resnet(*this, x); }
Tensor ResNet::operator()(const Input& x) const { return resnet(*this, x); }

// ---- sequences ------------------------------------------------------------------------------------------------------

LSTMClassifier::LSTMClassifier(std::int64_t input_size, std::int64_t hidden_size, std::int64_t classes,
                               RecurrentOptions o)
    : lstm(input_size, hidden_size, o), fc((o.bidirectional ? 2 : 1) * hidden_size, classes)
{
}

Tensor LSTMClassifier::operator()(const Input& x, const Tensor& lengths) const
{
    const Tensor h = lstm(x, {}, lengths).h_n;  // (L D, N, H): the last layer's come last
    if (!lstm.options.bidirectional) return fc(select(h, 0, -1));
    return fc(cat({select(h, 0, -2), select(h, 0, -1)}, -1));
}

TransformerClassifier::TransformerClassifier(std::int64_t tokens, std::int64_t d_model, std::int64_t classes,
                                             const TransformerClassifierOptions& o)
    : embedding(tokens, d_model),
      positions(d_model, {.max_len = o.max_len, .dropout = o.layer.dropout, .batch_first = o.layer.batch_first}),
      encoder(TransformerEncoderLayer(d_model, o.heads, o.layer), o.layers,
              o.layer.norm_first ? std::optional<LayerNorm>(LayerNorm(d_model)) : std::nullopt),
      fc(d_model, classes)
{
}

Tensor TransformerClassifier::operator()(const Tensor& tokens, const Tensor& padding) const
{
    const bool batch_first = positions.options.batch_first;
    const Tensor x = positions(embedding(tokens));
    const Tensor y = encoder(x, {.src_key_padding_mask = padding});
    if (!padding.defined()) return fc(mean(y, batch_first ? 1 : 0));
    const Tensor counts = to(logical_not(batch_first ? padding : transpose(padding)), y.dtype());
    const Tensor total = sum(y * unsqueeze(counts, -1), batch_first ? 1 : 0);
    return fc(total / unsqueeze(sum(counts, batch_first ? 1 : 0), -1));
}

}  // namespace xgrad::nn
