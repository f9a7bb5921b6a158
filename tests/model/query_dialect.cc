// The Query dialect as filter programs, for test_query.py, which compares them with botocore's serializer and parser.
//   coffer_query_dialect read    forms, one a line, into the trees that they become, as JSON
//   coffer_query_dialect write   answers, one a line, into their XML: {"operation", "namespace", "id", "result"}, no
//                                result for an operation that has none. In it {"$map": [[key, value], ...]} is a map,
//                                {"$time": milliseconds} a time and {"$blob": text} that text's bytes.
//   coffer_query_dialect fail    errors, one a line, into their XML: {"namespace", "id", "status", "code", "message"}
#include <cstdio>
#include <iostream>
#include <string>

#include "api/query_reply.h"
#include "wire/encoder.h"
#include "wire/json.h"
#include "wire/query.h"
#include "wire/xml_encoder.h"

namespace coffer {
namespace {

using wire::Kind;
using wire::Value;

void write_tree(const Value& value, wire::Encoder& out) {
  switch (value.kind()) {
    case Kind::kString:
      return out.string(value.as_string());
    case Kind::kList:
      out.begin_list();
      for (const Value& item : value.as_list())
        write_tree(item, out);
      return out.end_list();
    case Kind::kObject:
      out.begin_object();
      for (const wire::Member& member : value.as_object()) {
        out.key(member.name);
        write_tree(member.value, out);
      }
      return out.end_object();
    default:
      return out.string("null");  // a gap: no SDK makes one
  }
}

void write_result(const Value& value, wire::Encoder& out) {
  if (const Value* map = value.find("$map")) {
    out.begin_map();
    for (const Value& entry : map->as_list()) {
      out.map_key(entry.as_list()[0].as_string());
      write_result(entry.as_list()[1], out);
    }
    return out.end_map();
  }
  if (const Value* time = value.find("$time")) return out.time(Time(Duration(time->as_integer())));
  if (const Value* blob = value.find("$blob")) return out.secret_blob(SecretBytes::copy_of(blob->as_string()));
  switch (value.kind()) {
    case Kind::kInteger:
      return out.integer(value.as_integer());
    case Kind::kBoolean:
      return out.boolean(value.as_boolean());
    case Kind::kList:
      out.begin_list();
      for (const Value& item : value.as_list())
        write_result(item, out);
      return out.end_list();
    case Kind::kObject:
      out.begin_object();
      for (const wire::Member& member : value.as_object()) {
        out.key(member.name);
        write_result(member.value, out);
      }
      return out.end_object();
    default:
      return out.string(value.as_string());
  }
}

std::string_view text(const Value& value, std::string_view member) {
  const Value* const found = value.find(member);
  return found != nullptr ? found->as_string() : std::string_view();
}

Result<void> read(std::string_view line, wire::Document& document, SecretBuffer& out) {
  COFFER_TRY(wire::parse_query(line, {}, document));
  wire::JsonEncoder encoder(out);
  write_tree(document.root(), encoder);
  return {};
}

Result<void> write(std::string_view line, wire::Document& document, SecretBuffer& out) {
  COFFER_TRY(wire::parse_json(line, {}, document));
  const Value& root = document.root();
  const api::QueryAnswer answer{text(root, "namespace"), text(root, "id")};
  api::begin_query_answer(answer, text(root, "operation"), out);
  if (const Value* result = root.find("result")) {
    const std::string name = std::string(text(root, "operation")) + "Result";
    wire::XmlEncoder encoder(out, name);
    write_result(*result, encoder);
  }
  api::end_query_answer(answer, text(root, "operation"), out);
  return {};
}

Result<void> fail(std::string_view line, wire::Document& document, SecretBuffer& out) {
  COFFER_TRY(wire::parse_json(line, {}, document));
  const Value& root = document.root();
  net::Reply reply;
  const auto status = static_cast<int>(root.find("status")->as_integer());
  api::write_query_fault({status, text(root, "code"), text(root, "message")},
                         {text(root, "namespace"), text(root, "id")}, reply);
  out.append(reply.body.view());
  return {};
}

}  // namespace
}  // namespace coffer

int main(int count, char** arguments) {
  const std::string verb = count == 2 ? arguments[1] : "";
  const auto run = verb == "read"    ? coffer::read
                   : verb == "write" ? coffer::write
                   : verb == "fail"  ? coffer::fail
                                     : nullptr;
  if (run == nullptr) {
    std::fprintf(stderr, "usage: coffer_query_dialect read|write|fail < lines\n");
    return 2;
  }
  coffer::wire::Document document;
  for (std::string line; std::getline(std::cin, line);) {
    coffer::SecretBuffer out;
    const coffer::Result<void> done = run(line, document, out);
    if (!done.ok()) {
      std::fprintf(stderr, "coffer_query_dialect: %s: %s\n", done.error().message.c_str(), line.c_str());
      return 1;
    }
    // Line feeds in XML text would look like the end of an answer.
    for (const char c : out.view()) {
      if (c == '\n') {
        std::fputs("&#10;", stdout);
      } else {
        std::fputc(c, stdout);
      }
    }
    std::fputc('\n', stdout);
  }
  return 0;
}
