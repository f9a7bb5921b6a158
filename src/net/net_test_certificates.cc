#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>

#include "net/net_test_support.h"

namespace coffer::net::testing {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;

Key new_key() {
  return Key(EVP_EC_gen("P-256"));
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer` and its key; by itself when `issuer` is null.
Certificate new_certificate(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  static long serial = 1;
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509* const signer = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  add_extension(certificate.get(), signer, NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  if (issuer != nullptr) add_extension(certificate.get(), signer, NID_subject_alt_name, ("DNS:" + name).c_str());
  X509_sign(certificate.get(), issuer_key, EVP_sha256());
  return certificate;
}

void write_pem(const std::string& path, const std::function<void(FILE*)>& write, unsigned mode) {
  write_file(path, "", mode);
  FILE* file = std::fopen(path.c_str(), "w");
  write(file);
  std::fclose(file);
}

}  // namespace

struct Authority::Keys {
  Key key;
  Certificate certificate;
};

Authority::Authority(const TemporaryFolder& folder, std::string name)
    : folder_(folder), name_(std::move(name)), ca_file_(folder.path(name_ + ".ca.pem")), keys_(new Keys) {
  keys_->key = new_key();
  keys_->certificate = new_certificate(name_, keys_->key.get(), nullptr, keys_->key.get());
  write_pem(
      ca_file_, [&](FILE* file) { PEM_write_X509(file, keys_->certificate.get()); }, 0644);
}

Authority::~Authority() = default;

Authority::Files Authority::issue(const std::string& common_name) const {
  const Key key = new_key();
  const Certificate certificate = new_certificate(common_name, key.get(), keys_->certificate.get(), keys_->key.get());
  Files files{folder_.path(name_ + "." + common_name + ".pem"), folder_.path(name_ + "." + common_name + ".key")};
  write_pem(
      files.certificate, [&](FILE* file) { PEM_write_X509(file, certificate.get()); }, 0644);
  write_pem(
      files.key, [&](FILE* file) { PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr); },
      0600);
  return files;
}

}  // namespace coffer::net::testing
