#pragma once

// Tests of the player's pages in one browser.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/chromium.hpp"
#include "tests/player_graphs.hpp"

namespace xgrad::testing {

/// Pages in the build folder's player/, and a browser for all tests: starting it takes longer than a test does.
class Player : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        slide_graph().html(player_folder() + "/slide.html");
        lenet5_graph().html(player_folder() + "/lenet5.html");
        const std::string program = find_chromium();
        if (!program.empty() && !browser_) browser_ = std::make_unique<Chromium>(program);
    }
    void SetUp() override
    {
        if (!browser_) GTEST_SKIP() << "Chromium was not found. Debian: apt-get install chromium";
    }

    static Chromium& page() { return *browser_; }
    static std::string url(const std::string& name) { return "file://" + player_folder() + "/" + name; }
    static std::string text(const std::string& id)
    {
        return page().evaluate("document.getElementById('" + id + "').textContent");
    }

private:
    static inline std::unique_ptr<Chromium> browser_;
};

}  // namespace xgrad::testing
