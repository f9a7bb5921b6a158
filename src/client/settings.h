// Whom a command calls, where, and as whom: from its options and from the environment variables that AWS's tools use.
// Must never: print or log a credential.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "client/endpoint.h"

namespace coffer::client {

struct Credentials {
  std::string access_key_id;
  SecretBytes secret_access_key;
  std::string session_token;  // empty: long-term credentials
};

struct Settings {
  Endpoint endpoint;
  Region region;
  Credentials credentials;
  std::string ca_file;  // PEM: who may vouch for the endpoint's certificate
};

// What the command line says; empty: nothing.
struct Overrides {
  std::string endpoint;
  std::string region;
};

// The value of an environment variable; nullptr when it is not set. No copy, since some hold secrets.
using Environment = std::function<const char*(const char* name)>;

// Endpoint: the option, COFFER_ENDPOINT_URL, AWS_ENDPOINT_URL, http://127.0.0.1:4566; {region} in it stands for the
// region's name, for regions that have an endpoint each. Region: the option, AWS_REGION, AWS_DEFAULT_REGION.
// Credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. Authorities: AWS_CA_BUNDLE, else the
// system's. A variable that is empty counts as not set. kUsage, with what to do, when something is missing or wrong;
// files of AWS's tools (profiles) are not read.
Result<Settings> settings_from(const Overrides& overrides, const Environment& environment);

}  // namespace coffer::client
