// A denied decision as ExplainDecision answers it: what one account may know of an explanation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/explanation.h"
#include "wire/shape.h"

namespace coffer::coffer_service {

struct Opinion {
  std::string policies;
  AccountId account;
  std::string_view verdict;  // "Allows", "Denies", "Silent"
  std::optional<std::string> remark;
  bool is_in_the_way = false;
  std::vector<std::string> statements;
  static constexpr wire::Field kFields[] = {
      wire::field<&Opinion::policies>("Policies"),      wire::field<&Opinion::account>("Account"),
      wire::field<&Opinion::verdict>("Verdict"),        wire::field<&Opinion::remark>("Remark"),
      wire::field<&Opinion::is_in_the_way>("InTheWay"), wire::field<&Opinion::statements>("Statements")};
};

struct Step {
  std::string action;
  std::string resource;
  std::vector<Opinion> opinions;
  static constexpr wire::Field kFields[] = {wire::field<&Step::action>("Action"),
                                            wire::field<&Step::resource>("Resource"),
                                            wire::field<&Step::opinions>("Opinions")};
};

struct Change {
  AccountId account;
  std::string where;
  std::string what;
  std::vector<std::string> details;
  std::optional<std::string> statement;
  static constexpr wire::Field kFields[] = {wire::field<&Change::account>("Account"),
                                            wire::field<&Change::where>("Where"), wire::field<&Change::what>("What"),
                                            wire::field<&Change::details>("Details"),
                                            wire::field<&Change::statement>("Statement")};
};

struct Decision {
  std::string decision_id;
  Time time;
  std::string caller;
  AccountId caller_account;
  std::string action;
  std::string resource;
  AccountId resource_account;
  std::string message;
  std::vector<Step> steps;
  std::vector<std::string> reasons;
  std::vector<Change> changes;
  std::vector<std::string> notes;
  static constexpr wire::Field kFields[] = {wire::field<&Decision::decision_id>("DecisionId"),
                                            wire::field<&Decision::time>("Time"),
                                            wire::field<&Decision::caller>("Caller"),
                                            wire::field<&Decision::caller_account>("CallerAccount"),
                                            wire::field<&Decision::action>("Action"),
                                            wire::field<&Decision::resource>("Resource"),
                                            wire::field<&Decision::resource_account>("ResourceAccount"),
                                            wire::field<&Decision::message>("Message"),
                                            wire::field<&Decision::steps>("Steps"),
                                            wire::field<&Decision::reasons>("Reasons"),
                                            wire::field<&Decision::changes>("Changes"),
                                            wire::field<&Decision::notes>("Notes")};
};

// REQUIRES: the explanation concerns the account.
Decision decision_for(const AccountId& account, const access::Explanation& explanation);

}  // namespace coffer::coffer_service
