#pragma once

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

/// The common part of all optimizers with the update rule that belongs to `Options`. Each family's header names them:
/// Adam is OptimizerOf<AdamOptions>.
template <class Options>
class OptimizerOf : public Optimizer {
public:
    /// Parameters that share options.
    struct Group {
        std::vector<ParameterRef> parameters;
        Options options = {};
    };

    /// Throws std::invalid_argument for options out of range, an empty list, and a parameter that stands there twice.
    explicit OptimizerOf(std::vector<ParameterRef> parameters, Options options = {});
    explicit OptimizerOf(std::vector<Group> groups);
    OptimizerOf(OptimizerOf&&) = default;

    /// Throws as the constructor, and adds nothing then.
    void add_group(std::vector<ParameterRef> parameters, Options options = {});

    const Options& options(std::size_t group = 0) const;
    void set_options(const Options& options,
                     std::size_t group = 0);  ///< throws, and changes nothing, as the constructor

private:
    void visit_options(std::size_t group, const Callable<void(const NamedNumber&)>& visit) const override;
    bool get_option(std::size_t group, const std::string& name, double& value) const override;
    void put_options(std::size_t group, std::span<const NamedNumber> values, bool dry) override;
    bool needs_state(std::size_t group, std::size_t k, std::span<const NamedNumber> set) const override;
    double initial_state(const detail::Slot& slot, std::size_t k) const override;
    void update(std::size_t i) override;
    double max_norm(std::size_t i) const override;
    void move_ahead() override;
    bool looks_ahead() const override;
    std::string describe_group(std::size_t group) const override;
    Options with(std::size_t group, std::span<const NamedNumber> values) const;
    void check(const Options& options) const;

    std::vector<Options> options_;  // one a group
};

}  // namespace xgrad::optim
