// What is asked of the primary of a multi-region key: a replica in another region, and another primary. Each is one
// durable commit that marks the regions which are to hear of it; key_exchange.h does the rest. Errors are KMS's own,
// see Keyring. Follows ReplicateKey and UpdatePrimaryRegion of the AWS KMS API reference.
#pragma once

#include "kms/keyring.h"
#include "kms/lineage.h"

namespace coffer::kms {

// kUnsupportedOperation (AWS's text) unless the key is a primary, kDisabled and kKmsInvalidState as for its use,
// kAlreadyExists when there is, or will be, such a key in the region; one that its region is known to have lost is made
// again. REQUIRES: the region is one of the deployment; check_tags() and accept_key_policy() took what the replica
// begins with.
Result<void> replicate(Keyring& keyring, const KeyName& key, const Region& region, const Birth& birth);

// From its commit on this key is a replica. Fails as replicate() does, but for kAlreadyExists; and with kNotFoundOnWire
// when there is no replica in the region, kDisabled and kKmsInvalidState when, for all that is known here, it is
// disabled, pending deletion, still to be made, or lost. While it is being handed over, only to the region itself, if
// that of the next primary is known to have lost the key: then this is the primary again, in an epoch of its own.
Result<void> hand_over(Keyring& keyring, const KeyName& key, const Region& region);

}  // namespace coffer::kms
