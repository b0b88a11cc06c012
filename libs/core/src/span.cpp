// SPDX-License-Identifier: Apache-2.0
#include "erg/span.h"

#include <cassert>

namespace erg {

NameId SpanTable::intern(std::string_view name) {
  if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
  const auto id = static_cast<NameId>(names_.size());
  names_.emplace_back(name);
  ids_.emplace(name, id);
  return id;
}

SpanIndex SpanTable::append(const Span& span) {
  assert(span.name < names_.size());
  assert(span.parent == kNoSpan || span.parent < size());
  name_ids_.push_back(span.name);
  kinds_.push_back(span.kind);
  passes_.push_back(span.pass);
  clocks_.push_back(span.clock);
  devices_.push_back(span.device);
  parents_.push_back(span.parent);
  begins_.push_back(span.interval.begin);
  ends_.push_back(span.interval.end);
  return static_cast<SpanIndex>(size() - 1);
}

void SpanTable::close(SpanIndex index, Timestamp end) {
  assert(open(index));
  ends_[index] = end;
}

Span SpanTable::operator[](SpanIndex index) const {
  return {name_ids_[index], kinds_[index],   passes_[index], clocks_[index],
          devices_[index],  parents_[index], interval(index)};
}

}  // namespace erg
