// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

// x + f(norm(x)), twice: attention, then two linear layers.
struct TransformerBlock {
  MultiHeadAttention attention;
  std::int64_t hidden = 0;
  std::int64_t width = 0;
  LayerNorm norm;
  Function activation = Function::gelu;
  double dropout = 0;
};

void transformer_block(NetworkBuilder& net, const TransformerBlock& block) {
  const auto before = net.here();
  net.add(block.norm, "ln_1").add(block.attention, "self_attention");
  net.add(Dropout{block.dropout}, "dropout");
  add_shortcut(net, before, "add_1");
  const auto between = net.here();
  net.add(block.norm, "ln_2").add(Linear{.out_features = block.hidden}, "mlp.0");
  net.add(Activation{block.activation}, "mlp.1").add(Dropout{block.dropout}, "mlp.2");
  net.add(Linear{.out_features = block.width}, "mlp.3").add(Dropout{block.dropout}, "mlp.4");
  add_shortcut(net, between, "add_2");
}

Network vit_b(const Request& request) {
  const std::int64_t patch = request.name == "vit_b_16" ? 16 : 32;
  const TransformerBlock block{
      .attention = {.heads = 12}, .hidden = 3072, .width = 768, .norm = {.epsilon = 1e-6}};
  NetworkBuilder net{request.name, {request.input}};
  net.add(PatchEmbedding{.dim = 768, .patch = patch}, "conv_proj");
  net.add(ClassToken{}, "class_token");
  net.enter("encoder").add(PositionEmbedding{}, "pos_embedding").add(Dropout{0}, "dropout");
  for (int i = 0; i < 12; ++i) {
    net.enter("layers.encoder_layer_" + std::to_string(i));
    transformer_block(net, block);
    net.leave();
  }
  net.add(block.norm, "ln").leave();
  net.add(Select{.axis = 0, .index = 0}, "first");
  net.add(Linear{.out_features = request.classes}, "heads.head");
  return net.build();
}

// The image cut into 32x32 patches, each one row of pixels, channels last.
void to_patches(NetworkBuilder& net, const Shape& image) {
  constexpr std::int64_t kPatch = 32;
  if (image.rank() != 3 || image[1] % kPatch != 0 || image[2] % kPatch != 0) {
    throw NetworkError{
        "network 'vit_thesis': wanted channels x height x width, both in whole "
        "patches of 32, got " +
        to_string(image)};
  }
  const std::int64_t rows = image[1] / kPatch;
  const std::int64_t columns = image[2] / kPatch;
  net.add(Reshape{{image[0], rows, kPatch, columns, kPatch}}, "cut");
  net.add(Permute{{1, 3, 2, 4, 0}}, "order");
  net.add(Reshape{{rows * columns, kPatch * kPatch * image[0]}}, "rows");
}

// Patches are normalised before and after their projection; no bias on queries, keys and values.
Network vit_thesis(const Request& request) {
  constexpr double kDropout = 0.1;
  const TransformerBlock block{
      .attention = {.heads = 16, .head_dim = 64, .in_bias = false, .dropout = kDropout},
      .hidden = 2048,
      .width = 1024,
      .norm = {},
      .dropout = kDropout};
  NetworkBuilder net{request.name, {request.input}};
  net.enter("patches");
  to_patches(net, request.input);
  net.add(LayerNorm{}, "norm_before").add(Linear{.out_features = block.width}, "projection");
  net.add(LayerNorm{}, "norm_after").leave();
  net.add(ClassToken{}, "class_token").add(PositionEmbedding{}, "position_embedding");
  net.add(Dropout{kDropout}, "dropout");
  for (int i = 0; i < 6; ++i) {
    net.enter("block" + std::to_string(i));
    transformer_block(net, block);
    net.leave();
  }
  net.add(LayerNorm{}, "norm").add(Select{.axis = 0, .index = 0}, "first");
  net.add(Linear{.out_features = request.classes}, "head");
  return net.build(Initialization::xavier_uniform);
}

// A token in, the scores of the next token out, at every position at once.
Network gpt_small(const Request& request) {
  constexpr double kDropout = 0.1;
  constexpr std::int64_t kWidth = 384;
  const TransformerBlock block{.attention = {.heads = 6, .causal = true, .dropout = kDropout},
                               .hidden = 4 * kWidth,
                               .width = kWidth,
                               .norm = {},
                               .activation = Function::gelu_tanh,
                               .dropout = kDropout};
  NetworkBuilder net{request.name, {request.input, request.classes}};
  net.add(TokenEmbedding{.vocabulary = request.classes, .dim = kWidth}, "tokens");
  net.add(PositionEmbedding{}, "positions").add(Dropout{kDropout}, "dropout");
  for (int i = 0; i < 6; ++i) {
    net.enter("block" + std::to_string(i));
    transformer_block(net, block);
    net.leave();
  }
  net.add(LayerNorm{}, "norm");
  net.add(Linear{.out_features = request.classes, .bias = false}, "head");
  return net.build(Initialization::normal_02);
}

}  // namespace

std::vector<Recipe> transformer_recipes() {
  const Shape gray{1, 224, 224};
  const Shape colour{3, 224, 224};
  return {
      {{"vit_thesis", "transformer", "the study's vision transformer", gray, 10}, vit_thesis},
      {{"vit_b_16", "transformer", "torchvision's ViT-B/16", colour, 1000}, vit_b},
      {{"vit_b_32", "transformer", "torchvision's ViT-B/32", colour, 1000}, vit_b},
      {{"gpt_small",
        "transformer",
        "decoder only: 6 blocks, 6 heads, width 384, 256 bytes of context",
        {256},
        256},
       gpt_small},
  };
}

}  // namespace erg
