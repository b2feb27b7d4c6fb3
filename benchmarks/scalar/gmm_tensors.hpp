// The Gaussian mixture of adbench.hpp as a user of tensors would write it: no loop over points or components.
#pragma once

#include <xgrad/tensor.hpp>

#include "adbench.hpp"

namespace workloads::gmm {

class WithTensors {
public:
    explicit WithTensors(const Instance& instance);

    /// The objective, from the parameters in the instance's order as one f64 vector.
    xgrad::Tensor operator()(const xgrad::Tensor& parameters) const;

private:
    const Instance& in_;
    xgrad::Tensor points_;     // (n, d)
    xgrad::Tensor placement_;  // (d (d + 1) / 2, d d): where the entries of a factor stand in its matrix
    xgrad::Tensor first_;      // (n) zeros: labels that pick column 0
};

}  // namespace workloads::gmm
