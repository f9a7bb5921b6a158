// Runs the cases of tests/cases, each in a world of its own. Failures are GoogleTest's.
#pragma once

#include "services/secretsmanager/testing/calls.h"
#include "services/secretsmanager/testing/case_format.h"

namespace coffer::secretsmanager::testing {

void run_case(const Case& one, const MakeCalls& make_calls);

}  // namespace coffer::secretsmanager::testing
