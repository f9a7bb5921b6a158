#include "net/channel.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "base/secret_bytes.h"
#include "net/socket_address.h"

namespace coffer::net {
namespace {

// Alerts that a server sends about a client's certificate while it verifies it, and never later.
bool is_about_certificate(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return false;
  switch (ERR_GET_REASON(error)) {
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return true;
    default:
      return false;
  }
}

}  // namespace

Channel::Status Channel::handshake() {
  ERR_clear_error();
  return tls_outcome(SSL_do_handshake(tls_.get())).status;
}

Channel::Outcome Channel::read(std::span<char> space) {
  if (!tls_) return receive(space);
  ERR_clear_error();
  size_t got = 0;
  const int result = SSL_read_ex(tls_.get(), space.data(), space.size(), &got);
  return result == 1 ? Outcome{Status::kOk, got} : tls_outcome(result);
}

Channel::Outcome Channel::write(std::string_view bytes) {
  if (tls_) {
    ERR_clear_error();
    size_t sent = 0;
    const int result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent);
    return result == 1 ? Outcome{Status::kOk, sent} : tls_outcome(result);
  }
  for (;;) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return {Status::kOk, static_cast<size_t>(sent)};
    if (errno == EAGAIN) return {Status::kWantWrite};
    if (errno == EINTR) continue;
    failure_ = errno_text(errno);
    return {Status::kFailed};
  }
}

bool Channel::may_have_more(size_t got, size_t asked) const {
  return tls_ ? SSL_has_pending(tls_.get()) == 1 : got == asked;
}

Channel::Outcome Channel::discard() {
  std::array<char, 4096> scratch;
  const Outcome outcome = receive(scratch);
  wipe(scratch.data(), outcome.bytes);
  return outcome;
}

Channel::Outcome Channel::receive(std::span<char> space) {
  for (;;) {
    const ssize_t got = ::recv(fd_, space.data(), space.size(), 0);
    if (got > 0) return {Status::kOk, static_cast<size_t>(got)};
    if (got == 0) return {Status::kEnd};
    if (errno == EAGAIN) return {Status::kWantRead};
    if (errno == EINTR) continue;
    failure_ = errno_text(errno);
    return {Status::kFailed};
  }
}

void Channel::finish() {
  // After a failure OpenSSL must not be asked for anything more.
  if (tls_ && failure_.empty() && SSL_is_init_finished(tls_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
    ERR_clear_error();
  }
  ::shutdown(fd_, SHUT_WR);
}

std::string Channel::peer_name() const {
  if (!tls_ || SSL_get_verify_result(tls_.get()) != X509_V_OK) return {};
  const X509* certificate = SSL_get0_peer_certificate(tls_.get());
  if (certificate == nullptr) return {};
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  // A name with a zero byte or a line end in it is an attempt to be taken for another.
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < ' ') return {};
  }
  return name;
}

Channel::Outcome Channel::tls_outcome(int result) {
  if (result == 1) return {Status::kOk};
  const int system_error = errno;
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {Status::kWantRead};
    case SSL_ERROR_WANT_WRITE:
      return {Status::kWantWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {Status::kEnd};
    default:
      break;
  }
  const long verification = SSL_get_verify_result(tls_.get());
  if (verification != X509_V_OK) {
    failure_ = X509_verify_cert_error_string(verification);
    is_refused_ = true;
    ERR_clear_error();
  } else if (const unsigned long error = ERR_peek_error(); error != 0) {
    is_refused_ = ERR_GET_REASON(error) != SSL_R_UNEXPECTED_EOF_WHILE_READING;
    is_certificate_refused_ = is_about_certificate(error);
    failure_ = tls_failure();
  } else {
    failure_ = system_error != 0 ? errno_text(system_error) : "connection closed";
  }
  return {Status::kFailed};
}

}  // namespace coffer::net
