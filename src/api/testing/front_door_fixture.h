// A front door with a service of five cards behind it, and the clients, keys and connections around it, all in memory.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "api/front_door.h"
#include "api/testing/owner_authorizer.h"
#include "auth/sigv4.h"
#include "base/time_text.h"

namespace coffer::api::testing {

// --- a service of five cards ---------------------------------------------------------------------------------------

struct Rooms {
  std::string owner = "123456789012";
  std::thread::id ran_on;
  std::promise<void>* started = nullptr;
  std::shared_future<void>* proceed = nullptr;

  // Of a card that was told to be slow.
  void wait() {
    if (started == nullptr) return;
    started->set_value();
    proceed->wait();
  }
};

struct ReadThing {
  static constexpr std::string_view kName = "ReadThing";
  static constexpr std::string_view kAction = "things:ReadThing";
  static constexpr Effect kEffect = Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound};
  static constexpr bool kHeedsFreshness = true;
  using Rooms = testing::Rooms;
  struct Request {
    std::string name;
    std::optional<wire::SecretText> echo;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("Name", {.min = 1, .max = 20}),
                                              wire::field<&Request::echo>("Echo")};
  };
  struct Response {
    std::string name;
    std::string caller;
    std::optional<wire::SecretText> echo;
    static constexpr wire::Field kFields[] = {wire::field<&Response::name>("Name"),
                                              wire::field<&Response::caller>("Caller"),
                                              wire::field<&Response::echo>("Echo")};
  };
  static Result<void> check(const Request& request) {
    if (request.name != "unchecked") return {};
    return Error{ErrorCode::kInvalidParameter, "Not that name."};
  }
  static Result<Resource> resource(const Request& request, const auth::Caller&, Rooms& rooms) {
    return Resource{.name = "arn:things:" + request.name, .account = *AccountId::parse(rooms.owner)};
  }
  static Result<Response> handle(const Authorized<ReadThing>& authorized, Rooms& rooms) {
    rooms.ran_on = std::this_thread::get_id();
    const std::string& name = authorized.request().name;
    if (name == "missing") return Error{ErrorCode::kResourceNotFound, "Can't find the specified thing."};
    if (name == "broken") return Error{ErrorCode::kCorrupt, "row 7 of the store is damaged"};
    if (name == "disk") return Error{ErrorCode::kIo, "fsync failed"};
    if (name == "throws") throw std::runtime_error("the value is hunter2");
    if (name == "exhausted") throw std::bad_alloc();
    // Copies that are 1.25 s behind, and one of which nobody knows.
    if (name == "copy") Pipeline::tell_lag(authorized.authority(), Duration(1250));
    if (name == "copy" || name == "copies") Pipeline::tell_lag(authorized.authority(), Duration(50));
    if (name == "copies") Pipeline::tell_lag(authorized.authority(), std::nullopt);
    const auto& demanded = authorized.authority().freshness().max_staleness;
    if (demanded && *demanded < Duration(1250)) return Error{ErrorCode::kPreconditionNotMet, "It is too old."};
    Response response{.name = name, .caller = authorized.caller().arn, .echo = {}};
    if (authorized.request().echo) response.echo = wire::SecretText{authorized.request().echo->bytes.clone()};
    return response;
  }
};

struct WriteThing {
  static constexpr std::string_view kName = "WriteThing";
  static constexpr std::string_view kAction = "things:WriteThing";
  static constexpr Effect kEffect = Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidRequest};
  using Rooms = testing::Rooms;
  struct Request {
    std::optional<std::string> name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("Name")};
  };
  struct Response {
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Response::name>("Name")};
  };
  static Result<void> check(const Request&) { return {}; }
  static Result<Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return Resource{.name = "*", .account = caller.account};
  }
  static Result<Response> handle(const Authorized<WriteThing>& authorized, Rooms& rooms) {
    rooms.ran_on = std::this_thread::get_id();
    rooms.wait();
    return Response{.name = authorized.request().name.value_or("nobody")};
  }
};

