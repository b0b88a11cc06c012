// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "erg/cpu_load.h"

namespace erg {

// Matrix products on every card that this process may use, by `erg-train load`. The child ends with
// its owner, whatever that dies of.
class GpuLoad final : public Load {
 public:
  // Begins to get the cards ready. Throws std::runtime_error, with the way out, when there is no
  // erg-train.
  GpuLoad();
  ~GpuLoad() override;
  GpuLoad(const GpuLoad&) = delete;
  GpuLoad& operator=(const GpuLoad&) = delete;

  // Throws std::runtime_error when the cards cannot be used, or are not ready by then.
  void wait_until_ready(Seconds timeout);

  void on() override { order('1'); }
  void off() override { order('0'); }

 private:
  void start(const std::string& program);
  void end();
  void order(char word);  // returns when the child has carried it out
  std::string answer(int timeout_ms);

  int orders_ = -1;
  int answers_ = -1;
  pid_t child_ = -1;
};

}  // namespace erg
