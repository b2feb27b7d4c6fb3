#pragma once

#include <xgrad/callable.hpp>
#include <xgrad/data/loader.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/random.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::train {

/// Optimizers, schedules, averages of weights, early stopping, and whatever else has these two members: what
/// state_dict() gave, read_state_dict() reads, in two halves as the one of optim::Optimizer.
template <class T>
concept HasState = requires(T& thing, const NamedTensors& state, std::vector<std::string>& differences)
{
    NamedTensors(std::as_const(thing).state_dict());
    Callable<void()>(thing.read_state_dict(state, differences));
};

/// What draws from a generator of its own.
template <class T>
concept HasGenerator = !HasState<T> && requires(T & thing)
{
    static_cast<Generator&>(thing.generator());
};

/// One thing whose state a checkpoint holds, under a name. Refers to the thing.
class CheckpointPart {
public:
    using Write = Callable<NamedTensors()>;
    using Read = Callable<Callable<void()>(const NamedTensors&, std::vector<std::string>&)>;

    /// Throw std::invalid_argument for a name that is empty or has a dot in it.
    template <HasState T>
    CheckpointPart(std::string name, T& thing)
        : CheckpointPart(
              std::move(name), [&thing] { return thing.state_dict(); },
              [&thing](const NamedTensors& state, std::vector<std::string>& differences) {
                  return thing.read_state_dict(state, differences);
              })
    {
    }
    template <HasGenerator T>
    CheckpointPart(std::string name, T& thing) : CheckpointPart(std::move(name), thing.generator())
    {
    }
    CheckpointPart(std::string name, nn::ModuleRef model);  ///< parameters and buffers, under the names of PyTorch
    CheckpointPart(std::string name, Generator& generator);
    CheckpointPart(std::string name, data::Loader& loader);  ///< seed and position, in the middle of an epoch too
    CheckpointPart(std::string name, double& number);
    CheckpointPart(std::string name, std::vector<double>& numbers);  ///< of any length
    /// A counter, or a switch.
    template <std::integral T>
    CheckpointPart(std::string name, T& number)
        : CheckpointPart(std::move(name),
                         whole_number([&number] { return static_cast<std::int64_t>(number); },
                                      [&number](std::int64_t value) { number = static_cast<T>(value); }, smallest<T>(),
                                      largest<T>()))
    {
    }
    /// Anything else: a function that gives its state, and one that reads it, as read_state_dict of optim::Optimizer.
    CheckpointPart(std::string name, Write write, Read read);

    const std::string& name() const { return name_; }
    NamedTensors state() const { return write_(); }
    Callable<void()> read(const NamedTensors& state, std::vector<std::string>& differences) const
    {
        return read_(state, differences);
    }

private:
    struct Functions {
        Write write;
        Read read;
    };
    CheckpointPart(std::string name, Functions functions);
    static Functions whole_number(Callable<std::int64_t()> get, Callable<void(std::int64_t)> set, std::int64_t lowest,
                                  std::int64_t highest);
    // Numbers of 64 bits are kept as an i64 of the same bits.
    template <class T>
    static constexpr std::int64_t smallest()
    {
        return sizeof(T) == 8 ? INT64_MIN : static_cast<std::int64_t>(std::numeric_limits<T>::min());
    }
    template <class T>
    static constexpr std::int64_t largest()
    {
        return sizeof(T) == 8 ? INT64_MAX : static_cast<std::int64_t>(std::numeric_limits<T>::max());
    }

    std::string name_;
    Write write_;
    Read read_;
};

/// Everything that a training run needs to go on as if it had never stopped, in one .safetensors file:
///
///     int epoch = 0;
///     train::Checkpoint checkpoint{{"model", model}, {"optimizer", adam}, {"schedule", schedule},
///                                  {"loader", loader}, {"augmentation", augment}, {"epoch", epoch}};
///     if (std::filesystem::exists(path)) checkpoint.load(path);
///     while (epoch < epochs) {
///         for (auto [images, labels] : loader) ...;  // a checkpoint may be made here, too, behind the step
///         ++epoch;
///         checkpoint.save(path);
///     }
///
/// The default generator is always part of it. A run that goes on with the same build, threads and instruction set gives
/// the same bits. Gradients are not saved: a checkpoint is made behind a step. Neither are options of constructors, modes
/// and the data themselves: the program makes them again. All things outlive the checkpoint and stay where they are.
class Checkpoint {
public:
    /// Throws std::invalid_argument when a name stands twice.
    explicit Checkpoint(std::initializer_list<CheckpointPart> parts);

    /// Throws as the constructor, and adds nothing then.
    void add(CheckpointPart part);

    /// Writes all parts, and metadata of one's own. The file stands under its name only when it is complete and on the
    /// disk: whenever the program dies, the file of before or the new one is there, and perhaps what was written of the
    /// new one, called name.part-... . Throws DataError when it cannot be written.
    void save(const std::string& path, const std::map<std::string, std::string>& metadata = {}) const;

    /// Takes all parts over. Throws DataError when the file is damaged, or with the list of all differences when it was
    /// saved from other parts, shapes, dtypes, or kinds of optimizers and schedules; then nothing is changed.
    void load(const std::string& path);

private:
    std::vector<CheckpointPart> parts_;
};

/// Loads one part of a checkpoint alone, for example the model, to use it. Throws as Checkpoint::load.
void load_part(const std::string& path, const CheckpointPart& part);

}  // namespace xgrad::train
