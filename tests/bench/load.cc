// A load generator for one HTTP server on loopback: keeps one request outstanding on each of N connections for S
// seconds, or sends R requests a second on those of them that are free, from one thread, and prints one JSON line with
// the rate and latencies. Requests are real: signed with SigV4.
//   get       GetSecretValue of one of K secrets, all signed beforehand so that the generator is not the bottleneck
//   random    GetSecretValue of one of K secrets at random, signed as it goes: it needs as much memory and CPU for a
//             million secrets as for a thousand
//   describe  DescribeSecret of one of K secrets at random, signed as it goes
//   touch     GetSecretValue of each of K secrets once, then ends
//   put       PutSecretValue with a fresh token, signed as it goes
//   create    CreateSecret of K secrets, then ends; every thousandth has the tag "thousandth"
//   plain   GET / without a signature, for the reference server
// Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "auth/sigv4.h"
#include "base/clock.h"
#include "base/time_text.h"

namespace coffer::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  std::string mode = "get";
  int port = 0;
  int connections = 64;
  double seconds = 3;
  double rate = 0;  // requests a second; 0: as many as are answered
  int secrets = 1000;
  int value_size = 200;
  std::string region = "us-east-1";
  std::string prefix = "bench";
  std::string ids;      // a file with one SecretId a line, instead of the names; for get
  std::string kms_key;  // for create

  // Whether each secret has its turn once.
  bool ends_by_itself() const { return mode == "create" || mode == "touch"; }
};

class Requests {
 public:
  explicit Requests(const Options& options)
      : options_(options), host_("127.0.0.1:" + std::to_string(options.port)), distribution_(0, options.secrets - 1) {
    if (options.mode == "plain") {
      ready_.push_back("POST / HTTP/1.1\r\nHost: " + host_ +
                       "\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\n\r\n{}");
      return;
    }
    const char* key = std::getenv("AWS_ACCESS_KEY_ID");
    const char* secret = std::getenv("AWS_SECRET_ACCESS_KEY");
    if (key == nullptr || secret == nullptr) {
      std::fprintf(stderr, "coffer_load: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set\n");
      std::exit(2);
    }
    access_key_ = key;
    if (const char* token = std::getenv("AWS_SESSION_TOKEN")) token_ = token;
    if (!options.ids.empty()) read_ids(options.ids);
    secret_ = SecretBytes::copy_of(secret);
    value_ = std::string(static_cast<size_t>(options.value_size), 'v');
    if (options.mode == "get") {
      for (int i = 0; i < options.secrets; ++i) {
        ready_.push_back(signed_request("GetSecretValue", id_of(i)));
      }
    }
  }

  // Empty when there is nothing more to send.
  std::string next() {
    const int number = count_++;
    if (!ready_.empty()) return ready_[static_cast<size_t>(number) * 7919 % ready_.size()];
    if (options_.ends_by_itself() && number >= options_.secrets) return "";
    if (options_.mode == "create") {
      const std::string tags = number % 1000 == 0 ? R"("Tags":[{"Key":"thousandth","Value":"yes"}],)" : "";
      return signed_request("CreateSecret",
                            "{\"Name\":\"" + name(number) + "\"," + tags + kms_key() + value_and_token(number) + "}");
    }
    if (options_.mode == "touch") return signed_request("GetSecretValue", id_of(number));
    if (options_.mode == "random") return signed_request("GetSecretValue", id_of(distribution_(engine_)));
    if (options_.mode == "describe") return signed_request("DescribeSecret", id_of(distribution_(engine_)));
    return signed_request("PutSecretValue",
                          "{\"SecretId\":\"" + name(number % options_.secrets) + "\"," + value_and_token(number) + "}");
  }

 private:
  std::string name(int i) const { return options_.prefix + "/" + std::to_string(i); }
  std::string id_of(int i) const {
    return "{\"SecretId\":\"" + (ids_.empty() ? name(i) : ids_[static_cast<size_t>(i) % ids_.size()]) + "\"}";
  }
  std::string kms_key() const { return options_.kms_key.empty() ? "" : "\"KmsKeyId\":\"" + options_.kms_key + "\","; }

