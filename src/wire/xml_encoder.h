// The XML of the Query dialect, out: elements named as members are, items as <member>, map entries as <entry> with
// <key> and <value>, times as ISO 8601 in whole seconds. A character that XML 1.0 cannot hold becomes U+FFFD.
#pragma once

#include <string_view>
#include <vector>

#include "wire/encoder.h"

namespace coffer::wire {

// Appends `text` as the content of an element. It must be valid UTF-8.
void append_xml_text(std::string_view text, SecretBuffer& out);
// <name>text</name>
void append_xml_element(std::string_view name, std::string_view text, SecretBuffer& out);

// Appends to `out`. Names (of members and the root, not keys of maps) must outlive the encoder, and are not escaped.
class XmlEncoder final : public Encoder {
 public:
  // `root`: the name of the element that the first value becomes.
  XmlEncoder(SecretBuffer& out, std::string_view root) : out_(out), name_(root) {}
  void begin_object() override;
  void key(std::string_view name) override;
  void end_object() override;
  void begin_list() override;
  void end_list() override;
  void begin_map() override;
  void map_key(std::string_view key) override;
  void end_map() override;
  void string(std::string_view value) override;
  void integer(int64_t value) override;
  void boolean(bool value) override;
  void time(Time value) override;
  void secret_string(const SecretBytes& value) override;
  void secret_blob(const SecretBytes& value) override;

 private:
  enum class Container { kObject, kList, kMap };
  struct Open {
    std::string_view name;
    Container container;
  };

  void open_tag(std::string_view name);
  void close_tag(std::string_view name);
  void begin(Container container);
  void end();
  // An element that needs no escapes.
  void plain(std::string_view text);
  // After the end tag of a value.
  void finish_value();

  SecretBuffer& out_;
  std::string_view name_;   // of the next value
  std::vector<Open> open_;  // from the outside in
};

}  // namespace coffer::wire
