// SPDX-License-Identifier: Apache-2.0
#include "network_source.h"

#include "erg/catalogue.h"

namespace erg {

Network read_network(const NetworkSource& source, CountOptions& options) {
  NetworkOptions wanted;
  wanted.classes = source.classes;
  wanted.input = source.input;
  if (source.input) {
    options.inputs = {*source.input};
    if (source.input->rank() == 3) wanted.channels = (*source.input)[0];
  }
  return make_network(source.word, wanted);
}

}  // namespace erg
