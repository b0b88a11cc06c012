// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "erg/scoped_span.h"

namespace {

void ScopedSpanOpenAndClose(benchmark::State& state) {
  erg::SpanLog log{erg::HostClock{}};
  const auto name = log.intern("step");
  for (auto _ : state) {
    const erg::ScopedSpan span{&log, name, erg::SpanKind::step};
    benchmark::DoNotOptimize(span.index());
  }
}
BENCHMARK(ScopedSpanOpenAndClose)->Iterations(1 << 20);

void ScopedSpanWithNobodyListening(benchmark::State& state) {
  erg::SpanLog* log = nullptr;
  benchmark::DoNotOptimize(log);
  for (auto _ : state) {
    const erg::ScopedSpan span{log, erg::NameId{0}};
    benchmark::DoNotOptimize(span.index());
  }
}
BENCHMARK(ScopedSpanWithNobodyListening);

}  // namespace
