#include "server/policy_commands.h"

#include <unistd.h>

#include <cerrno>
#include <ostream>
#include <string>
#include <string_view>

#include "policy/simulator.h"
#include "server/exit_codes.h"

namespace coffer::server {
namespace {

// What the simulator answers when it does not understand a line has no result.
bool was_understood(std::string_view answer) {
  return answer.find(R"("result":)") != answer.npos;
}

// Lines of a file descriptor. A stream would take what cannot be read, a directory, for the end.
class Lines {
 public:
  explicit Lines(int file) : file_(file) {}

  // False at the end, and when there is no reading on.
  bool next(std::string& line) {
    size_t end = 0;
    while ((end = buffer_.find('\n', begin_)) == buffer_.npos) {
      if (is_over_ || !read_more()) {
        is_over_ = true;
        line = buffer_.substr(begin_);
        begin_ = buffer_.size();
        return !line.empty() && !has_failed_;
      }
    }
    line = buffer_.substr(begin_, end - begin_);
    begin_ = end + 1;
    return true;
  }
  bool has_failed() const { return has_failed_; }

 private:
  bool read_more() {
    buffer_.erase(0, begin_);
    begin_ = 0;
    char chunk[64 << 10];
    ssize_t size = 0;
    do {
      size = ::read(file_, chunk, sizeof(chunk));
    } while (size < 0 && errno == EINTR);
    has_failed_ = size < 0;
    if (size > 0) buffer_.append(chunk, static_cast<size_t>(size));
    return size > 0;
  }

  const int file_;
  std::string buffer_;
  size_t begin_ = 0;
  bool is_over_ = false;
  bool has_failed_ = false;
};

}  // namespace

int evaluate_policies(int in, std::ostream& out) {
  ExitCode status = ExitCode::kOk;
  Lines lines(in);
  std::string line;
  while (lines.next(line)) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.find_first_not_of(" \t") == line.npos) continue;
    const std::string answer = policy::evaluate_line(line);
    if (!was_understood(answer)) status = ExitCode::kUsage;
    // Whoever feeds line after line waits for the answer to each.
    out << answer << '\n' << std::flush;
    if (!out) return report_failure(ExitCode::kFailure, "cannot write to standard output");
  }
  if (lines.has_failed()) return report_failure(ExitCode::kFailure, "cannot read standard input");
  return exit_status(status);
}

}  // namespace coffer::server
