#include "tests/reference/binding.hpp"

namespace xgrad::reference {

Bindings linalg_bindings() { return {}; }

}  // namespace xgrad::reference
