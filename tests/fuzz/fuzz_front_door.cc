// A request as it arrives behind the HTTP parser, through the front door and back: always exactly one answer, always
// with a request id, always JSON, XML or nothing, as its content type says.
//
// Input: a first byte that says whether we sign the request, and in which dialect, then "method target", then headers
// "name:value" until an empty line, then the body.
#include <fcntl.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/front_door.h"
#include "api/testing/owner_authorizer.h"
#include "auth/sigv4.h"
#include "base/time_text.h"
#include "wire/json.h"
#include "xml_check.h"

using namespace coffer;

namespace {

constexpr std::string_view kKeyId = "AKIAIOSFODNN7EXAMPLE";
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr auth::ExpectedScope kScope = {.region = "us-east-1", .service = "things"};

struct NoRooms {};

struct Echo {
  static constexpr std::string_view kName = "Echo";
  static constexpr std::string_view kAction = "things:Echo";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidParameter};
  static constexpr bool kHeedsFreshness = true;
  using Rooms = NoRooms;
  struct Item {
    std::string key;
    std::optional<std::vector<std::string>> values;
    static constexpr wire::Field kFields[] = {wire::field<&Item::key>("Key", {.min = 1, .max = 8}),
                                              wire::field<&Item::values>("Values", {.max = 3})};
  };
  struct Request {
    std::string name;
    std::optional<int64_t> count;
    std::optional<bool> flag;
    std::optional<wire::SecretText> text;
    std::optional<wire::SecretBlob> blob;
    std::optional<std::vector<Item>> items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("Name", {.min = 1, .max = 16}),
                                              wire::field<&Request::count>("Count", {.min = 1, .max = 9}),
                                              wire::field<&Request::flag>("Flag"),
                                              wire::field<&Request::text>("Text", {.max = 64}),
                                              wire::field<&Request::blob>("Blob", {.max = 64}),
                                              wire::field<&Request::items>("Items", {.max = 4})};
  };
  struct Response {
    std::string name;
    std::optional<wire::SecretText> text;
    std::optional<wire::SecretBlob> blob;
    std::optional<std::vector<Item>> items;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::name>("Name"), wire::field<&Response::text>("Text"),
        wire::field<&Response::blob>("Blob"), wire::field<&Response::items>("Items")};
  };
  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms&) {
    return api::Resource{.name = request.name, .account = caller.account};
  }
  static Result<Response> handle(api::Authorized<Echo>& authorized, Rooms&) {
    Request& request = authorized.request();
    return Response{.name = std::move(request.name),
                    .text = std::move(request.text),
                    .blob = std::move(request.blob),
                    .items = std::move(request.items)};
  }
};

class OneKey final : public auth::CredentialSource {
 public:
  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override {
    return claimed.access_key_id == kKeyId ? credential_ : nullptr;
  }

 private:
  std::shared_ptr<const auth::Credential> credential_ =
      std::make_shared<const auth::Credential>(auth::Caller{.account = *AccountId::parse("123456789012"),
                                                            .kind = auth::PrincipalKind::kRoot,
                                                            .arn = "arn:aws:iam::123456789012:root",
                                                            .access_key = *AccessKeyId::parse(kKeyId)},
                                               SecretBytes::copy_of(kSecret), auth::KeyState::kActive);
};

class Connection final : public net::Responder::Connection {
 public:
  net::Reply& reply() override { return reply_; }
  void send() override { ++answers_; }
  void abandon() override { std::abort(); }
  int answers_ = 0;
  net::Reply reply_;
};

struct House {
  ManualClock clock{*parse_iso_basic("20150830T123600Z")};
  Log log{clock, ::open("/dev/null", O_WRONLY), LogLevel::kError};
  SeededRandom random{1};
  OneKey keys;
  api::testing::OwnerAuthorizer authorizer;
  NoRooms rooms;
  WorkerPool workers{1, 1};
  WorkerPool scanners{1, 1};
  std::unique_ptr<api::Audit> audit = std::move(api::make_file_audit("/dev/null", log)).value();
  api::FrontDoor door{{.region = *Region::parse("us-east-1"),
                       .credentials = keys,
                       .authorizer = authorizer,
                       .clock = clock,
                       .random = random,
                       .workers = workers,
                       .scanners = scanners,
                       .healthy = [] { return true; },
                       .audit = *audit,
                       .log = log},
                      services()};

  std::vector<api::Service> services() {
    std::vector<api::Service> services;
    services.push_back({.target_prefix = "things",
                        .signing_name = "things",
                        .operations = {api::operation<Echo>()},
                        .rooms = &rooms,
                        .query = api::QueryProtocol{.version = "2010-05-08", .xml_namespace = "https://things/"}});
    return services;
  }
};

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static House house;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool signs = !text.empty() && (text.front() & 1) != 0;
  const bool is_query = !text.empty() && (text.front() & 2) != 0;
  text.remove_prefix(text.empty() ? 0 : 1);

  std::string_view first = take_line(text);
  const size_t space = first.find(' ');
  net::Request request{.method = first.substr(0, space), .target = "/", .peer_address = "127.0.0.1:1"};
  if (space != first.npos) request.target = first.substr(space + 1);
  std::vector<net::Header> headers;
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const size_t colon = line.find(':');
    if (colon != line.npos) headers.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
  request.body = text;
  if (const auto demand = api::parse_freshness(headers); demand.ok() && demand->max_staleness) {
    const Duration bound = std::chrono::seconds(api::kMaxStalenessSeconds);
    if (*demand->max_staleness < Duration(0) || *demand->max_staleness > bound) std::abort();
  }
  std::string form;
  std::string authorization;
  if (signs) {
    request.method = "POST";
    request.target = "/";
    const net::Header dialect = is_query ? net::Header{"Content-Type", "application/x-www-form-urlencoded"}
                                         : net::Header{"X-Amz-Target", "things.Echo"};
    headers.insert(headers.begin(), {{"Host", "x"}, {"X-Amz-Date", "20150830T123600Z"}, dialect});
    if (is_query) form.append("Action=Echo&Version=2010-05-08&").append(text);
    if (is_query) request.body = form;
    const auth::SigningRequest signing{.headers = headers, .body = request.body};
    authorization = auth::sign(signing, kKeyId, SecretBytes::copy_of(kSecret), kScope, house.clock.now());
    headers.insert(headers.begin(), {"Authorization", authorization});
  }
  request.headers = headers;

  Connection connection;
  house.door.handle(request, net::Responder(connection, nullptr));
  if (connection.answers_ != 1) std::abort();
  if (connection.reply_.headers.size() != 1 || connection.reply_.headers[0].second.size() != 36) std::abort();
  if (connection.reply_.status == 500) std::abort();
  if (connection.reply_.content_type == "text/xml") {
    if (!fuzz::is_xml(connection.reply_.body.view())) std::abort();
    return 0;
  }
  static wire::Document document;
  if (!wire::parse_json(connection.reply_.body.view(), {}, document).ok()) std::abort();
  return 0;
}
