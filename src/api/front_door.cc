#include "api/front_door.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <typeinfo>
#include <unordered_map>

#include "api/error_reply.h"
#include "api/throttle.h"
#include "auth/sigv4.h"
#include "wire/encoder.h"
#include "wire/json.h"

namespace coffer::api {
namespace {

constexpr std::string_view kRequestId = "x-amzn-RequestId";
constexpr size_t kMaxClaimedKeyId = 128;

struct Route {
  std::string_view service;  // target prefix
  std::string_view signing_name;
  Operation operation;
  void* rooms;
  std::optional<size_t> quota;  // of the throttle
};

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// The access key that an Authorization header names, for the audit of requests that fail before anybody is known.
std::string_view claimed_key_id(const net::Request& request) {
  const auto header = request.header("authorization");
  if (!header) return {};
  const auto authorization = auth::parse_authorization(*header);
  return authorization.ok() ? authorization->access_key_id.substr(0, kMaxClaimedKeyId) : std::string_view();
}

// SDKs send "{}" when there is nothing to say; an empty body means the same.
Result<void> read(std::string_view body, wire::Document& document) {
  if (!body.empty()) return wire::parse_json(body, {}, document);
  document.clear();
  document.set_root(wire::Value::object({}));
  return {};
}

Result<void> run(const Route& route, const Invocation& invocation, std::string_view body, SecretBuffer& output) {
  // Reused for every request of the thread; wiped as soon as the operation is done with it.
  thread_local wire::Document document;
  struct Clear {
    ~Clear() { document.clear(); }
  } clear;
  COFFER_TRY(read(body, document));
  wire::JsonEncoder encoder(output);
  return route.operation.run(invocation, route.rooms, document.root(), encoder);
}

std::vector<uint32_t> rates(const std::vector<Service>& services) {
  std::vector<uint32_t> rates;
  for (const Service& service : services) {
    for (const RequestQuota& quota : service.quotas)
      rates.push_back(quota.per_second);
  }
  return rates;
}

// A bug or exhausted memory is an answer like any other: this request fails, the process goes on.
template <class Step>
Result<void> caught(Step&& step) {
  try {
    return step();
  } catch (const std::exception& bug) {
    // Not what(): a library's text may quote its input.
    return Error{ErrorCode::kInternalServiceError, std::string("exception ") + typeid(bug).name()};
  } catch (...) {
    return Error{ErrorCode::kInternalServiceError, "exception of unknown type"};
  }
}

}  // namespace

struct FrontDoor::Routes {
  explicit Routes(std::vector<Service> given) : services(std::move(given)), throttle(rates(services)) {}

  // Of the quota that has the operation, in the order of rates().
  std::optional<size_t> quota_of(const Service& of, std::string_view operation) const {
    size_t index = 0;
    for (const Service& service : services) {
      for (const RequestQuota& quota : service.quotas) {
        const bool has = std::ranges::find(quota.operations, operation) != quota.operations.end();
        if (&service == &of && has) return index;
        ++index;
      }
    }
    return std::nullopt;
  }

