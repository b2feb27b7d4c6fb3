// The runner of the reference cases must reject what is wrong.
#include <xgrad/data/safetensors.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tape.hpp>

#include "tests/reference/call.hpp"
#include "tests/reference/case_set.hpp"
#include "tests/reference/compare.hpp"
#include "tests/reference/run_case.hpp"
#include "tests/temporary_files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

using namespace xgrad;
using namespace xgrad::reference;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Tolerance kTolerance{1e-2, 1e-3};

Tensor row(std::initializer_list<double> values, Dtype dtype = f64)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, dtype);
}

// One case, y = a b^2 with a = (2, 3), b = (0.5, -1), gy = (1, 2), vectors (1, 1): all derivatives by hand.
class ReferenceCase : public ::testing::Test {
protected:
    void SetUp() override
    {
        const NamedTensors tensors{{"a", row({2, 3})},  {"b", row({0.5, -1})},  {"y", row({0.5, 3})},
                                   {"gy", row({1, 2})}, {"ga", row({0.25, 2})}, {"gb", row({2, -12})},
                                   {"v", row({1, 1})},  {"bb", row({4, 12})},   {"ja", row({1, -4})},
                                   {"jb", row({5, 8})}};
        data::write_safetensors(folder_ + "/family.safetensors", tensors);
        std::ofstream(folder_ + "/index.json") << R"({"cases": [{"case": "family/one", "op": "a_b_squared",
            "file": "family.safetensors", "dtype": "float64", "params": {"power": 2}, "rtol": 1e-12, "atol": 1e-12,
            "inputs": [{"name": "a", "key": "a"}, {"name": "b", "key": "b"}], "outputs": ["y"], "grad_outputs": ["gy"],
            "grads": {"a": "ga", "b": "gb"}, "second_order_vectors": {"a": "v", "b": "v"},
            "second_order": {"b": "bb"}, "second_order_joint": {"a": "ja", "b": "jb"}}]})";
    }

    std::vector<std::string> run(Outputs (*function)(const Call&))
    {
        CaseSet set(folder_);
        return run_case(set, set.cases()[0], {"a_b_squared", function});
    }

    test::TemporaryFolder temporary_;
    const std::string folder_ = temporary_.path();
};

}  // namespace

TEST_F(ReferenceCase, RightOperationPasses)
{
    EXPECT_EQ(run([](const Call& c) -> Outputs { return c.tensor("a") * pow(c.tensor("b"), c.number("power")); }),
              std::vector<std::string>());
}

TEST_F(ReferenceCase, WrongOutputFailsAndShowsTheWorstElement)
{
    const std::vector<std::string> failures = run(
        [](const Call& c) -> Outputs { return detach(c.tensor("a") * pow(c.tensor("b"), c.number("power")) * 1.5); });
    ASSERT_FALSE(failures.empty());
    EXPECT_NE(failures[0].find("outputs[0] element [1]: got 4.5, expected 3"), std::string::npos) << failures[0];
}

TEST_F(ReferenceCase, MissingGradientFails)
{
    const std::vector<std::string> failures =
        run([](const Call& c) -> Outputs { return detach(c.tensor("a")) * pow(c.tensor("b"), c.number("power")); });
    ASSERT_FALSE(failures.empty());
    EXPECT_NE(failures[0].find("grads[a] element [1]: got 0, expected 2"), std::string::npos) << failures[0];
}

// Right values and gradients, but the gradient of b is recorded as a constant.
TEST_F(ReferenceCase, WrongSecondDerivativeFails)
{
    const std::vector<std::string> failures = run([](const Call& c) -> Outputs {
        const Tensor &a = c.tensor("a"), &b = c.tensor("b");
        const double power = c.number("power");
        return record("once", {a, b}, detach(a) * pow(detach(b), power), [a, b, power](const Tensor& gy, Adjoints& gx) {
            gx.add(0, gy * pow(b, power));
            gx.add(1, detach(gy * a * power * b));
        });
    });
    ASSERT_EQ(failures.size(), 3u);
    EXPECT_EQ(failures[0].rfind("second_order[b] element", 0), 0u) << failures[0];
    EXPECT_EQ(failures[1].rfind("second_order_joint[a] element", 0), 0u) << failures[1];
    EXPECT_EQ(failures[2].rfind("second_order_joint[b] element", 0), 0u) << failures[2];
}

TEST_F(ReferenceCase, ParameterThatNobodyReadsFails)
{
    EXPECT_EQ(run([](const Call& c) -> Outputs { return c.tensor("a") * square(c.tensor("b")); }),
              std::vector<std::string>{"threw: nobody read power"});
}

// What an entry does not list, or lists as null, is nothing.
TEST_F(ReferenceCase, PartsMayBeMissingOrNull)
{
    std::ofstream(folder_ + "/index.json") << R"({"cases": [{"case": "family/one", "op": "a_b_squared", "more": [1],
        "file": "family.safetensors", "params": null, "rtol": 1e-12, "atol": 1e-12, "second_order": null,
        "inputs": [{"name": "a", "key": "a"}, {"name": "b", "key": "b"}, {"name": "c", "key": null}],
        "outputs": ["y"], "grad_outputs": ["gy"], "grads": {"b": "gb"}}]})";
    EXPECT_EQ(run([](const Call& c) -> Outputs { return c.tensor("a") * square(c.tensor("b")); }),
              std::vector<std::string>());
}

