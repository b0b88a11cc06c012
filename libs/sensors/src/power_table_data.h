// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "erg/power_table.h"
