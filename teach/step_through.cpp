// The terminal program on a stepper.
#include <xgrad/teach/explain.hpp>
#include <xgrad/teach/stepper.hpp>

#include <xgrad/error.hpp>

#include <istream>
#include <ostream>

namespace xgrad::teach {
namespace {

constexpr const char* kHelp =
    "n next   p previous   r restart   c on to a breakpoint   e to the end   g NAME on to a value\n"
    "b NAME breakpoint   w NAME watch   l the whole table   h help   q quit\n";

std::string read_name(std::istream& in)
{
    std::string name;
    std::getline(in >> std::ws, name);
    name.erase(name.find_last_not_of(" \r\t") + 1);
    return name;
}

/// Does what a key says; false when it says no more.
bool obey(char key, BackwardStepper& stepper, std::istream& in, std::ostream& out)
{
    switch (key) {
        case 'n':
            if (!stepper.next()) out << "the end: every leaf has its gradient\n";
            break;
        case 'p':
            if (!stepper.previous()) out << "this is the start\n";
            break;
        case 'r':
            stepper.restart();
            break;
        case 'c':
            (void)stepper.run();
            break;
        case 'e':
            while (stepper.next()) {
            }
            break;
        case 'g':
            stepper.run_to(read_name(in));
            break;
        case 'b':
            stepper.add_breakpoint(read_name(in));
            return true;
        case 'w':
            stepper.watch(read_name(in));
            break;
        case 'l':
            out << Explanation(stepper.graph());
            return true;
        case 'q':
            return false;
        default:
            out << kHelp;
            return true;
    }
    out << stepper.text();
    return true;
}

}  // namespace

void step_through(BackwardStepper& stepper, std::istream& in, std::ostream& out)
{
    out << kHelp << stepper.text() << std::flush;
    for (char key; in.get(key);) {
        if (key == '\n' || key == ' ' || key == '\r') continue;
        try {
            if (!obey(key, stepper, in, out)) return;
        } catch (const ShapeError& error) {
            out << error.what() << '\n';
        }
        out << std::flush;
    }
}

}  // namespace xgrad::teach
