#include "server/gateway.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "api/dialect.h"
#include "api/error_reply.h"
#include "api/front_door.h"
#include "api/query_reply.h"
#include "auth/sigv4.h"
#include "base/worker_pool.h"
#include "wire/encoder.h"

namespace coffer::server {
namespace {

// RFC 9110 section 7.6.1, and Expect, which the gateway's own server has answered already.
constexpr std::string_view kHopByHop[] = {"connection",
                                          "keep-alive",
                                          "proxy-authenticate",
                                          "proxy-authorization",
                                          "proxy-connection",
                                          "te",
                                          "trailer",
                                          "transfer-encoding",
                                          "upgrade",
                                          "expect"};

constexpr std::string_view kContentTypes[] = {"application/x-amz-json-1.1", "application/json", "text/xml",
                                              "text/plain", "text/html"};

// Services whose scope may name this region wherever they are answered.
constexpr std::string_view kGlobalRegion = "us-east-1";
constexpr std::string_view kGlobalServices[] = {"iam", "organizations", "sts"};

bool is_global(const auth::Authorization& authorization) {
  return authorization.region == kGlobalRegion &&
         std::ranges::find(kGlobalServices, authorization.service) != std::end(kGlobalServices);
}

bool is_query(const net::Request& request) {
  const auto call = api::call_of(request);
  return call && call->dialect == api::Dialect::kQuery;
}

bool in_list(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    while (item.starts_with(' ') || item.starts_with('\t'))
      item.remove_prefix(1);
    while (item.ends_with(' ') || item.ends_with('\t'))
      item.remove_suffix(1);
    if (net::header_name_equals(item, name)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool is_hop_by_hop(std::string_view name, std::string_view connection) {
  for (std::string_view hop : kHopByHop) {
    if (net::header_name_equals(name, hop)) return true;
  }
  return !net::header_name_equals(name, "host") && in_list(connection, name);
}

// Reply wants a literal.
std::string_view known_content_type(std::string_view value) {
  for (std::string_view type : kContentTypes) {
    if (value.starts_with(type)) return type;
  }
  return kContentTypes[0];
}

void pass_back(net::ClientResponse response, net::Reply& reply) {
  reply.status = response.status;
  for (auto& [name, value] : response.headers) {
    if (name == "content-type") reply.content_type = known_content_type(value);
    if (name == "x-amzn-requestid") reply.headers.emplace_back("x-amzn-RequestId", std::move(value));
    if (name == api::kReplicationLagHeader) reply.headers.emplace_back(api::kReplicationLagHeader, std::move(value));
    if (name == "retry-after") reply.headers.emplace_back("Retry-After", std::move(value));
  }
  reply.body = std::move(response.body);
}

}  // namespace

// The way to one region: its own threads and kept connections, so that a region that hangs keeps only these busy.
class Gateway::Lane {
 public:
  Lane(Target target, const Options& options, Random& random)
      : target_(std::move(target)),
        make_client_(options.make_client),
        timeout_(options.timeout),
        random_(random),
        queue_limit_(options.connections_per_region * 64),
        workers_(options.connections_per_region, queue_limit_) {}

  const Region& region() const { return target_.region; }

  void forward(const net::Request& request, net::Responder responder) {
    if (pending_.fetch_add(1) >= queue_limit_) {
      --pending_;
      refuse(request, responder.reply(), "has too many requests waiting; try again");
      return responder.send();
    }
    const bool queued = workers_.submit([this, request, responder = std::move(responder)]() mutable {
      send(request, responder.reply());
      --pending_;
      responder.send();
    });
    static_cast<void>(
        queued);  // only a gateway that is stopping refuses here; the dropped responder closes the connection
  }

 private:
  void send(const net::Request& request, net::Reply& reply) {
    const std::string_view connection = request.header("connection").value_or("");
    net::ClientRequest forwarded;
    forwarded.method = request.method;
    forwarded.target = request.target;
    forwarded.body = request.body;
    forwarded.headers.reserve(request.headers.size());
    for (const net::Header& header : request.headers) {
      if (!is_hop_by_hop(header.name, connection)) forwarded.headers.emplace_back(header.name, header.value);
    }
    auto client = take_client();
    auto response = client->send(forwarded, timeout_);
    if (response.ok()) {
      pass_back(std::move(*response), reply);
      keep_client(std::move(client));
      return;
    }
    refuse(request, reply, "does not answer; " + target_.when_down);
  }

  void refuse(const net::Request& request, net::Reply& reply, const std::string& why) {
    // Unlike a region's own errors this one is for the person at the keyboard: it says what to do.
    const std::string message = "region " + target_.region.text() + " " + why;
    const std::string id = random_.uuid();
    reply.headers.emplace_back("x-amzn-RequestId", id);
    if (is_query(request)) {
      return api::write_query_fault({503, "ServiceUnavailable", message}, {api::kFaultNamespace, id}, reply);
    }
    reply.status = 503;
    reply.content_type = kContentTypes[0];
    wire::JsonEncoder out(reply.body);
    out.begin_object();
    out.key("__type");
    out.string("ServiceUnavailable");
    out.key("Message");
    out.string(message);
    out.end_object();
  }

  std::unique_ptr<net::HttpClient> take_client() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto client = std::move(idle_.back());
        idle_.pop_back();
        return client;
      }
    }
    return make_client_(target_);
  }

