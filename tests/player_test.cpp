// The player in a real browser: steps, the numbers of the lecture's slide, editing, looks, and what a page must not do.
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include "tests/player_testing.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <vector>

namespace {

using namespace xgrad;
using nlohmann::json;
using xgrad::testing::Player;

/// Values and gradients on the wires, in the order of the graph: "-2 -4", or "-2 " before the way back.
const char* const kWires =
    "[...document.querySelectorAll('.wire-text')].map((w) => [...w.querySelectorAll('text')].map((t) => "
    "t.textContent).join(' '))";

// N1: f = (x + y) z at (-2, 5, -4): q = 3, f = -12; df/dq = z = -4, df/dz = q = 3, df/dx = df/dy = -4.
const std::vector<std::string> kSlide{"x = -2,  y = 5,  z = -4",
                                      "q = x + y = -2 + 5 = 3",
                                      "f = q * z = 3 * -4 = -12",
                                      "df/df = 1",
                                      "df/dq = df/df * df/dq = 1 * -4 = -4",
                                      "df/dz = df/df * df/dz = 1 * 3 = 3",
                                      "df/dx = df/dq * dq/dx = -4 * 1 = -4",
                                      "df/dy = df/dq * dq/dy = -4 * 1 = -4"};

bool comes_true(const std::function<bool()>& condition)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        usleep(10000);
    }
    return true;
}

class Slide : public Player {
protected:
    void SetUp() override
    {
        Player::SetUp();
        if (IsSkipped()) return;
        page().show({});
        seconds_ = page().navigate(url("slide.html"));
    }
    void TearDown() override
    {
        if (IsSkipped()) return;
        EXPECT_EQ(page().errors(), std::vector<std::string>{});
        // Nothing but the page itself was asked for.
        for (const std::string& address : page().requests())
            EXPECT_TRUE(address == url("slide.html") || address.starts_with("data:")) << address;
    }
    double seconds_ = 0;
};

TEST_F(Slide, ButtonsStepForwardAndBack)
{
    for (std::size_t k = 0; k < kSlide.size(); ++k) {
        EXPECT_EQ(text("formula"), kSlide[k]);
        EXPECT_EQ(text("count"), std::to_string(k) + " / 7");
        EXPECT_EQ(text("phase"), k == 0 ? "inputs" : k < 3 ? "forward" : "backward");
        page().click("#next");
    }
    for (std::size_t k = kSlide.size(); k-- > 0; page().click("#previous")) EXPECT_EQ(text("formula"), kSlide[k]);
    page().click("#last");
    EXPECT_EQ(text("formula"), kSlide.back());
    page().click("#first");
    EXPECT_EQ(text("formula"), kSlide.front());
}

TEST_F(Slide, KeysStepForwardAndBack)
{
    const std::vector<std::pair<const char*, std::size_t>> presses{
        {"ArrowRight", 1}, {"n", 2},    {"ArrowDown", 3}, {"p", 2}, {"ArrowLeft", 1},
        {"End", 7},        {"Home", 0}, {"ArrowLeft", 0}, {"n", 1}, {"r", 0}};
    for (const auto& [key, step] : presses) {
        page().key(key);
        EXPECT_EQ(text("formula"), kSlide[step]) << "after " << key;
    }
}

TEST_F(Slide, WiresShowValuesAboveAndGradientsBelow)
{
    EXPECT_EQ(page().evaluate(kWires), json({"-2 ", "5 ", " ", "-4 ", " "}));
    page().screenshot(xgrad::testing::player_folder() + "/slide-start.png");
    page().key("End");
    EXPECT_EQ(page().evaluate(kWires), json({"-2 -4", "5 -4", "3 -4", "-4 3", "-12 1"}));
    page().screenshot(xgrad::testing::player_folder() + "/slide-end.png");
}

TEST_F(Slide, TheEdgeAtHandStandsOut)
{
    const auto current = [](const char* kind) {
        return page().evaluate("[...document.querySelectorAll('.wire')].flatMap((w, k) => w.classList.contains('" +
                               std::string(kind) + "') ? [k] : [])");
    };
    page().key("n");
    EXPECT_EQ(current("forward"), json({0, 1}));  // x and y flow into q
    page().evaluate("player.go(6)");
    EXPECT_EQ(current("forward"), json::array());
    EXPECT_EQ(current("backward"), json::array({0}));
    EXPECT_NE(text("words").find("add distributes"), std::string::npos) << text("words");
    page().screenshot(xgrad::testing::player_folder() + "/slide-edge.png");
    // A click on a wire goes to its step.
    page().click(".wire-text:nth-child(4)");
    EXPECT_EQ(text("formula"), kSlide[5]);
}

