#pragma once

// Sources that several operations cite.

namespace xgrad::detail {

inline constexpr const char* kGiles2008 =
    "Giles, Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic Differentiation (2008)";
inline constexpr const char* kTownsend2016 = "Townsend, Differentiating the Singular Value Decomposition (2016)";
inline constexpr const char* kWalterLehmann2010 =
    "Walter, Lehmann, Algorithmic differentiation of linear algebra functions with application in optimum experimental "
    "design (2010)";

}  // namespace xgrad::detail
