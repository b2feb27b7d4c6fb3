#include "tests/chromium.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace xgrad::testing {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(20);

/// A pipe whose ends lie above the descriptors 3 and 4, which the browser wants to have.
std::array<int, 2> make_pipe()
{
    std::array<int, 2> low{}, ends{};
    if (pipe2(low.data(), O_CLOEXEC) != 0) throw std::runtime_error("chromium: no pipe");
    for (std::size_t i = 0; i < 2; ++i) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 10);
        close(low[i]);
    }
    return ends;
}

std::string decoded_base64(const std::string& text)
{
    static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0, count = 0;
    for (const char c : text) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string::npos) break;
        bits = bits << 6 | static_cast<unsigned>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xFF);
    }
    return bytes;
}

}  // namespace

std::string find_chromium()
{
    const char* path = std::getenv("PATH");
    const std::string folders = std::string(path ? path : "") + ":/usr/bin:";
    for (const char* name : {"chromium", "chromium-browser", "google-chrome"})
        for (std::size_t at = 0, end = 0; (end = folders.find(':', at)) != std::string::npos; at = end + 1) {
            const std::string program = folders.substr(at, end - at) + "/" + name;
            if (access(program.c_str(), X_OK) == 0) return program;
        }
    return "";
}

Chromium::Chromium(const std::string& program)
{
    std::string pattern = (std::filesystem::temp_directory_path() / "xgrad-chromium-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("chromium: no folder for its profile");
    profile_ = pattern;
    signal(SIGPIPE, SIG_IGN);  // writing to a browser that has ended is an error, not the end of the tests
    const auto to_browser = make_pipe(), from_browser = make_pipe();
    const std::string profile = "--user-data-dir=" + profile_;
    const char* const arguments[] = {program.c_str(),
                                     "--headless=new",
                                     "--no-sandbox",
                                     "--remote-debugging-pipe",
                                     "--disable-gpu",
                                     "--disable-dev-shm-usage",
                                     "--no-first-run",
                                     "--disable-background-networking",
                                     "--disable-component-update",
                                     "--hide-scrollbars",
                                     profile.c_str(),
                                     "about:blank",
                                     nullptr};
    process_ = fork();
    if (process_ == 0) {
        const int nowhere = open("/dev/null", O_RDWR);
        for (const int output : {0, 1, 2}) dup2(nowhere, output);
        dup2(to_browser[0], 3);
        dup2(from_browser[1], 4);
        execv(program.c_str(), const_cast<char* const*>(arguments));
        _exit(127);
    }
    close(to_browser[0]);
    close(from_browser[1]);
    write_ = to_browser[1];
    read_ = from_browser[0];
    try {
        if (process_ < 0) throw std::runtime_error("chromium: cannot be started");
        const json page = command("Target.createTarget", {{"url", "about:blank"}});
        session_ = command("Target.attachToTarget", {{"targetId", page["targetId"]}, {"flatten", true}})["sessionId"];
        for (const char* domain : {"Page", "Runtime", "Log", "Network"}) command(std::string(domain) + ".enable");
    } catch (...) {
        stop();
        throw;
    }
}

Chromium::~Chromium() { stop(); }

void Chromium::stop() noexcept
{
    // It ends when nobody speaks to it any more; if not, it is told to.
    if (write_ >= 0) close(write_);
    if (read_ >= 0) close(read_);
    for (int i = 0; process_ > 0; ++i) {
        if (waitpid(process_, nullptr, WNOHANG) != 0) break;
        if (i == 100) kill(process_, SIGKILL);
        usleep(20000);
    }
    std::error_code ignored;
    std::filesystem::remove_all(profile_, ignored);
}

json Chromium::receive()
{
    const auto deadline = Clock::now() + kPatience;
    for (std::size_t end = 0; (end = received_.find('\0')) == std::string::npos;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd waiting{read_, POLLIN, 0};
        const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) throw std::runtime_error("chromium: no answer");
        char buffer[65536];
        const ssize_t count = read(read_, buffer, sizeof buffer);
        if (count <= 0) throw std::runtime_error("chromium: it ended");
        received_.append(buffer, static_cast<std::size_t>(count));
    }
    const std::size_t end = received_.find('\0');
    json message = json::parse(received_.substr(0, end));
    received_.erase(0, end + 1);
    return message;
}

