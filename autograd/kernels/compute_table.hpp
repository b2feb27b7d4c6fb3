#pragma once
// The compute-heavy kernels that are compiled once for each instruction set. gemm.hpp, conv.hpp and pool.hpp are the
// functions to call; they check, cut the work for threads and come here for each piece.
#include <cstdint>

namespace xgrad::kernels {

/// Element (i, j) of a matrix stands at data[i * row + j * column]. Strides may be 0 or negative.
template <class T>
struct Matrix {
    const T* data;
    std::int64_t row, column;

    Matrix transposed() const { return {data, column, row}; }
};

/// C = A B + what C holds, or A B + bias, or A B; then relu.
template <class T>
struct GemmPiece {
    std::int64_t m, n, k;
    Matrix<T> a, b;
    T* c;
    std::int64_t c_row;
    bool add;  // to what C holds
    bool relu;
    const T* bias;  // one a column, or null; not together with add
};

/// Sizes of a convolution; the spatial axes are depth, height, width, of size 1 where there are fewer.
struct ConvShape {
    std::int64_t images, in_channels, out_channels, groups = 1;
    std::int64_t in[3] = {1, 1, 1}, out[3] = {1, 1, 1}, kernel[3] = {1, 1, 1};
    std::int64_t stride[3] = {1, 1, 1}, pad[3] = {0, 0, 0}, dilation[3] = {1, 1, 1};
};

/// Convolution of the images [first, last); the arrays begin at image 0. See conv.hpp.
template <class T>
struct ConvPiece {
    const ConvShape* shape;
    const T *x, *w, *bias;
    bool relu;
    T* y;
    std::int64_t first, last;
};
template <class T>
struct ConvDataPiece {
    const ConvShape* shape;
    const T *gy, *w;
    T* gx;
    std::int64_t first, last;
};
template <class T>
struct ConvWeightPiece {
    const ConvShape* shape;
    const T *x, *gy;
    T *gw, *gbias;  // added to; gbias may be null
    std::int64_t first, last;
};

/// Sizes of a pooling; every image's every channel is a plane of its own.
struct PoolShape {
    std::int64_t planes;
    std::int64_t in[2], out[2], kernel[2], stride[2], pad[2] = {0, 0}, dilation[2] = {1, 1};
};

/// Planes [first, last); the arrays begin at plane 0. See pool.hpp.
template <class T>
struct MaxPoolPiece {
    const PoolShape* shape;
    const T *x, *v;  // v: what is gathered or spread; y = v at the maximum of x, or gx = v there
    T* to;
    std::int64_t* indices;  // or null
    std::int64_t first, last;
};
template <class T>
struct AveragePoolPiece {
    const PoolShape* shape;
    const T* from;
    T* to;
    bool count_pad;
    std::int64_t divisor;  // 0: the number of elements
    std::int64_t first, last;
};

struct ComputeTable {
    void (*gemm_f32)(const GemmPiece<float>&);
    void (*gemm_f64)(const GemmPiece<double>&);
    void (*conv_f32)(const ConvPiece<float>&);
    void (*conv_f64)(const ConvPiece<double>&);
    void (*conv_data_f32)(const ConvDataPiece<float>&);
    void (*conv_data_f64)(const ConvDataPiece<double>&);
    void (*conv_weight_f32)(const ConvWeightPiece<float>&);
    void (*conv_weight_f64)(const ConvWeightPiece<double>&);
    void (*max_pool_f32)(const MaxPoolPiece<float>&);
    void (*max_pool_f64)(const MaxPoolPiece<double>&);
    void (*max_pool_spread_f32)(const MaxPoolPiece<float>&);
    void (*max_pool_spread_f64)(const MaxPoolPiece<double>&);
    void (*average_pool_f32)(const AveragePoolPiece<float>&);
    void (*average_pool_f64)(const AveragePoolPiece<double>&);
    void (*average_pool_spread_f32)(const AveragePoolPiece<float>&);
    void (*average_pool_spread_f64)(const AveragePoolPiece<double>&);
};

/// For the instruction set that kernels::active uses.
extern ComputeTable compute;

}  // namespace xgrad::kernels
