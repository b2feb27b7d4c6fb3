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