TEST_F(Slide, SliderGoesToAnyStep)
{
    page().evaluate("slider.value = 5; slider.dispatchEvent(new Event('input'))");
    EXPECT_EQ(text("formula"), kSlide[5]);
    page().click("#slider");  // in the middle, between 3 and 4
    EXPECT_TRUE(text("count") == "4 / 7" || text("count") == "3 / 7") << text("count");
    page().key("ArrowRight");  // one step, though the slider listens too
    EXPECT_TRUE(text("count") == "5 / 7" || text("count") == "4 / 7") << text("count");
}

TEST_F(Slide, SpacePlaysToTheEndAndPauses)
{
    page().evaluate("speed.options[0].value = 15; speed.value = '15'");
    page().key(" ");
    EXPECT_EQ(text("play"), "Pause");
    EXPECT_TRUE(comes_true([] { return text("count") == "7 / 7" && text("play") == "Play"; })) << text("count");
    page().key(" ");  // again from the start
    EXPECT_TRUE(comes_true([] { return text("count") != "7 / 7"; }));
    page().key("p");  // a step by hand ends it
    EXPECT_EQ(text("play"), "Play");
}

TEST_F(Slide, AnEditedInputIsComputedAnew)
{
    page().key("End");
    page().type("input[data-input=x]", "3");
    // q = 3 + 5 = 8, f = -32; df/dz = 8.
    EXPECT_EQ(page().evaluate(kWires), json({"3 -4", "5 -4", "8 -4", "-4 8", "-32 1"}));
    page().type("input[data-input=z]", "0.5");
    EXPECT_EQ(page().evaluate(kWires), json({"3 0.5", "5 0.5", "8 0.5", "0.5 8", "4 1"}));
    EXPECT_EQ(text("formula"), "df/dy = df/dq * dq/dy = 0.5 * 1 = 0.5");
    page().screenshot(xgrad::testing::player_folder() + "/slide-edited.png");
    // What is no number changes nothing and is marked; keys in the field are text, not steps.
    page().type("input[data-input=z]", "no");
    page().key("n");
    EXPECT_EQ(page().evaluate("document.querySelector('input[data-input=z]').getAttribute('aria-invalid')"), "true");
    EXPECT_EQ(page().evaluate(kWires)[4], "4 1");
    page().click("#reset");
    EXPECT_EQ(page().evaluate(kWires), json({"-2 -4", "5 -4", "3 -4", "-4 3", "-12 1"}));
}

