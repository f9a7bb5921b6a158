// A service: its names on the wire, the dialect that it speaks, and its operations. api knows no service; services/
// hand theirs to the front door.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "api/operation.h"

namespace coffer::api {

// Who has a quota for itself: each account, or each address that requests come from.
enum class CountedBy { kAccount, kSource };

// Operations that share a number of requests per second.
struct RequestQuota {
  std::string_view name;  // in the configuration
  uint32_t per_second;    // 1 to Throttle::kMaxRate
  std::vector<std::string_view> operations;
  CountedBy counted_by = CountedBy::kAccount;
};

// The Query dialect: how a request finds the service, whose name it does not say, and how answers name it.
struct QueryProtocol {
  std::string_view version;        // "2010-05-08"; no two services have the same
  std::string_view xml_namespace;  // "https://iam.amazonaws.com/doc/2010-05-08/"
};

// Which region the credential scope names: that of the endpoint; us-east-1 wherever the endpoint is, of a service that
// is global (IAM); either (STS, whose global endpoint is in us-east-1).
enum class ScopeRegion { kEndpoint, kGlobal, kEndpointOrGlobal };

// Where operations that change something are done: where they were asked for, or in the home region only
// (forwarding.h).
enum class Writes { kEverywhere, kAtHome };

struct Service {
  // "secretsmanager" in X-Amz-Target: secretsmanager.GetSecretValue. Empty: it does not speak JSON.
  std::string_view target_prefix;
  std::string_view signing_name;  // the service in the credential scope
  std::vector<Operation> operations;
  void* rooms = nullptr;               // must outlive the front door
  std::vector<RequestQuota> quotas;    // an operation in none of them is not limited
  std::optional<QueryProtocol> query;  // of a service that speaks Query
  ScopeRegion scope_region = ScopeRegion::kEndpoint;
  Writes writes = Writes::kEverywhere;
};

}  // namespace coffer::api
