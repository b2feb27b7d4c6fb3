#include "tests/player_graphs.hpp"

#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/models.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/random.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/teach/names.hpp>

#include <cmath>
#include <filesystem>
#include <vector>

namespace xgrad::testing {

std::string player_folder()
{
    std::filesystem::create_directories(XGRAD_PLAYER_DIR);
    return XGRAD_PLAYER_DIR;
}

Explanation slide_graph()
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
    const Scalar q = x + y;
    const Scalar f = q * z;
    tape.name(q, "q");
    tape.name(f, "f");
    tape.backward(f);
    return explain(tape);
}

Explanation lenet5_graph()
{
    manual_seed(5);
    const nn::LeNet5 model;
    Tape tape{{.explain = true}};
    const Tensor loss = nn::cross_entropy(model(rand({4, 1, 28, 28})), tensor({4}, {3, 1, 4, 1}, i64));
    teach::name_parameters(tape, model);
    tape.name(loss, "loss");
    tape.backward(loss);
    return explain(tape);
}

Explanation scalar_network_graph(int units)
{
    Tape tape{{.explain = true}};
    int count = 0;
    const auto weight = [&](const std::string& name) { return tape.variable(name, std::sin(7.0 * ++count)); };
    std::vector<Scalar> values{tape.variable("x0", 0.5), tape.variable("x1", -1.0), tape.variable("x2", 2.0)};
    for (const char* layer : {"h1", "h2", "out"}) {
        std::vector<Scalar> next;
        for (int unit = 0; unit < (layer[0] == 'o' ? 1 : units); ++unit) {
            const std::string name = std::string(layer) + "_" + std::to_string(unit);
            Scalar sum = weight(name + "_b");
            for (std::size_t i = 0; i < values.size(); ++i) sum += weight(name + "_w" + std::to_string(i)) * values[i];
            next.push_back(tanh(sum));
        }
        values = next;
    }
    tape.name(values[0], "y");
    tape.backward(values[0]);
    return explain(tape);
}

}  // namespace xgrad::testing
