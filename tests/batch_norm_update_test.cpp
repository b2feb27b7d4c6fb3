#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/optim/averaging.hpp>
#include <xgrad/train/batch_norm.hpp>

#include <stdexcept>

#include "tests/expect_tensor.hpp"

using namespace xgrad;

namespace {

data::Loader loader_of(Tensor inputs, std::int64_t batch_size, bool drop_last = false)
{
    const std::int64_t rows = inputs.size(0);
    return data::Loader({std::move(inputs), zeros({rows}, i64)},
                        {.batch_size = batch_size, .shuffle = false, .drop_last = drop_last, .seed = 1});
}

// Notes the mode that it is called in.
struct Normed {
    nn::BatchNorm1d norm{1};
    nn::Dropout dropout{0.5};
    bool training = true, was_training = false;
    int fails_at = -1, calls = 0;
    XGRAD_MODULE(Normed, norm, dropout, training, was_training, fails_at, calls)

    Tensor operator()(const Input& x)
    {
        was_training = training;
        if (calls++ == fails_at) throw std::runtime_error("the model failed");
        return norm(dropout(x));
    }
};

}  // namespace

TEST(UpdateBatchNorm, TakesTheMeanOverAllBatchesEachCountedAlike)
{
    // Batches (1, 3) and (5, 5, 11): means 2 and 7, variances (1 + 1) / 1 = 2 and (4 + 4 + 16) / 2 = 12.
    //   running mean (2 + 7) / 2 = 4.5, running variance (2 + 12) / 2 = 7
    for (const double momentum : {0.1, 0.9}) {
        nn::BatchNorm1d norm(1, {.momentum = momentum});
        norm.running_mean = full({1}, 100);
        norm.num_batches_tracked = full({}, 9, i64);
        nn::eval(norm);
        train::update_batch_norm(norm, loader_of(tensor({5, 1}, {5, 5, 11, 1, 3}), 3));
        EXPECT_TENSOR_EQ(norm.running_mean, full({1}, 4.5));
        EXPECT_TENSOR_EQ(norm.running_var, full({1}, 7));
        EXPECT_TENSOR_EQ(norm.num_batches_tracked, full({}, 2, i64));
        EXPECT_EQ(*norm.options.momentum, momentum);
        EXPECT_FALSE(norm.training);
    }
}

TEST(UpdateBatchNorm, GivesPyTorchsNumbers)
{
    // torch.optim.swa_utils.update_bn of PyTorch 1.13 with these weights, in double precision: the statistics of the second
    // norm follow from batches that the first one normalises by themselves.
    struct TwoNorms {
        nn::Linear first{2, 3}, second{3, 2};
        nn::BatchNorm1d norm1{3}, norm2{2, {.momentum = 0.3}};
        XGRAD_MODULE(TwoNorms, first, second, norm1, norm2)
        Tensor operator()(const Input& x) { return norm2(second(relu(norm1(first(x))))); }
    };
    TwoNorms model;
    nn::to(model, f64);
    model.first.weight = tensor({3, 2}, {0.5, -1, 2, 0.25, -0.75, 1.5}, f64);
    model.first.bias = tensor({3}, {0.1, -0.2, 0.3}, f64);
    model.second.weight = tensor({2, 3}, {1, -0.5, 0.25, 0.75, 2, -1}, f64);
    model.second.bias = tensor({2}, {0, 1}, f64);
    model.norm1.running_mean = full({3}, 9, f64);
    model.norm2.num_batches_tracked = full({}, 5, i64);
    train::update_batch_norm(
        model, loader_of(tensor({8, 2}, {1, 2, 3, -1, 0, 0.5, -2, 1, 4, 4, 0.25, -3, 4, 4, 0.25, -3}, f64), 3));
    EXPECT_TENSOR_NEAR(model.norm1.running_mean,
                       tensor({3}, {0.2458333333333334, 2.744444444444445, 0.0812499999999999}, f64), 1e-14);
    EXPECT_TENSOR_NEAR(model.norm1.running_var, tensor({3}, {8.74045138888889, 31.383680555555564, 19.666015625}, f64),
                       1e-14);
    EXPECT_TENSOR_NEAR(model.norm2.running_mean, tensor({2}, {0.36505957618368606, 1.8023565229060319}, f64), 1e-14);
    EXPECT_TENSOR_NEAR(model.norm2.running_var, tensor({2}, {0.6125244934425134, 2.714504752841933}, f64), 1e-14);
    EXPECT_TENSOR_EQ(model.norm2.num_batches_tracked, full({}, 3, i64));
}

TEST(UpdateBatchNorm, BringsModesMomentaAndTheLoaderBack)
{
    Normed model;
    nn::eval(model);
    model.norm.training = true;
    data::Loader loader = loader_of(tensor({4, 1}, {1, 2, 3, 5}), 2);
    for (const auto& batch : loader) {
        (void)batch;
        break;
    }
    const data::LoaderPosition before = loader.position();
    train::update_batch_norm(model, loader);
    EXPECT_EQ(model.calls, 2);
    EXPECT_TRUE(model.was_training);
    EXPECT_FALSE(model.training);
    EXPECT_FALSE(model.dropout.training);
    EXPECT_TRUE(model.norm.training);
    EXPECT_EQ(model.norm.options.momentum, 0.1);
    EXPECT_EQ(loader.position(), before);
}

TEST(UpdateBatchNorm, ChangesNothingWhenTheModelFailsOrThereAreNoBatches)
{
    Normed model;
    nn::eval(model);
    model.fails_at = 1;
    EXPECT_THROW(train::update_batch_norm(model, loader_of(tensor({4, 1}, {1, 2, 3, 5}), 2)), std::runtime_error);
    train::update_batch_norm(model, loader_of(tensor({2, 1}, {1, 2}), 4, true));
    EXPECT_TENSOR_EQ(model.norm.running_mean, zeros({1}));
    EXPECT_TENSOR_EQ(model.norm.running_var, ones({1}));
    EXPECT_TENSOR_EQ(model.norm.num_batches_tracked, zeros({}, i64));
    EXPECT_EQ(model.norm.options.momentum, 0.1);
    EXPECT_FALSE(model.training);
    EXPECT_EQ(model.calls, 2);
}

TEST(UpdateBatchNorm, OfAModelWithoutBatchNormsDoesNotEvenCallIt)
{
    struct Plain {
        nn::Linear layer{1, 1};
        int calls = 0;
        XGRAD_MODULE(Plain, layer, calls)
        Tensor operator()(const Input& x)
        {
            ++calls;
            return layer(x);
        }
    };
    Plain model;
    train::update_batch_norm(model, loader_of(ones({4, 1}), 2));
    EXPECT_EQ(model.calls, 0);
}
