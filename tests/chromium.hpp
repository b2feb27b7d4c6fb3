#pragma once

// A browser without a window, for tests of pages: speaks the DevTools protocol with Chromium over two pipes.

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace xgrad::testing {

/// The path of an installed Chromium; empty where there is none.
std::string find_chromium();

/// One browser with one page. Throws std::runtime_error when the browser does not start, ends, or does not answer in 20 seconds.
class Chromium {
public:
    explicit Chromium(const std::string& program);
    Chromium(const Chromium&) = delete;
    Chromium& operator=(const Chromium&) = delete;
    ~Chromium();

    /// Opens a page and waits until it is loaded. Returns how long that took, in seconds.
    double navigate(const std::string& url);

    /// The value of an expression of JavaScript. Throws std::runtime_error with its message when it throws.
    nlohmann::json evaluate(const std::string& expression);

    /// Presses a key, by the name that pages see: "ArrowRight", "Home", " ", "n".
    void key(const std::string& name);

    /// Clicks on the middle of the first element that the CSS selector finds.
    void click(const std::string& selector);

    /// Empties a text field and types into it.
    void type(const std::string& selector, const std::string& text);

    struct Screen {
        int width = 1280, height = 720;
        bool dark = false, phone = false;
    };
    void show(const Screen& screen);

    /// Writes a PNG of what is seen.
    void screenshot(const std::string& path);

    /// Every address that was asked for, and every error that a page reported, since the last navigation.
    const std::vector<std::string>& requests() const { return requests_; }
    const std::vector<std::string>& errors() const { return errors_; }

private:
    nlohmann::json command(const std::string& method, const nlohmann::json& parameters = nlohmann::json::object());
    nlohmann::json receive();
    void note(const nlohmann::json& event);
    void stop() noexcept;

    int process_ = -1, write_ = -1, read_ = -1, last_id_ = 0;
    std::string profile_, session_, received_;
    bool loaded_ = false;
    std::vector<std::string> requests_, errors_;
};

}  // namespace xgrad::testing
