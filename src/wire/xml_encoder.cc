#include "wire/xml_encoder.h"

#include <charconv>
#include <cstring>

#include "base/encoding.h"
#include "base/time_text.h"

namespace coffer::wire {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// What stands for the character at the front of `text`; empty if it stands for itself. `size`: how many bytes it has,
// which is known only of what is replaced.
std::string_view replacement(std::string_view text, size_t& size) {
  size = 1;
  switch (text.front()) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\r':
      return "&#xD;";  // a parser would make a line feed of it
    case '\t':
    case '\n':
      return {};
    case '\xef':  // U+FFFE and U+FFFF
      size = 3;
      return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf") ? kReplacement : std::string_view();
    default:
      return static_cast<unsigned char>(text.front()) < 0x20 ? kReplacement : std::string_view();
  }
}

}  // namespace

void append_xml_text(std::string_view text, SecretBuffer& out) {
  size_t done = 0;
  for (size_t i = 0; i < text.size();) {
    size_t size = 1;
    const std::string_view instead = replacement(text.substr(i), size);
    if (instead.empty()) {
      ++i;
      continue;
    }
    out.append(text.substr(done, i - done));
    out.append(instead);
    i += size;
    done = i;
  }
  out.append(text.substr(done));
}

void append_xml_element(std::string_view name, std::string_view text, SecretBuffer& out) {
  out.push_back('<');
  out.append(name);
  out.push_back('>');
  append_xml_text(text, out);
  out.append("</");
  out.append(name);
  out.push_back('>');
}

void XmlEncoder::open_tag(std::string_view name) {
  out_.push_back('<');
  out_.append(name);
  out_.push_back('>');
}

void XmlEncoder::close_tag(std::string_view name) {
  out_.append("</");
  out_.append(name);
  out_.push_back('>');
}

void XmlEncoder::begin(Container container) {
  open_tag(name_);
  open_.push_back({name_, container});
  if (container == Container::kList) name_ = "member";
}

void XmlEncoder::end() {
  close_tag(open_.back().name);
  open_.pop_back();
  finish_value();
}

void XmlEncoder::finish_value() {
  if (open_.empty()) return;
  if (open_.back().container == Container::kMap) close_tag("entry");
  if (open_.back().container == Container::kList) name_ = "member";
}

void XmlEncoder::plain(std::string_view text) {
  open_tag(name_);
  out_.append(text);
  close_tag(name_);
  finish_value();
}

void XmlEncoder::begin_object() {
  begin(Container::kObject);
}
void XmlEncoder::key(std::string_view name) {
  name_ = name;
}
void XmlEncoder::end_object() {
  end();
}
void XmlEncoder::begin_list() {
  begin(Container::kList);
}
void XmlEncoder::end_list() {
  end();
}
void XmlEncoder::begin_map() {
  begin(Container::kMap);
}
void XmlEncoder::map_key(std::string_view key) {
  open_tag("entry");
  append_xml_element("key", key, out_);
  name_ = "value";
}
void XmlEncoder::end_map() {
  end();
}

void XmlEncoder::string(std::string_view value) {
  append_xml_element(name_, value, out_);
  finish_value();
}

void XmlEncoder::integer(int64_t value) {
  char text[24];
  plain({text, std::to_chars(text, text + sizeof(text), value).ptr});
}

void XmlEncoder::boolean(bool value) {
  plain(value ? "true" : "false");
}

void XmlEncoder::time(Time value) {
  plain(iso_extended_seconds(value));
}

void XmlEncoder::secret_string(const SecretBytes& value) {
  string(value.view(SecretAccess("the caller is entitled to the value: it goes into the answer")));
}

void XmlEncoder::secret_blob(const SecretBytes& value) {
  open_tag(name_);
  base64_encode(value.span(SecretAccess("the caller is entitled to the value: it goes into the answer")),
                out_.extend(base64_size(value.size())));
  close_tag(name_);
  finish_value();
}

}  // namespace coffer::wire
