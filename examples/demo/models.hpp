#pragma once

#include <xgrad/xgrad.hpp>

/// For images of 8 x 8 pixels.
struct DigitsNet {
    xgrad::nn::Conv2d conv1{1, 32, 3, {.padding = 1}}, conv2{32, 64, 3, {.padding = 1}};
    xgrad::nn::Linear fc1{1024, 128}, fc2{128, 10};
    XGRAD_MODULE(DigitsNet, conv1, conv2, fc1, fc2)

    xgrad::Tensor operator()(xgrad::Tensor x) const
    {
        x = max_pool2d(relu(conv2(relu(conv1(x)))), 2);
        return fc2(relu(fc1(flatten(x, 1))));
    }
};

/// LeNet-5 for images of 28 x 28 pixels, with today's activations and pooling in place of tanh and sub-sampling.
/// Source of the layers: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition
/// (1998).
struct LeNet5 {
    xgrad::nn::Conv2d conv1{1, 6, 5, {.padding = 2}}, conv2{6, 16, 5};
    xgrad::nn::Linear fc1{400, 120}, fc2{120, 84}, fc3{84, 10};
    XGRAD_MODULE(LeNet5, conv1, conv2, fc1, fc2, fc3)

    xgrad::Tensor operator()(xgrad::Tensor x) const
    {
        x = max_pool2d(relu(conv1(x)), 2);
        x = max_pool2d(relu(conv2(x)), 2);
        return fc3(relu(fc2(relu(fc1(flatten(x, 1))))));
    }
};
