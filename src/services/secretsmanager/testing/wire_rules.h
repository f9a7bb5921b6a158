// What every answer on the wire keeps to, whatever was asked: headers, the shape of errors, how members are written.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "net/http_client.h"

namespace coffer::secretsmanager::testing {

// One line for each breach:
//  - Content-Type is application/x-amz-json-1.1, Date is there, x-amzn-RequestId is a UUID;
//  - the body is a JSON object; nothing at all only on success;
//  - no member is null, and none is "" but the value of a tag: what is absent is left out;
//  - a member ...Date is a number with at most three digits behind the point;
//  - an error, and nothing else, has __type, a bare name, and at most one text beside it: Message for the errors of the
//    service's model.
std::vector<std::string> wire_breaches(const net::ClientResponse& response);

// The first header of that name, "" when there is none.
std::string header_of(const net::ClientResponse& response, std::string_view lower_case_name);

}  // namespace coffer::secretsmanager::testing
