#include <xgrad/train/checkpoint.hpp>

#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "autograd/state_reader.hpp"

namespace xgrad::train {
namespace {

using xgrad::detail::error_text;
using xgrad::detail::StateReader;

constexpr const char* kValue = "value";  // the name of what is alone in its part

Tensor integer(std::int64_t value) { return from_values({}, std::vector{value}); }
Tensor integer(std::uint64_t value) { return integer(static_cast<std::int64_t>(value)); }  // the same bits

/// Any 64 bits, as integer() wrote them.
std::uint64_t bits(StateReader& reader, const char* name)
{
    return static_cast<std::uint64_t>(reader.whole(name, INT64_MIN));
}

NamedTensors loader_state(const data::Loader& loader)
{
    const data::LoaderOptions& o = loader.options();
    const data::LoaderPosition at = loader.position();
    return {{"rows", integer(loader.dataset().size())},
            {"batch_size", integer(o.batch_size)},
            {"shuffle", integer(std::int64_t{o.shuffle})},
            {"drop_last", integer(std::int64_t{o.drop_last})},
            {"seed", integer(at.seed)},
            {"epoch", integer(at.epoch)},
            {"row", integer(at.row)}};
}

Callable<void()> read_loader(data::Loader& loader, const NamedTensors& state, std::vector<std::string>& differences)
{
    StateReader reader(state);
    reader.integer("rows", loader.dataset().size());
    reader.integer("batch_size", loader.options().batch_size);
    reader.integer("shuffle", loader.options().shuffle);
    reader.integer("drop_last", loader.options().drop_last);
    const data::LoaderPosition at{bits(reader, "seed"), reader.whole("epoch", 0, INT64_MAX - 1),
                                  reader.whole("row", -1, loader.samples())};
    data::Loader trial = loader;
    try {
        trial.seek(at);
    } catch (const std::invalid_argument& error) {
        reader.differs(xgrad::detail::first_line(error.what()));
    }
    reader.finish(differences);
    return [&loader, at] { loader.seek(at); };
}

/// The entries of each part, in the order of the file.
std::map<std::string, NamedTensors> by_part(const NamedTensors& entries)
{
    std::map<std::string, NamedTensors> parts;
    for (const auto& [name, x] : entries) {
        const std::size_t dot = name.find('.');
        parts[name.substr(0, dot)].emplace_back(dot == std::string::npos ? std::string() : name.substr(dot + 1), x);
    }
    return parts;
}

/// Reads one part. Its differences are named after it; one line for a part that is not there at all.
Callable<void()> read_part(const CheckpointPart& part, const std::map<std::string, NamedTensors>& file,
                           std::vector<std::string>& differences)
{
    const auto found = file.find(part.name());
    std::vector<std::string> own;
    const Callable<void()> take = part.read(found == file.end() ? NamedTensors() : found->second, own);
    if (!own.empty() && found == file.end()) own = {"the file has no part of this name"};
    for (const std::string& line : own) differences.push_back(part.name() + ": " + line);
    return take;
}

void throw_differences(const char* function, const std::string& path, const std::vector<std::string>& differences)
{
    if (differences.empty()) return;
    std::string text = fmt::format("{}: {} difference{}", path, differences.size(), differences.size() == 1 ? "" : "s");
    for (const std::string& line : differences) text += "\n    " + line;
    throw DataError(error_text(function, text,
                               "a checkpoint is loaded by parts like those that it was saved from, as a whole or not "
                               "at all",
                               "build model, optimizer, schedule and loader as they were then; load_part loads one "
                               "part alone"));
}

}  // namespace

// ---- parts ----------------------------------------------------------------------------------------------------------

CheckpointPart::CheckpointPart(std::string name, Write write, Read read)
    : name_(std::move(name)), write_(std::move(write)), read_(std::move(read))
{
    if (name_.empty() || name_.find('.') != std::string::npos)
        throw std::invalid_argument(error_text("CheckpointPart", "the name '" + name_ + "'",
                                               "a name is not empty and has no dot, which ends it in the file",
                                               "\"model\", \"optimizer\""));
}

CheckpointPart::CheckpointPart(std::string name, Functions functions)
    : CheckpointPart(std::move(name), std::move(functions.write), std::move(functions.read))
{
}

CheckpointPart::CheckpointPart(std::string name, nn::ModuleRef model)
    : CheckpointPart(
          std::move(name), [model] { return nn::state_dict(model); },
          [model](const NamedTensors& state, std::vector<std::string>& differences) {
              return nn::read_state_dict(model, state, differences);
          })
{
}

CheckpointPart::CheckpointPart(std::string name, Generator& generator)
    : CheckpointPart(
          std::move(name),
          [&generator]() -> NamedTensors {
              return {{"seed", integer(generator.seed())}, {"position", integer(generator.position())}};
          },
          [&generator](const NamedTensors& state, std::vector<std::string>& differences) -> Callable<void()> {
              StateReader reader(state);
              const std::uint64_t seed = bits(reader, "seed"), position = bits(reader, "position");
              reader.finish(differences);
              return [&generator, seed, position] {
                  generator.manual_seed(seed);
                  generator.seek(position);
              };
          })
{
}

CheckpointPart::CheckpointPart(std::string name, data::Loader& loader)
    : CheckpointPart(
          std::move(name), [&loader] { return loader_state(loader); },
          [&loader](const NamedTensors& state, std::vector<std::string>& differences) {
              return read_loader(loader, state, differences);
          })
{
}

CheckpointPart::CheckpointPart(std::string name, double& number)
    : CheckpointPart(
          std::move(name),
          [&number]() -> NamedTensors {
              return {{kValue, tensor(number, f64)}};
          },
          [&number](const NamedTensors& state, std::vector<std::string>& differences) -> Callable<void()> {
              StateReader reader(state);
              const double value = reader.number(kValue);
              reader.finish(differences);
              return [&number, value] { number = value; };
          })
{
}

CheckpointPart::CheckpointPart(std::string name, std::vector<double>& numbers)
    : CheckpointPart(
          std::move(name),
          [&numbers]() -> NamedTensors {
              return {{kValue, from_values({static_cast<std::int64_t>(numbers.size())}, numbers)}};
          },
          [&numbers](const NamedTensors& state, std::vector<std::string>& differences) -> Callable<void()> {
              StateReader reader(state);
              const std::vector<double> values = reader.numbers(kValue);
              reader.finish(differences);
              return [&numbers, values = values]() mutable { numbers = std::move(values); };
          })
{
}

CheckpointPart::Functions CheckpointPart::whole_number(Callable<std::int64_t()> get, Callable<void(std::int64_t)> set,
                                                       std::int64_t lowest, std::int64_t highest)
{
    return {
        [get]() -> NamedTensors {
            return {{kValue, integer(get())}};
        },
        [set, lowest, highest](const NamedTensors& state, std::vector<std::string>& differences) -> Callable<void()> {
            StateReader reader(state);
            const std::int64_t value = reader.whole(kValue, lowest, highest);
            reader.finish(differences);
            return [set, value] { set(value); };
        }};
}

// ---- the whole ------------------------------------------------------------------------------------------------------

Checkpoint::Checkpoint(std::initializer_list<CheckpointPart> parts)
{
    for (const CheckpointPart& part : parts) add(part);
    add({"default_generator", default_generator()});
}

void Checkpoint::add(CheckpointPart part)
{
    const auto has_name = [&](const CheckpointPart& other) { return other.name() == part.name(); };
    if (std::any_of(parts_.begin(), parts_.end(), has_name))
        throw std::invalid_argument(error_text("Checkpoint", "two parts are called '" + part.name() + "'",
                                               "names are unique; the default generator is there by itself",
                                               "rename one of them"));
    parts_.push_back(std::move(part));
}

void Checkpoint::save(const std::string& path, const std::map<std::string, std::string>& metadata) const
{
    NamedTensors entries;
    for (const CheckpointPart& part : parts_)
        for (auto& [name, x] : part.state()) entries.emplace_back(part.name() + '.' + name, std::move(x));
    std::map<std::string, std::string> all = {{"format", "xgrad checkpoint"}};
    all.insert(metadata.begin(), metadata.end());
    data::write_safetensors(path, entries, all);
}

void Checkpoint::load(const std::string& path)
{
    const std::map<std::string, NamedTensors> file = by_part(data::read_safetensors(path).tensors);
    std::vector<std::string> differences;
    std::vector<Callable<void()>> takes;
    for (const CheckpointPart& part : parts_) takes.push_back(read_part(part, file, differences));
    for (const auto& [name, entries] : file) {
        const auto is_it = [&wanted = name](const CheckpointPart& part) { return part.name() == wanted; };
        if (std::none_of(parts_.begin(), parts_.end(), is_it))
            differences.push_back(fmt::format("{}: a part of the file that nobody asks for", name));
    }
    throw_differences("Checkpoint::load", path, differences);
    for (const Callable<void()>& take : takes) take();
}

void load_part(const std::string& path, const CheckpointPart& part)
{
    std::vector<std::string> differences;
    const Callable<void()> take = read_part(part, by_part(data::read_safetensors(path).tensors), differences);
    throw_differences("load_part", path, differences);
    take();
}

}  // namespace xgrad::train
