// Rows of the op table: fuse.
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/shape.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const auto kThree = [](auto a, auto b, auto c) { return tanh(a * b + c) * a; };
const auto kTwo = [](auto a, auto b) { return a * b / (1 + square(a)) - exp(-b) * a; };

const OpRows kRows{{
    {"Fuse", [](const In& x) { return fuse(kThree, x[0], x[1], x[2]); }, {kMatrix, kOther, kPositive}},
    {"FuseOfOne", [](const In& x) { return fuse([](auto a) { return sin(a) * exp(a * 0.5) + a; }, x[0]); }, {kMatrix}},
    {"FuseSingle", [](const In& x) { return fuse(kTwo, x[0], x[1]); }, {kSingle, kSingle}},
    {"FuseBroadcastRow", [](const In& x) { return fuse(kTwo, x[0], x[1]); }, {kMatrix, kRow}},
    {"FuseBroadcastColumn", [](const In& x) { return fuse(kTwo, x[0], x[1]); }, {kColumn, kMatrix}},
    {"FuseRowWithColumn", [](const In& x) { return fuse(kTwo, x[0], x[1]); }, {kRow, kColumn}},
    {"FuseBroadcastSingle", [](const In& x) { return fuse(kTwo, x[0], x[1]); }, {kSingle, kMatrix}},
    {"FuseBroadcastAxis", [](const In& x) { return fuse(kThree, x[0], x[1], x[2]); }, {kCube, kMatrix, kColumn}},
    {"FuseOfExpanded", [](const In& x) { return fuse(kTwo, x[0], x[1]); }, {kMatrix, expand(kRow, {2, 3})}},
    {"FuseSameOperandTwice", [](const In& x) { return fuse(kTwo, x[0], x[0]); }, {kMatrix}},
    {"FuseOfAnArgumentAlone",
     [](const In& x) { return fuse([](auto, auto b) { return b; }, x[0], x[1]); },
     {kMatrix, kRow}},
    {"FuseWhere",
     [](const In& x) { return fuse([](auto a, auto b) { return where(a > b, a * a, b - a * b); }, x[0], x[1]); },
     {kMatrix, kOther}},
    {"FuseWhereNumber",
     [](const In& x) {
         return fuse([](auto a) { return where(logical_or(a<-1.0, a> 1.0), 0.5, square(a)) * a; }, x[0]);
     },
     {kMatrix}},
    {"FuseParametric",
     [](const In& x) { return fuse([](auto a) { return elu(a, 0.5) + clamp(a, -1, 1.75) * softplus(a); }, x[0]); },
     {kMatrix}},
    {"FusePow",
     [](const In& x) { return fuse([](auto a, auto b) { return pow(a, b) + pow(a, 3) + pow(2.0, b); }, x[0], x[1]); },
     {kPositive, kOther}},
    {"FuseOfFive",
     [](const In& x) {
         return fuse([](auto a, auto b, auto c, auto d, auto e) { return a * b + c * d + sigmoid(e) * a; }, x[0], x[1],
                     x[2], x[3], x[4]);
     },
     {kMatrix, kOther, kPositive, kRow, kColumn}},
}};

}  // namespace
