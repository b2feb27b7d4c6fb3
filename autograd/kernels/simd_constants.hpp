// Numbers behind simd_math.hpp. The coefficients belong to its formulas: exp(r) = 1 + r + r^2 kExp(r),
// 2 atanh(s) = 2 s + s^3 kLog(s^2), sin(r) = r + r^3 kSin(r^2), cos(r) = 1 - r^2/2 + r^4 kCos(r^2).
#pragma once

#include "autograd/kernels/simd.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

template <class T>
struct Constants;

template <>
struct Constants<float> {
    static constexpr float kInfinity = __builtin_inff(), kNan = __builtin_nanf("");
    static constexpr int kMantissaBits = 23;
    static constexpr float kBias = 127, kTwoToMantissaBits = 0x1p23f;
    static constexpr float kShift = 0x1.8p23f;  // adding it rounds to integers
    static constexpr float kMinNormal = 0x1p-126f, kMinDenormal = 0x1p-149f, kDenormalScale = 0x1p24f;
    static constexpr float kDenormalBits = 24, kSqrtHalf = 0.707106781f;

    static constexpr float kLog2E = 1.44269504f, kLn2High = 0x1.62e4p-1f, kLn2Low = 0x1.7f7d1cf79abcap-20f;
    static constexpr float kExpMax = 89, kExpMin = -104, kTanhOne = 9.1f;
    static constexpr float kExp[] = {0.500000001f,   0.166666667f,   0.0416664649f,
                                     0.00833331093f, 0.00139336500f, 0.000198909908f};
    static constexpr float kLog[] = {0.666666666f, 0.400001222f, 0.285507786f, 0.233316148f};

    static constexpr float kTwoOverPi = 0.636619772f, kTrigMax = 10000;
    static constexpr float kHalfPi[] = {0x1.92p+0f, 0x1.fb4p-12f, 0x1.444p-24f, 0x1.68c234c4c6629p-39f};
    static constexpr float kSin[] = {-0.166666667f, 0.00833333187f, -0.000198400844f, 2.72496200e-6f};
    static constexpr float kCos[] = {0.0416666647f, -0.00138883019f, 2.45476897e-5f};
};

template <>
struct Constants<double> {
    static constexpr double kInfinity = __builtin_inf(), kNan = __builtin_nan("");
    static constexpr int kMantissaBits = 52;
    static constexpr double kBias = 1023, kTwoToMantissaBits = 0x1p52;
    static constexpr double kShift = 0x1.8p52;
    static constexpr double kMinNormal = 0x1p-1022, kMinDenormal = 0x1p-1074, kDenormalScale = 0x1p53;
    static constexpr double kDenormalBits = 53, kSqrtHalf = 0.70710678118654752;

    static constexpr double kLog2E = 1.4426950408889634, kLn2High = 0x1.62e42fefa38p-1, kLn2Low = 0x1.ef35793c7673p-45;
    static constexpr double kExpMax = 710, kExpMin = -746, kTanhOne = 20;
    static constexpr double kExp[] = {0.50000000000000000,   0.16666666666666671,   0.041666666666666670,
                                      0.0083333333333261351, 0.0013888888888883748, 0.00019841269874820625,
                                      2.4801587325547741e-5, 2.7557255400206424e-6, 2.7557273643110295e-7,
                                      2.5105217004720745e-8, 2.0914686968086877e-9};
    static constexpr double kLog[] = {0.66666666666666666, 0.40000000000000883, 0.28571428570799784,
                                      0.22222222392581262, 0.18181795547497947, 0.15386244738881708,
                                      0.13268638335555463, 0.13088035203126112};

    static constexpr double kTwoOverPi = 0.63661977236758134, kTrigMax = 1e6;
    static constexpr double kHalfPi[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69, 0x1.b839a252049c1p-104};
    static constexpr double kSin[] = {-0.16666666666666665,  0.0083333333333309366,  -0.00019841269836740528,
                                      2.7557316093196064e-6, -2.5051129895962806e-8, 1.5917988944318715e-10};
    static constexpr double kCos[] = {0.041666666666666665,   -0.0013888888888887390, 2.4801587298754398e-5,
                                      -2.7557317265876616e-7, 2.0876145049108280e-9,  -1.1382544623404290e-11};

    // For pow: ln 2 and 2/3 to twice the precision, and 2 atanh(s) = 2 s + s^3 (2/3 + s^2 kLongLog(s^2)).
    static constexpr double kLn2 = 0x1.62e42fefa39efp-1, kLn2Rest = 0x1.abc9e3b39803fp-56;
    static constexpr double kTwoThirds = 0x1.5555555555555p-1, kTwoThirdsLow = 0x1.5555555555555p-55;
    static constexpr double kLongLog[] = {0.40000000000000000, 0.28571428571428565, 0.22222222222228470,
                                          0.18181818179644987, 0.15384615762908633, 0.13333296397925872,
                                          0.11766819023270190, 0.10456195073671724, 0.10763621847559535};
};

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
