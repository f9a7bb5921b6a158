// How the operations behave, as data: tests/cases/*.json, one test for each case and each way to call. The format is
// explained in tests/cases/README.md, what the cases do in testing/case_runner.cc.
#include <gtest/gtest.h>

#include <algorithm>

#include "services/secretsmanager/testing/case_runner.h"

namespace coffer::secretsmanager::testing {
namespace {

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file + "_" + std::to_string(info.index) + "_" + info.param.name;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class Cases : public ::testing::TestWithParam<Case> {};

TEST_P(Cases, BehavesAsWritten) {
  run_case(GetParam(), make_direct_calls);
}

class CasesOverTheWire : public ::testing::TestWithParam<Case> {};

TEST_P(CasesOverTheWire, BehavesAsWritten) {
  run_case(GetParam(), make_wire_calls);
}

INSTANTIATE_TEST_SUITE_P(All, Cases, ::testing::ValuesIn(load_cases(COFFER_CASES_DIRECTORY)), test_name);
INSTANTIATE_TEST_SUITE_P(All, CasesOverTheWire, ::testing::ValuesIn(load_cases(COFFER_CASES_DIRECTORY)), test_name);

}  // namespace
}  // namespace coffer::secretsmanager::testing
