// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace erg {

// Matrix products on one or more devices at once: the load under which a card's sensors are
// checked. Used by one thread.
class DeviceLoad {
 public:
  // "cpu", "cuda", "cuda:N". Throws TrainingError when one is not there.
  explicit DeviceLoad(std::span<const std::string> devices);
  ~DeviceLoad();
  DeviceLoad(const DeviceLoad&) = delete;
  DeviceLoad& operator=(const DeviceLoad&) = delete;

  // About a hundredth of a second of work on each; returns when all of it is done.
  void work();

 private:
  struct Place;

  std::vector<Place> places_;
};

// "cuda:0", "cuda:1", ...: every card that this process may use. Empty without one.
std::vector<std::string> cuda_devices();

}  // namespace erg
