#include "api/query_reply.h"

#include <string>

#include "api/dialect.h"
#include "api/error_reply.h"
#include "base/encoding.h"
#include "wire/xml_encoder.h"

namespace coffer::api {
namespace {

void open_answer(std::string_view name, std::string_view suffix, std::string_view xml_namespace, SecretBuffer& body) {
  body.push_back('<');
  body.append(name);
  body.append(suffix);
  body.append(" xmlns=\"");
  body.append(xml_namespace);
  body.append("\">");
}

}  // namespace

void begin_query_answer(const QueryAnswer& answer, std::string_view operation, SecretBuffer& body) {
  open_answer(operation, "Response", answer.xml_namespace, body);
}

void end_query_answer(const QueryAnswer& answer, std::string_view operation, SecretBuffer& body) {
  body.append("<ResponseMetadata>");
  wire::append_xml_element("RequestId", answer.request_id, body);
  body.append("</ResponseMetadata></");
  body.append(operation);
  body.append("Response>");
}

void write_query_error(const Error& error, const QueryAnswer& answer, net::Reply& reply) {
  const ErrorCode code = public_code(error.code);
  // The signature's verifier speaks as the JSON services do.
  const std::string_view message = code == ErrorCode::kMissingAuthenticationToken
                                       ? "Request is missing Authentication Token"
                                       : public_message(error);
  write_query_fault({query_status(code), query_code(code), message}, answer, reply);
}

void write_query_fault(const QueryFault& fault, const QueryAnswer& answer, net::Reply& reply) {
  reply.status = fault.status;
  reply.content_type = content_type(Dialect::kQuery);
  reply.body.clear();
  open_answer("ErrorResponse", "", answer.xml_namespace, reply.body);
  reply.body.append("<Error>");
  wire::append_xml_element("Type", fault.status < 500 ? "Sender" : "Receiver", reply.body);
  wire::append_xml_element("Code", fault.code, reply.body);
  wire::append_xml_element("Message", valid_text(fault.message), reply.body);
  reply.body.append("</Error>");
  wire::append_xml_element("RequestId", answer.request_id, reply.body);
  reply.body.append("</ErrorResponse>");
}

}  // namespace coffer::api
