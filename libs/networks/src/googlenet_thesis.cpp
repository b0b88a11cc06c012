// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <vector>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

// The widths of one inception block, by the kernel of the branch that they belong to.
struct Widths {
  std::int64_t one;
  std::int64_t three_before, three;
  std::int64_t five_before, five;
  std::int64_t pool;
};

constexpr std::array<Widths, 9> kBlocks{{
    {64, 96, 128, 16, 32, 32},
    {128, 128, 192, 32, 96, 64},
    {192, 96, 208, 16, 48, 64},
    {160, 112, 224, 24, 64, 64},
    {128, 128, 256, 24, 64, 64},
    {112, 144, 288, 32, 64, 64},
    {256, 160, 320, 32, 128, 128},
    {256, 160, 320, 32, 128, 128},
    {384, 192, 384, 48, 128, 128},
}};

enum class Branch { one, three, five, pool };

// The branches of every inception block of a variant, side by side. Empty: no block at all.
std::vector<Branch> branches_of(const std::string& name) {
  const int digit = name.back() - '0';
  if (name.starts_with("googlenet_1x1_b")) return {static_cast<std::size_t>(digit), Branch::one};
  if (name.starts_with("googlenet_5x5_b")) return {static_cast<std::size_t>(digit), Branch::five};
  std::vector<Branch> all{Branch::one, Branch::three, Branch::five, Branch::pool};
  if (name == "googlenet_thesis") return all;
  if (digit == 9) return {};
  if (digit > 4) return {static_cast<std::size_t>(digit - 4), Branch::three};
  all.erase(all.begin() + digit - 1);
  return all;
}

void convolution(NetworkBuilder& net, std::int64_t width, std::int64_t kernel,
                 const std::string& name) {
  net.add(same_convolution(width, kernel, 1, 1, true), name).add(Activation{}, name + "_relu");
}

void branch(NetworkBuilder& net, Branch which, const Widths& widths) {
  switch (which) {
    case Branch::one:
      convolution(net, widths.one, 1, "conv1x1");
      break;
    case Branch::three:
      convolution(net, widths.three_before, 1, "reduce");
      convolution(net, widths.three, 3, "conv3x3");
      break;
    case Branch::five:
      convolution(net, widths.five_before, 1, "reduce");
      convolution(net, widths.five, 5, "conv5x5");
      break;
    case Branch::pool:
      net.add(MaxPool2d{.kernel = 3, .stride = 1, .padding = 1}, "pool");
      convolution(net, widths.pool, 1, "conv1x1");
      break;
  }
}

void inception(NetworkBuilder& net, const std::vector<Branch>& branches, const Widths& widths) {
  const auto before = net.here();
  std::vector<NetworkBuilder::Id> ends;
  net.enter_numbered("Inception");
  for (std::size_t i = 0; i < branches.size(); ++i) {
    net.from(before).enter("branch" + std::to_string(i + 1));
    branch(net, branches[i], widths);
    net.leave();
    ends.push_back(net.here());
  }
  if (ends.size() > 1) net.join(Concat{}, ends, "concat");
  net.leave();
}

Network googlenet_thesis(const Request& request) {
  const auto branches = branches_of(request.name);
  const MaxPool2d pool{.kernel = 3, .stride = 2, .padding = 1};
  NetworkBuilder net{request.name, {request.input}};
  net.add(same_convolution(64, 7, 2, 1, true)).add(Activation{}).add(pool);
  net.add(same_convolution(64, 1, 1, 1, true)).add(Activation{});
  net.add(same_convolution(192, 3, 1, 1, true)).add(Activation{}).add(pool);
  for (std::size_t i = 0; i < kBlocks.size() && !branches.empty(); ++i) {
    if (i == 2 || i == 7) net.add(pool);
    inception(net, branches, kBlocks[i]);
  }
  net.add(AdaptiveAvgPool2d{.output = 1}).add(Flatten{});
  net.add(Linear{.out_features = request.classes});
  return net.build(Initialization::xavier_uniform);
}

Recipe variant(std::string_view name, std::string_view description) {
  return {{name, "googlenet", description, {1, 224, 224}, 10}, googlenet_thesis};
}

}  // namespace

std::vector<Recipe> googlenet_thesis_recipes() {
  return {
      variant("googlenet_thesis", "the study's GoogLeNet, without batch norm"),
      variant("googlenet_mod1", "googlenet_thesis without the 1x1 branch"),
      variant("googlenet_mod2", "googlenet_thesis without the 3x3 branch"),
      variant("googlenet_mod3", "googlenet_thesis without the 5x5 branch"),
      variant("googlenet_mod4", "googlenet_thesis without the pooling branch"),
      variant("googlenet_mod5", "googlenet_thesis with the 3x3 branch only"),
      variant("googlenet_mod6", "googlenet_thesis with two 3x3 branches"),
      variant("googlenet_mod7", "googlenet_thesis with three 3x3 branches"),
      variant("googlenet_mod8", "googlenet_thesis with four 3x3 branches"),
      variant("googlenet_mod9", "the stem of googlenet_thesis"),
      variant("googlenet_1x1_b1", "googlenet_thesis with the 1x1 branch only"),
      variant("googlenet_1x1_b2", "googlenet_thesis with two 1x1 branches"),
      variant("googlenet_1x1_b3", "googlenet_thesis with three 1x1 branches"),
      variant("googlenet_1x1_b4", "googlenet_thesis with four 1x1 branches"),
      variant("googlenet_5x5_b1", "googlenet_thesis with the 5x5 branch only"),
      variant("googlenet_5x5_b2", "googlenet_thesis with two 5x5 branches"),
      variant("googlenet_5x5_b3", "googlenet_thesis with three 5x5 branches"),
      variant("googlenet_5x5_b4", "googlenet_thesis with four 5x5 branches"),
  };
}

}  // namespace erg
