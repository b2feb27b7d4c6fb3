// What goes on from a checkpoint, and what a checkpoint refuses.
#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>
#include <xgrad/optim/sequences.hpp>
#include <xgrad/optim/sgd.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "tests/checkpoint_testing.hpp"
#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;
using test::TrainingRun;
using train::Checkpoint;

namespace {

/// Writes the tensors of a file, changed, to another one.
std::string changed(const std::string& path, const std::function<void(NamedTensors&)>& change)
{
    data::Safetensors file = data::read_safetensors(path);
    change(file.tensors);
    data::write_safetensors(path + ".changed", file.tensors, file.metadata);
    return path + ".changed";
}

/// Loads what cannot be loaded and returns the error; the run stays as it is.
std::string refusal(TrainingRun& run, const std::string& path)
{
    const std::string before = run.state();
    std::string text = "nothing is thrown";
    try {
        run.checkpoint.load(path);
    } catch (const DataError& error) {
        text = error.what();
    }
    EXPECT_TRUE(run.state() == before) << "the run was changed";
    return text;
}

}  // namespace

TEST(Checkpoint, ARunGoesOnBitForBitInTheMiddleOfAnEpoch)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    TrainingRun whole(1);
    whole.go(40);
    EXPECT_EQ(whole.epoch, 4);
    const std::string at_the_end = whole.bytes();

    TrainingRun begun(1);
    begun.go(20);  // two batches into the third of epochs of nine
    begun.checkpoint.save(path);
    TrainingRun resumed(77);
    EXPECT_NE(resumed.bytes(), begun.bytes());
    resumed.checkpoint.load(path);
    EXPECT_TRUE(resumed.bytes() == test::bytes_at(path));
    resumed.go(40);
    EXPECT_EQ(resumed.losses, whole.losses);
    EXPECT_TRUE(resumed.bytes() == at_the_end);
    const auto wanted = nn::parameters(whole.model), got = nn::parameters(resumed.model);
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_TENSOR_EQ(got[i].value(), wanted[i].value());
    EXPECT_TENSOR_EQ(resumed.model.norm.running_var, whole.model.norm.running_var);
}

TEST(Checkpoint, EveryPartIsNeededToGoOn)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    TrainingRun whole(1);
    whole.go(30);
    for (const char* left_out : {"model", "optimizer", "schedule", "loader", "masks", "noise", "default_generator"}) {
        SCOPED_TRACE(left_out);
        TrainingRun begun(1);
        begun.go(20);
        begun.checkpoint.save(path);
        TrainingRun resumed(77);
        std::vector<train::CheckpointPart> parts = resumed.parts;
        parts.push_back({"default_generator", default_generator()});
        for (const train::CheckpointPart& part : parts)
            if (part.name() != left_out) train::load_part(path, part);
        resumed.go(30);
        EXPECT_NE(resumed.losses.back(), whole.losses.back());
    }
}

TEST(Checkpoint, ARunGoesOnFromAnyStep)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    TrainingRun whole(1);
    whole.go(30);
    const std::string at_the_end = whole.bytes();
    // The epochs have nine batches: before the first, behind the first, before and behind the last of an epoch.
    for (const std::size_t steps : {0, 1, 8, 9, 10, 18}) {
        SCOPED_TRACE(steps);
        {
            TrainingRun begun(1);
            begun.go(steps);
            begun.checkpoint.save(path);
        }
        TrainingRun resumed(77);
        resumed.checkpoint.load(path);
        resumed.go(30);
        EXPECT_EQ(resumed.losses, whole.losses);
        EXPECT_TRUE(resumed.bytes() == at_the_end);
    }
}

TEST(Checkpoint, KeepsNumbersBitForBit)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/numbers.safetensors";
    double tenth = 0.1, zero = -0.0, none = std::numeric_limits<double>::quiet_NaN();
    std::int64_t large = (std::int64_t{1} << 53) + 1;
    std::uint64_t largest = UINT64_MAX;
    std::int8_t small = -128;
    bool yes = true;
    std::vector<double> list = {1, 0.3};
    Generator generator(UINT64_MAX - 4);
    generator.seek(UINT64_MAX - 1);
    Checkpoint checkpoint{{"tenth", tenth}, {"zero", zero},       {"none", none},
                          {"large", large}, {"largest", largest}, {"small", small},
                          {"yes", yes},     {"list", list},       {"generator", generator}};
    checkpoint.save(path);
    tenth = zero = none = 7;
    large = small = 7;
    largest = 7;
    yes = false;
    list = {};
    generator.manual_seed(7);
    checkpoint.load(path);
    EXPECT_EQ(tenth, 0.1);
    EXPECT_TRUE(zero == 0 && std::signbit(zero));
    EXPECT_TRUE(std::isnan(none));
    EXPECT_EQ(large, (std::int64_t{1} << 53) + 1);
    EXPECT_EQ(largest, UINT64_MAX);
    EXPECT_EQ(small, -128);
    EXPECT_TRUE(yes);
    EXPECT_EQ(list, (std::vector<double>{1, 0.3}));
    EXPECT_EQ(generator.seed(), UINT64_MAX - 4);
    EXPECT_EQ(generator.position(), UINT64_MAX - 1);

    large = 128;
    Checkpoint wide{{"small", large}};
    wide.save(path);
    Checkpoint narrow{{"small", small}};
    EXPECT_THROW_TEXT(
        narrow.load(path), DataError,
        "Checkpoint::load: " + path +
            ": 1 difference\n    small: 'value' is 128, expected a whole number from -128 to 127.\n"
            "  rule: a checkpoint is loaded by parts like those that it was saved from, as a whole or not "
            "at all.\n"
            "  try:  build model, optimizer, schedule and loader as they were then; load_part loads one "
            "part alone.");
    EXPECT_EQ(small, -128);
}

