#pragma once

// Ready models: plain structs of layers, as users write them. Classifiers give raw scores, one for each class.

#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/recurrent.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace xgrad::nn {

/// One unit with a threshold: 1 where w x + b > 0, else 0. x: (..., in)   y: (...). It has no useful gradient; it learns by
/// the perceptron rule. Source: Rosenblatt (1958).
struct Perceptron {
    explicit Perceptron(std::int64_t in_features);  // starts with zeros
    Tensor operator()(const Input& x) const;

    Linear linear;
    XGRAD_MODULE(Perceptron, linear)
};

enum class MlpActivation : unsigned char { relu, tanh, sigmoid, gelu, identity };

struct MlpOptions {
    MlpActivation activation = MlpActivation::relu;  ///< behind every layer but the last
    double dropout = 0;                              ///< behind every activation
};

/// Linear layers of the sizes given, inputs first: MLP{{784, 128, 10}}. x: (..., sizes[0])
struct MLP {
    /// Throws ShapeError unless there are two sizes or more, each at least 1.
    explicit MLP(std::vector<std::int64_t> sizes, MlpOptions options = {});
    Tensor operator()(const Input& x) const;

    std::vector<Linear> layers;
    Dropout dropout;
    MlpOptions options;
    XGRAD_MODULE(MLP, layers, dropout, options)
};

/// LeNet-5 with today's activations and pooling. x: (N, 1, 28, 28)   y: (N, classes)
struct LeNet5 {
    explicit LeNet5(std::int64_t classes = 10);
    Tensor operator()(const Input& x) const;

    Conv2d conv1, conv2;
    Linear fc1, fc2, fc3;
    XGRAD_MODULE(LeNet5, conv1, conv2, fc1, fc2, fc3)
};

/// Sub-sampling of LeNet-5: a coefficient times the sum over 2 x 2 pixels, and a bias, for each channel; then 1.7159
/// tanh(2/3 .). x: (N, C, 2 H, 2 W)   y: (N, C, H, W)
struct SubSampling {
    explicit SubSampling(std::int64_t channels);
    Tensor operator()(const Input& x) const;

    Parameter coefficient, bias;  // (C)
    XGRAD_MODULE(SubSampling, coefficient, bias)
};

/// LeNet-5 as published: sub-sampling with weights, scaled tanh, and a third layer whose 16 maps see some of the 6 maps
/// before them (table I); 60,000 weights up to the layer of 84. The output is linear here instead of distances to
/// bitmaps. x: (N, 1, 32, 32), or 28 pixels, padded. Source: LeCun, Bottou, Bengio and Haffner (1998).
struct LeNet5Original {
    explicit LeNet5Original(std::int64_t classes = 10);
    Tensor operator()(const Input& x) const;

    Conv2d c1;
    SubSampling s2;
    std::vector<Conv2d> c3;  // one for each map: their inputs differ
    SubSampling s4;
    Conv2d c5;
    Linear f6, output;
    XGRAD_MODULE(LeNet5Original, c1, s2, c3, s4, c5, f6, output)
};

/// A small VGG: blocks of two 3 x 3 convolutions with batch normalisation and ReLU, each halved by pooling (Simonyan and
/// Zisserman 2014). x: (N, in_channels, H, W), H and W multiples of 2^blocks   y: (N, classes)
struct VGG {
    VGG(std::int64_t in_channels, std::int64_t image_size, std::int64_t classes = 10,
        std::vector<std::int64_t> widths = {32, 64, 128});
    Tensor operator()(const Input& x);
    Tensor operator()(const Input& x) const;

    std::vector<Conv2d> convs;
    std::vector<BatchNorm2d> norms;
    Linear fc;
    XGRAD_MODULE(VGG, convs, norms, fc)
};

/// Two 3 x 3 convolutions and the sum past them; where sizes change, the short cut is a 1 x 1 convolution with
/// normalisation. Names are torchvision's.
struct BasicBlock {
    struct Downsample {
        Conv2d conv;
        BatchNorm2d norm;
        static constexpr const char* xgrad_names() { return ""; }  // numbered: downsample.0, downsample.1
        auto xgrad_members() { return std::tie(conv, norm); }
    };

    BasicBlock(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride);
    Tensor operator()(const Input& x);
    Tensor operator()(const Input& x) const;

    Conv2d conv1;
    BatchNorm2d bn1;
    Conv2d conv2;
    BatchNorm2d bn2;
    std::optional<Downsample> downsample;
    XGRAD_MODULE(BasicBlock, conv1, bn1, conv2, bn2, downsample)
};

/// Residual networks (He et al. 2015) of basic blocks; names of the weights are torchvision's: layer1.0.conv1.weight.
struct ResNet {
    /// For images of about 32 x 32: three stages of 16, 32 and 64 channels, three blocks each.
    static ResNet resnet20(std::int64_t classes = 10, std::int64_t in_channels = 3);
    /// For images of about 224 x 224: four stages of 64 to 512 channels, two blocks each.
    static ResNet resnet18(std::int64_t classes = 1000, std::int64_t in_channels = 3);

    Tensor operator()(const Input& x);
    Tensor operator()(const Input& x) const;

    Conv2d conv1;
    BatchNorm2d bn1;
    bool max_pool;  ///< 3 x 3, stride 2, behind the first convolution
    std::vector<BasicBlock> layer1, layer2, layer3, layer4;
    Linear fc;
    XGRAD_MODULE(ResNet, conv1, bn1, max_pool, layer1, layer2, layer3, layer4, fc)
};

/// The last output of an LSTM into a linear layer. x: (T, N, in), or (N, T, in) with batch_first   y: (N, classes)
struct LSTMClassifier {
    LSTMClassifier(std::int64_t input_size, std::int64_t hidden_size, std::int64_t classes,
                   RecurrentOptions options = {});
    /// lengths as in LSTM.
    Tensor operator()(const Input& x, const Tensor& lengths = {}) const;

    LSTM lstm;
    Linear fc;
    XGRAD_MODULE(LSTMClassifier, lstm, fc)
};

struct TransformerClassifierOptions {
    std::int64_t heads = 4, layers = 2;
    std::int64_t max_len = 512;
    TransformerOptions layer = {.dim_feedforward = 256, .batch_first = true, .norm_first = true};
};

/// Tokens to vectors, positions added, encoder layers, the mean over positions, a linear layer.
/// tokens: (N, L), i64   y: (N, classes)
struct TransformerClassifier {
    TransformerClassifier(std::int64_t tokens, std::int64_t d_model, std::int64_t classes,
                          const TransformerClassifierOptions& options = {});
    /// padding: (N, L), true for positions that do not count.
    Tensor operator()(const Tensor& tokens, const Tensor& padding = {}) const;

    Embedding embedding;
    PositionalEncoding positions;
    TransformerEncoder encoder;
    Linear fc;
    XGRAD_MODULE(TransformerClassifier, embedding, positions, encoder, fc)
};

/// An MLP down to a code and one back. sizes: from the input to the code. x, y: (..., sizes[0])
struct Autoencoder {
    /// Throws ShapeError unless there are two sizes or more, each at least 1.
    explicit Autoencoder(const std::vector<std::int64_t>& sizes, MlpOptions options = {});
    Tensor operator()(const Input& x) const { return decoder(encoder(x)); }

    MLP encoder, decoder;
    XGRAD_MODULE(Autoencoder, encoder, decoder)
};

}  // namespace xgrad::nn
