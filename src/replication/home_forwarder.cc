#include "replication/home_forwarder.h"

namespace coffer::replication {
namespace {

constexpr Duration kConnectTimeout = std::chrono::seconds(3);
constexpr size_t kMaxAnswerBytes = kMaxForwardBodyBytes + (64 << 10);
constexpr int kHomes = 2;  // that are asked

constexpr int kOk = 200;
constexpr int kNotNow = 503;

constexpr std::string_view kNothingChanged = "Nothing was changed.";
constexpr std::string_view kNobodyKnows = "It is not known whether the change was made.";

Error unavailable(const Region& home, std::string_view what, std::string_view consequence) {
  std::string text = "Identities are changed in " + home.text() + ", which ";
  text.append(what).append(". ").append(consequence);
  return Error{ErrorCode::kHomeUnavailable, std::move(text)};
}

// Without a frame. The peer door refuses before it does anything with one of these; after that it says 500.
Error refused(const Region& home, int status) {
  switch (status) {
    case 400:
    case 403:
    case 404:
    case 413:
    case 426:
      return unavailable(home, "does not take this request: bring both regions to the same release", kNothingChanged);
    case kNotNow:
      return unavailable(home, "takes no more requests now", kNothingChanged);
    default:
      return unavailable(home, "gave no answer", kNobodyKnows);
  }
}

}  // namespace

// One request on its way.
class HomeForwarder::Trip {
 public:
  Trip(HomeForwarder& forwarder, const api::Forwarding& forwarding)
      : forwarder_(forwarder),
        parts_(forwarder.parts_),
        forwarding_(forwarding),
        deadline_(parts_.clock.monotonic() - forwarding.waited + parts_.timeout) {}

  api::Forwarded run(net::Reply& reply) {
    api::Forwarded forwarded;
    const Result<std::string> error = ask(reply);
    forwarded.home = home_.region;
    if (error.ok()) {
      forwarded.error = *error;
    } else {
      forwarded.failure = error.error();
    }
    return forwarded;
  }

 private:
  // The name of the error that the home answered.
  Result<std::string> ask(net::Reply& reply) {
    for (int asked = 0; asked < kHomes; ++asked) {
      COFFER_ASSIGN(home_, parts_.home.claim());
      if (home_.region == parts_.home.region()) {
        COFFER_TRY(parts_.home.require_here());
        return unavailable(home_.region, "has become their home at this moment", kNothingChanged);
      }
      COFFER_ASSIGN(const SecretBuffer frame, send());
      const Result<ForwardedAnswer> answer = decode_forwarded_answer(frame.view());
      if (!answer.ok()) return failed("gave an answer that makes no sense", answer.error(), kNobodyKnows);
      if (!answer->other_home) return take(*answer, reply);
      COFFER_ASSIGN(const bool is_news, parts_.home.learn(*answer->other_home));
      if (!is_news) break;
      const home::Claim& moved = *answer->other_home;
      const bool is_forgotten = moved.region == parts_.home.region();
      parts_.log.write(is_forgotten ? LogLevel::kError : LogLevel::kWarning,
                       is_forgotten ? "home_forgotten" : "home_region_moved",
                       {{"home", moved.region.text()}, {"epoch", moved.epoch}});
    }
    return unavailable(home_.region, "says that it is not their home", kNothingChanged);
  }

