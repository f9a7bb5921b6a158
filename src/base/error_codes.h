// The errors that Coffer answers with, one list: our code, the name on the wire, the HTTP status.
// Names and statuses follow the AWS Secrets Manager API reference ("Common Errors" and each operation's "Errors").
// What only IAM and STS answer follows the errors of their API references; see query_code() for how they spell it.
// What only KMS answers follows the KMS API reference; its NotFoundException is kNotFoundOnWire here. What only
// Organizations answers follows the Organizations API reference.
// kHomeUnavailable is the ServiceUnavailable whose text clients may see.
// A code exists only if somebody reacts to it. Codes of the second group never leave the process under their own name:
// a client sees InternalServiceError or ServiceUnavailable, the log sees the message.
#pragma once

#include <string_view>

namespace coffer {

// X(enumerator, wire name, HTTP status)
#define COFFER_WIRE_ERRORS(X)                                                      \
  X(kAccessDenied, "AccessDeniedException", 400)                                   \
  X(kAccountAlreadyClosed, "AccountAlreadyClosedException", 400)                   \
  X(kAccountNotFound, "AccountNotFoundException", 400)                             \
  X(kAlreadyExists, "AlreadyExistsException", 400)                                 \
  X(kAlreadyInOrganization, "AlreadyInOrganizationException", 400)                 \
  X(kAwsOrganizationsNotInUse, "AWSOrganizationsNotInUseException", 400)           \
  X(kChildNotFound, "ChildNotFoundException", 400)                                 \
  X(kConcurrentModification, "ConcurrentModificationException", 400)               \
  X(kConstraintViolation, "ConstraintViolationException", 400)                     \
  X(kCreateAccountStatusNotFound, "CreateAccountStatusNotFoundException", 400)     \
  X(kDecryptionFailure, "DecryptionFailure", 400)                                  \
  X(kDeleteConflict, "DeleteConflictException", 409)                               \
  X(kDestinationParentNotFound, "DestinationParentNotFoundException", 400)         \
  X(kDisabled, "DisabledException", 400)                                           \
  X(kDryRunOperation, "DryRunOperationException", 400)                             \
  X(kDuplicateAccount, "DuplicateAccountException", 400)                           \
  X(kDuplicateOrganizationalUnit, "DuplicateOrganizationalUnitException", 400)     \
  X(kDuplicatePolicy, "DuplicatePolicyException", 400)                             \
  X(kDuplicatePolicyAttachment, "DuplicatePolicyAttachmentException", 400)         \
  X(kEncryptionFailure, "EncryptionFailure", 400)                                  \
  X(kEntityAlreadyExists, "EntityAlreadyExistsException", 409)                     \
  X(kEntityTemporarilyUnmodifiable, "EntityTemporarilyUnmodifiableException", 409) \
  X(kExpiredToken, "ExpiredTokenException", 400)                                   \
  X(kExpiredWebIdentityToken, "ExpiredTokenException", 400)                        \
  X(kHomeUnavailable, "ServiceUnavailable", 503)                                   \
  X(kIdpCommunication, "IDPCommunicationErrorException", 400)                      \
  X(kIdpRejectedClaim, "IDPRejectedClaimException", 403)                           \
  X(kIncompleteSignature, "IncompleteSignatureException", 400)                     \
  X(kIncorrectKey, "IncorrectKeyException", 400)                                   \
  X(kInternalServiceError, "InternalServiceError", 500)                            \
  X(kInvalidAliasName, "InvalidAliasNameException", 400)                           \
  X(kInvalidArn, "InvalidArnException", 400)                                       \
  X(kInvalidCiphertext, "InvalidCiphertextException", 400)                         \
  X(kInvalidGrantId, "InvalidGrantIdException", 400)                               \
  X(kInvalidGrantToken, "InvalidGrantTokenException", 400)                         \
  X(kInvalidIdentityToken, "InvalidIdentityTokenException", 400)                   \
  X(kInvalidInput, "InvalidInputException", 400)                                   \
  X(kInvalidKeyUsage, "InvalidKeyUsageException", 400)                             \
  X(kInvalidMarker, "InvalidMarkerException", 400)                                 \
  X(kInvalidNextToken, "InvalidNextTokenException", 400)                           \
  X(kInvalidParameter, "InvalidParameterException", 400)                           \
  X(kInvalidRequest, "InvalidRequestException", 400)                               \
  X(kInvalidSignature, "InvalidSignatureException", 400)                           \
  X(kKmsInvalidState, "KMSInvalidStateException", 400)                             \
  X(kLimitExceeded, "LimitExceededException", 400)                                 \
  X(kMalformedPolicyDocument, "MalformedPolicyDocumentException", 400)             \
  X(kMasterCannotLeave, "MasterCannotLeaveOrganizationException", 400)             \
  X(kMissingAction, "MissingActionException", 400)                                 \
  X(kMissingAuthenticationToken, "MissingAuthenticationTokenException", 400)       \
  X(kNoSuchEntity, "NoSuchEntityException", 404)                                   \
  X(kNotFoundOnWire, "NotFoundException", 400)                                     \
  X(kOrganizationalUnitNotEmpty, "OrganizationalUnitNotEmptyException", 400)       \
  X(kOrganizationalUnitNotFound, "OrganizationalUnitNotFoundException", 400)       \
  X(kOrganizationNotEmpty, "OrganizationNotEmptyException", 400)                   \
  X(kPackedPolicyTooLarge, "PackedPolicyTooLargeException", 400)                   \
  X(kParentNotFound, "ParentNotFoundException", 400)                               \
  X(kPolicyInUse, "PolicyInUseException", 400)                                     \
  X(kPolicyNotAttachable, "PolicyNotAttachableException", 400)                     \
  X(kPolicyNotAttached, "PolicyNotAttachedException", 400)                         \
  X(kPolicyNotFound, "PolicyNotFoundException", 400)                               \
  X(kPolicyTypeAlreadyEnabled, "PolicyTypeAlreadyEnabledException", 400)           \
  X(kPolicyTypeUnknown, "PolicyTypeNotAvailableForOrganizationException", 400)     \
  X(kPolicyTypeNotEnabled, "PolicyTypeNotEnabledException", 400)                   \
  X(kPreconditionNotMet, "PreconditionNotMetException", 400)                       \
  X(kPublicPolicy, "PublicPolicyException", 400)                                   \
  X(kRegionDisabled, "RegionDisabledException", 403)                               \
  X(kResourceExists, "ResourceExistsException", 400)                               \
  X(kResourceNotFound, "ResourceNotFoundException", 400)                           \
  X(kResourcePolicyNotFound, "ResourcePolicyNotFoundException", 400)               \
  X(kRootNotFound, "RootNotFoundException", 400)                                   \
  X(kSerialization, "SerializationException", 400)                                 \
  X(kServiceUnavailable, "ServiceUnavailable", 503)                                \
  X(kSourceParentNotFound, "SourceParentNotFoundException", 400)                   \
  X(kTag, "TagException", 400)                                                     \
  X(kTargetNotFound, "TargetNotFoundException", 400)                               \
  X(kThrottling, "ThrottlingException", 400)                                       \
  X(kUnknownOperation, "UnknownOperationException", 400)                           \
  X(kUnmodifiableEntity, "UnmodifiableEntityException", 400)                       \
  X(kUnrecognizedClient, "UnrecognizedClientException", 400)                       \
  X(kUnsupportedOperation, "UnsupportedOperationException", 400)                   \
  X(kValidation, "ValidationException", 400)

#define COFFER_INTERNAL_ERRORS(X)                                                          \
  X(kAborted, "Aborted", 500)       /* the component is shutting down */                   \
  X(kConflict, "Conflict", 500)     /* a commit's precondition does not hold */            \
  X(kCorrupt, "Corrupt", 500)       /* stored or received bytes are not what they claim */ \
  X(kIo, "Io", 503)                 /* disk or network failed */                           \
  X(kNotFound, "NotFound", 500)     /* no such row, file or key */                         \
  X(kPermission, "Permission", 500) /* a file is readable by others, a key is refused */   \
  X(kSealed, "Sealed", 503)         /* the root key does not open this store */            \
  X(kTimeout, "Timeout", 503)       /* a deadline passed */                                \
  X(kUsage, "Usage", 500)           /* configuration or command line is wrong */

enum class ErrorCode {
#define COFFER_ENUMERATOR(name, wire, status) name,
  COFFER_WIRE_ERRORS(COFFER_ENUMERATOR) COFFER_INTERNAL_ERRORS(COFFER_ENUMERATOR)
#undef COFFER_ENUMERATOR
};

// The name as it appears in `__type`; for internal codes, the name used in logs.
std::string_view error_name(ErrorCode code);

// HTTP status of the answer.
int http_status(ErrorCode code);

// The same as IAM and STS spell it, whose <Code> is not the name of the shape: the name without "Exception", but for a
// few that have another name or status there.
std::string_view query_code(ErrorCode code);
int query_status(ErrorCode code);

// Whether clients may see the code and the message. If not, they get InternalServiceError or ServiceUnavailable.
bool is_wire_error(ErrorCode code);

}  // namespace coffer