void Chromium::note(const json& event)
{
    const std::string method = event.value("method", "");
    if (method == "Page.loadEventFired") loaded_ = true;
    if (method == "Network.requestWillBeSent") requests_.push_back(event["params"]["request"]["url"]);
    if (method == "Runtime.exceptionThrown") errors_.push_back(event["params"]["exceptionDetails"].dump());
    if (method == "Log.entryAdded" && event["params"]["entry"]["level"] == "error")
        errors_.push_back(event["params"]["entry"].dump());
}

json Chromium::command(const std::string& method, const json& parameters)
{
    json message{{"id", ++last_id_}, {"method", method}, {"params", parameters}};
    if (!session_.empty()) message["sessionId"] = session_;
    const std::string bytes = message.dump() + '\0';
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t count = write(write_, bytes.data() + sent, bytes.size() - sent);
        if (count <= 0) throw std::runtime_error("chromium: it does not listen");
        sent += static_cast<std::size_t>(count);
    }
    for (;;) {
        json answer = receive();
        if (answer.value("id", 0) != last_id_) {
            note(answer);
            continue;
        }
        if (answer.contains("error")) throw std::runtime_error("chromium: " + method + ": " + answer["error"].dump());
        return answer["result"];
    }
}

double Chromium::navigate(const std::string& url)
{
    requests_.clear();
    errors_.clear();
    loaded_ = false;
    const auto start = Clock::now();
    const json answer = command("Page.navigate", {{"url", url}});
    if (answer.contains("errorText")) throw std::runtime_error("chromium: " + url + ": " + answer["errorText"].dump());
    while (!loaded_) note(receive());
    return std::chrono::duration<double>(Clock::now() - start).count();
}

json Chromium::evaluate(const std::string& expression)
{
    const json answer =
        command("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
    if (answer.contains("exceptionDetails"))
        throw std::runtime_error("chromium: " + expression.substr(0, 200) + ": " + answer["exceptionDetails"].dump());
    return answer["result"].value("value", json());
}

void Chromium::key(const std::string& name)
{
    json event{{"type", "keyDown"}, {"key", name}, {"code", name}};
    // Keys that write something, and the keys that browsers know by their number only.
    if (name.size() == 1) event["text"] = name;
    const std::pair<const char*, int> numbers[] = {{" ", 32},       {"Enter", 13},      {"Tab", 9},
                                                   {"End", 35},     {"Home", 36},       {"ArrowLeft", 37},
                                                   {"ArrowUp", 38}, {"ArrowRight", 39}, {"ArrowDown", 40}};
    for (const auto& [known, number] : numbers)
        if (name == known) event["windowsVirtualKeyCode"] = number;
    if (name == " ") event["code"] = "Space";
    command("Input.dispatchKeyEvent", event);
    event["type"] = "keyUp";
    command("Input.dispatchKeyEvent", event);
}

void Chromium::click(const std::string& selector)
{
    const json middle =
        evaluate("(() => { const e = document.querySelector(" + json(selector).dump() +
                 "); e.scrollIntoView({block: 'nearest', behavior: 'instant'}); const r = e.getBoundingClientRect();"
                 " return [r.x + r.width / 2, r.y + r.height / 2]; })()");
    for (const char* type : {"mousePressed", "mouseReleased"})
        command("Input.dispatchMouseEvent",
                {{"type", type}, {"x", middle[0]}, {"y", middle[1]}, {"button", "left"}, {"clickCount", 1}});
}

void Chromium::type(const std::string& selector, const std::string& text)
{
    click(selector);
    evaluate("document.querySelector(" + json(selector).dump() + ").select()");
    command("Input.insertText", {{"text", text}});
}

void Chromium::show(const Screen& screen)
{
    command("Emulation.setDeviceMetricsOverride", {{"width", screen.width},
                                                   {"height", screen.height},
                                                   {"deviceScaleFactor", screen.phone ? 2 : 1},
                                                   {"mobile", screen.phone}});
    command("Emulation.setEmulatedMedia",
            {{"features", json::array({{{"name", "prefers-color-scheme"}, {"value", screen.dark ? "dark" : "light"}},
                                       {{"name", "prefers-reduced-motion"}, {"value", "reduce"}}})}});
}

void Chromium::screenshot(const std::string& path)
{
    const std::string bytes = decoded_base64(command("Page.captureScreenshot", {{"format", "png"}})["data"]);
    std::ofstream file(path, std::ios::binary);
    file << bytes;
    if (!file.flush()) throw std::runtime_error("chromium: " + path + " cannot be written");
}

}  // namespace xgrad::testing