  void read_ids(const std::string& file) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
      ids_.push_back(line);
    if (ids_.empty()) {
      std::fprintf(stderr, "coffer_load: %s has no ids\n", file.c_str());
      std::exit(2);
    }
  }

  std::string value_and_token(int number) {
    char token[40];
    std::snprintf(token, sizeof(token), "%08x-0000-4000-8000-%012x", static_cast<unsigned>(getpid()),
                  static_cast<unsigned>(number));
    return "\"ClientRequestToken\":\"" + std::string(token) + "\",\"SecretString\":\"" + value_ + "\"";
  }

  std::string signed_request(std::string_view operation, const std::string& body) {
    const Time now = clock_.now();
    const std::string date = iso_basic(now);
    const std::string target = "secretsmanager." + std::string(operation);
    auth::SigningRequest request;
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                       {"Host", host_},
                       {"X-Amz-Date", date},
                       {"X-Amz-Target", target}};
    if (!token_.empty()) request.headers.push_back({"X-Amz-Security-Token", token_});
    request.body = body;
    const std::string authorization =
        auth::sign(request, access_key_, secret_, {options_.region, "secretsmanager"}, now);
    std::string text = "POST / HTTP/1.1\r\n";
    for (const net::Header& header : request.headers) {
      text.append(header.name).append(": ").append(header.value).append("\r\n");
    }
    text.append("User-Agent: aws-cli/2.9.19 Python/3.11.2\r\nAccept-Encoding: identity\r\nAuthorization: ")
        .append(authorization);
    text.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return text;
  }

  const Options& options_;
  SystemClock clock_;
  std::string host_;
  std::string access_key_;
  std::string token_;  // empty: long-term credentials
  std::vector<std::string> ids_;
  SecretBytes secret_;
  std::string value_;
  std::vector<std::string> ready_;
  int count_ = 0;
  std::mt19937 engine_{std::random_device{}()};
  std::uniform_int_distribution<int> distribution_;
};

struct Connection {
  int descriptor = -1;
  std::string out;
  size_t sent = 0;
  std::string in;
  SteadyClock::time_point started;
  bool idle = true;
};

int connect_to(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    std::perror("coffer_load: connect");
    std::exit(1);
  }
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return descriptor;
}

// The size of the first whole response in `text`, 0 if it is not whole yet.
size_t response_size(const std::string& text) {
  const size_t head = text.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  size_t at = std::string::npos;
  for (const char* name : {"content-length:", "Content-Length:"}) {
    at = std::min(at, text.find(name));
  }
  if (at == std::string::npos || at > head) return head + 4;
  const size_t size = head + 4 + static_cast<size_t>(std::atol(text.c_str() + at + 15));
  return text.size() >= size ? size : 0;
}