TEST(Checkpoint, CallsParametersAsPyTorchDoesAndTheRestByItsPart)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    TrainingRun run(1);
    run.checkpoint.save(path);
    const data::Safetensors file = data::read_safetensors(path);
    const std::map<std::string, Tensor> entries(file.tensors.begin(), file.tensors.end());
    for (const auto& [name, x] : nn::state_dict(run.model)) EXPECT_TENSOR_EQ(entries.at("model." + name), x);
    EXPECT_EQ(entries.count("model.norm.num_batches_tracked"), 1U);
    EXPECT_TENSOR_EQ(entries.at("optimizer.param_groups.0.betas.1"), tensor(0.999, f64));
    EXPECT_EQ(entries.count("schedule.schedule.OneCycleLR.last_epoch"), 1U);
    EXPECT_TENSOR_EQ(entries.at("loader.batch_size"), tensor(12, i64));
    EXPECT_TENSOR_EQ(entries.at("masks.seed"), tensor(3, i64));
    EXPECT_EQ(entries.count("default_generator.position"), 1U);
    EXPECT_EQ(file.metadata.at("format"), "xgrad checkpoint");
}

TEST(Checkpoint, OnePartCanBeLoadedAlone)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    TrainingRun run(1), other(2);
    run.go(3);
    run.checkpoint.save(path);
    const std::uint64_t position = default_generator().position();
    train::load_part(path, {"model", other.model});
    EXPECT_TENSOR_EQ(other.model.first.weight.value(), run.model.first.weight.value());
    EXPECT_EQ(other.losses.size(), 0U);
    EXPECT_EQ(default_generator().position(), position);
    EXPECT_THROW(train::load_part(path, {"network", other.model}), DataError);
}

TEST(Checkpoint, RefusesAFileThatLacksAnyEntryOrHasOneOfAnotherShapeOrType)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    TrainingRun begun(1);
    begun.go(20);
    begun.checkpoint.save(path);
    TrainingRun run(2);
    const std::size_t count = data::read_safetensors(path).tensors.size();
    for (std::size_t i = 0; i < count; ++i) {
        std::string name;
        const std::string without = changed(path, [&](NamedTensors& tensors) {
            name = tensors[i].first;
            tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(i));
        });
        SCOPED_TRACE(name);
        EXPECT_NE(refusal(run, without).find("difference"), std::string::npos);
        const std::string other_type = changed(path, [&](NamedTensors& tensors) {
            Tensor& x = tensors[i].second;
            x = to(x, x.dtype() == f64 ? i64 : f64);
        });
        EXPECT_NE(refusal(run, other_type).find("difference"), std::string::npos);
        const std::string other_shape = changed(path, [&](NamedTensors& tensors) {
            Tensor& x = tensors[i].second;
            x = unsqueeze(x, 0);
        });
        EXPECT_NE(refusal(run, other_shape).find("difference"), std::string::npos);
        const std::string renamed = changed(path, [&](NamedTensors& tensors) { tensors[i].first += "2"; });
        EXPECT_NE(refusal(run, renamed).find("difference"), std::string::npos);
    }
    run.checkpoint.load(path);
    EXPECT_TRUE(run.bytes() == test::bytes_at(path));
}

TEST(Checkpoint, RefusesATruncatedFile)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    TrainingRun begun(1);
    begun.go(3);
    begun.checkpoint.save(path);
    const std::string whole = test::bytes_at(path);
    TrainingRun run(2);
    for (std::size_t size = 0; size < whole.size(); size += size < 64 ? 1 : 997) {
        const std::string cut = folder.write("cut", whole.substr(0, size));
        EXPECT_NE(refusal(run, cut), "nothing is thrown") << size << " bytes";
    }
    EXPECT_NE(refusal(run, folder.write("cut", whole.substr(0, whole.size() - 1))), "nothing is thrown");
    EXPECT_NE(refusal(run, folder.path() + "/nothing"), "nothing is thrown");
}

