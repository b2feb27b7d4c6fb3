// Reads what a state dict has, and gathers everything in which it differs from what is expected. Private to the library.
#pragma once

#include <xgrad/callable.hpp>
#include <xgrad/tensor.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace xgrad::detail {

class StateReader {
public:
    explicit StateReader(const NamedTensors& state);

    double number(const std::string& name);  ///< f64; 0 where it is missing
    /// A whole number from `lowest` to `highest`, as i64 or as f64; `lowest` where it is missing.
    std::int64_t whole(const std::string& name, std::int64_t lowest = 0, std::int64_t highest = INT64_MAX);
    std::int64_t count(const std::string& name, std::int64_t lowest = 0, std::int64_t highest = INT64_MAX);
    void integer(const std::string& name, std::int64_t expected);
    void integers(const std::string& name, Sizes expected);
    /// A copy of a tensor of the shape and dtype of `like`.
    Tensor copy(const std::string& name, const Tensor& like);
    Tensor copy_if_there(const std::string& name, const Tensor& like);
    /// f64, of any length.
    std::vector<double> numbers(const std::string& name);
    bool has(const std::string& name) const { return tensors_.count(name) > 0; }
    /// Whether a tensor of the shape and dtype of `like` is there; if so, it counts as asked for.
    bool is(const std::string& name, const Tensor& like);

    /// Adds to the differences found here, for what only the caller can judge.
    void differs(std::string what) { differences_.push_back(std::move(what)); }

    /// Adds all differences to the list, names that nobody asked for among them.
    void finish(std::vector<std::string>& differences) const;

private:
    const Tensor* take(const std::string& name);
    const Tensor* take(const std::string& name, Dtype dtype, std::size_t axes);

    std::map<std::string, Tensor> tensors_;
    std::set<std::string> taken_;
    std::vector<std::string> differences_;
};

/// What an error text says before rule and hint.
std::string first_line(const std::string& text);

/// Throws std::invalid_argument with the list, in the name of `function`, unless it is empty.
void throw_differences(const std::string& function, const std::vector<std::string>& differences);

/// Both halves of thing.read_state_dict(state, differences): takes the state over, or throws in the name of `function` the
/// list of all differences, and then nothing is changed.
template <class Thing>
void load_state(const std::string& function, Thing& thing, const NamedTensors& state)
{
    std::vector<std::string> differences;
    const Callable<void()> take = thing.read_state_dict(state, differences);
    throw_differences(function, differences);
    take();
}

}  // namespace xgrad::detail
