// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "erg/count.h"
#include "erg/network_file.h"
#include "erg/testing/temp_tree.h"

namespace erg {
namespace {

// What PyTorch exports, old exporter and new, opsets 11 to 20, has the parameters and MACs that
// Python counts; and the network is the same after a way through our own format.
TEST(Export, OfPyTorchHasWhatPythonCounts) {
  if (!std::filesystem::exists(ERG_PYTHON)) {
    GTEST_SKIP() << ERG_PYTHON << " is absent: scripts/setup makes it";
  }
  testing::TempTree tree;
  const std::string command =
      std::string{ERG_PYTHON} + " " ERG_EXPORTER " '" + tree.root().string() + "' 1>&2";
  const int status = std::system(command.c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "torch, onnx or onnxscript is missing in .venv: scripts/setup installs them";
  }
  ASSERT_EQ(status, 0);
  std::ifstream expected{tree.root() / "expected.csv"};
  std::string line;
  std::getline(expected, line);
  int files = 0;
  while (std::getline(expected, line)) {
    std::istringstream cells{line};
    std::string file, parameters, macs;
    std::getline(cells, file, ',');
    std::getline(cells, parameters, ',');
    std::getline(cells, macs, '\r');
    SCOPED_TRACE(file);
    const Network net = load_network(tree.root() / file);
    const auto total = count(net).total;
    EXPECT_EQ(total.parameters, std::stoull(parameters));
    EXPECT_EQ(total.macs, std::stoull(macs));
    EXPECT_EQ(network_from_json(to_json(net), file), net);
    ++files;
  }
  EXPECT_GE(files, 33);
}

}  // namespace
}  // namespace erg
