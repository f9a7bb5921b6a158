// coffer explain: asks a region why a request was denied.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "cli/deployment.h"
#include "client/settings.h"
#include "client/signed_client.h"

namespace coffer::cli {

struct ExplainRequest {
  std::string decision_id;
  client::Overrides overrides;
  Form form = Form::kText;
};
// Whom it asks is settings_from()'s choice, and its errors are this function's as well; otherwise as below.
Result<std::string> explain_decision(const ExplainRequest& request, const client::Environment& environment,
                                     const Clock& clock);

// What to print, with a line end. `decision_id`: a request id as clients print it, or with "-2" behind it a later
// denial of the same request; the spaces and quotes around it that come from copying do not count.
// Errors have the text to print: kUsage for what is no id, kNotFound when the region knows no such decision or nobody
// answers there, kAccessDenied when the caller may not ask, others as the service or the connection has them.
Result<std::string> explain_decision(std::string_view decision_id, Form form, client::SignedClient& client);

}  // namespace coffer::cli
