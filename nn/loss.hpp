#pragma once

// The losses under the names that PyTorch's users look for; they are operations.

#include <xgrad/ops/loss.hpp>

namespace xgrad::nn {

using xgrad::binary_cross_entropy;
using xgrad::binary_cross_entropy_with_logits;
using xgrad::BinaryCrossEntropyOptions;
using xgrad::BinaryCrossEntropyWithLogitsOptions;
using xgrad::cosine_embedding_loss;
using xgrad::CosineEmbeddingOptions;
using xgrad::cross_entropy;
using xgrad::CrossEntropyOptions;
using xgrad::ctc_loss;
using xgrad::CtcOptions;
using xgrad::dice_loss;
using xgrad::DiceOptions;
using xgrad::FocalOptions;
using xgrad::gaussian_nll_loss;
using xgrad::GaussianNllOptions;
using xgrad::hinge_embedding_loss;
using xgrad::HingeEmbeddingOptions;
using xgrad::huber_loss;
using xgrad::HuberOptions;
using xgrad::kl_div;
using xgrad::KlDivOptions;
using xgrad::KlReduction;
using xgrad::l1_loss;
using xgrad::L1Options;
using xgrad::margin_ranking_loss;
using xgrad::MarginRankingOptions;
using xgrad::mse_loss;
using xgrad::MseOptions;
using xgrad::multi_margin_loss;
using xgrad::multilabel_margin_loss;
using xgrad::multilabel_soft_margin_loss;
using xgrad::MultilabelMarginOptions;
using xgrad::MultilabelSoftMarginOptions;
using xgrad::MultiMarginOptions;
using xgrad::nll_loss;
using xgrad::NllOptions;
using xgrad::poisson_nll_loss;
using xgrad::PoissonNllOptions;
using xgrad::Reduction;
using xgrad::sigmoid_focal_loss;
using xgrad::smooth_l1_loss;
using xgrad::SmoothL1Options;
using xgrad::soft_margin_loss;
using xgrad::SoftMarginOptions;
using xgrad::triplet_margin_loss;
using xgrad::TripletMarginOptions;

}  // namespace xgrad::nn