TEST(Checkpoint, ListsAllDifferencesAtOnce)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    nn::Linear small(2, 1, {.bias = false}), large(3, 1);
    optim::SGD sgd{nn::parameters(small), {.lr = 0.1}};
    optim::Adam adam{nn::parameters(large)};
    optim::StepLR steps{sgd, {.step_size = 2}};
    optim::ExponentialLR falling{adam, {.gamma = 0.9}};
    const data::Dataset rows(zeros({6, 2}), zeros({6}, i64));
    data::Loader two(rows, {.batch_size = 2}), three(rows, {.batch_size = 3});
    int epoch = 3;
    Checkpoint saved{{"model", small}, {"schedule", steps}, {"loader", two}, {"best", epoch}};
    saved.save(path);
    Checkpoint other{{"model", large}, {"schedule", falling}, {"loader", three}, {"epoch", epoch}};
    EXPECT_THROW_TEXT(
        other.load(path), DataError,
        "Checkpoint::load: " + path +
            ": 9 differences\n"
            "    model: weight: the module has f32 (1, 3), the state f32 (1, 2)\n"
            "    model: missing: bias f32 (1,)\n"
            "    schedule: 'schedule.ExponentialLR.last_epoch' is missing\n"
            "    schedule: 'schedule.ExponentialLR.base_lrs' is missing\n"
            "    schedule: 'schedule.StepLR.base_lrs' is not expected\n"
            "    schedule: 'schedule.StepLR.last_epoch' is not expected\n"
            "    loader: 'batch_size' is 2, expected 3\n"
            "    epoch: the file has no part of this name\n"
            "    best: a part of the file that nobody asks for.\n"
            "  rule: a checkpoint is loaded by parts like those that it was saved from, as a whole or not at all.\n"
            "  try:  build model, optimizer, schedule and loader as they were then; load_part loads one part alone.");
}

TEST(Checkpoint, OfOtherDataIsRefusedAlsoWhereTheBatchesAreAsMany)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    const auto loader_of = [](std::int64_t rows) {
        return data::Loader({zeros({rows, 1}), zeros({rows}, i64)}, {.batch_size = 4, .drop_last = true});
    };
    data::Loader eight = loader_of(8), nine = loader_of(9);
    Checkpoint saved{{"loader", eight}}, other{{"loader", nine}};
    saved.save(path);
    const data::LoaderPosition before = nine.position();
    EXPECT_THROW(other.load(path), DataError);
    EXPECT_EQ(nine.position(), before);
}

TEST(Checkpoint, OfAnotherOptimizerIsRefusedAndTheOtherPartsStayAsTheyAre)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    nn::Linear model(2, 2);
    optim::SGD sgd{nn::parameters(model), {.lr = 0.1, .momentum = 0.9}};
    Checkpoint saved{{"model", model}, {"optimizer", sgd}};
    saved.save(path);
    const Tensor weight = clone(model.weight.value());
    model.weight = zeros({2, 2});
    const std::uint64_t version = model.weight.version();
    optim::Adam adam{nn::parameters(model)};
    Checkpoint other{{"model", model}, {"optimizer", adam}};
    EXPECT_THROW(other.load(path), DataError);
    EXPECT_TENSOR_EQ(model.weight.value(), zeros({2, 2}));
    EXPECT_EQ(model.weight.version(), version);
    saved.load(path);
    EXPECT_TENSOR_EQ(model.weight.value(), weight);
}

TEST(Checkpoint, ManyKindsOfSchedulesGoOn)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    nn::Linear model(2, 2);
    const auto rates = [&](bool interrupted) {
        std::vector<double> list;
        optim::SGD sgd{nn::parameters(model), {.lr = 0.1}};
        auto schedule = optim::warmup_cosine(sgd, 3, 10);
        Checkpoint checkpoint{{"optimizer", sgd}, {"schedule", schedule}};
        for (int i = 0; i < 12; ++i) {
            if (interrupted && i == 2) checkpoint.save(path);
            schedule.step();
            list.push_back(sgd.lr());
            if (interrupted && i == 8) checkpoint.load(path), i = 1, list.resize(2), interrupted = false;
        }
        return list;
    };
    EXPECT_EQ(rates(true), rates(false));
}

TEST(Checkpoint, PartsHaveNamesOfTheirOwnWithoutDots)
{
    int a = 1, b = 2;
    EXPECT_THROW_TEXT((Checkpoint{{"epoch", a}, {"epoch", b}}), std::invalid_argument,
                      "Checkpoint: two parts are called 'epoch'.\n"
                      "  rule: names are unique; the default generator is there by itself.\n"
                      "  try:  rename one of them.");
    EXPECT_THROW(Checkpoint({{"default_generator", a}}), std::invalid_argument);
    EXPECT_THROW_TEXT((Checkpoint{{"a.b", a}}), std::invalid_argument,
                      "CheckpointPart: the name 'a.b'.\n"
                      "  rule: a name is not empty and has no dot, which ends it in the file.\n"
                      "  try:  \"model\", \"optimizer\".");
    EXPECT_THROW((Checkpoint{{"", a}}), std::invalid_argument);
}
