#pragma once

// What a reference case hands to an operation: tensors and keyword arguments under PyTorch's names. Everything must be
// read: an argument that a binding leaves alone is an option that the operation would ignore.

#include <xgrad/dtype.hpp>
#include <xgrad/tensor.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace xgrad::reference {

using Integers = std::vector<std::int64_t>;

/// All getters throw CallError for an argument that is missing (unless they take a default) or of another kind.
class Call {
public:
    /// Keeps a reference to `params`.
    Call(NamedTensors inputs, const nlohmann::json& params);

    /// Whether there is an input, a list of inputs or a parameter (not null) of that name. Does not count as reading.
    bool has(const std::string& name) const;
    bool has_tensor(const std::string& name) const;

    const Tensor& tensor(const std::string& name) const;
    Tensor tensor_if_any(const std::string& name) const;         ///< undefined when absent or null
    std::vector<Tensor> tensors(const std::string& name) const;  ///< name[0], name[1], ...
    NamedTensors other_tensors() const;                          ///< what was not read so far: a module's state dict

    std::int64_t integer(const std::string& name) const;
    std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
    double number(const std::string& name) const;  ///< also "inf" and "-inf"
    double number(const std::string& name, double otherwise) const;
    bool flag(const std::string& name, bool otherwise) const;
    std::string text(const std::string& name) const;
    std::string text(const std::string& name, const std::string& otherwise) const;
    bool is_text(const std::string& name) const;       ///< does not count as reading
    Integers integers(const std::string& name) const;  ///< one number stands for a list of one
    Integers integers(const std::string& name, Integers otherwise) const;
    /// The axes of x: those that the parameter lists; all where it is absent, null or empty.
    Integers axes(const std::string& name, const Tensor& x) const;
    Dtype dtype(const std::string& name) const;                 ///< "float64", "float32", "int64" or "bool"
    const nlohmann::json& json(const std::string& name) const;  ///< what the others do not cover, such as indices

    /// Reads an option that the library does not have. Throws CallError unless it has the value, which changes nothing.
    void expect(const std::string& name, bool value) const;

    /// Names of inputs and parameters that nobody read. A parameter that is null is one that is not given.
    std::vector<std::string> unread() const;

private:
    const nlohmann::json* param(const std::string& name) const;  // null when absent or null
    const nlohmann::json& required(const std::string& name) const;
    const Tensor* find(const std::string& name) const;

    NamedTensors inputs_;
    const nlohmann::json& params_;
    mutable std::set<std::string> read_;
};

}  // namespace xgrad::reference
