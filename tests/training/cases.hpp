#pragma once

// The parts of a directory of reference results that are replayed. Each adds its cases to the report.

#include "tests/training/report.hpp"

namespace xgrad::training {

void check_optimizers(Report& report, const std::string& directory);  ///< optimizers.json
void check_schedulers(Report& report, const std::string& directory);  ///< schedulers.json
void check_training(Report& report, const std::string& directory);    ///< training/index.json

}  // namespace xgrad::training
