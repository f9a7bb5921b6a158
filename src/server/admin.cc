#include "server/admin.h"

#include <unistd.h>

#include "server/json_door.h"
#include "server/version.h"
#include "wire/json.h"

namespace coffer::server {
namespace {

using replication::LinkStatus;

void write_link(const LinkStatus& link, Time now, wire::JsonEncoder& out) {
  out.begin_object();
  out.key("destination");
  out.string(link.destination.text());
  out.key("dirty");
  out.integer(static_cast<int64_t>(link.dirty));
  out.key("lag_milliseconds");
  out.integer(link.oldest_dirty ? std::max<int64_t>(0, (now - *link.oldest_dirty).count()) : 0);
  if (link.last_success) {
    out.key("last_success");
    out.time(*link.last_success);
  }
  out.key("last_error");
  out.string(link.last_error);
  out.end_object();
}

void write_account(const iam::NewAccount& account, net::Reply& reply) {
  reply_json(reply, [&account](wire::JsonEncoder& out) {
    out.begin_object();
    out.key("AccountId");
    out.string(account.id.text());
    out.key("Name");
    out.string(account.name);
    out.key("AccessKeyId");
    out.string(account.access_key_id.text());
    out.key("SecretAccessKey");
    out.secret_string(account.secret_access_key);
    out.end_object();
  });
}

}  // namespace

void AdminDoor::handle(const net::Request& request, net::Responder responder) {
  // The request's views stay valid until the reply is sent.
  const bool queued = parts_.workers.submit([this, request, responder = std::move(responder)]() mutable {
    answer(request, responder.reply());
    responder.send();
  });
  if (!queued) parts_.log.warning("admin_request_dropped", {{"reason", "the worker queue is full"}});
}

void AdminDoor::refuse(int status, net::Reply& reply) {
  refuse_json(status, reply);
}

void AdminDoor::answer(const net::Request& request, net::Reply& reply) {
  constexpr std::string_view kAccounts = "/accounts";
  const std::string_view target = request.target;
  const bool get = request.method == "GET";
  const bool post = request.method == "POST";
  Result<void> done;
  if (get && target == "/status") {
    done = status(reply);
  } else if (get && target == kAccounts) {
    done = list_accounts(reply);
  } else if (post && target == kAccounts) {
    done = create_account(request.body, reply);
  } else if (get && target == "/identity-home") {
    done = parts_.identity_home.report(reply);
  } else if (post && target == "/identity-home/adopt") {
    done = parts_.identity_home.adopt(request.body, reply);
  } else {
    done = answer_about_account(request, reply);
  }
  if (!done.ok()) reply_json_error(reply, done.error());
}

Result<void> AdminDoor::answer_about_account(const net::Request& request, net::Reply& reply) {
  constexpr std::string_view kPrefix = "/accounts/";
  const std::string_view target = request.target;
  const size_t slash = target.rfind('/');
  const std::string_view verb = target.substr(slash == target.npos ? target.size() : slash);
  const bool tells = request.method == "GET" && verb == "/root-credentials";
  const bool closes = request.method == "POST" && verb == "/close";
  if (!target.starts_with(kPrefix) || slash <= kPrefix.size() || !(tells || closes)) {
    return Error{ErrorCode::kNotFound, "there is no " + std::string(request.method) + " " + std::string(target)};
  }
  const auto account = AccountId::parse(target.substr(kPrefix.size(), slash - kPrefix.size()));
  if (!account) return Error{ErrorCode::kUsage, "the id of an account is 12 digits"};
  return tells ? root_credentials(*account, reply) : close_account(*account, reply);
}

Result<void> AdminDoor::status(net::Reply& reply) {
  COFFER_ASSIGN(const home::Claim home, parts_.identity_home.claim());
  const Time now = parts_.clock.now();
  const auto links = parts_.links();
  reply_json(reply, [&](wire::JsonEncoder& out) {
    out.begin_object();
    out.key("region");
    out.string(parts_.region.text());
    out.key("version");
    out.string(version());
    out.key("pid");
    out.integer(::getpid());
    out.key("revision");
    out.integer(static_cast<int64_t>(parts_.store.revision()));
    out.key("home");
    out.string(home.region.text());
    out.key("epoch");
    out.integer(static_cast<int64_t>(home.epoch));
    out.key("links");
    out.begin_list();
    for (const LinkStatus& link : links)
      write_link(link, now, out);
    out.end_list();
    out.end_object();
  });
  return {};
}

Result<void> AdminDoor::list_accounts(net::Reply& reply) {
  COFFER_ASSIGN(const auto accounts, parts_.accounts.list());
  reply_json(reply, [&accounts](wire::JsonEncoder& out) {
    out.begin_list();
    for (const iam::AccountSummary& account : accounts) {
      out.begin_object();
      out.key("AccountId");
      out.string(account.id.text());
      out.key("Name");
      out.string(account.name);
      out.key("Status");
      out.string(iam::status_word(account.status));
      out.end_object();
    }
    out.end_list();
  });
  return {};
}

Result<void> AdminDoor::create_account(std::string_view body, net::Reply& reply) {
  COFFER_TRY(parts_.identity_home.require_here());
  wire::Document document;
  if (!wire::parse_json(body, wire::JsonLimits{}, document).ok()) {
    return Error{ErrorCode::kUsage, "the body must be a JSON object with name and id"};
  }
  std::optional<AccountId> id;
  if (const std::string_view text = text_member(document.root(), "id"); !text.empty()) {
    id = AccountId::parse(text);
    if (!id) return Error{ErrorCode::kUsage, "the id of an account is 12 digits"};
  }
  COFFER_ASSIGN(const auto account, parts_.accounts.create(text_member(document.root(), "name"), id));
  parts_.log.info("account_created", {{"account", account.id.text()}, {"access_key", account.access_key_id.text()}});
  write_account(account, reply);
  return {};
}

Result<void> AdminDoor::close_account(const AccountId& id, net::Reply& reply) {
  COFFER_TRY(parts_.identity_home.require_here());
  COFFER_TRY(organizations_service::end_account(parts_.organizations, id));
  parts_.log.warning("account_closed", {{"account", id.text()}});
  reply_json(reply, [&id](wire::JsonEncoder& out) {
    out.begin_object();
    out.key("AccountId");
    out.string(id.text());
    out.key("Status");
    out.string(iam::status_word(iam::AccountStatus::kSuspended));
    out.end_object();
  });
  return {};
}

Result<void> AdminDoor::root_credentials(const AccountId& id, net::Reply& reply) {
  COFFER_ASSIGN(const auto credentials, parts_.accounts.root_credentials(id));
  parts_.log.info("root_credentials_told", {{"account", id.text()}});
  write_account(credentials, reply);
  return {};
}

}  // namespace coffer::server