TEST_F(Slide, OpensInUnderASecondFromASmallFile)
{
    for (int i = 0; i < 2; ++i) seconds_ = std::min(seconds_, page().navigate(url("slide.html")));
    EXPECT_LT(seconds_, 1);
    EXPECT_LE(std::filesystem::file_size(xgrad::testing::player_folder() + "/slide.html"), 200'000u);
}

TEST_F(Slide, IsLightOrDark)
{
    const char* const background = "getComputedStyle(document.body).backgroundColor";
    const json light = page().evaluate(background);
    page().click("#theme");
    const json dark = page().evaluate(background);
    EXPECT_NE(light, dark);
    page().key("t");
    EXPECT_EQ(page().evaluate(background), light);
    page().show({.dark = true});
    page().navigate(url("slide.html"));
    EXPECT_EQ(page().evaluate(background), dark);
    page().evaluate("player.go(4)");
    page().screenshot(xgrad::testing::player_folder() + "/slide-dark.png");
    page().click("#theme");
    EXPECT_EQ(page().evaluate(background), light);
}

/// What sticks out of a screen sideways.
const char* const kOverflow = "document.documentElement.scrollWidth - innerWidth";

TEST_F(Slide, FitsAPhone)
{
    page().show({.width = 360, .height = 740, .phone = true});
    page().navigate(url("slide.html"));
    EXPECT_EQ(page().evaluate(kOverflow), 0);
    page().click("#last");
    EXPECT_EQ(text("formula"), kSlide.back());
    // Wires go downwards, and the whole graph is seen.
    EXPECT_EQ(page().evaluate("player.view.vertical"), true);
    EXPECT_LE(page().evaluate("player.view.svg.clientWidth"), 360);
    page().screenshot(xgrad::testing::player_folder() + "/slide-phone.png");
}

class LeNet5 : public Player {};

TEST_F(LeNet5, ShowsLayersWithTheirShapes)
{
    page().show({});
    page().navigate(url("lenet5.html"));
    EXPECT_LE(std::filesystem::file_size(xgrad::testing::player_folder() + "/lenet5.html"), 2'000'000u);
    const std::string labels = page().evaluate("document.getElementById('graph').textContent");
    for (const char* part : {"conv1.weight", "conv2d", "max_pool2d", "fc3.bias", "relu"})
        EXPECT_NE(labels.find(part), std::string::npos) << part;
    EXPECT_NE(text("inputs").find("recorded values"), std::string::npos);
    // Products for what works element by element, vjps for the others.
    const auto formula_back_to = [](const std::string& name) {
        page().evaluate(
            "player.go(player.stops.findIndex((k) => { const s = player.steps.all[k]; return s.kind === 'backward' &&"
            " player.model.nodes[s.to].name === '" +
            name + "'; }))");
        return text("formula");
    };
    EXPECT_EQ(formula_back_to("%17"), "dloss/d%17 = dloss/d%18 * d%18/d%17 = dloss/d%18 * where(%18 <= 0, 0, 1)");
    EXPECT_EQ(formula_back_to("fc3.weight"), "dloss/dfc3.weight = gy^T @ %18");
    page().key("End");
    page().screenshot(xgrad::testing::player_folder() + "/lenet5.png");
    // A module is one box after a click.
    const int before = page().evaluate("document.querySelectorAll('.item').length");
    page().click("#close-all");
    EXPECT_LT(page().evaluate("document.querySelectorAll('.item').length"), before - 9);
    page().key("Home");
    page().key("n");
    page().screenshot(xgrad::testing::player_folder() + "/lenet5-closed.png");
    page().click(".item.box");
    EXPECT_NE(page().evaluate("document.getElementById('graph').textContent").get<std::string>().find("conv1.weight"),
              std::string::npos);
    EXPECT_EQ(page().errors(), std::vector<std::string>{});

    page().show({.width = 360, .height = 740, .dark = true, .phone = true});
    page().navigate(url("lenet5.html"));
    EXPECT_EQ(page().evaluate(kOverflow), 0);
    page().evaluate("player.go(3)");
    page().screenshot(xgrad::testing::player_folder() + "/lenet5-phone.png");
    page().show({.width = 1920, .height = 1080});
    page().navigate(url("lenet5.html"));
    page().evaluate("player.go(20)");
    page().screenshot(xgrad::testing::player_folder() + "/lenet5-projector.png");
}

// f = x x at 3: the gradients of both operands, 3 each, add up to 6.
TEST_F(Player, GradientsOfAValueUsedTwiceAddUp)
{
    {
        Tape tape{{.explain = true}};
        const Scalar x = tape.variable("x", 3.0), f = x * x;
        tape.name(f, "f");
        tape.backward(f);
        explain(tape).save(xgrad::testing::player_folder() + "/square.html");
    }
    page().show({});
    page().navigate(url("square.html"));
    const char* const total = "document.querySelector('.total').textContent";
    page().evaluate("player.go(3)");
    EXPECT_EQ(text("formula"), "df/dx += df/df * df/dx = 1 * 3 = 3");
    EXPECT_EQ(page().evaluate(total), "sum 3");
    page().key("n");
    EXPECT_EQ(page().evaluate(total), "sum 6");
    EXPECT_NE(text("words").find("x flows on 2 times, gradients add up: so far 6"), std::string::npos) << text("words");
    EXPECT_EQ(page().evaluate(kWires), json({"3 3", "3 3", "9 1"}));
}

/// A graph of a few hundred nodes.
class Large : public Player {
protected:
    void SetUp() override
    {
        Player::SetUp();
        if (IsSkipped()) return;
        xgrad::testing::scalar_network_graph(10).html(xgrad::testing::player_folder() + "/network.html");
        page().show({});
        seconds_ = page().navigate(url("network.html"));
    }
    static int count(const std::string& selector)
    {
        return page().evaluate("document.querySelectorAll('" + selector + "').length");
    }
    double seconds_ = 0;
};

TEST_F(Large, StartsAsFewBoxesThatOpen)
{
    const int nodes = page().evaluate("player.model.nodes.length");
    EXPECT_GT(nodes, 400);
    EXPECT_LE(count(".item"), 60);
    EXPECT_LT(page().evaluate("player.stops.length"), 200);
    EXPECT_LT(seconds_, 3);
    page().screenshot(xgrad::testing::player_folder() + "/network.png");
    page().click("#last");
    const json closed = page().evaluate("player.state.adjoint[0]");
    page().click(".item.box");
    EXPECT_GT(count(".item:not(.box)"), 5);
    page().screenshot(xgrad::testing::player_folder() + "/network-one-open.png");
    page().click("#open-all");
    EXPECT_EQ(count(".item"), nodes);
    // The step at hand stays, and a stop is one operation again.
    EXPECT_EQ(page().evaluate("player.at === player.stops.length - 1"), true);
    EXPECT_GT(page().evaluate("player.stops.length"), nodes);
    EXPECT_EQ(page().evaluate("player.state.adjoint[0]"), closed);
    EXPECT_EQ(page().errors(), std::vector<std::string>{});
}

}  // namespace
