// Convolutions of a range of images on one thread.
#include "autograd/kernels/isa/conv_backward.hpp"
#include "autograd/kernels/isa/conv_forward.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

void fill_conv(ComputeTable& table)
{
    table.conv_f32 = conv_forward<float>;
    table.conv_f64 = conv_forward<double>;
    table.conv_data_f32 = conv_backward_data<float>;
    table.conv_data_f64 = conv_backward_data<double>;
    table.conv_weight_f32 = conv_backward_weight<float>;
    table.conv_weight_f64 = conv_backward_weight<double>;
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
