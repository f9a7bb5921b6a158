// Request bodies: anybody who reaches the port may send any bytes. Whatever is accepted must be valid, and must come
// back the same after it was written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/encoding.h"
#include "wire/encoder.h"
#include "wire/json.h"

using namespace coffer;
using wire::Kind;
using wire::Value;

namespace {

void check(bool good) {
  if (!good) std::abort();
}

// False when there is a real number somewhere: answers have none, so the encoder cannot write them.
bool write(const Value& value, wire::Encoder& encoder, size_t depth) {
  check(depth <= wire::JsonLimits().max_depth + 1);
  switch (value.kind()) {
    case Kind::kNull:
    case Kind::kReal:
      return false;
    case Kind::kBoolean:
      encoder.boolean(value.as_boolean());
      return true;
    case Kind::kInteger:
      encoder.integer(value.as_integer());
      return true;
    case Kind::kString:
      check(is_valid_utf8(value.as_string()));
      encoder.string(value.as_string());
      return true;
    case Kind::kList:
      encoder.begin_list();
      for (const Value& item : value.as_list()) {
        if (!write(item, encoder, depth + 1)) return false;
      }
      encoder.end_list();
      return true;
    case Kind::kObject:
      encoder.begin_object();
      for (const wire::Member& member : value.as_object()) {
        check(is_valid_utf8(member.name));
        encoder.key(member.name);
        if (!write(member.value, encoder, depth + 1)) return false;
      }
      encoder.end_object();
      return true;
  }
  std::abort();
}

bool same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kReal:
      return a.as_real() == b.as_real();
    case Kind::kBoolean:
      return a.as_boolean() == b.as_boolean();
    case Kind::kInteger:
      return a.as_integer() == b.as_integer();
    case Kind::kString:
      return a.as_string() == b.as_string();
    case Kind::kList:
      if (a.as_list().size() != b.as_list().size()) return false;
      for (size_t i = 0; i < a.as_list().size(); ++i) {
        if (!same(a.as_list()[i], b.as_list()[i])) return false;
      }
      return true;
    case Kind::kObject:
      if (a.as_object().size() != b.as_object().size()) return false;
      for (size_t i = 0; i < a.as_object().size(); ++i) {
        if (a.as_object()[i].name != b.as_object()[i].name) return false;
        if (!same(a.as_object()[i].value, b.as_object()[i].value)) return false;
      }
      return true;
  }
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static wire::Document document;
  static wire::Document again;
  if (!wire::parse_json({reinterpret_cast<const char*>(data), size}, {}, document).ok()) return 0;
  SecretBuffer text;
  wire::JsonEncoder encoder(text);
  if (!write(document.root(), encoder, 1)) return 0;
  check(wire::parse_json(text.view(), {}, again).ok());
  check(same(document.root(), again.root()));
  return 0;
}
