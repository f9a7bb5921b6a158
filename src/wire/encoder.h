// An answer on its way out: cards and shapes call it, a dialect implements it. Members are written in call order. One
// virtual call for each member: what a member costs is its text, which each dialect writes in one piece.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/secret_bytes.h"

namespace coffer::wire {

class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual void begin_object() = 0;
  virtual void key(std::string_view name) = 0;
  virtual void end_object() = 0;
  virtual void begin_list() = 0;
  virtual void end_list() = 0;
  virtual void begin_map() = 0;
  virtual void map_key(std::string_view key) = 0;
  virtual void end_map() = 0;
  virtual void string(std::string_view value) = 0;
  virtual void integer(int64_t value) = 0;
  virtual void boolean(bool value) = 0;
  virtual void time(Time value) = 0;  // JSON: epoch seconds with a millisecond fraction; XML: ISO 8601 in seconds
  virtual void secret_string(const SecretBytes& value) = 0;  // valid UTF-8
  virtual void secret_blob(const SecretBytes& value) = 0;    // base64
};

// JSON 1.1 as AWS writes it: no white space, numbers for times. Appends to `out`.
class JsonEncoder final : public Encoder {
 public:
  explicit JsonEncoder(SecretBuffer& out) : out_(out) {}
  void begin_object() override;
  void key(std::string_view name) override;
  void end_object() override;
  void begin_list() override;
  void end_list() override;
  void begin_map() override { begin_object(); }
  void map_key(std::string_view key) override { this->key(key); }
  void end_map() override { end_object(); }
  void string(std::string_view value) override;
  void integer(int64_t value) override;
  void boolean(bool value) override;
  void time(Time value) override;
  void secret_string(const SecretBytes& value) override;
  void secret_blob(const SecretBytes& value) override;

 private:
  void separate();

  SecretBuffer& out_;
  bool needs_comma_ = false;
};

}  // namespace coffer::wire
