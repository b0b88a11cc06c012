// SPDX-License-Identifier: Apache-2.0
// What this floor uses of LibTorch, compiled once (a precompiled header): half a minute otherwise
// for each file.
#pragma once

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
