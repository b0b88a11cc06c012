// SPDX-License-Identifier: Apache-2.0
#include "erg/onnx.h"

// Built in place of the reader on a machine without protobuf.
namespace erg {

Network network_from_onnx(std::string_view, const std::string& name, const ReadOptions&) {
  throw NetworkError{name +
                     ": this build reads no ONNX files, for want of protobuf; install "
                     "libprotobuf-dev and build again, or write the network in JSON"};
}

}  // namespace erg
