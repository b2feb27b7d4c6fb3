#pragma once

#include <xgrad/optim/scheduler.hpp>

namespace xgrad::optim {

enum class PlateauMode : std::uint8_t { min, max };       ///< what is better: less or more
enum class PlateauThreshold : std::uint8_t { rel, abs };  ///< of the best, or as it is

struct ReduceLROnPlateauOptions {
    PlateauMode mode = PlateauMode::min;
    double factor = 0.1;
    std::int64_t patience = 10;  ///< steps without improvement that are borne
    double threshold = 1e-4;     ///< what counts as improvement
    PlateauThreshold threshold_mode = PlateauThreshold::rel;
    std::int64_t cooldown = 0;  ///< steps after a reduction that are not counted
    PerGroup min_lr = 0.0;
    double eps = 1e-8;  ///< smaller reductions are left out
};

/// Multiplies the rate by `factor` when a metric has not become better for more than `patience` steps. The lecture's
/// form, 0.1, 0.02, 0.004 (S0:449), is factor 1 / 5.
class ReduceLROnPlateau : public Scheduler {
public:
    /// Throws std::invalid_argument for options out of range.
    explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {});

    void step(double metric);
    std::string describe() const override;

    double best() const { return best_; }

private:
    void step() override;  // throws: it needs the metric
    void apply() override {}
    void start() override {}
    void restart() override;
    bool is_better(double metric) const;
    void reduce();
    void write_state(const std::string& prefix, NamedTensors& state) const override;
    Callable<void()> read_state(const std::string& prefix, detail::StateReader& reader) override;

    ReduceLROnPlateauOptions options_;
    double best_;
    std::int64_t bad_ = 0, cooling_ = 0;
};

}  // namespace xgrad::optim