class Run {
 public:
  Run(const Options& options, Requests& requests) : options_(options), requests_(requests), poll_(epoll_create1(0)) {
    connections_.resize(static_cast<size_t>(options.connections));
    for (size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].descriptor = connect_to(options.port);
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].descriptor, &event);
    }
    latencies_.reserve(4'000'000);
  }

  void go() {
    const auto begin = SteadyClock::now();
    next_due_ = begin;
    const auto end =
        begin + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(options_.seconds));
    for (Connection& connection : connections_) {
      if (options_.rate == 0) send_next(connection);
    }
    std::vector<epoll_event> events(connections_.size());
    auto now = begin;
    while (active_ > 0 || (options_.rate > 0 && now < end)) {
      const int wait = options_.rate > 0 && now < end ? send_due(now) : 1000;
      const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), wait);
      now = SteadyClock::now();
      if (now > end + std::chrono::seconds(10)) break;
      for (int i = 0; i < ready; ++i)
        receive(connections_[events[static_cast<size_t>(i)].data.u64], now, now < end);
    }
    elapsed_ = std::chrono::duration<double>(now - begin).count();
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    const auto quantile = [&](double q) {
      return latencies_.empty() ? 0 : latencies_[static_cast<size_t>(q * static_cast<double>(latencies_.size() - 1))];
    };
    std::printf(
        "{\"mode\":\"%s\",\"connections\":%d,\"requests\":%zu,\"errors\":%zu,\"seconds\":%.3f,\"rate\":%.0f,\"p50_us\":"
        "%u,\"p99_us\":%u,\"reply_bytes\":%zu}\n",
        options_.mode.c_str(), options_.connections, latencies_.size(), errors_, elapsed_,
        static_cast<double>(latencies_.size()) / elapsed_, quantile(0.5), quantile(0.99), reply_bytes_);
  }

 private:
  // What is due goes out on the connections that are free. Milliseconds until more is due. What is due while none is
  // free is not made up for.
  int send_due(SteadyClock::time_point now) {
    const auto pause =
        std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(1 / options_.rate));
    for (Connection& connection : connections_) {
      if (now < next_due_) break;
      if (!connection.idle) continue;
      send_next(connection);
      next_due_ += pause;
    }
    if (now >= next_due_) {
      next_due_ = now;
      return 1000;  // the next response comes earlier
    }
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next_due_ - now).count());
  }

  void send_next(Connection& connection) {
    connection.out = requests_.next();
    if (!connection.idle) --active_;
    connection.idle = connection.out.empty();
    if (connection.idle) return;
    ++active_;
    connection.in.clear();
    connection.started = SteadyClock::now();
    if (send(connection.descriptor, connection.out.data(), connection.out.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(connection.out.size())) {
      std::fprintf(stderr, "coffer_load: the server does not take a whole request\n");
      std::exit(1);
    }
  }

  void receive(Connection& connection, SteadyClock::time_point now, bool go_on) {
    char buffer[16384];
    const ssize_t got = recv(connection.descriptor, buffer, sizeof(buffer), 0);
    if (got <= 0) {
      std::fprintf(stderr, "coffer_load: the server closed a connection\n");
      std::exit(1);
    }
    connection.in.append(buffer, static_cast<size_t>(got));
    const size_t size = response_size(connection.in);
    if (size == 0) return;
    reply_bytes_ = size;
    if (connection.in.compare(9, 3, "200") != 0) {
      if (errors_++ == 0) std::fprintf(stderr, "coffer_load: first error: %s\n", connection.in.c_str());
    }
    latencies_.push_back(
        static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(now - connection.started).count()));
    if (options_.rate == 0 && (go_on || options_.ends_by_itself())) {
      send_next(connection);
    } else {
      --active_;
      connection.idle = true;
    }
  }

  const Options& options_;
  Requests& requests_;
  int poll_;
  std::vector<Connection> connections_;
  std::vector<uint32_t> latencies_;
  SteadyClock::time_point next_due_;
  size_t active_ = 0;
  size_t errors_ = 0;
  size_t reply_bytes_ = 0;
  double elapsed_ = 0;
};

}  // namespace
}  // namespace coffer::bench

int main(int argc, char** argv) {
  using namespace coffer::bench;
  Options options;
  CLI::App app("Load generator for script/bench");
  app.add_option("--mode", options.mode)
      ->check(CLI::IsMember({"get", "random", "describe", "touch", "put", "create", "plain"}));
  app.add_option("--port", options.port)->required();
  app.add_option("--connections", options.connections);
  app.add_option("--seconds", options.seconds);
  app.add_option("--rate", options.rate)->check(CLI::PositiveNumber);
  app.add_option("--secrets", options.secrets);
  app.add_option("--value-size", options.value_size);
  app.add_option("--prefix", options.prefix);
  app.add_option("--ids", options.ids)->check(CLI::ExistingFile);
  app.add_option("--kms-key", options.kms_key);
  CLI11_PARSE(app, argc, argv);
  Requests requests(options);
  Run run(options, requests);
  run.go();
  run.print();
  return 0;
}