  const std::vector<Service> services;
  Throttle throttle;
  std::unordered_map<std::string, Route, TextHash, std::equal_to<>> by_target;  // "secretsmanager.GetSecretValue"
};

// A request on its way. Views into the connection's buffers stay valid until the reply is sent.
struct FrontDoor::Exchange {
  net::Request request;
  net::Responder responder;
  std::string_view request_id;  // in the reply's headers
  Time time;
  std::chrono::microseconds begin;
  std::string resource{};
  std::vector<Attempt> attempts{};
  const Route* route = nullptr;
  auth::Caller caller{};
};

FrontDoor::FrontDoor(const Parts& parts, std::vector<Service> services)
    : parts_(parts), routes_(std::make_unique<Routes>(std::move(services))) {
  for (const Service& service : routes_->services) {
    for (const Operation& operation : service.operations) {
      std::string target(service.target_prefix);
      target.append(".").append(operation.name);
      routes_->by_target.emplace(std::move(target), Route{service.target_prefix, service.signing_name, operation,
                                                          service.rooms, routes_->quota_of(service, operation.name)});
    }
  }
}

FrontDoor::~FrontDoor() = default;

void FrontDoor::handle(const net::Request& request, net::Responder responder) {
  net::Reply& reply = responder.reply();
  reply.content_type = "application/x-amz-json-1.1";
  reply.headers.emplace_back(kRequestId, parts_.random.uuid());
  if (request.target != "/" || request.method != "POST") return handle_plain(request, std::move(responder));

  Exchange exchange{.request = request,
                    .responder = std::move(responder),
                    .request_id = reply.headers.back().second,
                    .time = parts_.clock.now(),
                    .begin = parts_.clock.stopwatch()};
  const Result<void> admitted = caught([&] { return admit(exchange); });
  if (!admitted.ok()) return finish(exchange, admitted);
  if (exchange.route->operation.effect == Effect::kReads) return answer(exchange);

  // Shared, so that the responder survives a refusal by the pool.
  const auto waiting = std::make_shared<Exchange>(std::move(exchange));
  const bool scans = waiting->route->operation.effect == Effect::kScans;
  WorkerPool& pool = scans ? parts_.scanners : parts_.workers;
  if (!pool.submit([this, waiting] { answer(*waiting); })) {
    const char* full = scans ? "the queue of scans is full" : "the queue of writes is full";
    finish(*waiting, Error{ErrorCode::kServiceUnavailable, full});
  }
}

void FrontDoor::handle_plain(const net::Request& request, net::Responder responder) {
  net::Reply& reply = responder.reply();
  if (request.target == "/health" && request.method == "GET") {
    reply.content_type = "application/json";
    const bool healthy = parts_.healthy();
    reply.status = healthy ? 200 : 503;
    reply.body.append(healthy ? R"({"status":"ok"})" : R"({"status":"not accepting writes"})");
  } else {
    write_http_error(404, reply);
  }
  responder.send();
}

void FrontDoor::refuse(int status, net::Reply& reply) {
  reply.headers.emplace_back(kRequestId, parts_.random.uuid());
  write_http_error(status, reply);
}

// AWS asks in this order: an unknown operation is reported whether or not the signature is good. Nobody uses up an
// account's rate without one of its keys.
Result<void> FrontDoor::admit(Exchange& exchange) const {
  const auto target = exchange.request.header("x-amz-target");
  const auto found = target ? routes_->by_target.find(*target) : routes_->by_target.end();
  if (found == routes_->by_target.end()) return Error{ErrorCode::kUnknownOperation, {}};
  exchange.route = &found->second;
  const auth::VerifyOptions options{.scope = {.region = parts_.region.text(), .service = exchange.route->signing_name},
                                    .signed_header = "x-amz-target"};
  COFFER_ASSIGN(exchange.caller, auth::verify(exchange.request, options, parts_.credentials, exchange.time));
  const std::optional<size_t> quota = exchange.route->quota;
  if (!quota || routes_->throttle.admit(exchange.caller.account, *quota, exchange.begin)) return {};
  return Error{ErrorCode::kThrottling, "Rate exceeded"};
}

void FrontDoor::answer(Exchange& exchange) {
  const Invocation invocation{.caller = exchange.caller,
                              .now = exchange.time,
                              .request_id = exchange.request_id,
                              .resource = &exchange.resource,
                              .attempts = &exchange.attempts};
  finish(exchange, caught([&] {
           return run(*exchange.route, invocation, exchange.request.body, exchange.responder.reply().body);
         }));
}

void FrontDoor::finish(Exchange& exchange, const Result<void>& result) {
  net::Reply& reply = exchange.responder.reply();
  const Error* const error = result.ok() ? nullptr : &result.error();
  if (error != nullptr) write_error(*error, reply);
  AuditEntry entry{.time = exchange.time,
                   .request_id = exchange.request_id,
                   .caller_arn = exchange.caller.arn,
                   .access_key_id = exchange.caller.access_key.text(),
                   .source_address = exchange.request.peer_address,
                   .microseconds = (parts_.clock.stopwatch() - exchange.begin).count()};
  if (error != nullptr && entry.access_key_id.empty()) entry.access_key_id = claimed_key_id(exchange.request);
  if (exchange.route != nullptr) entry.service = exchange.route->service;
  for (const Attempt& attempt : exchange.attempts) {
    entry.operation = attempt.operation;
    entry.resource = attempt.resource;
    tell(entry, attempt.error ? &*attempt.error : nullptr);
  }
  entry.operation = exchange.route != nullptr ? exchange.route->operation.name : std::string_view();
  entry.resource = exchange.resource;
  tell(entry, error);
  exchange.responder.send();
}

void FrontDoor::tell(AuditEntry& entry, const Error* error) {
  entry.error = error != nullptr ? error_name(public_code(error->code)) : std::string_view();
  entry.status = error != nullptr ? http_status(public_code(error->code)) : 200;
  if (entry.status >= 500) {
    parts_.log.error("request_failed", {{"request_id", entry.request_id},
                                        {"operation", entry.operation},
                                        {"error", error_name(error->code)},
                                        {"message", error->message}});
  }
  parts_.audit.record(entry);
}

}  // namespace coffer::api
