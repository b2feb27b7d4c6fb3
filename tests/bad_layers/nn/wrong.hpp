#pragma once

#include <xgrad/optim/sgd.hpp>
