#pragma once

// Explanations that the tests of the player show.

#include <xgrad/teach/explain.hpp>

#include <string>

namespace xgrad::testing {

/// The folder in the build folder where the tests leave pages and pictures.
std::string player_folder();

/// f = (x + y) z at (-2, 5, -4), the lecture's slide.
Explanation slide_graph();

/// One step of LeNet-5 on 4 random images, walked back from the loss; parameters have their names in the model.
Explanation lenet5_graph();

/// A network of scalars with two hidden layers, of about `units` * 3 * (units + 3) nodes.
Explanation scalar_network_graph(int units);

}  // namespace xgrad::testing
