// Reads what a state_dict has, and gathers everything in which it differs from what is expected. Private to optim.
#pragma once

#include <xgrad/tensor.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace xgrad::optim::detail {

class StateReader {
public:
    /// `function` stands in front of the error.
    StateReader(std::string function, const NamedTensors& state);

    double number(const std::string& name);  ///< 0 where it is missing
    void integers(const std::string& name, Sizes expected);
    /// A tensor of the shape and dtype of `like`; undefined where there is none.
    Tensor copy_if_there(const std::string& name, const Tensor& like);
    /// A copy of a tensor of any shape of that dtype.
    Tensor copy(const std::string& name, Dtype dtype);
    bool has(const std::string& name) const { return tensors_.count(name) > 0; }

    /// Throws std::invalid_argument with all differences, names that nobody asked for among them.
    void finish() const;

private:
    const Tensor* take(const std::string& name);

    std::string function_;
    std::map<std::string, Tensor> tensors_;
    std::set<std::string> taken_;
    std::vector<std::string> differences_;
};

}  // namespace xgrad::optim::detail