  Result<SecretBuffer> send() {
    COFFER_ASSIGN(const Duration patience, remaining());
    Kept kept = forwarder_.take_client(home_.region);
    net::HttpClient* const client = kept.client.get();
    if (client == nullptr) return unavailable(home_.region, "is not configured as a peer here", kNothingChanged);
    const Result<void> connected = client->connect(patience);
    if (!connected.ok()) return failed("does not answer", connected.error(), kNothingChanged);
    // Connecting took of the time, too: the home must not begin what nobody waits for any more.
    COFFER_ASSIGN(const Duration left, remaining());
    COFFER_ASSIGN(const SecretBuffer frame, encode(request(left)));
    net::ClientRequest post;
    post.target = "/forward";
    post.headers = {{"Content-Type", "application/octet-stream"}};
    post.body = frame.view();
    Result<net::ClientResponse> response = client->send(post, left);
    if (!response.ok() && client->was_unread()) return failed("does not answer", response.error(), kNothingChanged);
    if (!response.ok()) return failed("did not answer", response.error(), kNobodyKnows);
    forwarder_.keep_client(home_.region, std::move(kept));
    if (response->status == kOk) return std::move(response->body);
    log("forwarding_failed", "status " + std::to_string(response->status));
    return refused(home_.region, response->status);
  }

  Result<Duration> remaining() const {
    const Duration left = deadline_ - parts_.clock.monotonic();
    if (left > Duration(0)) return left;
    return unavailable(home_.region, "is slow: too many requests wait for it", kNothingChanged);
  }

  ForwardedRequest request(Duration patience) const {
    const net::Request& from = forwarding_.request;
    return {.request_id = std::string(forwarding_.origin.request_id),
            .client_address = std::string(from.peer_address),
            .client_uses_tls = forwarding_.origin.uses_tls,
            .patience = patience,
            .method = std::string(from.method),
            .target = from.target,
            .headers = {from.headers.begin(), from.headers.end()},
            .body = from.body};
  }

  Result<std::string> take(const ForwardedAnswer& answer, net::Reply& reply) {
    reply.status = answer.status;
    reply.body.append(answer.body);
    // Late or not at all: the change was made, and the answer says so.
    const Result<bool> arrived = parts_.arrivals.wait(answer.changes, parts_.patience);
    if (!arrived.ok()) log("forwarded_change_not_awaited", arrived.error().message);
    return answer.error;
  }

  // The log knows more than the client.
  Error failed(std::string_view what, const Error& why, std::string_view consequence) const {
    log("forwarding_failed", why.message);
    return unavailable(home_.region, what, consequence);
  }
  void log(std::string_view event, const std::string& message) const {
    parts_.log.warning(
        event, {{"home", home_.region.text()}, {"request_id", forwarding_.origin.request_id}, {"error", message}});
  }

  HomeForwarder& forwarder_;
  const Parts& parts_;
  const api::Forwarding& forwarding_;
  const Duration deadline_;
  home::Claim home_;
};

HomeForwarder::HomeForwarder(Parts parts) : parts_(std::move(parts)) {}
HomeForwarder::~HomeForwarder() = default;

api::Forwarded HomeForwarder::forward(const api::Forwarding& forwarding, net::Reply& reply) {
  return Trip(*this, forwarding).run(reply);
}

HomeForwarder::Kept HomeForwarder::take_client(const Region& region) {
  uint64_t life = 0;
  {
    const std::lock_guard lock(mutex_);
    std::vector<Kept>& idle = idle_[region];
    if (!idle.empty()) {
      Kept kept = std::move(idle.back());
      idle.pop_back();
      return kept;
    }
    life = lives_[region];
  }
  return {parts_.make_client(region), life};
}

void HomeForwarder::keep_client(const Region& region, Kept kept) {
  const std::lock_guard lock(mutex_);
  if (kept.of_life == lives_[region]) idle_[region].push_back(std::move(kept));
}

void HomeForwarder::forget(const Region& region) {
  const std::lock_guard lock(mutex_);
  idle_.erase(region);
  ++lives_[region];
}

std::unique_ptr<net::HttpClient> make_forward_client(const RegionLink::Endpoint& endpoint) {
  net::ClientOptions options = client_options(endpoint);
  options.connect_timeout = kConnectTimeout;
  options.max_body_bytes = kMaxAnswerBytes;
  options.on_stale_connection = net::OnStaleConnection::kFail;
  return net::HttpClient::make(options);
}

}  // namespace coffer::replication
