// Runs the cases of tests/cases, each in a world of its own. Failures are GoogleTest's.
#pragma once

#include "api/testing/case_format.h"
#include "services/secretsmanager/testing/calls.h"

namespace coffer::secretsmanager::testing {

using api::testing::Case;
using api::testing::load_cases;

void run_case(const Case& one, const MakeCalls& make_calls);

}  // namespace coffer::secretsmanager::testing
