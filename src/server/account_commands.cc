#include "server/account_commands.h"

#include "server/exit_codes.h"

namespace coffer::server {
namespace {

constexpr Duration kCommitTimeout = std::chrono::seconds(30);

int call_and_print(const AdminTarget& target, const LocalCall& call) {
  wire::Document answer;
  const Result<void> done = call_region(target, call, answer);
  return done.ok() ? print_json(answer.root()) : report_failure(done.error());
}

// Empty: there is no such account, which closing it says.
std::string name_of(const wire::Value& accounts, const std::string& id) {
  if (accounts.kind() != wire::Kind::kList) return {};
  for (const wire::Value& account : accounts.as_list()) {
    if (text_member(account, "AccountId") == id) return std::string(text_member(account, "Name"));
  }
  return {};
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
  return call_and_print(target, {.method = "POST", .target = "/accounts", .body = body, .timeout = kCommitTimeout});
}

int list_accounts(const AdminTarget& target) {
  return call_and_print(target, {.target = "/accounts"});
}

int close_account(const AdminTarget& target, const std::string& id, Consent consent) {
  wire::Document accounts;
  const Result<void> listed = call_region(target, {.target = "/accounts"}, accounts);
  if (!listed.ok()) return report_failure(listed.error());
  const std::string name = name_of(accounts.root(), id);
  const Result<void> confirmed =
      confirm("Close account " + id + (name.empty() ? "" : " (" + name + ")") +
                  "? None of its access keys and sessions works any more, in any region, and " + "nothing leads back.",
              consent);
  if (!confirmed.ok()) return report_failure(confirmed.error());
  const std::string call = "/accounts/" + id + "/close";
  return call_and_print(target, {.method = "POST", .target = call, .timeout = kCommitTimeout});
}

}  // namespace coffer::server
