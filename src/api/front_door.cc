#include "api/front_door.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <typeinfo>

#include "api/dialect.h"
#include "api/error_reply.h"
#include "api/query_reply.h"
#include "api/request_rates.h"
#include "api/routes.h"
#include "auth/sigv4.h"
#include "base/arn.h"
#include "wire/encoder.h"
#include "wire/json.h"
#include "wire/query.h"
#include "wire/xml_encoder.h"

namespace coffer::api {
namespace {

constexpr std::string_view kRequestId = "x-amzn-RequestId";
constexpr size_t kMaxClaimedKeyId = 128;
constexpr size_t kMaxEcho = 128;
constexpr std::string_view kGlobalRegion = "us-east-1";
constexpr size_t kMaxToldLeftOut = 20;  // of one answer: one that leaves out thousands must not fill the disk

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

Result<void> run_json(const Route& route, const Invocation& invocation, const wire::Value& input,
                      SecretBuffer& output) {
  wire::JsonEncoder encoder(output);
  return route.operation.run(invocation, route.service->rooms, input, encoder);
}

Result<void> run_query(const Route& route, const Invocation& invocation, const wire::Value& input,
                       SecretBuffer& output) {
  const QueryAnswer answer{route.service->query->xml_namespace, invocation.request_id};
  const std::string result = std::string(route.operation.name) + "Result";
  begin_query_answer(answer, route.operation.name, output);
  wire::XmlEncoder encoder(output, result);
  COFFER_TRY(route.operation.run(invocation, route.service->rooms, input, encoder));
  end_query_answer(answer, route.operation.name, output);
  return {};
}

Result<void> run(const Route& route, const Invocation& invocation, const Call& call, SecretBuffer& output) {
  // Reused for every request of the thread; wiped as soon as the operation is done with it.
  thread_local wire::Document document;
  struct Clear {
    ~Clear() { document.clear(); }
  } clear;
  if (call.dialect == Dialect::kJson) {
    COFFER_TRY(read(call.content, document));
    return run_json(route, invocation, document.root(), output);
  }
  COFFER_TRY(wire::parse_query(call.content, {}, document));
  return run_query(route, invocation, document.root(), output);
}

// "127.0.0.1" of "127.0.0.1:50412", "::1" of "[::1]:50412"; empty of what has no port, and so is no address.
std::string_view without_port(std::string_view peer) {
  if (peer.starts_with('[')) return peer.substr(1, peer.find(']') - 1);
  const size_t colon = peer.rfind(':');
  return colon == peer.npos ? std::string_view() : peer.substr(0, colon);
}

Client client_of(const net::Request& request, bool uses_tls) {
  return {.address = without_port(request.peer_address),
          .user_agent = request.header("user-agent").value_or(""),
          .referer = request.header("referer").value_or(""),
          .uses_tls = uses_tls};
}

// What a valid signature of a request for this service names.
auth::VerifyOptions verify_options(const Service& service, Dialect dialect, const Region& region) {
  auth::VerifyOptions options{.scope = {.region = region.text(), .service = service.signing_name}};
  if (service.scope_region == ScopeRegion::kGlobal) options.scope.region = kGlobalRegion;
  if (service.scope_region == ScopeRegion::kEndpointOrGlobal) options.scope.other_region = kGlobalRegion;
  // What decides about the operation must be signed.
  if (dialect == Dialect::kJson) options.signed_header = "x-amz-target";
  if (dialect == Dialect::kQuery) options.payload = auth::Payload::kSigned;
  return options;
}

// The account on whose rate a request counts that nobody signed: whose the thing is that it asks for.
AccountId rated_account(const Operation& operation, const Call& call) {
  if (operation.rated_by.empty() || call.dialect != Dialect::kQuery) return {};
  const auto arn = Arn::parse(wire::query_parameter(call.content, operation.rated_by).value_or(""));
  return arn ? AccountId::parse(arn->account).value_or(AccountId()) : AccountId();
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

// A request on its way. Views into the connection's buffers stay valid until the reply is sent.
struct FrontDoor::Exchange {
  net::Request request;
  Call call;
  net::Reply& reply;
  std::string_view request_id;  // that the client is told
  Time time;
  std::chrono::microseconds begin;
  std::optional<net::Responder> responder{};  // absent: whoever forwarded the request sends the reply
  const Origin* origin = nullptr;             // of a request that arrived elsewhere
  std::optional<Forwarded> forwarded{};       // how another region answered
  std::string resource{};
  std::vector<Attempt> attempts{};
  std::vector<Error> left_out{};
  std::optional<CopyLag> lag{};  // absent: nothing is told of a copy
  const Route* route = nullptr;
  std::shared_ptr<const auth::Credential> credential{};  // null: nobody signed
  std::string_view error{};                              // that it was answered, once it was; empty: none

  const auth::Caller& caller() const {
    static const auth::Caller kAnonymous;
    return credential != nullptr ? credential->caller() : kAnonymous;
  }

  // In the words of its dialect.
  void write_error(const Error& error) {
    if (call.dialect == Dialect::kJson) return api::write_error(error, reply);
    const bool is_fault =
        route == nullptr || error.code == ErrorCode::kUnknownOperation || error.code == ErrorCode::kMissingAction;
    write_query_error(error, {is_fault ? kFaultNamespace : route->service->query->xml_namespace, request_id}, reply);
  }
};

FrontDoor::FrontDoor(const Parts& parts, std::vector<Service> services)
    : parts_(parts),
      routes_(std::make_unique<Routes>(std::move(services))),
      rates_(std::make_unique<RequestRates>(routes_->services())) {}

FrontDoor::~FrontDoor() = default;

void FrontDoor::handle(const net::Request& request, net::Responder responder) {
  net::Reply& reply = responder.reply();
  reply.headers.emplace_back(kRequestId, parts_.random.uuid());
  const std::optional<Call> call = call_of(request);
  if (!call) return handle_plain(request, std::move(responder));
  reply.content_type = content_type(call->dialect);

  Exchange exchange{.request = request,
                    .call = *call,
                    .reply = reply,
                    .request_id = reply.headers.back().second,
                    .time = parts_.clock.now(),
                    .begin = parts_.clock.stopwatch(),
                    .responder = std::move(responder)};
  bool elsewhere = false;
  const Result<void> admitted = caught([&]() -> Result<void> {
    COFFER_TRY(admit(exchange));
    COFFER_ASSIGN(elsewhere, is_answered_elsewhere(exchange));
    return {};
  });
  if (!admitted.ok()) return finish(exchange, admitted);
  if (exchange.route->operation.effect == Effect::kReads) return answer(exchange);

  // Shared, so that the responder survives a refusal by the pool.
  const auto waiting = std::make_shared<Exchange>(std::move(exchange));
  const auto queue = [&](WorkerPool& pool, void (FrontDoor::*step)(Exchange&), const char* full) {
    if (pool.submit([this, step, waiting] { (this->*step)(*waiting); })) return;
    finish(*waiting, Error{ErrorCode::kServiceUnavailable, full});
  };
  if (elsewhere) return queue(parts_.to_home->workers, &FrontDoor::forward, "the queue to the home region is full");
  if (waiting->route->operation.effect == Effect::kScans) {
    return queue(parts_.scanners, &FrontDoor::answer, "the queue of scans is full");
  }
  queue(parts_.workers, &FrontDoor::answer, "the queue of writes is full");
}

Result<std::string> FrontDoor::run_forwarded(const net::Request& request, const Origin& origin, net::Reply& reply) {
  const std::optional<Call> call = call_of(request);
  if (!call) return Error{ErrorCode::kPermission, "no call of an operation"};
  reply.content_type = content_type(call->dialect);
  Exchange exchange{.request = request,
                    .call = *call,
                    .reply = reply,
                    .request_id = origin.request_id,
                    .time = parts_.clock.now(),
                    .begin = parts_.clock.stopwatch(),
                    .origin = &origin};
  const bool is_known = find_route(exchange).ok();
  if (!is_known || !exchange.route->is_done_at_home()) {
    return Error{ErrorCode::kPermission, "no operation that is done at home"};
  }
  const Result<void> admitted = caught([&] { return admit(exchange); });
  if (admitted.ok()) {
    answer(exchange);
  } else {
    finish(exchange, admitted);
  }
  return std::string(exchange.error);
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

Result<void> FrontDoor::find_route(Exchange& exchange) const {
  if (exchange.call.dialect == Dialect::kJson) {
    exchange.route = routes_->find_target(exchange.request.header("x-amz-target").value_or(""));
    return exchange.route != nullptr ? Result<void>() : Error{ErrorCode::kUnknownOperation, {}};
  }
  const auto action = wire::query_parameter(exchange.call.content, "Action");
  // AWS redirects to its documentation: clients that follow would send the request there, with its signature.
  if (!action) return Error{ErrorCode::kMissingAction, "The request is missing an action or a required parameter."};
  const auto version = wire::query_parameter(exchange.call.content, "Version");
  exchange.route = version ? routes_->find_action(*version, *action) : nullptr;
  if (exchange.route != nullptr) return {};
  return Error{ErrorCode::kUnknownOperation, "Could not find operation " + action->substr(0, kMaxEcho) +
                                                 " for version " +
                                                 version.value_or("NO_VERSION_SPECIFIED").substr(0, kMaxEcho)};
}

// AWS asks in this order: an unknown operation is reported whether or not the signature is good. Nobody uses up an
// account's rate without one of its keys; see request_rates.h for those who need none.
Result<void> FrontDoor::admit(Exchange& exchange) const {
  COFFER_TRY(find_route(exchange));
  if (!exchange.route->operation.is_unsigned) {
    const auth::VerifyOptions options = verify_options(*exchange.route->service, exchange.call.dialect, parts_.region);
    COFFER_ASSIGN(exchange.credential, auth::verify(exchange.request, options, parts_.credentials, exchange.time));
    if (parts_.key_uses != nullptr) {
      parts_.key_uses->note(exchange.caller(), exchange.route->service->signing_name, exchange.time);
    }
  }
  const Route& route = *exchange.route;
  const AccountId account =
      route.operation.is_unsigned ? rated_account(route.operation, exchange.call) : exchange.caller().account;
  const RequestRates::Asker asker{account, without_port(exchange.request.peer_address)};
  if (rates_->admit(route.counted, asker, exchange.begin)) return {};
  return Error{ErrorCode::kThrottling, "Rate exceeded"};
}

// Asked for each request: who is home changes while the region runs.
Result<bool> FrontDoor::is_answered_elsewhere(const Exchange& exchange) const {
  if (!parts_.to_home || !exchange.route->is_done_at_home()) return false;
  COFFER_ASSIGN(const bool is_home, parts_.to_home->forwarder.is_home());
  return !is_home;
}

void FrontDoor::answer(Exchange& exchange) {
  const bool uses_tls = exchange.origin != nullptr ? exchange.origin->uses_tls : parts_.uses_tls;
  Invocation invocation{.caller = exchange.caller(),
                        .now = exchange.time,
                        .request_id = exchange.request_id,
                        .authorizer = parts_.authorizer,
                        .client = client_of(exchange.request, uses_tls),
                        .resource = &exchange.resource,
                        .attempts = &exchange.attempts,
                        .left_out = &exchange.left_out,
                        .begun = exchange.begin,
                        .lag = &exchange.lag};
  finish(exchange, caught([&]() -> Result<void> {
           // Services that speak Query have no copies of anything.
           if (exchange.call.dialect == Dialect::kJson) {
             COFFER_ASSIGN(invocation.freshness, parse_freshness(exchange.request.headers));
           }
           return run(*exchange.route, invocation, exchange.call, exchange.reply.body);
         }));
}

void FrontDoor::forward(Exchange& exchange) {
  const Origin here{parts_.region, exchange.request_id, parts_.uses_tls};
  const auto waited = std::chrono::ceil<Duration>(parts_.clock.stopwatch() - exchange.begin);
  finish(exchange, caught([&]() -> Result<void> {
           exchange.forwarded = parts_.to_home->forwarder.forward({exchange.request, here, waited}, exchange.reply);
           if (exchange.forwarded->failure) return *exchange.forwarded->failure;
           return {};
         }));
}

void FrontDoor::finish(Exchange& exchange, const Result<void>& result) {
  const Error* const error = result.ok() ? nullptr : &result.error();
  if (error != nullptr) exchange.write_error(*error);
  if (exchange.lag) exchange.reply.headers.emplace_back(kReplicationLagHeader, text_of(*exchange.lag));
  if (error != nullptr) {
    exchange.error = error_name(public_code(error->code));
  } else if (exchange.forwarded) {
    exchange.error = exchange.forwarded->error;
  }
  AuditEntry entry{.time = exchange.time,
                   .request_id = exchange.request_id,
                   .caller_arn = exchange.caller().arn,
                   .access_key_id = exchange.caller().access_key.text(),
                   .source_address = exchange.request.peer_address,
                   .microseconds = (parts_.clock.stopwatch() - exchange.begin).count()};
  if (error != nullptr && entry.access_key_id.empty()) entry.access_key_id = claimed_key_id(exchange.request);
  if (exchange.route != nullptr) entry.service = exchange.route->service->signing_name;
  if (exchange.origin != nullptr) entry.forwarded_from = exchange.origin->region.text();
  if (exchange.forwarded) entry.forwarded_to = exchange.forwarded->home.text();
  for (const Attempt& attempt : exchange.attempts) {
    entry.operation = attempt.operation;
    entry.resource = attempt.resource;
    entry.status = attempt.error ? http_status(public_code(attempt.error->code)) : 200;
    entry.error = attempt.error ? error_name(public_code(attempt.error->code)) : std::string_view();
    tell(entry, attempt.error ? &*attempt.error : nullptr);
  }
  entry.operation = exchange.route != nullptr ? exchange.route->operation.name : std::string_view();
  entry.resource = exchange.resource;
  entry.status = exchange.reply.status;
  entry.error = exchange.error;
  tell(entry, error);
  const size_t told = std::min(exchange.left_out.size(), kMaxToldLeftOut);
  for (const Error& reason : std::span(exchange.left_out).first(told)) {
    parts_.log.error("answer_incomplete", {{"request_id", entry.request_id},
                                           {"operation", entry.operation},
                                           {"error", error_name(reason.code)},
                                           {"message", reason.message},
                                           {"count", exchange.left_out.size()}});
  }
  if (exchange.responder) exchange.responder->send();
}

void FrontDoor::tell(const AuditEntry& entry, const Error* error) {
  if (entry.status >= 500 && error != nullptr) {
    parts_.log.error("request_failed", {{"request_id", entry.request_id},
                                        {"operation", entry.operation},
                                        {"error", error_name(error->code)},
                                        {"message", error->message}});
  }
  parts_.audit.record(entry);
}

}  // namespace coffer::api
