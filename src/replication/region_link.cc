#include "replication/region_link.h"

namespace coffer::replication {
namespace {

constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kSessionOver = 409;
constexpr int kOtherProtocol = 426;
constexpr int kInternalError = 500;
constexpr size_t kMaxAnswerBytes = 4 << 20;

}  // namespace

std::string link_host_name(const Region& region) {
  return region.text() + ".coffer.internal";
}

net::ClientOptions client_options(const RegionLink::Endpoint& endpoint) {
  net::ClientOptions options;
  options.host = endpoint.host;
  options.port = endpoint.port;
  options.tls = net::TlsClientOptions{.ca_file = endpoint.authority_file,
                                      .certificate_file = endpoint.certificate_file,
                                      .private_key_file = endpoint.private_key_file,
                                      .server_name = link_host_name(endpoint.region),
                                      .require_tls13 = true};
  return options;
}

std::unique_ptr<RegionLink> RegionLink::make(const Endpoint& endpoint) {
  net::ClientOptions options = client_options(endpoint);
  options.max_body_bytes = kMaxAnswerBytes;
  // States and removals may arrive twice.
  options.on_stale_connection = net::OnStaleConnection::kSendAgain;
  return std::make_unique<RegionLink>(net::HttpClient::make(options),
                                      RegionLink::Ends{endpoint.region, endpoint.timeout, endpoint.start});
}

Result<Answer> RegionLink::post(std::string_view frame) {
  net::ClientRequest request;
  request.target = "/replicate";
  request.headers = {{"Content-Type", "application/octet-stream"}};
  request.body = frame;
  Result<net::ClientResponse> response = client_->send(request, ends_.timeout);
  if (!response.ok()) {
    session_ = 0;
    Error error = std::move(response).error();
    // Something is there, and does not understand us, or we not it.
    const bool is_silence = error.code == ErrorCode::kIo || error.code == ErrorCode::kTimeout;
    if (!is_silence) error.code = ErrorCode::kServiceUnavailable;
    return error;
  }
  const std::string what = ends_.destination.text() + " answered " + std::to_string(response->status);
  switch (response->status) {
    case kOk: {
      Result<Answer> answer = decode_answer(response->body.view());
      if (answer.ok() && answer->start != 0) {
        destination_start_ = answer->start;
        destination_moment_ = answer->moment;
        destination_departures_ = answer->departures;
      }
      if (answer.ok()) return answer;
      return Error{ErrorCode::kServiceUnavailable,
                   what + " with something else than an answer: " + answer.error().message};
    }
    case kBadRequest:
      return Error{ErrorCode::kCorrupt, what + ": it does not understand the message"};
    case kForbidden:
      return Error{ErrorCode::kPermission, what + ": it does not accept this message from this region"};
    case kSessionOver:
      session_ = 0;
      return Error{ErrorCode::kConflict, what + ": the session is over"};
    case kOtherProtocol:
      return Error{ErrorCode::kServiceUnavailable,
                   what + ": it speaks another version of the region link, bring both to one release"};
    case kInternalError:
      return Error{ErrorCode::kInternalServiceError, what + ": it could not apply the message, its log says why"};
    default:
      return Error{ErrorCode::kServiceUnavailable, what};
  }
}

Result<void> RegionLink::greet() {
  COFFER_ASSIGN(const SecretBuffer frame, encode(0, Hello{ends_.start}));
  COFFER_ASSIGN(const Answer answer, post(frame.view()));
  if (answer.session == 0) {
    return Error{ErrorCode::kServiceUnavailable, ends_.destination.text() + " opened no session"};
  }
  session_ = answer.session;
  return {};
}

template <class Body>
Result<Answer> RegionLink::deliver(const Body& body) {
  // Twice at most: a session may be one that the other region forgot when it restarted.
  for (int attempt = 0;; ++attempt) {
    if (session_ == 0) COFFER_TRY(greet());
    COFFER_ASSIGN(const SecretBuffer frame, encode(session_, body));
    Result<Answer> answer = post(frame.view());
    if (answer.ok() || answer.error().code != ErrorCode::kConflict) return answer;
    if (attempt == 1) return Error{ErrorCode::kServiceUnavailable, std::move(answer).error().message};
  }
}

template <class Body>
Result<std::vector<secrets::ApplyOutcome>> RegionLink::deliver_secrets(const Body& body, size_t count) {
  COFFER_ASSIGN(Answer answer, deliver(body));
  if (answer.outcomes.size() == count) return std::move(answer.outcomes);
  return Error{ErrorCode::kServiceUnavailable, ends_.destination.text() + " did not say what became of the secrets"};
}

Result<home::StateAnswer> RegionLink::state_of(Answer answer) const {
  if (answer.state) return std::move(*answer.state);
  return Error{ErrorCode::kServiceUnavailable, ends_.destination.text() + " did not say what it has"};
}

Result<std::vector<secrets::ApplyOutcome>> RegionLink::send(std::span<const secrets::ReplicaState> states) {
  return deliver_secrets(states, states.size());
}

Result<secrets::ApplyOutcome> RegionLink::send(const secrets::ReplicaRemoval& removal) {
  COFFER_ASSIGN(auto outcomes, deliver_secrets(removal, 1));
  return std::move(outcomes.front());
}

Result<home::StateAnswer> RegionLink::send(const home::StatePart& part) {
  COFFER_ASSIGN(Answer answer, deliver(part));
  return state_of(std::move(answer));
}

Result<home::StateAnswer> RegionLink::send(const home::StateQuestion& question) {
  COFFER_ASSIGN(const SecretBuffer frame, encode(question));
  COFFER_ASSIGN(Answer answer, post(frame.view()));
  return state_of(std::move(answer));
}

Result<secrets::CopyAnswer> RegionLink::send(const secrets::CopyCheck& check) {
  COFFER_ASSIGN(const SecretBuffer frame, encode(check));
  COFFER_ASSIGN(Answer answer, post(frame.view()));
  if (answer.copies.verdicts.size() == check.copies.size()) return std::move(answer.copies);
  return Error{ErrorCode::kServiceUnavailable, ends_.destination.text() + " did not say which copies it has"};
}

Result<void> RegionLink::send(const secrets::Heartbeat& heartbeat) {
  COFFER_ASSIGN(const SecretBuffer frame, encode(heartbeat));
  COFFER_TRY(post(frame.view()));
  return {};
}

template <class Body>
Result<kms::KeyAnswer> RegionLink::deliver_key(const Body& body) {
  COFFER_ASSIGN(const Answer answer, deliver(body));
  if (answer.key) return *answer.key;
  return Error{ErrorCode::kServiceUnavailable, ends_.destination.text() + " did not say which key it has"};
}

Result<kms::KeyAnswer> RegionLink::send(const kms::SharedKey& shared) {
  return deliver_key(shared);
}

Result<kms::KeyAnswer> RegionLink::send(const kms::ReplicaReport& report) {
  return deliver_key(report);
}

}  // namespace coffer::replication
