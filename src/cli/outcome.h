// What a command that does one thing to each of many secrets says in the end.
#pragma once

#include <algorithm>
#include <string>

#include "cli/deployment.h"
#include "cli/text_layout.h"

namespace coffer::cli {

struct Outcome {
  std::string text;   // to print, with a line end
  size_t failed = 0;  // of the secrets, and those of which nobody could say what to do
};

// Could not be asked what it has.
struct UnknownRegion {
  std::string region;
  std::string reason;
  static constexpr wire::Field kFields[] = {wire::field<&UnknownRegion::region>("Region"),
                                            wire::field<&UnknownRegion::reason>("Reason")};
};

// As JSON the whole report; as text those that failed, as `text_of` tells of one, and how many did not: `done` is what
// was done to these ("promoted in eu-west-1"). A report has `secrets`, each with an `error` if it failed.
template <class Report, class TextOf>
Outcome outcome_of(const Report& report, Form form, const TextOf& text_of, const std::string& done) {
  Outcome outcome;
  std::string failures;
  for (const auto& secret : report.secrets) {
    if (!secret.error) continue;
    ++outcome.failed;
    failures += text_of(secret);
  }
  if (form == Form::kJson) {
    outcome.text = json_text_of_shape(report);
    return outcome;
  }
  const size_t succeeded = report.secrets.size() - outcome.failed;
  outcome.text = failures + counted(succeeded, "secret") + " " + done +
                 (outcome.failed > 0 ? ", " + std::to_string(outcome.failed) + " not" : "") + ".\n";
  return outcome;
}

}  // namespace coffer::cli
