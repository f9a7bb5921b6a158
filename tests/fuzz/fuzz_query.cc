// Forms: the Query dialect's requests, which anybody who reaches the port may send. What is accepted stays within its
// limits, has only valid text, and can be written as XML and read into a shape.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/encoding.h"
#include "wire/query.h"
#include "wire/shape.h"
#include "wire/xml_encoder.h"
#include "xml_check.h"

using namespace coffer;
using wire::Kind;
using wire::Value;

namespace {

constexpr wire::QueryLimits kLimits{.max_depth = 6, .max_key_size = 64, .max_parameters = 100, .max_values = 200};

void check(bool good) {
  if (!good) std::abort();
}

struct Item {
  std::string a;
  std::optional<std::vector<std::string>> b;
  static constexpr wire::Field kFields[] = {wire::field<&Item::a>("a", {.min = 1}), wire::field<&Item::b>("b")};
};

struct Shape {
  std::optional<std::string> a;
  std::optional<int64_t> b;
  std::optional<bool> c;
  std::optional<Time> d;
  std::optional<wire::SecretBlob> e;
  std::optional<std::vector<std::string>> f;
  std::optional<wire::Map<std::string>> g;
  std::optional<std::vector<Item>> h;
  static constexpr wire::Field kFields[] = {wire::field<&Shape::a>("a", {.max = 3}),
                                            wire::field<&Shape::b>("b", {.max = 9}),
                                            wire::field<&Shape::c>("c"),
                                            wire::field<&Shape::d>("d"),
                                            wire::field<&Shape::e>("e"),
                                            wire::field<&Shape::f>("f", {.max = 3}),
                                            wire::field<&Shape::g>("g"),
                                            wire::field<&Shape::h>("h", {.max = 3})};
};

void write(const Value& value, wire::Encoder& encoder, size_t depth, size_t& values) {
  check(depth <= kLimits.max_depth + 1);
  check(++values <= kLimits.max_values + 1);
  switch (value.kind()) {
    case Kind::kNull:
      return encoder.string("");
    case Kind::kString:
      check(value.is_untyped() && is_valid_utf8(value.as_string()));
      return encoder.string(value.as_string());
    case Kind::kList:
      encoder.begin_list();
      for (const Value& item : value.as_list())
        write(item, encoder, depth + 1, values);
      return encoder.end_list();
    case Kind::kObject:
      // As a map: names are a client's, not ours.
      encoder.begin_map();
      for (const wire::Member& member : value.as_object()) {
        check(is_valid_utf8(member.name));
        encoder.map_key(member.name);
        write(member.value, encoder, depth + 1, values);
      }
      return encoder.end_map();
    default:
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static wire::Document document;
  const std::string_view form(reinterpret_cast<const char*>(data), size);
  const auto action = wire::query_parameter(form, "a");
  if (!wire::parse_query(form, kLimits, document).ok()) return 0;
  const Value* const a = document.root().find("a");
  // Of the same name there may also be a structure, whose members have other keys; but what one finds the other has.
  if (action) check(a != nullptr && (a->kind() != Kind::kString || a->as_string() == *action));

  SecretBuffer text;
  wire::XmlEncoder encoder(text, "Root");
  size_t values = 0;
  write(document.root(), encoder, 0, values);
  check(fuzz::is_xml(text.view()));

  const Result<Shape> shape = wire::decode<Shape>(document.root());
  if (!shape.ok()) return 0;
  SecretBuffer answer;
  wire::XmlEncoder answering(answer, "Root");
  answering.begin_object();
  wire::encode(*shape, answering);
  answering.end_object();
  check(fuzz::is_xml(answer.view()));
  return 0;
}
