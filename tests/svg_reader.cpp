#include "tests/svg_reader.hpp"

#include <cairo.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>

namespace xgrad::test {
namespace {

/// What SVG files need of XML: a declaration, elements, attributes in double quotes, text, five entities.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Element document()
    {
        skip_blanks();
        if (take("<?xml")) {
            at_ = text_.find("?>", at_);
            expect("?>");
        }
        skip_blanks();
        Element root = element();
        skip_blanks();
        if (at_ != text_.size()) fail("something behind the root");
        return root;
    }

private:
    [[noreturn]] void fail(const std::string& what) const
    {
        throw std::runtime_error("no well-formed XML at byte " + std::to_string(at_) + ": " + what);
    }

    char peek() const
    {
        if (at_ >= text_.size()) fail("the end");
        return text_[at_];
    }
    bool take(std::string_view word)
    {
        if (at_ > text_.size() || text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }
    void expect(std::string_view word)
    {
        if (!take(word)) fail("not " + std::string(word));
    }
    void skip_blanks()
    {
        while (at_ < text_.size() && std::strchr(" \n\t\r", text_[at_])) ++at_;
    }

    std::string name()
    {
        const std::size_t from = at_;
        while (std::isalnum(static_cast<unsigned char>(peek())) || std::strchr("-_:", peek())) ++at_;
        if (at_ == from) fail("no name");
        return std::string(text_.substr(from, at_ - from));
    }

    /// Characters up to one of `ends`, entities resolved.
    std::string characters(const char* ends)
    {
        std::string out;
        while (!std::strchr(ends, peek())) {
            const char c = peek();
            if (static_cast<unsigned char>(c) < 0x20 && c != '\n') fail("a control character");
            if (c == '<') fail("a bare <");
            if (c != '&') {
                out += c;
                ++at_;
            } else if (take("&amp;")) {
                out += '&';
            } else if (take("&lt;")) {
                out += '<';
            } else if (take("&gt;")) {
                out += '>';
            } else if (take("&quot;")) {
                out += '"';
            } else {
                fail("an unknown entity");
            }
        }
        return out;
    }

    Element element()
    {
        Element e;
        expect("<");
        e.name = name();
        for (skip_blanks(); peek() != '>' && peek() != '/'; skip_blanks()) {
            const std::string attribute = name();
            expect("=\"");
            if (!e.attributes.emplace(attribute, characters("\"")).second) fail(attribute + " twice");
            expect("\"");
        }
        if (take("/>")) return e;
        expect(">");
        while (true) {
            e.text += characters("<");
            if (take("</")) {
                if (name() != e.name) fail("the end of another element than " + e.name);
                expect(">");
                return e;
            }
            e.children.push_back(element());
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::vector<double> numbers_in(std::string text)
{
    for (char& c : text)
        if (std::strchr(",MLZ", c)) c = ' ';
    std::vector<double> result;
    const char* at = text.c_str();
    for (char* end = nullptr;; at = end) {
        const double number = std::strtod(at, &end);
        if (end == at) return result;
        result.push_back(number);
    }
}

std::string decoded_base64(std::string_view text)
{
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char* digit = std::strchr(digits, c);
        if (!digit || !c) break;
        bits = bits << 6 | static_cast<std::uint32_t>(digit - digits);
        count += 6;
        if (count >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xFF);
    }
    return out;
}

}  // namespace

std::string Element::at(const std::string& attribute) const
{
    const auto found = attributes.find(attribute);
    if (found != attributes.end()) return found->second;
    ADD_FAILURE() << "no attribute " << attribute << " in <" << name << ">";
    return "";
}

std::vector<double> Element::numbers(const std::string& attribute) const { return numbers_in(at(attribute)); }

std::vector<const Element*> Element::all(const std::string& element, const std::string& kind) const
{
    std::vector<const Element*> result;
    for (const Element& child : children) {
        const auto its_kind = child.attributes.find("class");
        const bool is_kind = kind.empty() || (its_kind != child.attributes.end() && its_kind->second == kind);
        if ((element.empty() || child.name == element) && is_kind) result.push_back(&child);
        for (const Element* inner : child.all(element, kind)) result.push_back(inner);
    }
    return result;
}

bool Element::says(const std::string& words) const
{
    const std::vector<const Element*> texts = all("text");
    return std::any_of(texts.begin(), texts.end(), [&](const Element* e) { return e->text == words; });
}

Element read_svg(std::string_view text) { return Reader(text).document(); }

ReadAxes::ReadAxes(const Element& group)
    : group_(group),
      frame_(group.numbers("data-frame")),
      x_range_(group.numbers("data-x-range")),
      y_range_(group.numbers("data-y-range")),
      x_log_(group.at("data-x-scale") == "log"),
      y_log_(group.at("data-y-scale") == "log")
{
}

std::vector<std::string> ReadAxes::labels(const std::string& kind) const
{
    std::vector<std::string> result;
    for (const Element* e : group_.all("g", kind))
        if (e->attributes.count("data-label")) result.push_back(e->at("data-label"));
    return result;
}

const Element* ReadAxes::find(const std::string& kind, const std::string& label) const
{
    for (const Element* e : group_.all("g", kind))
        if (label.empty() || (e->attributes.count("data-label") && e->at("data-label") == label)) return e;
    ADD_FAILURE() << "no " << kind << " '" << label << "' in axes '" << title() << "'";
    return nullptr;
}

std::vector<ReadAxes::Point> ReadAxes::curve(const std::string& label, const std::string& kind) const
{
    std::vector<Point> points;
    const Element* const found = find(kind, label);
    if (!found) return points;
    for (const Element* path : found->all("path")) {
        const std::vector<double> numbers = path->numbers("d");
        for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) points.push_back(to_data(numbers[i], numbers[i + 1]));
    }
    return points;
}

std::vector<ReadAxes::Point> ReadAxes::dots(const std::string& label) const
{
    std::vector<Point> points;
    if (const Element* const found = find("scatter", label))
        for (const Element* circle : found->all("circle"))
            points.push_back(to_data(std::stod(circle->at("cx")), std::stod(circle->at("cy"))));
    return points;
}

double ReadAxes::value(const std::string& label, double x) const
{
    const std::vector<Point> points = curve(label);
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const Point a = points[i], b = points[i + 1];
        if (a.x <= x && x <= b.x) return b.x > a.x ? a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x) : a.y;
    }
    ADD_FAILURE() << "the curve '" << label << "' does not reach " << x;
    return std::nan("");
}

