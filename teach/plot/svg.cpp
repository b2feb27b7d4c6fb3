#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "teach/plot/formats.hpp"
#include "teach/plot/text.hpp"

namespace xgrad::plot::detail {
namespace {

/// Hundredths of a pixel, without zeros at the end.
std::string number(double x)
{
    std::string text = fmt::format("{:.2f}", x);
    text.resize(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text == "-0" ? "0" : text;
}

std::string base64(std::string_view bytes)
{
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = i; j < i + 3; ++j)
            group = group << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0u);
        for (std::size_t j = 0; j < 4; ++j) out += i + j <= bytes.size() ? kDigits[group >> (18 - 6 * j) & 63] : '=';
    }
    return out;
}

std::string paint(const char* what, Color color)
{
    if (color.opacity <= 0) return fmt::format(" {}=\"none\"", what);
    std::string text = fmt::format(" {}=\"{}\"", what, to_string(color));
    if (color.opacity < 1) text += fmt::format(" {}-opacity=\"{}\"", what, number(color.opacity));
    return text;
}

std::string look(Color fill, const Pen& pen)
{
    std::string text = paint("fill", fill);
    if (pen.width <= 0) return text;
    text += paint("stroke", pen.color) + fmt::format(" stroke-width=\"{}\"", number(pen.width));
    if (pen.dash == Dash::dashed)
        text += fmt::format(" stroke-dasharray=\"{} {}\"", number(4 * pen.width), number(2.5 * pen.width));
    if (pen.dash == Dash::dotted) text += fmt::format(" stroke-dasharray=\"0 {}\"", number(2.5 * pen.width));
    return text;
}

class Writer {
public:
    explicit Writer(const Drawing& drawing)
    {
        const std::string width = number(drawing.width()), height = number(drawing.height());
        print(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{0}\" "
            "height=\"{1}\" "
            "viewBox=\"0 0 {0} {1}\" font-family=\"DejaVu Sans, Verdana, sans-serif\" stroke-linecap=\"round\" "
            "stroke-linejoin=\"round\">\n",
            width, height);
        print("<rect width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>\n", width, height);
        for (const Shape& shape : drawing.shapes().list) std::visit(*this, shape);
        while (depth_ > 0) (*this)(GroupEnd{});
        out_ += "</svg>\n";
    }

    std::string take() { return std::move(out_); }

    void operator()(const Path& path)
    {
        std::string commands;
        bool drawing = false;
        for (const Point p : path.points) {
            const bool finite = std::isfinite(p.x) && std::isfinite(p.y);
            if (finite) commands += fmt::format("{}{},{}", drawing ? " " : "M", number(p.x), number(p.y));
            drawing = finite;
        }
        if (commands.empty()) return;
        print("<path d=\"{}{}\"{}/>\n", commands, path.closed ? "Z" : "", look(path.fill, path.pen));
    }

    void operator()(const Box& box) { print("<rect {}{}/>\n", place(box.place), look(box.fill, box.pen)); }

    void operator()(const Circle& circle)
    {
        print("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n", number(circle.center.x), number(circle.center.y),
              number(circle.radius), look(circle.fill, circle.pen));
    }

    void operator()(const Text& text)
    {
        const Font& font = text.font;
        const std::string x = number(text.at.x), y = number(text.at.y);
        std::string attributes = paint("fill", font.color);
        if (font.anchor != Anchor::start)
            attributes += fmt::format(" text-anchor=\"{}\"", font.anchor == Anchor::end ? "end" : "middle");
        if (font.bold) attributes += " font-weight=\"bold\"";
        if (font.halo) attributes += " stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\"";
        if (font.angle != 0) attributes += fmt::format(" transform=\"rotate({} {} {})\"", number(-font.angle), x, y);
        print("<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}>{}</text>\n", x, y, number(font.size), attributes,
              escaped(text.text));
    }

    void operator()(const Pixels& pixels)
    {
        print(
            "<image {} preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
            "xlink:href=\"data:image/png;base64,{}\"/>\n",
            place(pixels.place), base64(png_bytes(pixels)));
    }

    void operator()(const GroupBegin& group)
    {
        std::string attributes;
        if (group.clips) {
            ++clips_;
            print("<clipPath id=\"clip{}\"><rect {}/></clipPath>\n", clips_, place(group.clip));
            attributes = fmt::format(" clip-path=\"url(#clip{})\"", clips_);
        }
        for (const auto& [name, fact] : group.facts) attributes += fmt::format(" data-{}=\"{}\"", name, escaped(fact));
        print("<g class=\"{}\"{}>\n", escaped(group.kind), attributes);
        ++depth_;
    }

    void operator()(const GroupEnd&)
    {
        out_ += "</g>\n";
        --depth_;
    }

private:
    template <class... Arguments>
    void print(fmt::format_string<Arguments...> format, Arguments&&... arguments)
    {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    }

    static std::string place(const Rectangle& r)
    {
        return fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", number(r.x), number(r.y), number(r.width),
                           number(r.height));
    }

    std::string out_;
    std::size_t depth_ = 0, clips_ = 0;
};

}  // namespace

std::string svg_text(const Drawing& drawing) { return Writer(drawing).take(); }

}  // namespace xgrad::plot::detail
