// SPDX-License-Identifier: Apache-2.0
#include "load_command.h"

#include <poll.h>
#include <unistd.h>

#include <memory>

#include "console.h"
#include "erg/device_load.h"

namespace erg {
namespace {

// What standard input says: '1' work, '0' rest.
struct Orders {
  bool working = false;
  bool over = false;

  // Takes a word if there is one; at rest waits for one. Repeats it when it is carried out.
  void take() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, working ? 0 : -1) <= 0) return;
    char word = 0;
    const auto got = ::read(STDIN_FILENO, &word, 1);
    over = got <= 0;
    if (over || (word != '0' && word != '1')) return;
    working = word == '1';
    print(working ? "1\n" : "0\n");
  }
};

int load(const std::vector<std::string>& named) {
  const auto devices = named.empty() ? cuda_devices() : named;
  if (devices.empty()) {
    throw std::runtime_error{"this torch sees no CUDA device: the cards are checked at rest"};
  }
  DeviceLoad load{devices};
  print("ready\n");
  Orders orders;
  while (!orders.over) {
    orders.take();
    if (orders.working && !orders.over) load.work();
  }
  return 0;
}

}  // namespace

void add_load(Commands& commands) {
  const auto devices = std::make_shared<std::vector<std::string>>();
  auto& app =
      commands.add("load", "Works while standard input says 1, rests while it says 0, ends with it",
                   "", [devices] { return load(*devices); });
  app.add_option("--device", *devices, "cuda:0, cpu, ...; all CUDA devices by default");
  app.group("");
}

}  // namespace erg