  void keep_client(std::unique_ptr<net::HttpClient> client) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(client));
  }

  const Target target_;
  const MakeClient make_client_;
  const Duration timeout_;
  Random& random_;
  const size_t queue_limit_;
  std::atomic<size_t> pending_ = 0;
  std::mutex mutex_;
  std::vector<std::unique_ptr<net::HttpClient>> idle_;  // at most one per worker
  WorkerPool workers_;                                  // last: its threads use everything above
};

Gateway::Gateway(Options options, Random& random) : options_(std::move(options)), random_(random) {
  for (const Target& target : options_.targets)
    lanes_.push_back(std::make_shared<Lane>(target, options_, random_));
}

Gateway::~Gateway() = default;

void Gateway::add(const Target& target) {
  remove(target.region);
  const std::lock_guard lock(mutex_);
  lanes_.push_back(std::make_shared<Lane>(target, options_, random_));
}

void Gateway::remove(const Region& region) {
  std::shared_ptr<Lane> removed;  // ends when the lock is free again
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(lanes_, region, [](const auto& lane) { return lane->region(); });
  if (found == lanes_.end()) return;
  removed = std::move(*found);
  lanes_.erase(found);
}

std::vector<std::shared_ptr<Gateway::Lane>> Gateway::lanes() const {
  const std::lock_guard lock(mutex_);
  return lanes_;
}

void Gateway::handle(const net::Request& request, net::Responder responder) {
  const std::shared_ptr<Lane> lane = lane_for(request, responder.reply());
  if (lane != nullptr) return lane->forward(request, std::move(responder));
  responder.send();
}

void Gateway::refuse(int status, net::Reply& reply) {
  api::write_http_error(status, reply);
  reply.headers.emplace_back("x-amzn-RequestId", random_.uuid());
}

std::shared_ptr<Gateway::Lane> Gateway::lane_for(const net::Request& request, net::Reply& reply) {
  const auto header = request.header("authorization");
  const std::vector<std::shared_ptr<Lane>> all = lanes();
  if (!header) return all.front();
  const auto authorization = auth::parse_authorization(*header);
  if (!authorization.ok()) return all.front();
  for (const auto& lane : all) {
    if (lane->region().text() == authorization->region) return lane;
  }
  if (is_global(*authorization)) return all.front();
  const Error error{ErrorCode::kInvalidSignature, "Credential should be scoped to a valid region, not '" +
                                                      std::string(authorization->region) + "'. "};
  const std::string id = random_.uuid();
  reply.headers.emplace_back("x-amzn-RequestId", id);
  if (is_query(request)) {
    api::write_query_error(error, {api::kFaultNamespace, id}, reply);
  } else {
    api::write_error(error, reply);
  }
  return nullptr;
}

std::unique_ptr<net::HttpClient> connect_to_region(const Gateway::Target& target) {
  net::ClientOptions options;
  options.port = target.port;
  options.connect_timeout = std::chrono::seconds(2);
  return net::HttpClient::make(options);
}

}  // namespace coffer::server
