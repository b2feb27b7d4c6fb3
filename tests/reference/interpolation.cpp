#include "tests/reference/binding.hpp"

namespace xgrad::reference {

Bindings interpolation_bindings() { return {}; }

}  // namespace xgrad::reference