TEST_F(ReferenceCase, MissingFileIsNamedEachTime)
{
    std::ofstream(folder_ + "/index.json") << R"({"cases": [{"case": "family/one", "op": "a", "file": "no.safetensors",
        "rtol": 0, "atol": 0, "inputs": [{"name": "a", "key": "a"}], "outputs": ["y"]}]})";
    CaseSet set(folder_);
    for (int repeat = 0; repeat < 2; ++repeat) {
        const std::vector<std::string> failures = run_case(set, set.cases()[0], {"a", nullptr});
        ASSERT_EQ(failures.size(), 1u);
        EXPECT_NE(failures[0].find("no.safetensors"), std::string::npos) << failures[0];
        EXPECT_EQ(failures[0].find("has no tensor"), std::string::npos) << failures[0];
    }
}

TEST_F(ReferenceCase, SubsetOfASetIsASetOfItsOwn)
{
    CaseSet set(folder_);
    EXPECT_EQ(extract_subset(set, folder_ + "/small"), 1u);
    CaseSet small(folder_ + "/small");
    EXPECT_EQ(small.cases(), set.cases());
    EXPECT_EQ(difference(small.tensor(small.cases()[0], "jb"), row({5, 8}), {0, 0}), "");
}

TEST(ReferenceDifference, ToleranceIsAbsolutePlusRelative)
{
    EXPECT_EQ(difference(row({100, 0}), row({101.005, 0.001}), kTolerance), "");
    EXPECT_NE(difference(row({100, 0}), row({101.02, 0}), kTolerance), "");
    EXPECT_NE(difference(row({100, 0}), row({100, 0.0011}), kTolerance), "");
}

TEST(ReferenceDifference, NanEqualsNanAndInfinitiesMustMatch)
{
    EXPECT_EQ(difference(row({kNan, kInfinity, -kInfinity}), row({kNan, kInfinity, -kInfinity}), kTolerance), "");
    EXPECT_NE(difference(row({kNan}), row({1}), kTolerance), "");
    EXPECT_NE(difference(row({1}), row({kNan}), kTolerance), "");
    EXPECT_NE(difference(row({1e300}), row({kInfinity}), kTolerance), "");
    EXPECT_NE(difference(row({-kInfinity}), row({kInfinity}), kTolerance), "");
}

TEST(ReferenceDifference, IntegersShapesAndDtypesMustBeEqual)
{
    EXPECT_NE(difference(row({1000}, i64), row({1001}, i64), kTolerance), "");
    EXPECT_NE(difference(row({1}, f32), row({1}, f64), kTolerance), "");
    EXPECT_NE(difference(row({1, 1}), row({1}), kTolerance), "");
    EXPECT_NE(difference(Tensor(), row({1}), kTolerance), "");
}

TEST(ReferenceCall, ArgumentsHaveTheirKinds)
{
    const Json params =
        Json::parse(R"({"dim": [0, 2], "p": "inf", "n": 3, "keepdim": true, "mode": "sum", "none": null})");
    const Call call({{"x", row({1})}, {"list[0]", row({2})}, {"list[1]", row({3})}}, params);
    EXPECT_EQ(call.integers("dim"), (Integers{0, 2}));
    EXPECT_EQ(call.integers("n"), Integers{3});
    EXPECT_EQ(call.number("p"), kInfinity);
    EXPECT_EQ(call.number("q", 2.5), 2.5);
    EXPECT_TRUE(call.flag("keepdim", false));
    EXPECT_EQ(call.tensors("list").size(), 2u);
    EXPECT_EQ(call.unread(), (std::vector<std::string>{"x", "mode"}));
    EXPECT_FALSE(call.has("none"));
    EXPECT_FALSE(call.tensor_if_any("none").defined());
    EXPECT_THROW(call.integer("mode"), CallError);
    EXPECT_THROW(call.tensor("y"), CallError);
    EXPECT_EQ(call.other_tensors().size(), 1u);
    EXPECT_EQ(call.unread(), std::vector<std::string>());
}

TEST(ReferenceCall, AxesAreAllWithoutAList)
{
    const Json params = Json::parse(R"({"dim": -1, "none": null, "empty": []})");
    const Call call({}, params);
    const Tensor x = zeros({2, 3});
    EXPECT_EQ(call.axes("dim", x), Integers{-1});
    for (const char* name : {"none", "empty", "absent"}) EXPECT_EQ(call.axes(name, x), (Integers{0, 1})) << name;
}

TEST(ReferenceCall, OptionThatTheLibraryLacksIsOffOrRefused)
{
    const Json params = Json::parse(R"({"sparse": false, "inplace": true})");
    const Call call({}, params);
    EXPECT_NO_THROW(call.expect("sparse", false));
    EXPECT_NO_THROW(call.expect("absent", false));
    EXPECT_THROW(call.expect("inplace", false), CallError);
    EXPECT_EQ(call.number("inplace"), 1);
}