ReadAxes::Point ReadAxes::to_data(double pixel_x, double pixel_y) const
{
    const auto between = [](const std::vector<double>& range, bool log, double part) {
        if (log) return range[0] * std::pow(range[1] / range[0], part);
        return range[0] + (range[1] - range[0]) * part;
    };
    return {between(x_range_, x_log_, (pixel_x - frame_[0]) / frame_[2]),
            between(y_range_, y_log_, 1 - (pixel_y - frame_[1]) / frame_[3])};
}

std::vector<ReadAxes> axes_of(const Element& svg)
{
    std::vector<ReadAxes> result;
    for (const Element* group : svg.all("g", "axes")) result.emplace_back(*group);
    return result;
}

Image::Color Image::at(std::size_t x, std::size_t y) const
{
    const std::uint32_t pixel = pixels.at(y * width + x);
    return {static_cast<int>(pixel >> 16 & 0xFF), static_cast<int>(pixel >> 8 & 0xFF), static_cast<int>(pixel & 0xFF)};
}

std::size_t Image::count_colors() const
{
    std::set<std::uint32_t> colors;
    std::uint32_t before = 0xFF000000;  // none
    for (const std::uint32_t pixel : pixels) {
        if (pixel != before) colors.insert(pixel);  // most pixels are like their neighbours
        before = pixel;
    }
    return colors.size();
}

double Image::share_of(Color color) const
{
    const auto pixel = static_cast<std::uint32_t>(color.red << 16 | color.green << 8 | color.blue);
    return static_cast<double>(std::count(pixels.begin(), pixels.end(), pixel)) / static_cast<double>(pixels.size());
}

Image read_png(const std::string& bytes)
{
    std::string_view rest = bytes;
    const auto read = [](void* from, unsigned char* out, unsigned int count) {
        auto& left = *static_cast<std::string_view*>(from);
        if (left.size() < count) return CAIRO_STATUS_READ_ERROR;
        std::memcpy(out, left.data(), count);
        left.remove_prefix(count);
        return CAIRO_STATUS_SUCCESS;
    };
    const std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface(
        cairo_image_surface_create_from_png_stream(read, &rest), cairo_surface_destroy);
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) throw std::runtime_error("no PNG");
    Image image;
    image.width = static_cast<std::size_t>(cairo_image_surface_get_width(surface.get()));
    image.height = static_cast<std::size_t>(cairo_image_surface_get_height(surface.get()));
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
    const unsigned char* const data = cairo_image_surface_get_data(surface.get());
    image.pixels.resize(image.width * image.height);
    for (std::size_t y = 0; y < image.height; ++y)
        std::memcpy(&image.pixels[y * image.width], data + y * stride, 4 * image.width);
    for (std::uint32_t& pixel : image.pixels) pixel &= 0xFFFFFF;
    return image;
}

Image embedded_image(const Element& image)
{
    const std::string data = image.at("xlink:href"), start = "data:image/png;base64,";
    EXPECT_EQ(data.substr(0, start.size()), start);
    return read_png(decoded_base64(std::string_view(data).substr(start.size())));
}

}  // namespace xgrad::test
