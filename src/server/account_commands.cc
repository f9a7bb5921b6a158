#include "server/account_commands.h"

#include "server/exit_codes.h"

namespace coffer::server {
namespace {

constexpr Duration kCommitTimeout = std::chrono::seconds(30);

int print_answer(const AdminTarget& target, const LocalCall& call) {
  wire::Document answer;
  const Result<void> done = call_region(target, call, answer);
  return done.ok() ? print_json(answer.root()) : report_failure(done.error());
}

}  // namespace

int create_account(const AdminTarget& target, const std::string& name, const std::string& id) {
  std::string body = "{\"name\":";
  append_json_string(name, body);
  if (!id.empty()) {
    body += ",\"id\":";
    append_json_string(id, body);
  }
  body += "}";
  return print_answer(target, {.method = "POST", .target = "/accounts", .body = body, .timeout = kCommitTimeout});
}

int list_accounts(const AdminTarget& target) {
  return print_answer(target, {.target = "/accounts"});
}

int close_account(const AdminTarget& target, const std::string& id, Consent consent) {
  const Result<void> confirmed =
      confirm("Close account " + id + "? None of its access keys and sessions works any more, in any region, and " +
                  "nothing leads back.",
              consent);
  if (!confirmed.ok()) return report_failure(confirmed.error());
  const std::string call = "/accounts/" + id + "/close";
  return print_answer(target, {.method = "POST", .target = call, .timeout = kCommitTimeout});
}

}  // namespace coffer::server
