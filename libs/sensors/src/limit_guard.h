// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "text_file.h"

namespace erg {

// A process that outlives this one: it waits until this one is gone, or done with it, and then
// calls `after`. It holds no descriptor of ours but those of the driver and `kept`, belongs to no
// terminal, and is nobody's child to be waited for.
class LimitGuard {
 public:
  // Throws LimitRefused when the system gives no process. `after` runs in the guard alone; it must
  // not throw.
  LimitGuard(const UniqueFd& kept, const std::function<void()>& after);

  // The guard ends when this is destroyed: what it then calls must find nothing to do.
 private:
  UniqueFd alive_;  // our end of a pipe: its end is ours
};

}  // namespace erg