struct ScanThings {
  static constexpr std::string_view kName = "ScanThings";
  static constexpr std::string_view kAction = "things:ScanThings";
  static constexpr Effect kEffect = Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidRequest};
  using Rooms = testing::Rooms;
  using Request = WriteThing::Request;
  using Response = WriteThing::Response;
  static Result<void> check(const Request&) { return {}; }
  static Result<Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return Resource{.name = "*", .account = caller.account};
  }
  static Result<Response> handle(const Authorized<ScanThings>& authorized, Rooms& rooms) {
    rooms.ran_on = std::this_thread::get_id();
    rooms.wait();
    return Response{.name = authorized.request().name.value_or("all")};
  }
};

struct TouchThing {
  static constexpr std::string_view kName = "TouchThing";
  static constexpr std::string_view kAction = "things:TouchThing";
  static constexpr Effect kEffect = Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidRequest};
  using Rooms = testing::Rooms;
  struct Request {
    std::optional<std::string> name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("Name")};
  };
  struct Response {
    static constexpr std::array<wire::Field, 0> kFields{};
  };
  static Result<void> check(const Request&) { return {}; }
  static Result<Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return Resource{.name = "*", .account = caller.account};
  }
  static Result<Response> handle(const Authorized<TouchThing>&, Rooms&) { return Response{}; }
};

// Reads each thing as ReadThing does, and tells of each whether it was read.
struct ReadThings {
  static constexpr std::string_view kName = "ReadThings";
  static constexpr std::string_view kAction = "things:ReadThings";
  static constexpr Effect kEffect = Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound};
  using Rooms = testing::Rooms;
  struct Request {
    std::vector<std::string> names;
    static constexpr wire::Field kFields[] = {wire::field<&Request::names>("Names")};
  };
  struct Response {
    std::vector<std::string> outcomes;
    static constexpr wire::Field kFields[] = {wire::field<&Response::outcomes>("Outcomes")};
  };
  static Result<void> check(const Request&) { return {}; }
  static Result<Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return Resource{.name = "*", .account = caller.account};
  }
  static Result<Resource> find(const std::string& name) {
    if (name == "unnameable") return Error{ErrorCode::kValidation, "No such name."};
    const char* const owner = name == "theirs" ? "999999999999" : "123456789012";
    return Resource{.name = "arn:things:" + name, .account = *AccountId::parse(owner)};
  }
  static Result<Response> handle(const Authorized<ReadThings>& authorized, Rooms&) {
    Response response;
    for (const std::string& name : authorized.request().names) {
      const Result<std::string> outcome = Pipeline::attempt<ReadThing>(
          authorized.authority(), name, [&] { return find(name); },
          [&](const Permit<ReadThing>&) -> Result<std::string> {
            if (name == "missing") return Error{ErrorCode::kResourceNotFound, "Can't find the specified thing."};
            if (name == "broken") return Error{ErrorCode::kCorrupt, "row 7 of the store is damaged"};
            if (name == "throws") throw std::runtime_error("the value is hunter2");
            return std::string("read");
          });
      if (name == "lost") {
        Pipeline::leave_out(authorized.authority(),
                            std::vector<Error>(30, {ErrorCode::kCorrupt, "row 9 of the store is damaged"}));
        continue;
      }
      if (!outcome.ok() && outcome.error().code == ErrorCode::kValidation) return outcome.error();
      response.outcomes.push_back(outcome.ok() ? *outcome : std::string("not read"));
    }
    return response;
  }
};

// --- what surrounds the front door -------------------------------------------------------------------------------

inline constexpr std::string_view kKeyId = "AKIAIOSFODNN7EXAMPLE";
inline constexpr std::string_view kOtherKeyId = "AKIAI44QH8DHBEXAMPLE";  // of another account
inline constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
inline constexpr auth::ExpectedScope kScope = {.region = "eu-west-1", .service = "things"};

