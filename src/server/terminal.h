// Asking the person at the terminal, and answering on standard output.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coffer::server {

// kYes: it was given on the command line. Otherwise asks on the terminal; kUsage when standard input is none,
// kAborted when the answer is not yes. What was typed before the question is no answer. Of processes that take signals
// as events (Signals), `is_given_up` says when one has come: kAborted.
enum class Consent : uint8_t { kAsk, kYes };
Result<void> confirm(const std::string& question, Consent consent, const std::function<bool()>& is_given_up = {});

bool has_terminal();
// Shows what a person is to do, and waits for Enter, as confirm() waits for its answer. kAborted also when the input
// has ended.
Result<void> wait_for_enter(const std::string& request, const std::function<bool()>& is_given_up);

// On standard output, at once. False when it cannot be written.
bool print_text(std::string_view text);
// The same as the answer of a command; the exit status.
int print_answer(std::string_view text);

}  // namespace coffer::server
