#include "server/control.h"

#include <unistd.h>

#include "server/json_door.h"

namespace coffer::server {
namespace {

std::optional<ControlDoor::Verb> parse_verb(std::string_view word) {
  if (word == "start") return ControlDoor::Verb::kStart;
  if (word == "stop") return ControlDoor::Verb::kStop;
  if (word == "kill") return ControlDoor::Verb::kKill;
  if (word == "add") return ControlDoor::Verb::kAdd;
  if (word == "remove") return ControlDoor::Verb::kRemove;
  if (word == "remove-lost") return ControlDoor::Verb::kRemoveLost;
  return std::nullopt;
}

void answer_error(net::Responder responder, const Error& error) {
  reply_json_error(responder.reply(), error);
  responder.send();
}

}  // namespace

void ControlDoor::handle(const net::Request& request, net::Responder responder) {
  constexpr std::string_view kRegions = "/regions/";
  std::string_view target = request.target;
  if (request.method == "GET" && target == "/status") {
    status(responder.reply());
    return responder.send();
  }
  const size_t slash = target.rfind('/');
  if (request.method != "POST" || !target.starts_with(kRegions) || slash < kRegions.size()) {
    return answer_error(std::move(responder), Error{ErrorCode::kNotFound, "there is no " + std::string(target)});
  }
  const auto verb = parse_verb(target.substr(slash + 1));
  const std::string name(target.substr(kRegions.size(), slash - kRegions.size()));
  const auto region = Region::parse(name);
  std::unique_lock lock(mutex_);
  const bool is_known = region && (verb == Verb::kAdd || deployment_.has(*region));
  if (!verb || !is_known) {
    lock.unlock();
    return answer_error(std::move(responder), Error{ErrorCode::kUsage, "this deployment has no region " + name});
  }
  if (closed_) {
    lock.unlock();
    return answer_error(std::move(responder), Error{ErrorCode::kAborted, "the deployment is stopping"});
  }
  commands_.push_back({*verb, *region, std::move(responder)});
  lock.unlock();
  wake_();
}

void ControlDoor::refuse(int status, net::Reply& reply) {
  refuse_json(status, reply);
}

std::optional<ControlDoor::Command> ControlDoor::next() {
  std::lock_guard lock(mutex_);
  if (commands_.empty()) return std::nullopt;
  std::optional<Command> command(std::move(commands_.front()));
  commands_.pop_front();
  return command;
}

void ControlDoor::close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  while (auto command = next())
    answer_error(std::move(command->responder), Error{ErrorCode::kAborted, "the deployment is stopping"});
}

void ControlDoor::set_deployment(const Deployment& deployment) {
  const std::lock_guard lock(mutex_);
  deployment_ = deployment;
}

void ControlDoor::status(net::Reply& reply) const {
  std::unique_lock lock(mutex_);
  const Deployment deployment = deployment_;
  lock.unlock();
  reply_json(reply, [this, &deployment](wire::JsonEncoder& out) {
    auto text = [&out](std::string_view key, std::string_view value) {
      out.key(key);
      out.string(value);
    };
    out.begin_object();
    text("endpoint", deployment.endpoint());
    text("account", deployment.account.text());
    out.key("pid");
    out.integer(::getpid());
    out.key("regions");
    out.begin_list();
    for (const Supervisor::RegionStatus& region : supervisor_.snapshot()) {
      out.begin_object();
      text("region", region.region.text());
      text("state", region.pid != 0 ? "running" : "stopped");
      out.key("pid");
      out.integer(region.pid);
      text("endpoint", deployment.endpoint(region.region));
      out.end_object();
    }
    out.end_list();
    out.end_object();
  });
}

void answer_command(ControlDoor::Command command, const Result<void>& done) {
  if (!done.ok()) return answer_error(std::move(command.responder), done.error());
  reply_json(command.responder.reply(), [&command](wire::JsonEncoder& out) {
    out.begin_object();
    out.key("region");
    out.string(command.region.text());
    out.end_object();
  });
  command.responder.send();
}

}  // namespace coffer::server
