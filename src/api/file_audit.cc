#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "api/audit.h"
#include "base/time_text.h"

namespace coffer::api {
namespace {

constexpr size_t kMaxPending = 8 * 1024 * 1024;
constexpr auto kBatchInterval = std::chrono::milliseconds(100);

void append_number(int64_t value, std::string& out) {
  char text[24];
  out.append(text, static_cast<size_t>(std::to_chars(text, text + sizeof(text), value).ptr - text));
}

// Printable ASCII without quotes and backslashes, which is nearly every text here: eight bytes at a time.
bool is_plain(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const auto zero_bytes = [](uint64_t word) { return (word - kOnes) & ~word; };
  uint64_t special = 0;
  while (!text.empty()) {
    uint64_t word = kOnes * 'x';
    const size_t size = std::min<size_t>(8, text.size());
    std::memcpy(&word, text.data(), size);
    special |= ((word - kOnes * 0x20) & ~word) | word | ((word + kOnes) & ~word);  // below 0x20, from 0x80 on, 0x7f
    special |= zero_bytes(word ^ (kOnes * '"')) | zero_bytes(word ^ (kOnes * '\\'));
    text.remove_prefix(size);
  }
  return (special & (kOnes * 0x80)) == 0;
}

void append_text(std::string_view name, std::string_view value, std::string& out) {
  out.append(",\"").append(name).append("\":");
  if (is_plain(value)) {
    out.append("\"").append(value).append("\"");
  } else {
    append_json_string(value, out);
  }
}

// "2015-08-30T12:36:00.123Z". The part up to the second is kept per thread, since it changes once in thousands of
// lines.
void append_time(Time time, std::string& out) {
  struct Second {
    Time time = Time::min();
    std::string text;
  };
  thread_local Second last;
  const Time second = std::chrono::floor<std::chrono::seconds>(time);
  if (second != last.time) last = {second, iso_extended(second).substr(0, 20)};
  const auto milliseconds = static_cast<int>((time - second).count());
  const char digits[] = {static_cast<char>('0' + milliseconds / 100), static_cast<char>('0' + milliseconds / 10 % 10),
                         static_cast<char>('0' + milliseconds % 10), 'Z'};
  out.append(last.text).append(digits, sizeof(digits));
}

void append_line(const AuditEntry& entry, std::string& out) {
  out.append("{\"time\":\"");
  append_time(entry.time, out);
  out.push_back('"');
  append_text("request_id", entry.request_id, out);
  append_text("service", entry.service, out);
  append_text("operation", entry.operation, out);
  if (!entry.resource.empty()) append_text("resource", entry.resource, out);
  append_text("caller", entry.caller_arn, out);
  append_text("access_key_id", entry.access_key_id, out);
  append_text("source", entry.source_address, out);
  if (!entry.error.empty()) append_text("error", entry.error, out);
  out.append(",\"status\":");
  append_number(entry.status, out);
  out.append(",\"microseconds\":");
  append_number(entry.microseconds, out);
  if (!entry.forwarded_from.empty()) append_text("forwarded_from", entry.forwarded_from, out);
  if (!entry.forwarded_to.empty()) append_text("forwarded_to", entry.forwarded_to, out);
  out.append("}\n");
}

class FileAudit final : public Audit {
 public:
  FileAudit(int descriptor, const Log& log) : descriptor_(descriptor), log_(log), writer_([this] { run(); }) {}

  ~FileAudit() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    writer_.join();
    ::close(descriptor_);
  }

  void record(const AuditEntry& entry) override {
    thread_local std::string line;
    line.clear();
    append_line(entry, line);
    bool first;
    {
      std::lock_guard lock(mutex_);
      if (pending_.size() + writing_size_ + line.size() > kMaxPending) {
        ++dropped_;
        last_dropped_ = entry.time;
        return;
      }
      first = pending_.empty();
      pending_.append(line);
    }
    if (first) changed_.notify_one();
  }

 private:
  void run() {
    std::string batch;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !pending_.empty() || dropped_ != 0 || !batch_written_; });
      // Lines that come in meanwhile share the write.
      changed_.wait_for(lock, kBatchInterval, [this] { return stopping_; });
      const bool last = stopping_;
      if (batch_written_) {
        batch.clear();
        batch.swap(pending_);
        if (dropped_ != 0) append_dropped(batch);
      }
      writing_size_ = batch.size();
      lock.unlock();
      const bool good = write(batch);
      lock.lock();
      batch_written_ = good;
      writing_size_ = batch.size();
      if (last && (!good || pending_.empty())) return;
    }
  }

  void append_dropped(std::string& out) {
    out.append("{\"time\":\"");
    append_time(last_dropped_, out);
    out.append("\",\"event\":\"audit_lines_dropped\",\"count\":");
    append_number(std::exchange(dropped_, 0), out);
    out.append("}\n");
  }

  // Removes from `batch` what is written; false when something is left.
  bool write(std::string& batch) {
    size_t done = 0;
    while (done < batch.size()) {
      const ssize_t written = ::write(descriptor_, batch.data() + done, batch.size() - done);
      if (written >= 0) {
        done += static_cast<size_t>(written);
      } else if (errno != EINTR) {
        if (!std::exchange(failing_, true)) {
          log_.error("audit_not_written", {{"reason", std::strerror(errno)}, {"waiting_bytes", batch.size() - done}});
        }
        batch.erase(0, done);
        return false;
      }
    }
    if (std::exchange(failing_, false)) log_.info("audit_written_again");
    batch.clear();
    return true;
  }

  const int descriptor_;
  const Log& log_;
  bool failing_ = false;  // the writer's own

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string pending_;
  size_t writing_size_ = 0;
  bool batch_written_ = true;
  int64_t dropped_ = 0;
  Time last_dropped_{};
  bool stopping_ = false;

  std::thread writer_;  // last: it uses everything above
};

class NullAudit final : public Audit {
 public:
  void record(const AuditEntry&) override {}
};

}  // namespace

Result<std::unique_ptr<Audit>> make_file_audit(const std::string& path, const Log& log) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error{ErrorCode::kIo, "cannot open the audit file " + path + ": " + std::strerror(errno)};
  }
  return std::unique_ptr<Audit>(std::make_unique<FileAudit>(descriptor, log));
}

std::unique_ptr<Audit> make_null_audit() {
  return std::make_unique<NullAudit>();
}

}  // namespace coffer::api
