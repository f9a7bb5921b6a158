// Calls of a service in JSON 1.1, signed: what an operator's commands are made of. One connection, kept; not
// thread-safe. Must never: repeat a call whose outcome is unknown.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "client/settings.h"
#include "net/http_client.h"
#include "wire/value.h"

namespace coffer::client {

struct Call {
  std::string_view service;        // as signatures name it: "coffer"
  std::string_view target_prefix;  // "Coffer"
  std::string_view operation;      // "ExplainDecision"
  std::string_view body;           // JSON
};

struct Answer {
  int status = 0;
  std::string error;    // the name of the service's error, "AccessDeniedException"; empty: it succeeded
  std::string message;  // of the error
  std::string request_id;
  SecretBuffer body;  // the JSON as it came
};

// How the endpoint is connected to.
net::ClientOptions connection_options(const Settings& settings);

class SignedClient {
 public:
  SignedClient(Settings settings, std::unique_ptr<net::HttpClient> http, const Clock& clock);

  const Settings& settings() const { return settings_; }

  // What the service answered, an error of its included; `document` gets the JSON, empty if there is none. kIo or
  // kTimeout when there is no answer, kIo also when it is none of such a service; the message names the endpoint.
  Result<Answer> call(const Call& call, wire::Document& document, Duration timeout = std::chrono::seconds(30));

 private:
  const Settings settings_;
  const std::unique_ptr<net::HttpClient> http_;
  const Clock& clock_;
};

}  // namespace coffer::client
