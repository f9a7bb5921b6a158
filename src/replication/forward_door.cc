#include "replication/forward_door.h"

#include <exception>
#include <memory>

namespace coffer::replication {
namespace {

void say(net::Reply& reply, int status, std::string_view text) {
  reply.status = status;
  reply.content_type = "text/plain";
  reply.body.clear();
  reply.body.append(text);
}

// kInternalServiceError says that something may have been done, all others that nothing was.
int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternalServiceError:
      return 500;
    case ErrorCode::kCorrupt:
      return 400;
    case ErrorCode::kPermission:
      return 403;
    case ErrorCode::kUsage:
      return 426;
    default:
      return 503;
  }
}

}  // namespace

void ForwardDoor::handle(const Region& peer, const net::Request& request, net::Responder responder) {
  if (parts_.is_ready && !parts_.is_ready()) {
    say(responder.reply(), 503, "not yet\n");
    return responder.send();
  }
  // Shared, because a pool that is full destroys the task and the responder is still needed then.
  auto shared = std::make_shared<net::Responder>(std::move(responder));
  const Duration arrived = parts_.clock.monotonic();
  const bool queued = parts_.workers.submit([this, &peer, shared, arrived, frame = request.body] {
    receive(peer, frame, arrived, shared->reply());
    shared->send();
  });
  if (queued) return;
  say(shared->reply(), 503, "too many requests are waiting\n");
  shared->send();
}

void ForwardDoor::receive(const Region& peer, std::string_view frame, Duration arrived, net::Reply& reply) try {
  const Result<ForwardedRequest> request = decode_forwarded_request(frame);
  if (request.ok() && parts_.clock.monotonic() - arrived >= request->patience) {
    return say(reply, 503, "nobody waits for it any more\n");
  }
  Result<SecretBuffer> answered = request.ok() ? answer(peer, *request) : Result<SecretBuffer>(request.error());
  if (answered.ok()) {
    reply.status = 200;
    reply.content_type = "application/octet-stream";
    reply.body = std::move(answered).value();
    return;
  }
  const int status = status_of(answered.error().code);
  parts_.log.warning("forwarded_request_refused",
                     {{"peer", peer.text()}, {"status", status}, {"error", answered.error().message}});
  say(reply, status, error_name(answered.error().code));
} catch (const std::exception&) {
  say(reply, 500, "internal error\n");
}

Result<SecretBuffer> ForwardDoor::answer(const Region& peer, const ForwardedRequest& request) {
  COFFER_ASSIGN(const home::Claim claim, parts_.home.claim());
  if (claim.region != parts_.home.region()) return encode(ForwardedAnswer{.other_home = claim});
  COFFER_TRY(parts_.home.require_here());
  const store::Revision before = parts_.store.revision();
  net::Request call;
  call.method = request.method;
  call.target = request.target;
  call.headers = request.headers;
  call.body = request.body;
  call.peer_address = request.client_address;
  net::Reply reply;
  COFFER_ASSIGN(std::string error,
                parts_.requests.run_forwarded(call, {peer, request.request_id, request.client_uses_tls}, reply));
  ForwardedAnswer answer{
      .other_home = {}, .status = reply.status, .error = std::move(error), .changes = {}, .body = reply.body.view()};
  // Without them the sender waits for nothing.
  auto changes = home::marked_since(parts_.store, {parts_.kinds, peer, before});
  if (changes.ok()) answer.changes = std::move(*changes);
  Result<SecretBuffer> frame = encode(answer);
  if (frame.ok()) return frame;
  return Error{ErrorCode::kInternalServiceError, frame.error().message};
}

}  // namespace coffer::replication