class Keys final : public auth::CredentialSource {
 public:
  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override {
    return claimed.access_key_id == kKeyId ? credential_ : claimed.access_key_id == kOtherKeyId ? other_ : nullptr;
  }

 private:
  static std::shared_ptr<const auth::Credential> root_key(const std::string& account, std::string_view id) {
    return std::make_shared<const auth::Credential>(auth::Caller{.account = *AccountId::parse(account),
                                                                 .kind = auth::PrincipalKind::kRoot,
                                                                 .arn = "arn:aws:iam::" + account + ":root",
                                                                 .access_key = *AccessKeyId::parse(id)},
                                                    SecretBytes::copy_of(kSecret), auth::KeyState::kActive);
  }

  std::shared_ptr<const auth::Credential> credential_ = root_key("123456789012", kKeyId);
  std::shared_ptr<const auth::Credential> other_ = root_key("999999999999", kOtherKeyId);
};

// One line each: operation, caller, key, error, status.
class RecordingAudit final : public Audit {
 public:
  void record(const AuditEntry& entry) override {
    std::lock_guard lock(mutex_);
    std::string line(entry.service);
    line.append(".").append(entry.operation).append(" ").append(entry.caller_arn).append(" ");
    line.append(entry.access_key_id).append(" ").append(entry.error).append(" ").append(std::to_string(entry.status));
    lines_.push_back(line);
    last_request_id_ = entry.request_id;
    last_resource_ = entry.resource;
    last_source_ = entry.source_address;
    last_way_ = std::string(entry.forwarded_from).append(">").append(entry.forwarded_to);
    std::string outcome(entry.operation);
    outcome.append(" ").append(entry.resource).append(" ").append(entry.error).append(" ");
    outcomes_[last_request_id_].push_back(outcome + std::to_string(entry.status));
  }
  std::string last() {
    std::lock_guard lock(mutex_);
    return lines_.empty() ? "nothing" : lines_.back();
  }
  // Of the lines of the last request, in their order: operation, resource, error, status.
  std::vector<std::string> outcomes() {
    std::lock_guard lock(mutex_);
    return outcomes_[last_request_id_];
  }
  std::string last_resource() {
    std::lock_guard lock(mutex_);
    return last_resource_;
  }
  std::string last_source() {
    std::lock_guard lock(mutex_);
    return last_source_;
  }
  // "us-east-1>" when it came from there, ">us-east-1" when it went there.
  std::string last_way() {
    std::lock_guard lock(mutex_);
    return last_way_;
  }
  std::string last_request_id() {
    std::lock_guard lock(mutex_);
    return last_request_id_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::map<std::string, std::vector<std::string>> outcomes_;  // by request id
  std::string last_request_id_;
  std::string last_resource_;
  std::string last_source_;
  std::string last_way_;
};

class FakeConnection final : public net::Responder::Connection {
 public:
  net::Reply& reply() override { return reply_; }
  void send() override { done_.set_value("sent"); }
  void abandon() override { done_.set_value("abandoned"); }
  std::string wait() { return done_.get_future().get(); }
  std::string body() const { return std::string(reply_.body.view()); }
  std::string header(std::string_view name) const {
    for (const auto& [candidate, value] : reply_.headers) {
      if (candidate == name) return value;
    }
    return {};
  }
  int status() const { return reply_.status; }
  std::string_view content_type() const { return reply_.content_type; }

 private:
  net::Reply reply_;
  std::promise<std::string> done_;
};

// A request that outlives the call, as a connection's buffers do.
struct Sent {
  std::string method = "POST";
  std::string target = "/";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<net::Header> views;
  FakeConnection connection;

