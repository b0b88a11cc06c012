// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <optional>

#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/open_store.h"
#include "erg/scoped_span.h"
#include "erg/timeline.h"

// A span of one second under a steady 200 W must cost 200 J, and LeNet-5 has 61,706 parameters.
int main() {
  erg::Channel channel;
  channel.kind = erg::ChannelKind::energy_counter;
  channel.unit = erg::Unit::joule;
  channel.resolution = 0.001;
  erg::Timeline timeline{channel};
  for (int second = 0; second <= 3; ++second) {
    timeline.append(erg::Sample{erg::timestamp(erg::Seconds(second)), 200'000 * second});
  }

  erg::SpanLog log{erg::HostClock{}};
  { const erg::ScopedSpan span{&log, "step", erg::SpanKind::step}; }

  const std::optional<erg::Joules> energy =
      timeline.energy({erg::timestamp(erg::Seconds(1.5)), erg::timestamp(erg::Seconds(2.5))});
  if (log.size() != 1 || !energy || std::abs(erg::in_si(*energy) - 200) > 1e-9) return 1;

  const erg::Complexity lenet = erg::count(erg::make_network("lenet5"));
  if (lenet.total.parameters != 61'706) return 1;
  const std::unique_ptr<erg::Store> store = erg::open_store("sqlite:consumer.db");
  std::printf("%zu span, %.1f J, %s\n", log.size(), erg::in_si(*energy), lenet.network.c_str());
}