  net::Request request() {
    views.clear();
    for (const auto& [name, value] : headers)
      views.push_back({name, value});
    return {.method = method, .target = target, .headers = views, .body = body, .peer_address = "127.0.0.1:1"};
  }
};

class FrontDoorTest : public ::testing::Test {
 protected:
  void use_workers(size_t threads, size_t queue) {
    workers_ = std::make_unique<WorkerPool>(threads, queue);
    scanners_ = std::make_unique<WorkerPool>(threads, queue);
    std::vector<Service> services;
    services.push_back({.target_prefix = "things",
                        .signing_name = "things",
                        .operations = {operation<ReadThing>(), operation<WriteThing>(), operation<ScanThings>(),
                                       operation<TouchThing>(), operation<ReadThings>()},
                        .rooms = &rooms_,
                        .quotas = quotas_,
                        .writes = writes_});
    services.insert(services.end(), more_services_.begin(), more_services_.end());
    door_ = std::make_unique<FrontDoor>(FrontDoor::Parts{.region = *Region::parse("eu-west-1"),
                                                         .credentials = keys_,
                                                         .authorizer = authorizer_,
                                                         .clock = clock_,
                                                         .random = random_,
                                                         .workers = *workers_,
                                                         .scanners = *scanners_,
                                                         .healthy = [this] { return healthy_.load(); },
                                                         .audit = audit_,
                                                         .log = log_,
                                                         .to_home = to_home_},
                                        std::move(services));
  }
  FrontDoorTest() { use_workers(1, 4); }
  ~FrontDoorTest() override {
    workers_->stop();
    scanners_->stop();
    ::close(log_file_);
  }

  std::unique_ptr<Sent> make(std::string_view target, std::string_view body, std::string_view key_id = kKeyId) {
    auto sent = std::make_unique<Sent>();
    sent->body = body;
    sent->headers = {
        {"Host", "localhost"}, {"X-Amz-Date", iso_basic(clock_.now())}, {"X-Amz-Target", std::string(target)}};
    const auth::SigningRequest signing{.method = "POST",
                                       .target = "/",
                                       .headers = {sent->request().headers.begin(), sent->request().headers.end()},
                                       .body = sent->body};
    sent->headers.emplace_back("Authorization",
                               auth::sign(signing, key_id, SecretBytes::copy_of(kSecret), kScope, clock_.now()));
    return sent;
  }
  // Hands the request in and waits for the answer.
  void deliver(Sent& sent) {
    door_->handle(sent.request(), net::Responder(sent.connection, nullptr));
    EXPECT_EQ(sent.connection.wait(), "sent");
  }
  // "status body"
  std::string call(std::string_view target, std::string_view body, std::string_view key_id = kKeyId) {
    const auto sent = make(target, body, key_id);
    deliver(*sent);
    EXPECT_EQ(sent->connection.header("x-amzn-RequestId").size(), 36u);
    EXPECT_EQ(sent->connection.header("x-amzn-RequestId"), audit_.last_request_id());
    EXPECT_EQ(sent->connection.content_type(), "application/x-amz-json-1.1");
    return std::to_string(sent->connection.status()) + " " + sent->connection.body();
  }
  std::string log() const {
    std::string text(65536, '\0');
    text.resize(static_cast<size_t>(::pread(log_file_, text.data(), text.size(), 0)));
    return text;
  }

  Rooms rooms_;
  // Of doors that use_workers() makes from then on.
  std::vector<RequestQuota> quotas_;
  std::vector<Service> more_services_;
  Writes writes_ = Writes::kEverywhere;
  std::optional<FrontDoor::ToHome> to_home_;
  std::atomic<bool> healthy_ = true;
  Keys keys_;
  testing::OwnerAuthorizer authorizer_;
  ManualClock clock_{*parse_iso_basic("20150830T123600Z")};
  SeededRandom random_{1};
  RecordingAudit audit_;
  int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  Log log_{clock_, log_file_, LogLevel::kInfo};
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<WorkerPool> scanners_;
  std::unique_ptr<FrontDoor> door_;
};

}  // namespace coffer::api::testing
